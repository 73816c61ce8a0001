//! The source register, for the handlers of each source.
//!
//! Guarantees: only a source's handlers read or join it, with a reason that is logged inside the vault; to everybody else a source
//! that exists and one that does not look the same. The audit log names the act, never the source.

use crate::asked::SourceEntry;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::term_entry::TermEntry;
use crate::vault_guard::vault_failure;
use comity_crypto::Zeroizing;
use comity_release::leak::{TermKind, is_common_given_name, is_matchable};
use comity_store::vault::{NewSource, ProtectedTerm, SourceSummary, VaultError};
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// The longest field of a source, in bytes.
const FIELD_BYTES_MAX: usize = 64 * 1024;
/// The most protected terms of one source.
pub(crate) const TERMS_MAX: usize = 1_000;
/// A shorter term would be found in every text.
const TERM_CHARS_MIN: usize = 2;

impl TermEntry {
    /// Returns the term as it is entered.
    pub(crate) fn protected(&self) -> Result<ProtectedTerm, Failure> {
        let kind = match self.kind() {
            None => None,
            Some(word) => Some(word.parse::<TermKind>().map_err(|error| Failure::usage(error.to_string()))?),
        };
        Ok(ProtectedTerm { term: Zeroizing::new(self.text().trim().to_owned()), kind })
    }
}

/// Refuses terms that the leak check could not search for, and more of them than a source may have.
pub(crate) fn check_terms(terms: &[TermEntry]) -> Result<(), Failure> {
    if terms.len() > TERMS_MAX || terms.iter().any(|term| term.text().trim().chars().count() < TERM_CHARS_MIN) {
        return Err(Failure::usage(format!(
            "a source has at most {TERMS_MAX} protected terms of at least {TERM_CHARS_MIN} characters"
        )));
    }
    let numbered = (1..).zip(terms).map(|(number, term): (usize, _)| (format!("protected term {number}"), term.text()));
    numbered.into_iter().try_for_each(|(what, text)| check_searchable(&what, text))
}

/// Refuses what the leak check could not search for: it would be taken for protected and is not. The text itself is not repeated.
fn check_searchable(what: &str, text: &str) -> Result<(), Failure> {
    if is_matchable(text) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{what} has no letter, digit or picture: the leak check could not search for it, and releases would be taken for clean"
    ))
    .hint("write it as it would stand in a text, or leave it out; nothing was entered"))
}

impl SourceEntry {
    fn can_be_searched_for(&self) -> Result<(), Failure> {
        check_terms(&self.terms)?;
        for (name, text) in [("cryptonym", &self.cryptonym), ("identity", &self.identity), ("contact", &self.contact)] {
            if !text.trim().is_empty() {
                check_searchable(&format!("the {name}"), text)?;
            }
        }
        Ok(())
    }
}

