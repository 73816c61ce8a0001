//! The section `[policy]` of `comity.toml`: how far what leaves is cut down, and what must not occur in it.
//!
//! Does not know: what leaves.

use comity_release::{Coarse, Counts};
use comity_vocab::time::Precision;
use serde::{Deserialize, Serialize};

/// Knobs of releases.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySection {
    /// How far times are cut down in a tearline.
    pub precision: Precision,
    /// How many decimals of a degree leave of a place in a tearline.
    pub place_decimals: u8,
    /// How counts leave in a tearline.
    pub counts: Counts,
    /// Days after which an unsent draft can no longer be approved or sent.
    pub draft_valid_days: u32,
    /// Hosts and domains that must never appear in a release.
    pub internal_hosts: Vec<String>,
    /// Whom an officer asks whose draft is blocked; the source handlers of the organisation where it is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub blocked_contact: String,
}

impl Default for PolicySection {
    fn default() -> Self {
        Self {
            precision: Precision::Day,
            place_decimals: Coarse::default().place_decimals,
            counts: Counts::default(),
            draft_valid_days: 30,
            internal_hosts: Vec::new(),
            blocked_contact: String::new(),
        }
    }
}
