//! Bringing many objects in at once: invisible until finished, gone if it never is.
//!
//! Guarantees: readers see nothing of an unfinished import; a crash or a dropped [`Import`] leaves nothing (what batches were
//! already written is removed at the next opening). Does not know: files (that is `import_file`).

use crate::current;
use crate::error::StoreError;
use crate::holdings::Holdings;
use crate::intern::{self, Words};
use crate::open;
use crate::origin::Origin;
use crate::prepare::{self, Prepared, Unholdable};
use crate::record::{Context, Outcome, Recorder, Stored, state};
use crate::remove;
use crate::taxii;
use crate::text;
use comity_vocab::{Digest, OfficerCode, SecurityLabel, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use std::time::Instant;

/// Refused objects of one import that leave a row; the others are counted, so that a file of nothing but rubbish fills no disk.
pub(crate) const REFUSED_ROWS_MAX: u64 = 10_000;
/// Objects per transaction. Identifiers lie anywhere in their indexes, so that each batch writes most pages of these: few large batches
/// write less.
const BATCH_OBJECTS: u64 = 25_000;
/// Bytes per transaction, so that large objects make a small batch and the pages that a batch changes stay in memory.
const BATCH_BYTES: u64 = 16 << 20;

/// What an import did; every object is counted once under one of the first four or `refused`; `defects` and the last two stand beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Objects whose identifier was new.
    pub accepted: u64,
    /// New versions of known identifiers.
    pub new_versions: u64,
    /// Objects held already, equal in RFC 8785 form.
    pub unchanged: u64,
    /// Same identifier and version and other content, or a further version of which nobody can read when it was made: kept beside the first.
    pub conflicts: u64,
    /// Objects stored by this import that have at least one defect.
    pub defects: u64,
    /// Objects that cannot be held; each has a row with its digest and the reason.
    pub refused: u64,
    /// Conflicts because nobody can read when the version was made.
    pub undated: u64,
    /// Conflicts that withdraw the object: they take effect.
    pub withdrawals: u64,
}

/// Where objects come from and what is said of all of them.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Their origin.
    pub origin: Origin,
    /// A label for all of them, combined with the TLP references each carries.
    pub label: Option<SecurityLabel>,
    /// The officer who imports, where one is known.
    pub officer: Option<OfficerCode>,
    /// The name of the file, kept as provenance.
    pub file_name: Option<String>,
}

/// What is known of the file once it was read whole.
#[derive(Clone, Copy, Debug)]
pub struct FileFacts {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of all of it.
    pub digest: Digest,
}

/// An import that runs. Dropped without [`Import::finish`], it leaves nothing.
pub struct Import<'h> {
    holdings: &'h mut Holdings,
    recorder: Recorder,
    context: Context,
    report: ImportReport,
    position: u64,
    in_batch: u64,
    batch_objects: u64,
    batch_bytes: u64,
    /// Objects are added when they become visible, not when the import began: the one who read meanwhile would else miss them.
    begun: Instant,
    finished: bool,
}

impl<'h> Import<'h> {
    /// Begins an import.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn begin(
        holdings: &'h mut Holdings,
        options: &ImportOptions,
        file: Option<FileFacts>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let begun = begin(holdings.sql())
            .and_then(|()| holdings.has_begun())
            .and_then(|()| enter(holdings.sql(), options, file, now, 0));
        if begun.is_err() {
            rest(holdings.sql(), false);
        }
        let context = begun?;
        Ok(Self {
            holdings,
            recorder: Recorder::default(),
            context,
            report: ImportReport::default(),
            position: 0,
            in_batch: 0,
            batch_objects: BATCH_OBJECTS,
            batch_bytes: 0,
            begun: Instant::now(),
            finished: false,
        })
    }

    /// Writes batches of so many objects, or of fewer where these are large.
    pub fn set_batch_objects(&mut self, objects: u64) {
        self.batch_objects = objects;
    }

    /// Adds one object by its exact bytes.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the import must be dropped then.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Stored, StoreError> {
        self.add_prepared(&prepare::prepare(bytes))
    }

    /// Adds one object that was looked at before, perhaps on another thread.
    pub(crate) fn add_prepared(&mut self, object: &Result<Prepared, Unholdable>) -> Result<Stored, StoreError> {
        let conn = self.holdings.sql();
        let stored = match object {
            Ok(object) => {
                self.batch_bytes += object.bytes.len() as u64;
                let stored = self.recorder.record(conn, &self.context, object)?;
                if let Outcome::Refused(reason) = &stored.outcome {
                    let so_far = (self.context.iid, self.report.refused);
                    refuse(conn, so_far, self.position, &object.digest, Some(&stored.id), reason)?;
                }
                stored
            }
            Err(bad) => {
                let so_far = (self.context.iid, self.report.refused);
                refuse(conn, so_far, self.position, &bad.digest, bad.id.as_deref(), &bad.reason)?;
                Stored::plain(bad.id.clone().unwrap_or_default(), Outcome::Refused(bad.reason.clone()), false)
            }
        };
        self.report.count(&stored);
        self.position += 1;
        self.in_batch += 1;
        if self.in_batch >= self.batch_objects || self.batch_bytes >= BATCH_BYTES {
            self.holdings.commit_for_now("BEGIN IMMEDIATE")?;
            self.recorder.goes_on();
            self.in_batch = 0;
            self.batch_bytes = 0;
        }
        Ok(stored)
    }

    /// Returns the counts so far.
    pub fn report(&self) -> &ImportReport {
        &self.report
    }

    /// Makes everything visible and durable, and returns the counts.
    ///
    /// # Errors
    /// [`StoreError::Database`]; nothing is visible then.
    pub fn finish(mut self) -> Result<ImportReport, StoreError> {
        // `synchronous` cannot be changed inside a transaction. The commit below then covers the whole log.
        self.holdings.commit_for_now("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")?;
        let conn = self.holdings.sql();
        current::settle_pending(conn, self.context.now)?;
        let now = taxii::micros(self.context.now).saturating_add(self.begun.elapsed().as_micros() as i64);
        close(conn, self.context.iid, &self.report, now)?;
        self.holdings.commit_begun()?;
        self.finished = true;
        Ok(self.report)
    }
}

