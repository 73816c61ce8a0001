//! Later changes of a source: its protected terms and its handlers.
//!
//! Guarantees: only a handler changes a source, with a reason; a source keeps at least one handler; what was changed stands in the vault's
//! own log, with the words that are no longer protected or looked for as something else, so that a term cannot be taken out and put back unseen.
//! Does not know: which officers may be handlers.

use super::acts::entry;
use super::{Access, ProtectedTerm, Vault, VaultError, handlers_role, record, record_role};
use comity_release::leak::TermKind;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What changes of a source.
pub struct SourceChange {
    /// Words that must never leave from now on; one that is protected already is classified as given here.
    pub terms: Vec<ProtectedTerm>,
    /// Words that are no longer protected, exactly as they were entered.
    pub dropped: Vec<Zeroizing<String>>,
    /// Officers who handle it from now on.
    pub handlers: BTreeSet<OfficerCode>,
    /// Officers who no longer do.
    pub former: BTreeSet<OfficerCode>,
    /// The most terms that a source may have.
    pub terms_max: usize,
    /// Why; kept inside the vault.
    pub reason: Zeroizing<String>,
}

/// What a change did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Terms that are new.
    pub added: usize,
    /// Terms of which somebody said what they are.
    pub classified: usize,
    /// Terms that are no longer protected.
    pub dropped: usize,
    /// Handlers that are new.
    pub handlers: usize,
    /// Officers who no longer handle the source.
    pub former: usize,
}

/// A term of which somebody said what it is, from what to what; empty where its form decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Classified {
    /// The term.
    pub term: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// What is written down of a change.
#[derive(Serialize, Deserialize)]
struct Said {
    changed: Changed,
    dropped: Vec<String>,
    classified: Vec<Classified>,
    handlers: BTreeSet<OfficerCode>,
    former: BTreeSet<OfficerCode>,
    reason: String,
}

/// The act of a change in the vault's log.
const CHANGE: &str = "change";

/// A change that was made, as a handler of the source may read it.
pub struct FormerChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerCode,
    /// What was done.
    pub changed: Changed,
    /// The words that are no longer protected since.
    pub dropped: Vec<Zeroizing<String>>,
    /// The words that are looked for as something else since.
    pub classified: Vec<Classified>,
    /// Why.
    pub reason: Zeroizing<String>,
}

impl Vault {
    /// Returns the sources from words of which an officer took protection since: took a word out, or said that it is something else.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn weakened_by(&self, officer: &OfficerCode, since: Timestamp) -> Result<BTreeSet<Uuid>, VaultError> {
        let mut weakened = BTreeSet::new();
        for (access, said) in self.said()? {
            let weakens = said.changed.dropped + said.changed.classified > 0;
            if weakens && access.officer == *officer && access.at >= since {
                weakened.insert(access.source);
            }
        }
        Ok(weakened)
    }

    /// The changes that the log names, oldest first.
    fn said(&self) -> Result<Vec<(Access, Said)>, VaultError> {
        let changes = self.accesses()?.into_iter().filter(|access| access.act == CHANGE && access.allowed);
        let read = |access: Access| match serde_json::from_str(&access.reason) {
            Ok(said) => Ok((access, said)),
            Err(_) => Err(VaultError::Damaged { table: "access", row: 0 }),
        };
        changes.map(read).collect()
    }

    /// Changes terms and handlers of a source.
    ///
    /// # Errors
    /// [`VaultError::ReasonMissing`]; [`VaultError::NothingReleasedToYou`] where the officer does not handle the source (the attempt is
    /// logged); [`VaultError::NoSuchTerm`], [`VaultError::NoSuchHandler`], [`VaultError::TooManyTerms`] and
    /// [`VaultError::Incomplete`], with nothing done; what `before`
    /// says, with nothing done.
    pub fn change<E: From<VaultError>>(
        &mut self,
        id: Uuid,
        change: &SourceChange,
        officer: &OfficerCode,
        now: Timestamp,
        before: impl FnOnce(&Digest) -> Result<(), E>,
    ) -> Result<Changed, E> {
        if change.reason.trim().is_empty() {
            return Err(VaultError::ReasonMissing.into());
        }
        let Some(matter) = self.admitted(id, officer)? else {
            self.act(&entry(officer, now, id, CHANGE, false, ""), before, |_| Ok(()))?;
            return Err(VaultError::NothingReleasedToYou.into());
        };
        let (mut changed, mut classified) = (Changed::default(), Vec::new());
        let mut sealed = self.sealed(matter, id)?;
        let mut terms = sealed.terms();
        for (number, dropped) in change.dropped.iter().enumerate() {
            let before = terms.len();
            // What an earlier version took in may have blanks around it, which nobody sees.
            terms.retain(|entry| entry.term.trim() != dropped.trim());
            if terms.len() == before {
                return Err(VaultError::NoSuchTerm { number: number + 1 }.into());
            }
            changed.dropped += before - terms.len();
        }
        for term in &change.terms {
            match terms.iter_mut().find(|entry| entry.term.trim() == term.term.trim()) {
                Some(entry) if entry.kind == term.kind => {}
                Some(entry) => {
                    let word = |kind: Option<TermKind>| kind.map_or("", TermKind::as_str).to_owned();
                    let (from, to) = (word(entry.kind), word(term.kind));
                    classified.push(Classified { term: term.term.to_string(), from, to });
                    changed.classified += 1;
                    entry.kind = term.kind;
                }
                None => {
                    changed.added += 1;
                    terms.push(term.clone());
                }
            }
        }
        if terms.len() > change.terms_max {
            return Err(VaultError::TooManyTerms { most: change.terms_max }.into());
        }
        let mut handlers = self.handlers(matter, id)?;
        for former in &change.former {
            if !handlers.remove(former) {
                return Err(VaultError::NoSuchHandler { officer: former.clone() }.into());
            }
            changed.former += 1;
        }
        changed.handlers = change.handlers.difference(&handlers).count();
        handlers.extend(change.handlers.iter().cloned());
        if handlers.is_empty() {
            return Err(VaultError::Incomplete { what: "a handler" }.into());
        }
        if changed == Changed::default() {
            return Ok(changed);
        }
        sealed.put_terms(&terms);
        let record = self.seal(&record_role(id), &sealed.padded());
        let handlers = self.seal(&handlers_role(id), &record::encode_handlers(&handlers));
        let said = Said {
            changed,
            dropped: change.dropped.iter().map(|term| term.to_string()).collect(),
            classified,
            handlers: change.handlers.clone(),
            former: change.former.clone(),
            reason: change.reason.to_string(),
        };
        // INVARIANT: texts and numbers: writing them as JSON cannot fail.
        let said = Zeroizing::new(serde_json::to_string(&said).unwrap_or_default());
        self.rewrite(&entry(officer, now, id, CHANGE, true, &said), before, |tx| {
            tx.execute("UPDATE source SET handlers = ?2, record = ?3 WHERE matter = ?1", (matter, handlers, record))
        })?;
        Ok(changed)
    }

    /// Returns the changes of a source, oldest first. Only for what one of its handlers is shown.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn changes(&self, id: Uuid) -> Result<Vec<FormerChange>, VaultError> {
        let mut changes = Vec::new();
        for (access, said) in self.said()?.into_iter().filter(|(access, _)| access.source == id) {
            changes.push(FormerChange {
                at: access.at,
                officer: access.officer,
                changed: said.changed,
                dropped: said.dropped.into_iter().map(Zeroizing::new).collect(),
                classified: said.classified,
                reason: Zeroizing::new(said.reason),
            });
        }
        Ok(changes)
    }
}
