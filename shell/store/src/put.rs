//! Writing few objects inside a caller's transaction: what officers write, and what a partner released.
//!
//! Guarantees: visible and durable with the caller's commit, together with whatever else it writes.

use crate::current;
use crate::error::StoreError;
use crate::holdings::Tx;
use crate::import::{self, ImportOptions, ImportReport};
use crate::origin::Origin;
use crate::prepare::{self, Prepared, Unholdable};
use crate::record::{Outcome, Recorder, Stored};
use comity_vocab::{OfficerCode, OrgCode, SecurityLabel, Timestamp};

/// What came with the objects of a partner's release.
#[derive(Clone, Debug)]
pub struct Received {
    /// The partner.
    pub partner: OrgCode,
    /// The partner's release.
    pub release: String,
    /// The position in the partner's log.
    pub seq: u64,
    /// The label of the release; holds for every object of it.
    pub label: Option<SecurityLabel>,
    /// The terms, as the partner put them.
    pub terms: Option<String>,
}

impl Tx<'_> {
    /// Writes objects of our own, each by its exact bytes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where an object cannot be held (the caller should drop the transaction); a failing database.
    pub fn put_own(
        &self,
        objects: &[Vec<u8>],
        label: Option<&SecurityLabel>,
        officer: &OfficerCode,
        now: Timestamp,
    ) -> Result<Vec<Stored>, StoreError> {
        let options = ImportOptions {
            origin: Origin::Own,
            label: label.cloned(),
            officer: Some(officer.clone()),
            file_name: None,
        };
        let prepared = objects.iter().map(|bytes| prepare::prepare(bytes)).collect();
        let stored = self.put(prepared, &options, None, now)?;
        match stored.iter().find_map(|s| if let Outcome::Refused(reason) = &s.outcome { Some(reason) } else { None }) {
            Some(reason) => Err(StoreError::Refused { reason: reason.clone() }),
            None => Ok(stored),
        }
    }

    /// Writes the objects of one part of a partner's release; `bundle` is the exact bytes that were signed.
    ///
    /// Objects that cannot be held, or whose identifier was recalled, are refused one by one with a reason; those that `aside` picks by
    /// their bytes are passed over.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the bytes are no STIX bundle; a failing database.
    pub fn put_received(
        &self,
        received: &Received,
        bundle: &[u8],
        aside: &mut dyn FnMut(&[u8]) -> bool,
        now: Timestamp,
    ) -> Result<Vec<Stored>, StoreError> {
        let mut prepared = Vec::new();
        let mut splitter = comity_stix::Splitter::new(comity_stix::Limits::default());
        let refused = |error: comity_stix::JsonError| StoreError::Refused { reason: error.to_string() };
        let mut take = |bytes: &[u8]| {
            if !aside(bytes) {
                prepared.push(prepare::prepare(bytes));
            }
        };
        splitter.push(bundle, &mut |raw| take(raw.bytes)).map_err(refused)?;
        splitter.finish().map_err(refused)?;
        let options = ImportOptions {
            origin: Origin::Link(received.partner.clone()),
            label: received.label.clone(),
            officer: None,
            file_name: None,
        };
        self.put(prepared, &options, Some(received), now)
    }

    fn put(
        &self,
        objects: Vec<Result<Prepared, Unholdable>>,
        options: &ImportOptions,
        received: Option<&Received>,
        now: Timestamp,
    ) -> Result<Vec<Stored>, StoreError> {
        let conn = self.sql();
        let context = import::enter(conn, options, None, now, 1)?;
        if let Some(received) = received {
            let seq = i64::try_from(received.seq).unwrap_or(i64::MAX);
            conn.prepare_cached("UPDATE import SET release = ?2, seq = ?3, terms = ?4 WHERE iid = ?1")?.execute((
                context.iid,
                &received.release,
                seq,
                received.terms.as_deref(),
            ))?;
        }
        let mut recorder = Recorder::default();
        let mut report = ImportReport::default();
        let mut all = Vec::new();
        for (position, object) in objects.iter().enumerate() {
            let stored = match object {
                Ok(object) => {
                    let stored = recorder.record(conn, &context, object)?;
                    if let Outcome::Refused(reason) = &stored.outcome {
                        let so_far = (context.iid, report.refused);
                        import::refuse(conn, so_far, position as u64, &object.digest, Some(&stored.id), reason)?;
                    }
                    stored
                }
                Err(bad) => {
                    let so_far = (context.iid, report.refused);
                    import::refuse(conn, so_far, position as u64, &bad.digest, bad.id.as_deref(), &bad.reason)?;
                    Stored::plain(bad.id.clone().unwrap_or_default(), Outcome::Refused(bad.reason.clone()), false)
                }
            };
            report.count(&stored);
            all.push(stored);
        }
        current::settle_pending(conn, now)?;
        import::close(conn, context.iid, &report, crate::taxii::micros(now))?;
        Ok(all)
    }
}
