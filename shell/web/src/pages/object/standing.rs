//! How an indicator stands before detection, on its page.

use crate::identity::Officer;
use crate::pages::detection::may_accept;
use comity_node::IndicatorStanding;

/// What is to be said; nothing where the indicator is looked for as it is written.
pub struct Stands {
    pub unmatchable: String,
    pub remarks: Vec<String>,
    pub covers: String,
    /// Who accepted it, when and why; empty where nobody did.
    pub officer: String,
    pub at: String,
    pub reason: String,
    /// Whether that was the pattern of now.
    pub counts: bool,
    pub may_accept: bool,
}

impl Stands {
    pub fn of(standing: IndicatorStanding, officer: &Officer) -> Option<Self> {
        let IndicatorStanding { unmatchable, remarks, covers, accepted, counts } = standing;
        if unmatchable.is_none() && remarks.is_empty() && covers.is_none() && accepted.is_none() {
            return None;
        }
        let (by, at, reason) = accepted.map(|one| (one.officer, one.at, one.reason)).unwrap_or_default();
        Some(Self {
            unmatchable: unmatchable.unwrap_or_default(),
            remarks,
            covers: covers.unwrap_or_default(),
            officer: by,
            at,
            reason,
            counts,
            may_accept: may_accept(officer),
        })
    }
}
