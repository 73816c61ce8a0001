//! Bringing files into the holdings.
//!
//! Guarantees: only a regular file is read, over one descriptor, not through a link; nothing of a malformed file stays.

use crate::access::Asker;
use crate::failure::{Failure, FailureKind};
use crate::node::{Node, audit};
use comity_store::{ImportError, ImportOptions, Origin, import_file};
use comity_vocab::{Blame, SecurityLabel, Timestamp};
use rustix::fs::{Mode, OFlags};
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;

/// How many versions one step of the full-text index takes in.
const INDEX_STEP: usize = 20_000;

/// How many refused objects are named one by one.
const REFUSALS_SHOWN: usize = 20;

/// How far a long import is, for whoever watches.
pub type WatchProgress = Box<dyn FnMut(comity_store::Progress) + Send>;

/// Opens a regular file, not through a symbolic link and without waiting for a FIFO's writer.
fn open_regular(path: &Path) -> Result<File, Failure> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        rustix::io::Errno::LOOP => Failure::usage("is a symbolic link; name the file itself"),
        other => Failure::usage(format!("cannot be opened: {}", std::io::Error::from(other))),
    })?;
    let file = File::from(fd);
    let facts = file.metadata().map_err(|error| Failure::usage(format!("cannot be read: {error}")))?;
    if facts.is_file() { Ok(file) } else { Err(Failure::usage("is not a regular file")) }
}

impl Node {
    pub(crate) fn import(
        &mut self,
        now: Timestamp,
        by: &Asker,
        path: &Path,
        origin: &str,
        label: Option<SecurityLabel>,
    ) -> Result<Value, Failure> {
        let origin = Origin::feed(origin).map_err(|error| {
            Failure::usage(format!("{origin}: {error}")).hint("own and link:… are not names of feeds")
        })?;
        let file = open_regular(path)?;
        let options = ImportOptions {
            origin: origin.clone(),
            label,
            officer: by.officer().cloned(),
            file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        let before = self.holdings.view().followed()?;
        let watch = &mut self.watch;
        let mut progress = |step: comity_store::Progress| {
            if let Some(watch) = watch {
                watch(step);
            }
            true
        };
        let report = import_file(&mut self.holdings, file, &options, &mut progress, now).map_err(|error| {
            let kind = match error.blame() {
                Blame::Peer => FailureKind::No,
                Blame::Caller => FailureKind::Usage,
                Blame::Operator | Blame::Bug => FailureKind::Operational,
            };
            let failure = Failure { kind, ..Failure::from_error(&error) };
            match error {
                ImportError::Malformed(_) => {
                    failure.hint("nothing of this file was stored; mend it at the place named")
                }
                _ => failure,
            }
        })?;
        while self.holdings.index_pending(INDEX_STEP)? > 0 {}
        let tx = self.holdings.transaction()?;
        let detail = format!(
            "accepted {} new_versions {} unchanged {} conflicts {} defects {} refused {}",
            report.accepted, report.new_versions, report.unchanged, report.conflicts, report.defects, report.refused
        );
        let detail = if let Asker::Token(program) = by { format!("{detail} by {}", program.subject) } else { detail };
        audit(tx.view().desk(), now, by.officer(), "holdings.import", &origin.to_string(), &detail)?;
        tx.commit()?;
        let mut answer = serde_json::to_value(report)?;
        if let Value::Object(fields) = &mut answer {
            crate::detection::tell(self.holdings.view(), before, fields)?;
        }
        if report.refused > 0
            && let Value::Object(fields) = &mut answer
        {
            let refused = self.holdings.view().newest_refusals(REFUSALS_SHOWN)?;
            let refused: Vec<Value> = refused
                .iter()
                .map(|one| json!({ "position": one.position, "id": one.id, "reason": one.reason }))
                .collect();
            fields.insert("refused_objects".into(), refused.into());
        }
        Ok(answer)
    }
}