impl Drop for Import<'_> {
    fn drop(&mut self) {
        rest(self.holdings.sql(), self.finished);
        if !self.finished {
            // What cannot be removed now (a failing disk) stays invisible and goes at the next opening.
            let _ = self.holdings.remove_unfinished();
        }
    }
}

/// Opens the first batch.
fn begin(conn: &Connection) -> Result<(), StoreError> {
    open::hurry(conn)?;
    // What is invisible need not be durable yet; `finish` makes all of it so at once. The log keeps its order, so a
    // crash leaves a beginning of the batches, and the next opening removes it.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(conn.execute_batch("BEGIN IMMEDIATE")?)
}

/// Returns to how the database is used between imports: every commit durable, little memory. Where much was brought in, the indexes
/// come next and read what is in memory; they give it back.
fn rest(conn: &Connection, finished: bool) {
    if !conn.is_autocommit() {
        let _ = conn.execute_batch("ROLLBACK");
    }
    let _ = conn.pragma_update(None, "synchronous", "FULL");
    if !(finished && text::much_behind(conn).unwrap_or_default()) {
        let _ = open::calm(conn);
    }
}

impl ImportReport {
    /// Counts one object.
    pub fn count(&mut self, stored: &Stored) {
        match stored.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::NewVersion => self.new_versions += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Conflict => self.conflicts += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
        self.defects += u64::from(stored.defective);
        self.undated += u64::from(stored.undated);
        self.withdrawals += u64::from(stored.withdrawal);
    }
}

/// Enters an import and returns what its objects share.
pub(crate) fn enter(
    conn: &Connection,
    options: &ImportOptions,
    file: Option<FileFacts>,
    now: Timestamp,
    state: i64,
) -> Result<Context, StoreError> {
    let nid = intern::intern(conn, Words::Origin, &options.origin.to_string())?;
    let lid = match &options.label {
        Some(label) => Some(intern::intern(conn, Words::Label, &label.to_string())?),
        None => None,
    };
    let iid = conn
        .prepare_cached(
            "INSERT INTO import (nid, lid, state, first_vid, at, officer, file_name, file_bytes, file_digest)
             VALUES (?1, ?2, ?3, ?9, ?4, ?5, ?6, ?7, ?8)",
        )?
        .insert((
            nid,
            lid,
            state,
            now.to_string(),
            options.officer.as_ref().map(OfficerCode::as_str),
            options.file_name.as_deref(),
            file.map(|f| i64::try_from(f.bytes).unwrap_or(i64::MAX)),
            file.map(|f| f.digest.0),
            taxii::next_vid(conn)?,
        ))?;
    Ok(Context { iid, origin: options.origin.clone(), nid, label: options.label.clone(), now })
}

/// Marks an import as finished, keeps its counts, and dates what it added (`now` in microseconds since 1970).
pub(crate) fn close(conn: &Connection, iid: i64, report: &ImportReport, now: i64) -> Result<(), StoreError> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "UPDATE import SET state = 1, last_vid = (SELECT max(vid) FROM version), accepted = ?2, new_versions = ?3, unchanged = ?4, conflicts = ?5, defects = ?6,
             refused = ?7 WHERE iid = ?1",
    )?
    .execute((
        iid,
        count(report.accepted),
        count(report.new_versions),
        count(report.unchanged),
        count(report.conflicts),
        count(report.defects),
        count(report.refused),
    ))?;
    Ok(taxii::add_run(conn, iid, now)?)
}

/// Keeps the trace of an object that cannot be held.
pub(crate) fn refuse(
    conn: &Connection,
    (iid, refused): (i64, u64),
    position: u64,
    digest: &Digest,
    id: Option<&str>,
    reason: &str,
) -> Result<(), StoreError> {
    if refused >= REFUSED_ROWS_MAX {
        return Ok(());
    }
    // What was recalled leaves no name when it comes again, whatever shape it has then.
    let id = match id {
        Some(id) if reason != "recalled" && !is_erased(conn, id)? => Some(id),
        _ => None,
    };
    conn.prepare_cached("INSERT INTO refused_object (iid, position, digest, id, reason) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((iid, i64::try_from(position).unwrap_or(i64::MAX), digest.as_bytes(), id, reason))?;
    Ok(())
}

/// Tells whether an identifier is one that was recalled.
fn is_erased(conn: &Connection, id: &str) -> Result<bool, StoreError> {
    let Some(oid) = remove::find_object(conn, id)? else { return Ok(false) };
    let sql = "SELECT EXISTS (SELECT 1 FROM object WHERE oid = ?1 AND state = ?2)";
    Ok(conn.prepare_cached(sql)?.query_row((oid, state::ERASED), |row| row.get(0))?)
}
