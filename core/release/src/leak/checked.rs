//! The result of the leak check on one draft: the value without which nothing is authorised.
//!
//! Guarantees: only [`super::leak_check`] makes one, from the draft's own bytes; it says of which draft, with which configuration and
//! over how much of the corpus. It can be used once; [`super::KeptCheck`] gives it again for the same bytes, sources and holdings.
//!
//! Nobody else can make one:
//!
//! ```compile_fail
//! let forged = comity_release::Checked { findings: Vec::new() };
//! ```
//!
//! ```compile_fail
//! let forged: comity_release::Checked = serde_json::from_str("{}").unwrap();
//! ```
//!
//! none can be used for two decisions:
//!
//! ```compile_fail
//! fn twice(checked: comity_release::Checked) -> [comity_release::Checked; 2] {
//!     [checked.clone(), checked]
//! }
//! ```
//!
//! and findings are no proof of a check:
//!
//! ```compile_fail
//! use comity_release::*;
//! fn without_a_check(draft: Draft, signed: &SignedBy<'_>, record: &dyn Record, now: comity_vocab::Timestamp) {
//!     let findings: Vec<Finding> = Vec::new();
//!     let _ = authorise::<Bundle>(draft, findings, signed, &|_| None, record, now);
//! }
//! ```

use super::configuration::CheckConfiguration;
use super::finding::Finding;
use comity_vocab::Digest;

/// How much of the corpus a check took in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it, up to this act.
    Whole {
        /// The highest act of the corpus.
        act: u64,
    },
    /// A bound was met, or something could not be read.
    NotWhole,
}

/// What the leak check found in one draft.
#[must_use = "a check that nobody reads protects nothing"]
pub struct Checked {
    pub(super) draft: Digest,
    pub(super) configuration: CheckConfiguration,
    pub(super) coverage: Coverage,
    pub(super) findings: Vec<Finding>,
}

impl std::fmt::Debug for Checked {
    /// Shows counts; what was found stays with who may see it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checked({}, {:?}, {} findings)", self.draft, self.coverage, self.findings.len())
    }
}

impl Checked {
    /// Returns the digest of the draft that was checked.
    pub fn draft(&self) -> Digest {
        self.draft
    }

    /// Returns what was looked for.
    pub fn configuration(&self) -> &CheckConfiguration {
        &self.configuration
    }

    /// Returns how much of the corpus was taken in.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// Returns what was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
