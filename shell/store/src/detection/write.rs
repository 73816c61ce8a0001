//! What officers say of a sighting, and what was written of it for a partner.

use super::list::{Judgement, SightingRecord};
use crate::error::StoreError;
use crate::holdings::Tx;
use comity_vocab::{OfficerCode, OrgCode, Timestamp};

impl Tx<'_> {
    /// Keeps an officer's judgement in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn judge_sighting(
        &self,
        sighting: &SightingRecord,
        judgement: Judgement,
        comment: Option<&str>,
        officer: &OfficerCode,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql()
            .prepare_cached(
                "UPDATE sighting SET judgement = ?2, judged_by = ?3, judged_at = ?4, comment = ?5, changed = ?4 WHERE sid = ?1",
            )?
            .execute((sighting.sid, judgement.number(), officer.as_str(), now.to_string(), comment))?;
        Ok(())
    }

    /// Remembers what was written of a sighting for a partner; one object of a kind.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn put_sighting_return(
        &self,
        sighting: &SightingRecord,
        partner: &OrgCode,
        kind: &str,
        object: &str,
    ) -> Result<(), StoreError> {
        self.sql()
            .prepare_cached(
                "INSERT OR REPLACE INTO sighting_return (sid, partner, kind, object) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((sighting.sid, partner.as_str(), kind, object))?;
        Ok(())
    }
}
