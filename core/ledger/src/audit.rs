//! The audit chain: who did what, each entry bound to all before it.
//!
//! Guarantees: a changed, removed, added or moved entry is found, and the first bad one is named. What was cut off at
//! the end is found against a head kept elsewhere ([`verify_chain_to`]).
//!
//! Does not know: which acts there are. Entries hold codes, ids and counts, never content or sources: that is the
//! caller's duty.

use crate::GENESIS;
use comity_crypto::sha256;
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde::{Deserialize, Serialize};

/// One entry. Its bytes are strict JSON in this order of fields, without blanks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// The position in the chain, from 0.
    pub seq: u64,
    /// The chain's digest before this entry; [`GENESIS`] for the first.
    pub prev: Digest,
    /// When it was done, by the node's clock.
    pub at: Timestamp,
    /// Who did it; none where the node itself acted.
    pub officer: Option<OfficerCode>,
    /// What was done: a short word such as `release.approve`.
    pub act: String,
    /// On what: an identifier.
    pub subject: String,
    /// Further ids and counts.
    pub detail: String,
}

/// The first bad entry of a chain and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit entry {seq}: {fault}")]
pub struct AuditError {
    /// The position of the first bad entry, from 0.
    pub seq: u64,
    /// What is wrong.
    pub fault: AuditFault,
}

/// What is wrong with an audit entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The bytes are not those of an entry.
    #[error("not an audit entry in its exact form")]
    Malformed,
    /// The entry states another position.
    #[error("states another position")]
    Position,
    /// The entry is not the one that what follows was chained to.
    #[error("changed after it was written")]
    Changed,
    /// The entry does not follow the one before.
    #[error("does not follow the entry before it")]
    NotNext,
    /// The chain ends before the head that was kept.
    #[error("missing or changed: the chain does not end in the head that was kept")]
    Head,
}

/// Returns the chain's digest after an entry: `SHA-256("comity/v1/audit-chain" ‖ prev ‖ bytes)`.
pub fn chain(prev: &Digest, bytes: &[u8]) -> Digest {
    sha256(&[b"comity/v1/audit-chain", prev.as_bytes(), bytes])
}

impl AuditEntry {
    /// Returns the exact bytes that are stored and chained.
    pub fn bytes(&self) -> Vec<u8> {
        // INVARIANT: text, numbers and strings only: writing them as JSON cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an entry; only the bytes that [`AuditEntry::bytes`] writes are accepted.
    ///
    /// # Errors
    /// [`AuditFault::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, AuditFault> {
        let entry: Self = serde_json::from_slice(bytes).map_err(|_| AuditFault::Malformed)?;
        if entry.bytes() == bytes { Ok(entry) } else { Err(AuditFault::Malformed) }
    }
}

/// Verifies entries from the first on, and returns the chain's digest after the last.
///
/// # Errors
/// [`AuditError`] names the first bad entry.
pub fn verify_chain<B: AsRef<[u8]>>(entries: impl IntoIterator<Item = B>) -> Result<Digest, AuditError> {
    verify(entries, None).map(|(_, head)| head)
}

/// Verifies entries from the first on against the number of entries and the digest kept elsewhere, such as under the
/// node's signature.
///
/// # Errors
/// [`AuditError`] names the first bad or missing entry.
pub fn verify_chain_to<B: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = B>,
    count: u64,
    head: &Digest,
) -> Result<(), AuditError> {
    let (found, digest) = verify(entries, Some(head))?;
    if found == count && digest == *head {
        Ok(())
    } else {
        // The entries hold together, so what differs is the end: the last one, or the first that is missing or too many.
        let seq = if found == count { count.saturating_sub(1) } else { found.min(count) };
        Err(AuditError { seq, fault: AuditFault::Head })
    }
}

fn verify<B: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = B>,
    head: Option<&Digest>,
) -> Result<(u64, Digest), AuditError> {
    let mut entries = entries.into_iter().peekable();
    let (mut seq, mut digest) = (0u64, GENESIS);
    while let Some(bytes) = entries.next() {
        let bytes = bytes.as_ref();
        let entry = AuditEntry::parse(bytes).map_err(|fault| AuditError { seq, fault })?;
        if entry.seq != seq {
            return Err(AuditError { seq, fault: AuditFault::Position });
        }
        if entry.prev != digest {
            // Either this entry was changed or the one before. What follows was chained to this one as it was:
            // if it still fits, this one is whole.
            let after = chain(&entry.prev, bytes);
            let fits = match entries.peek() {
                Some(next) => AuditEntry::parse(next.as_ref()).is_ok_and(|next| next.prev == after),
                None => head == Some(&after),
            };
            let (seq, fault) = match (fits, seq.checked_sub(1)) {
                (true, Some(before)) => (before, AuditFault::Changed),
                _ => (seq, AuditFault::NotNext),
            };
            return Err(AuditError { seq, fault });
        }
        digest = chain(&digest, bytes);
        seq += 1;
    }
    Ok((seq, digest))
}
