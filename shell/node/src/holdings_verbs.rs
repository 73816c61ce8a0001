//! Bringing files into the holdings.
//!
//! Guarantees: only a regular file is read, over one descriptor, not through a link; where a file was handed over open, its name is only
//! kept, and nothing is opened by it. Nothing stays of a file that cannot be cut or is something else than STIX; of others, the answer says
//! what was refused, and where.

use crate::access::Asker;
use crate::failure::{Failure, FailureKind};
use crate::given_file::{open_regular, regular};
use crate::node::{Node, audit};
use comity_store::{ImportError, ImportOptions, ImportReport, Origin, import_file};
use comity_vocab::{Blame, SecurityLabel, Timestamp};
use serde_json::{Value, json};
use std::path::Path;

/// How many versions one step of the full-text index takes in.
const INDEX_STEP: usize = 20_000;

/// How many refused objects, and how many with defects, are named one by one.
const REFUSALS_SHOWN: usize = 20;

/// How far a long import is, for those who watch.
pub type WatchProgress = Box<dyn FnMut(comity_store::Progress) + Send>;

/// What came of an import, in one word.
fn status(report: &ImportReport) -> &'static str {
    let held = report.accepted + report.new_versions + report.unchanged + report.conflicts;
    match (held, report.refused) {
        (0, _) => "nothing",
        (_, 0) => "taken",
        _ => "partly",
    }
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
        let file = match self.handed.take() {
            Some(file) => regular(file)?,
            None => open_regular(path)?,
        };
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
                    failure.hint("nothing of this file was stored; correct it at the place named")
                }
                ImportError::NotStix(kind) => failure.hint(kind.advice),
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
        let Value::Object(fields) = &mut answer else { return Ok(answer) };
        fields.insert("status".into(), status(&report).into());
        let view = self.holdings.view();
        crate::detection::tell(view, before, fields)?;
        if report.refused > 0 {
            let refused = view.newest_refusals(REFUSALS_SHOWN)?;
            let refused: Vec<Value> = refused
                .iter()
                .map(|one| json!({ "position": one.position, "id": one.id, "reason": one.reason }))
                .collect();
            fields.insert("refused_objects".into(), refused.into());
        }
        if report.defects > 0 {
            let defective = view.newest_defective(REFUSALS_SHOWN)?;
            let defective: Vec<Value> =
                defective.iter().map(|one| json!({ "id": one.id, "rules": one.rules })).collect();
            fields.insert("defective_objects".into(), defective.into());
        }
        Ok(answer)
    }
}
