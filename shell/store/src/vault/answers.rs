//! What the vault says of a draft, and what a source's handlers answered of one.
//!
//! Guarantees: an answer that stands outside carries a tag that only the vault's key makes, over the draft and the sources as they are; a
//! handler's answer is an entry of the access log, about the terms that stood in the draft then, and about no other. Does not
//! know: what is asked, who may ask.

use super::acts::entry;
use super::{Vault, VaultError};
use comity_release::leak::TermKind;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ANSWER: &str = "comity/v1/vault-answer";
const TERM: &str = "comity/v1/vault-term";
const CLEAR: &str = "comity/v1/vault-clear";
/// The acts in the access log.
const NOT_MINE: &str = "not-mine";
const KEEP: &str = "keep-back";

/// A protected term, without the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TermTag(pub Digest);

/// What a handler answered of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlersAnswer {
    /// The digest of the draft.
    pub draft: Digest,
    /// The terms of the source that stood in it.
    pub terms: BTreeSet<TermTag>,
    /// Why.
    pub reason: String,
}

/// The last answer about one term in one draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What stands there is not the source.
    pub not_mine: bool,
    /// Who said so.
    pub officer: OfficerCode,
}

impl Vault {
    /// Returns the tag of an answer: over what is given and every source as it is now.
    ///
    /// # Errors
    /// [`VaultError::Unfit`].
    pub fn answer_tag(&self, parts: &[&[u8]]) -> Result<Digest, VaultError> {
        let sources = self.register.state("source").ok_or_else(|| VaultError::Unfit { path: self.path.clone() })?;
        let all: Vec<&[u8]> = std::iter::once(sources.as_slice()).chain(parts.iter().copied()).collect();
        Ok(self.commitment_key.tag(ANSWER, &all))
    }

    /// Returns the tag of a term, as what it is looked for: an answer does not cover what it is found in as something else.
    pub fn term_tag(&self, source: Uuid, term: &str, kind: TermKind) -> TermTag {
        TermTag(self.commitment_key.tag(TERM, &[&source.into_bytes(), kind.as_str().as_bytes(), term.as_bytes()]))
    }

    /// Returns the secret under which pieces of texts that were sent become numbers: another one as soon as a source is another.
    ///
    /// # Errors
    /// [`VaultError::Unfit`].
    pub fn clear_secret(&self) -> Result<Digest, VaultError> {
        let sources = self.register.state("source").ok_or_else(|| VaultError::Unfit { path: self.path.clone() })?;
        Ok(self.commitment_key.tag(CLEAR, &[&sources]))
    }

    /// Writes a handler's answer: `not_mine`, that what stood in the draft is not the source; or that it is to be kept back.
    ///
    /// # Errors
    /// [`VaultError::ReasonMissing`]; [`VaultError::NothingReleasedToYou`] where the officer does not handle the source; what `before`
    /// says, with nothing done.
    pub fn answer<E: From<VaultError>>(
        &mut self,
        source: Uuid,
        not_mine: bool,
        answer: &HandlersAnswer,
        officer: &OfficerCode,
        now: Timestamp,
        before: impl FnOnce(&Digest) -> Result<(), E>,
    ) -> Result<(), E> {
        if answer.reason.trim().is_empty() {
            return Err(VaultError::ReasonMissing.into());
        }
        if self.admitted(source, officer)?.is_none() {
            return Err(VaultError::NothingReleasedToYou.into());
        }
        // INVARIANT: digests and text under text keys: writing them as JSON cannot fail.
        let said = serde_json::to_string(answer).unwrap_or_default();
        self.act(&entry(officer, now, source, if not_mine { NOT_MINE } else { KEEP }, true, &said), before, |_| Ok(()))
    }

    /// Returns what handlers answered of a draft, for each term that stood in it the last answer.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub fn answers(&self, draft: &Digest) -> Result<BTreeMap<TermTag, Answered>, VaultError> {
        let mut answers = BTreeMap::new();
        for access in self.accesses()? {
            if access.act != NOT_MINE && access.act != KEEP {
                continue;
            }
            let damaged = |_| VaultError::Damaged { table: "access", row: 0 };
            let answer: HandlersAnswer = serde_json::from_str(&access.reason).map_err(damaged)?;
            if answer.draft == *draft {
                let not_mine = access.act == NOT_MINE;
                let answered = Answered { not_mine, officer: access.officer };
                answers.extend(answer.terms.into_iter().map(|term| (term, answered.clone())));
            }
        }
        Ok(answers)
    }
}
