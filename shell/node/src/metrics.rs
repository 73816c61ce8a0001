//! What a monitor reads: the state of a node in the text format of Prometheus.
//!
//! Guarantees: a pure function of what is read and given; counts, sizes and codes of partners, never content, names of sources or
//! ids of objects. Every metric has a help line and a type. Does not know: who asks, or how it is served.

use crate::failure::Failure;
use crate::home::Home;
use crate::reader::Reader;
use comity_ledger::AuditEntry;
use comity_store::desk::{Desk, Direction};
use comity_vocab::Timestamp;
use std::fmt::Write as _;

/// What only the running desk knows.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// The clock.
    pub now: Timestamp,
    /// Whether the gate listens.
    pub gate_ready: bool,
    /// How many officers are signed in, where that is known.
    pub sessions: Option<u64>,
}

/// Lines of the exposition, metric by metric.
struct Exposition(String);

impl Exposition {
    /// Writes one metric with all its samples; labels are codes and closed words of ours.
    fn metric(&mut self, name: &str, kind: &str, help: &str, samples: &[(String, u64)]) {
        let _ = write!(self.0, "# HELP comity_{name} {help}\n# TYPE comity_{name} {kind}\n");
        for (labels, value) in samples {
            let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            let _ = writeln!(self.0, "comity_{name}{labels} {value}");
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, "gauge", help, &[(String::new(), value)]);
    }
}

/// Seconds since 1970 of a stored time; 0 where there is none.
fn seconds(time: Option<Timestamp>) -> u64 {
    time.and_then(|time| u64::try_from(time.unix_seconds()).ok()).unwrap_or_default()
}

impl Reader {
    /// Returns the exposition.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn metrics(&self, home: &Home, live: &Live) -> Result<String, Failure> {
        let mut out = Exposition(String::new());
        let view = self.view();
        let desk = view.desk();
        out.metric(
            "build_info",
            "gauge",
            "The running program.",
            &[(format!("version=\"{}\"", env!("CARGO_PKG_VERSION")), 1)],
        );
        out.gauge("gate_up", "Whether the gate process listens.", u64::from(live.gate_ready));
        out.gauge("clock_seconds", "The node's clock.", seconds(Some(live.now)));
        if let Some(sessions) = live.sessions {
            out.gauge("sessions", "Officers' sessions that are open.", sessions);
        }
        let quarantine = desk.setting(crate::quarantine::SETTING)?.is_some();
        out.gauge(
            "quarantine",
            "Whether the node was restored, or does not fit its anchor, and sends nothing.",
            u64::from(quarantine),
        );
        let stats = view.stats()?;
        out.gauge("objects", "Objects held.", stats.objects);
        out.gauge("versions", "Visible versions held.", stats.versions);
        out.gauge("versions_set_aside", "Versions in conflict, foreign or quarantined.", stats.set_aside);
        out.gauge("tombstones", "Objects that a recall took away.", stats.tombstones);
        out.gauge("text_behind", "At most how many versions full text does not cover yet.", stats.text_behind);
        links(&mut out, desk)?;
        stores(&mut out, home);
        let audited = desk.audit_head()?;
        out.metric(
            "audit_entries_total",
            "counter",
            "Entries of the audit log.",
            &[(String::new(), audited.as_ref().map_or(0, |row| row.seq + 1))],
        );
        let newest = audited.and_then(|row| AuditEntry::parse(&row.bytes).ok());
        out.gauge("audit_newest_seconds", "Time of the newest audit entry.", seconds(newest.map(|entry| entry.at)));
        let last = desk.setting(crate::backup::LAST)?;
        let last: Option<serde_json::Value> = last.and_then(|text| serde_json::from_str(&text).ok());
        let last = last.as_ref().and_then(|last| last.get("created")?.as_str());
        let last = last.and_then(|text| Timestamp::parse(text).ok());
        out.gauge("backup_newest_seconds", "Time of the newest backup; 0 where none was made.", seconds(last));
        let ends = crate::links::end_dates(home)?.map(|(what, not_after)| {
            (format!("key=\"{}\"", what.strip_suffix(" key").unwrap_or(what).to_lowercase()), seconds(Some(not_after)))
        });
        out.metric("key_not_after_seconds", "gauge", "End date of a key of this node.", &ends);
        Ok(out.0)
    }
}

fn links(out: &mut Exposition, desk: Desk<'_>) -> Result<(), Failure> {
    let (mut active, mut sizes, mut receipts, mut parked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut waiting = Vec::new();
    for link in desk.links()? {
        // A code has letters, digits and dashes only: it needs no escape.
        let code = format!("partner=\"{}\"", link.code);
        active.push((code.clone(), u64::from(link.standing.is_active())));
        for (direction, word) in [(Direction::Out, "out"), (Direction::In, "in")] {
            let labels = format!("{code},direction=\"{word}\"");
            let size = desk.log_size(&link.code, direction)?;
            let cosigned = desk.log_head(&link.code, direction)?.cosigned;
            if direction == Direction::Out {
                waiting.push((code.clone(), size.saturating_sub(cosigned)));
            }
            sizes.push((labels.clone(), size));
            receipts.push((labels.clone(), cosigned));
            parked.push((labels, desk.parked(&link.code, direction)?.len() as u64));
        }
    }
    out.metric("link_active", "gauge", "Whether a link is active; 0 where it is suspended.", &active);
    out.metric("log_size", "gauge", "Entries of the logs of a link, in its present generation.", &sizes);
    out.metric("log_cosigned", "gauge", "Entries that the receiver gave a receipt for.", &receipts);
    out.metric("log_waiting", "gauge", "Entries of ours without a receipt.", &waiting);
    out.metric("log_parked", "gauge", "Entries that could not be applied.", &parked);
    Ok(())
}

fn stores(out: &mut Exposition, home: &Home) {
    let bytes = |file: &str| std::fs::metadata(home.file(file)).map_or(0, |facts| facts.len());
    // Not the vault's: the one who watches it grow learns when a source was entered or joined to something.
    let sizes: Vec<(String, u64)> =
        [("holdings", "holdings/holdings.db"), ("holdings_wal", "holdings/holdings.db-wal")]
            .into_iter()
            .map(|(name, file)| (format!("store=\"{name}\""), bytes(file)))
            .collect();
    out.metric("store_bytes", "gauge", "Size of the store's files.", &sizes);
    let free = rustix::fs::statvfs(home.path()).map_or(0, |facts| facts.f_bavail.saturating_mul(facts.f_frsize));
    out.gauge("disk_free_bytes", "Room on the home's filesystem.", free);
}
