//! The terms that must never leave, for the leak check inside the vault.

use super::{Vault, VaultError};
use comity_release::leak::{TermKind, infer, is_common_given_name, is_matchable, is_personal_name};
use comity_vocab::Digest;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A part of an identity shorter than this many characters would be found everywhere.
const PART_CHARS_MIN: usize = 4;

/// A term and the matter it belongs to. The leak check names the matter, never the term.
pub struct VaultTerm {
    /// The term.
    pub term: Zeroizing<String>,
    /// What it is.
    pub kind: TermKind,
    /// The number of the matter.
    pub matter: u64,
    /// The source.
    pub source: Uuid,
}

impl Vault {
    /// Returns what the sources are: another tag as soon as one is added or changed. Their rows are compared with what was committed to.
    ///
    /// # Errors
    /// [`VaultError::Unfit`] where they are not those; a failing database.
    pub fn sources(&self) -> Result<Digest, VaultError> {
        let snapshot = self.conn.unchecked_transaction()?;
        if !self.register.holds(&snapshot, &self.commitment_key, "source")? {
            return Err(VaultError::Unfit { path: self.path.clone() });
        }
        snapshot.finish()?;
        self.answer_tag(&[b"sources"])
    }

    /// Returns every protected term, cryptonym, contact and identity (whole, and its parts between separators) of all sources. A dash in the
    /// place of an identity or contact, and such a part of one, is no term.
    ///
    /// Only for the leak check: nothing of it may be shown, logged or sent.
    ///
    /// # Errors
    /// [`VaultError::Unfit`] where the sources are not those that were committed to; a failing database or a damaged row.
    pub fn terms(&self) -> Result<Vec<VaultTerm>, VaultError> {
        // The rows that are compared and the rows that are read are those of one instant.
        let snapshot = self.conn.unchecked_transaction()?;
        if !self.register.holds(&snapshot, &self.commitment_key, "source")? {
            return Err(VaultError::Unfit { path: self.path.clone() });
        }
        let mut terms = Vec::new();
        for (matter, id) in self.rows()? {
            let sealed = self.sealed(matter, id)?;
            let damaged = |_| VaultError::Damaged { table: "source", row: matter };
            let matter = u64::try_from(matter).map_err(damaged)?;
            let mut add = |term: &str, kind: TermKind| {
                let term = term.trim();
                if !term.is_empty() {
                    terms.push(VaultTerm { term: Zeroizing::new(term.to_owned()), kind, matter, source: id });
                }
            };
            for entry in &sealed.terms() {
                add(&entry.term, entry.kind());
            }
            add(&sealed.cryptonym, TermKind::Cryptonym);
            for text in [&sealed.true_identity, &sealed.contact] {
                let parts = text.split([',', ';', '/', '|', '(', ')', '\n']).map(str::trim);
                let parts = parts.filter(|part| part.chars().count() >= PART_CHARS_MIN && *part != text.trim());
                let parts = std::iter::once(text.as_str()).chain(parts).filter(|term| is_matchable(term));
                // A given name by itself is a person's too: it is not found in the names of others.
                let kind = |term: &str| {
                    let person = is_personal_name(term) || is_common_given_name(term);
                    if person { TermKind::Person } else { infer(term) }
                };
                parts.for_each(|term| add(term, kind(term)));
            }
        }
        snapshot.finish()?;
        Ok(terms)
    }
}
