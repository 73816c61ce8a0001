//! The copy of a release that a partner's TAXII tools may read at our gate (design.md §7.14).
//!
//! Guarantees: a [`TaxiiCopy`] exists only for what stands in our log to that partner as a release, under our own signature and
//! with the payload that the signature commits to: so what two officers released to the partner, and nothing else, can be given
//! to the gate in clear.
//!
//! ```compile_fail
//! let forged = comity_link::TaxiiCopy { origin: String::new(), seq: 0, bundle: b"names of sources".to_vec() };
//! ```
//!
//! Does not know: whether the partner is a TAXII recipient; the desk does.

use crate::payload::Payload;
use crate::seal::{Kept, SealError};
use comity_crypto::{VerifyingKey, commitment};

/// One part of a release, in clear, for the gate.
#[derive(PartialEq, Eq)]
pub struct TaxiiCopy {
    seq: u64,
    bundle: Vec<u8>,
}

impl std::fmt::Debug for TaxiiCopy {
    /// Shows that it is one; content never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TaxiiCopy({}, {} bytes)", self.seq, self.bundle.len())
    }
}

impl TaxiiCopy {
    /// Makes the copy of an entry of the log `origin`; `None` where the entry is no release.
    ///
    /// # Errors
    /// [`SealError::NotOurs`] where header, signature, salt and payload do not belong together, or to another log.
    pub fn of_entry(
        kept: &Kept<'_>,
        origin: &str,
        salt: &[u8; 32],
        payload: &[u8],
        node_key: &VerifyingKey,
    ) -> Result<Option<Self>, SealError> {
        let header = kept.check(node_key)?;
        if header.origin != origin || commitment(salt, payload) != header.commitment {
            return Err(SealError::NotOurs { seq: header.seq });
        }
        match Payload::parse(payload) {
            Payload::Release(release) => Ok(Some(Self { seq: header.seq, bundle: release.bundle })),
            _ => Ok(None),
        }
    }

    /// Returns the position in the log.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns the bundle's exact bytes.
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }
}
