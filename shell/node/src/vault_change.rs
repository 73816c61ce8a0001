//! Later changes of a source by its handlers, and what they are warned of.
//!
//! Guarantees: only the source's handlers change it, with a reason; each change stands in the vault's own log and, without the source, in
//! the audit log. Nobody changes one for the sake of an own draft while another can. Does not know: how a source is kept.

use crate::asked::SourceEdit;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::term_entry::TermEntry;
use crate::vault_asked::{REASON_BYTES_MAX, decoded};
use crate::vault_verbs::{TERMS_MAX, check_terms};
use comity_crypto::Zeroizing;
use comity_release::leak::is_common_given_name;
use comity_store::vault::SourceChange;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a handler is told of terms that stand in the names of many: they are found there too. The term itself is not repeated.
pub(crate) fn warnings(terms: &[TermEntry]) -> Vec<String> {
    let common = |entry: &TermEntry| {
        matches!(entry.kind(), None | Some("person" | "phrase")) && is_common_given_name(entry.text().trim())
    };
    let numbers = (1..).zip(terms).filter(|(_, entry)| common(entry)).map(|(number, _)| number);
    numbers
        .map(|number: usize| {
            format!(
                "protected term {number} is a given name that many people have: where the word stands by itself it blocks a release, whoever is \
                 meant; enter the whole name as a person instead"
            )
        })
        .collect()
}

impl Node {
    pub(crate) fn vault_change(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        edit: SourceEdit,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::SourceHandler])?;
        if edit.reason.trim().is_empty() {
            return Err(Failure::usage("a change of a source needs a reason; it is kept inside the vault"));
        }
        if edit.terms.is_empty() && edit.drop.is_empty() && edit.handlers.is_empty() && edit.former_handlers.is_empty()
        {
            return Err(Failure::usage("nothing is to be changed").hint("name terms or handlers"));
        }
        check_terms(&edit.terms)?;
        if edit.reason.len() > REASON_BYTES_MAX {
            return Err(Failure::usage(format!("a reason has at most {REASON_BYTES_MAX} bytes")));
        }
        for handler in &edit.handlers {
            self.require_role(handler, &[Role::SourceHandler])?;
        }
        // Nobody takes a source from another who can still handle it: who handles it leaves it.
        for former in edit.former_handlers.iter().filter(|former| **former != officer) {
            if self.require_role(former, &[Role::SourceHandler]).is_ok() {
                return Err(Failure::no(format!("{former} can still handle the source, and takes themselves off it")));
            }
        }
        // An unknown name is asked of the vault all the same, so that the attempt is logged like any other.
        let source = self.find_source(&officer, &edit.source)?;
        let source = source.unwrap_or_else(|| edit.source.parse().unwrap_or_default());
        self.not_for_an_own_draft(&officer, source, &edit)?;
        let warnings = warnings(&edit.terms);
        let secret = |text: &str| Zeroizing::new(text.trim().to_owned());
        self.somebody_is_left(&officer, source, &edit)?;
        let change = SourceChange {
            terms: edit.terms.iter().map(TermEntry::protected).collect::<Result<_, _>>()?,
            dropped: edit.drop.iter().map(|term| secret(term)).collect(),
            handlers: edit.handlers.into_iter().collect(),
            former: edit.former_handlers.into_iter().collect(),
            terms_max: TERMS_MAX,
            reason: secret(&edit.reason),
        };
        let changed = self.vault_act(
            |vault, before| vault.change(source, &change, &officer, now, before),
            // Of nobody: who handles a source of which words stand in a draft would be seen in what becomes of the draft.
            |tx| audit(tx.view().desk(), now, None, "vault.change", "", ""),
        )?;
        let mut answer = json!({ "source": source, "warnings": warnings });
        if let (Value::Object(answer), Value::Object(counts)) = (&mut answer, serde_json::to_value(changed)?) {
            answer.extend(counts);
        }
        Ok(answer)
    }

    /// The handlers of a source, where the officer is one of them.
    fn handlers_of(&mut self, officer: &OfficerCode, source: Uuid) -> Result<BTreeSet<OfficerCode>, Failure> {
        let own = self.vault()?.list(officer)?.into_iter().find(|it| it.id == source);
        own.map_or(Ok(BTreeSet::new()), |own| Ok(self.vault()?.handlers_of(own.matter)?))
    }

    /// Refuses to leave a source to people who can no longer handle it.
    fn somebody_is_left(&mut self, officer: &OfficerCode, source: Uuid, edit: &SourceEdit) -> Result<(), Failure> {
        let mut left = self.handlers_of(officer, source)?;
        if left.is_empty() || edit.former_handlers.is_empty() {
            return Ok(());
        }
        left.extend(edit.handlers.iter().cloned());
        left.retain(|code| !edit.former_handlers.contains(code));
        if left.iter().any(|code| self.require_role(code, &[Role::SourceHandler]).is_ok()) {
            return Ok(());
        }
        Err(Failure::usage("a source needs a handler who is active and a source_handler"))
    }

    /// Nobody lets their own draft go by taking a word out that stands in it, as long as another can: the other changes the source, or
    /// answers.
    fn not_for_an_own_draft(&mut self, officer: &OfficerCode, source: Uuid, edit: &SourceEdit) -> Result<(), Failure> {
        let others = self.handlers_of(officer, source)?.into_iter().filter(|code| code != officer);
        let another = others.into_iter().any(|code| self.require_role(&code, &[Role::SourceHandler]).is_ok());
        if !another || (edit.drop.is_empty() && edit.terms.is_empty()) {
            return Ok(());
        }
        for row in self.holdings.view().desk().leak_waiting()? {
            let author = self.release_row(&row.release).is_ok_and(|release| release.author == officer.as_str());
            if (author || row.officer == officer.as_str())
                && self.protected()?.standing(&decoded(&row)?)?.0.contains_key(&source)
            {
                return Err(Failure::no(
                    "words of this source stand in a draft that you asked about; another handler changes it",
                )
                .hint("or another handler answers: comity vault answer"));
            }
        }
        Ok(())
    }

    /// Refuses a release where the officer who lets it go took protection from words of a source since it was drafted, or where its author
    /// did while another could have.
    pub(crate) fn nobody_weakened_a_source_for_it(&mut self, release: &str, by: &OfficerCode) -> Result<(), Failure> {
        let row = self.release_row(release)?;
        let (Ok(since), Ok(author)) = (Timestamp::parse(&row.created), row.author.parse::<OfficerCode>()) else {
            return Err(Failure::operational(format!("release {release} cannot be read")));
        };
        let refused = |who: &str| {
            Err(Failure::no(format!(
                "{who} took words of a source out, or said that they are something else, since this was drafted"
            )))
        };
        if !self.vault()?.weakened_by(by, since)?.is_empty() {
            return refused("you").map_err(|failure: Failure| failure.hint("another officer approves it"));
        }
        for source in self.vault()?.weakened_by(&author, since)? {
            let others = self.handlers_of(&author, source)?.into_iter().filter(|code| *code != author);
            if others.into_iter().any(|code| self.require_role(&code, &[Role::SourceHandler]).is_ok()) {
                return refused("the author").map_err(|failure: Failure| {
                    failure.hint("withdraw it; another handler changes the source, and it is drafted again")
                });
            }
        }
        Ok(())
    }
}
