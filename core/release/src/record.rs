//! What the node's own record says since an officer agreed.
//!
//! Guarantees: an answer that could not be had is an error, never "nothing happened". Does not know: how chains are kept.

use crate::ReleaseId;
use crate::leak::NotRead;
use comity_ledger::Heads;

/// The word in the audit chain for the withdrawal of a release.
pub const WITHDRAWN_ACT: &str = "release.withdraw";

/// Audit chain and officer registry as they are now.
pub trait Record {
    /// Tells whether both chains go on from these ends, with nothing of what was before cut off or changed.
    ///
    /// # Errors
    /// [`NotRead`].
    fn goes_on_from(&self, heads: &Heads) -> Result<bool, NotRead>;

    /// Tells whether the audit chain says, after these ends, that the release was withdrawn.
    ///
    /// # Errors
    /// [`NotRead`] also where the chain does not hold together.
    fn is_withdrawn_since(&self, heads: &Heads, release: &ReleaseId) -> Result<bool, NotRead>;
}
