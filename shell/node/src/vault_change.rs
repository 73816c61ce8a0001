//! Later changes of a source by its handlers, and what they are warned of.
//!
//! Guarantees: only the source's handlers change it, with a reason; each change stands in the vault's own log and, without the source, in
//! the audit log. A blocked draft in which no term stands any more waits for nobody. Does not know: how a source is kept.

use crate::asked::SourceEdit;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::term_entry::TermEntry;
use crate::vault_asked::decoded;
use crate::vault_verbs::{TERMS_MAX, check_terms};
use comity_crypto::Zeroizing;
use comity_release::leak::is_common_given_name;
use comity_store::vault::SourceChange;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

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
        for handler in &edit.handlers {
            self.require_role(handler, &[Role::SourceHandler])?;
        }
        let source = self.source_for(&officer, &edit.source)?;
        let warnings = warnings(&edit.terms);
        let secret = |text: &str| Zeroizing::new(text.trim().to_owned());
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
            |tx| audit(tx.view().desk(), now, Some(&officer), "vault.change", "", ""),
        )?;
        self.end_waits_of_nothing()?;
        let mut answer = json!({ "source": source, "warnings": warnings });
        if let (Value::Object(answer), Value::Object(counts)) = (&mut answer, serde_json::to_value(changed)?) {
            answer.extend(counts);
        }
        Ok(answer)
    }

    /// Ends the waiting of blocked drafts of which, after a change, no term is left to answer for; they are to be checked again.
    fn end_waits_of_nothing(&mut self) -> Result<(), Failure> {
        for row in self.holdings.view().desk().leak_waiting()? {
            // What cannot be read waits on.
            let Ok(draft) = decoded(&row) else { continue };
            if !self.has_unanswered(&draft).unwrap_or(true) {
                let tx = self.holdings.transaction()?;
                tx.view().desk().end_leak_wait(&row.release)?;
                tx.view().desk().forget_leak_answer(&row.release)?;
                tx.commit()?;
            }
        }
        Ok(())
    }
}
