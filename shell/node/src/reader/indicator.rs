//! How an indicator stands before detection, for people.
//!
//! Does not know: what was seen of it ([`super::SeenOf`]).

use super::Reader;
use crate::detection::{Hindrance, Standing, pattern_digest, standing};
use crate::failure::Failure;
use comity_store::AcceptedIndicator;

/// How one indicator stands.
#[derive(Clone, Debug, Default)]
pub struct IndicatorStanding {
    /// Why it can never match.
    pub unmatchable: Option<String>,
    /// What of it is read otherwise than it is written.
    pub remarks: Vec<String>,
    /// What it covers, where that is too much.
    pub covers: Option<String>,
    /// What an officer accepted of it.
    pub accepted: Option<AcceptedIndicator>,
    /// Whether that was the pattern that it has now.
    pub counts: bool,
}

impl Reader {
    /// Says how an indicator stands; nothing is to be said of what is no indicator that is held.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn indicator_standing(&self, id: &str) -> Result<IndicatorStanding, Failure> {
        let view = self.view();
        let Some(object) = view.get(id)?.filter(|object| object.object_type == "indicator" && !object.revoked) else {
            return Ok(IndicatorStanding::default());
        };
        let accepted = view.accepted_indicator(id)?;
        let Standing { hindrance, remarks, broad, .. } = standing(&object.bytes, None);
        let unmatchable = match hindrance {
            Some(Hindrance::Unmatchable(_, why)) => Some(why),
            Some(Hindrance::Broad(_)) | None => None,
        };
        let now = pattern_digest(&object.bytes);
        let counts = accepted.as_ref().is_some_and(|accepted| Some(accepted.pattern) == now);
        let covers = broad.map(|broad| broad.to_string());
        Ok(IndicatorStanding { unmatchable, remarks, covers, accepted, counts })
    }
}