impl Node {
    pub(crate) fn vault_add(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        entry: SourceEntry,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::SourceHandler])?;
        let fields = [&entry.cryptonym, &entry.identity, &entry.contact, &entry.notes];
        if fields.iter().any(|field| field.len() > FIELD_BYTES_MAX) {
            return Err(Failure::usage(format!("a field of a source has at most {FIELD_BYTES_MAX} bytes")));
        }
        entry.can_be_searched_for()?;
        let cryptonym = entry.cryptonym.trim().to_owned();
        let reliability = entry.reliability.parse().map_err(|error| Failure::usage(format!("{error}")))?;
        for handler in &entry.handlers {
            self.require_role(handler, &[Role::SourceHandler])?;
        }
        if self.find_source(&officer, &cryptonym)?.is_some() {
            return Err(Failure::no("you handle a source of this cryptonym already"));
        }
        let mut warnings = crate::vault_change::warnings(&entry.terms);
        if is_common_given_name(entry.identity.trim()) {
            warnings.push(
                "the identity is a given name alone: many people have it, and the rest of the name is not protected"
                    .into(),
            );
        }
        let protected_terms = entry.terms.iter().map(TermEntry::protected).collect::<Result<_, _>>()?;
        let draw = self.draw();
        let id = self.entropy.stream("source", "vault", draw).uuid_v4();
        let source = NewSource {
            cryptonym: Zeroizing::new(cryptonym.clone()),
            true_identity: Zeroizing::new(entry.identity),
            contact: Zeroizing::new(entry.contact),
            handlers: entry.handlers.into_iter().chain([officer.clone()]).collect(),
            protected_terms,
            reliability,
            notes: Zeroizing::new(entry.notes),
        };
        self.vault_act(
            |vault, before| vault.add(id, &source, &officer, now, before),
            |tx| audit(tx.view().desk(), now, Some(&officer), "vault.add", "", ""),
        )?;
        Ok(json!({ "source": id, "cryptonym": cryptonym, "warnings": warnings }))
    }

    pub(crate) fn vault_attach(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        source: &str,
        objects: &[String],
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::SourceHandler])?;
        let selection = crate::request::Selection { objects: objects.to_vec(), origins: Vec::new() };
        let ids = self.selected(&selection)?;
        let source = self.source_for(&officer, source)?;
        let attached = self.vault_act(
            |vault, before| vault.attach(source, &ids, &officer, now, before),
            |tx| audit(tx.view().desk(), now, Some(&officer), "vault.attach", "", ""),
        )?;
        Ok(json!({ "attached": attached }))
    }

    pub(crate) fn vault_show(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        source: &str,
        reason: &str,
        act: &str,
    ) -> Result<Value, Failure> {
        if reason.trim().is_empty() {
            return Err(Failure::usage("a reading of a source needs a reason; it is logged"));
        }
        let reason = if act == "vault.print" { format!("to print it: {reason}") } else { reason.to_owned() };
        // An unknown name is asked of the vault all the same, so that the attempt is logged like any other.
        // Somebody who handles no sources at all gets that same answer: it tells nothing of what exists.
        let found = match self.require_role(&officer, &[Role::SourceHandler]) {
            Ok(()) => self.find_source(&officer, source)?.unwrap_or_else(|| source.parse().unwrap_or_default()),
            Err(_) => Uuid::nil(),
        };
        let shown = self.vault_act(
            |vault, before| vault.show(found, &officer, &reason, now, before),
            |tx| audit(tx.view().desk(), now, Some(&officer), act, "", ""),
        )?;
        let terms: Vec<&str> = shown.protected_terms.iter().map(|entry| entry.term.as_str()).collect();
        let kinds: Vec<Value> = shown.protected_terms.iter().map(|entry| {
            json!({ "term": entry.term.as_str(), "kind": entry.kind().as_str(), "said": entry.kind.is_some() })
        }).collect();
        let changes: Vec<Value> = self
            .vault()?
            .changes(shown.id)?
            .iter()
            .map(|change| {
                let dropped: Vec<&str> = change.dropped.iter().map(|term| term.as_str()).collect();
                json!({ "at": change.at, "officer": change.officer, "did": change.changed, "dropped": dropped, "classified": change.classified,
                    "reason": change.reason.as_str() })
            })
            .collect();
        Ok(json!({
            "changes": changes,
            "source": shown.id,
            "cryptonym": shown.cryptonym.as_str(),
            "identity": shown.true_identity.as_str(),
            "contact": shown.contact.as_str(),
            "handlers": shown.handlers,
            "terms": terms,
            "term_kinds": kinds,
            "reliability": shown.reliability.letter().to_string(),
            "notes": shown.notes.as_str(),
            "created": shown.created,
            "objects": shown.objects,
        }))
    }

    pub(crate) fn vault_list(&mut self, now: Timestamp, officer: OfficerCode) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::SourceHandler])?;
        let listed = self.summaries(&officer)?;
        self.audit_vault(now, &officer, "vault.list")?;
        let sources: Vec<Value> = listed
            .iter()
            .map(|source| {
                json!({
                    "source": source.id,
                    "cryptonym": source.cryptonym.as_str(),
                    "reliability": source.reliability.letter().to_string(),
                    "objects": source.objects,
                    "unclassified": source.unclassified,
                })
            })
            .collect();
        Ok(json!({ "sources": sources }))
    }

    fn summaries(&mut self, officer: &OfficerCode) -> Result<Vec<SourceSummary>, Failure> {
        Ok(self.vault()?.list(officer)?)
    }

    /// The source of this cryptonym or id among those the officer handles.
    pub(crate) fn find_source(&mut self, officer: &OfficerCode, name: &str) -> Result<Option<Uuid>, Failure> {
        let found = self
            .summaries(officer)?
            .iter()
            .find(|source| source.cryptonym.as_str() == name || source.id.to_string() == name)
            .map(|source| source.id);
        Ok(found)
    }

    pub(crate) fn source_for(&mut self, officer: &OfficerCode, name: &str) -> Result<Uuid, Failure> {
        self.find_source(officer, name)?.ok_or_else(|| vault_failure(&VaultError::NothingReleasedToYou))
    }

    fn audit_vault(&mut self, now: Timestamp, officer: &OfficerCode, act: &str) -> Result<(), Failure> {
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, Some(officer), act, "", "")?;
        tx.commit()?;
        Ok(())
    }
}
