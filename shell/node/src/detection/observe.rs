//! Bringing observations: what is asked, what is recorded, what is answered.
//!
//! Guarantees: everything that one call brought about is recorded in one transaction with one audit entry, which holds counts only.

use super::Detection;
use super::matching::Found;
use crate::access::{Asker, Scope};
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_detect::Mapping;
use comity_store::SightingState;
use comity_vocab::{OfficerCode, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

/// The most text of one call, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 16 << 20;
/// The longest name of a source, in characters.
const SOURCE_CHARS_MAX: usize = 200;
/// Sightings that an answer names one by one.
const ANSWERED_MAX: usize = 1_000;

/// What one call brings.
pub(crate) struct Observation {
    pub mapping: String,
    pub declaration: Option<Value>,
    pub source: String,
    pub first_line: u64,
    pub text: String,
    pub document: bool,
}

/// A line that could not be read.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Refused {
    pub line: u64,
    pub reason: String,
}

/// A call that may be answered.
pub(crate) struct Admitted {
    observation: Observation,
    mapping: Mapping,
    detection: Detection,
    decay: bool,
    by: By,
}

/// Who brought it, for the audit log, and what may be told.
struct By {
    officer: Option<OfficerCode>,
    subject: String,
    told: bool,
}

/// A call whose lines were matched.
pub(crate) struct Matched {
    found: Found,
    by: By,
}

impl Observation {
    /// Checks what is asked before anything is done for it.
    fn mapping(&self) -> Result<Mapping, Failure> {
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(Failure::usage(format!(
                "the text has {} bytes, at most {TEXT_BYTES_MAX} are taken at once",
                self.text.len()
            ))
            .hint("bring it in several calls, cut at the end of a line"));
        }
        if self.source.trim().is_empty()
            || self.source.chars().count() > SOURCE_CHARS_MAX
            || self.source.chars().any(char::is_control)
        {
            return Err(Failure::usage(format!(
                "the name of the source must have 1 to {SOURCE_CHARS_MAX} characters and no control characters"
            )));
        }
        let mapping = match &self.declaration {
            Some(declaration) => Mapping::parse(declaration.to_string().as_bytes())
                .map_err(|error| Failure::usage(format!("the mapping cannot be used: {error}")))?,
            None => Mapping::built_in(&self.mapping).ok_or_else(|| {
                Failure::usage("there is no mapping of this name")
                    .hint("use stix, ecs, zeek or simple, or declare one (docs/DETECTION.md)")
            })?,
        };
        if self.document && !mapping.is_json() {
            return Err(Failure::usage("CSV does not come as a document").hint("bring lines"));
        }
        Ok(mapping)
    }
}

impl Admitted {
    /// Matches; the node is not needed for it.
    pub(crate) fn matched(self, now: Timestamp) -> Result<Matched, Failure> {
        let Self { observation, mapping, detection, decay, by } = self;
        let found = detection.with(decay, now, |detector| detector.matched(&observation, mapping, now))?;
        Ok(Matched { found, by })
    }
}

impl Node {
    /// Admits a call that brings observations.
    pub(crate) fn admit_observation(&self, asker: &Asker, observation: Observation) -> Result<Admitted, Failure> {
        let mapping = observation.mapping()?;
        // Whether something matched tells what is held: only those are told who may read it.
        let told = match asker {
            Asker::Token(identity) => identity.scopes.contains(&Scope::Read),
            Asker::Machine | Asker::Key(_) | Asker::Session(_) => true,
        };
        Ok(Admitted {
            mapping,
            observation,
            detection: self.detection.clone(),
            decay: self.home.configuration.detection.decay,
            by: By { officer: asker.officer().cloned(), subject: asker.subject(), told },
        })
    }

    /// Records what came of it, durably, and answers.
    pub(crate) fn record_observation(&mut self, now: Timestamp, matched: Matched) -> Result<Value, Failure> {
        let recorded = self.record_found(now, &matched);
        if recorded.is_err() {
            // What patterns over several observations used up was for nothing: they begin again, and the caller brings the lines again.
            self.detection.forget();
        }
        recorded
    }

    fn record_found(&mut self, now: Timestamp, matched: &Matched) -> Result<Value, Failure> {
        let Matched { found, by } = matched;
        let mut uuids = Vec::with_capacity(found.sightings.len());
        for _ in &found.sightings {
            let draw = self.draw();
            uuids.push(self.entropy.stream("sighting", "sighting", draw).uuid_v4());
        }
        let tx = self.holdings.transaction()?;
        let (mut told, mut new, mut counted) = (Vec::new(), 0_u64, 0);
        for (sighting, uuid) in found.sightings.iter().zip(uuids) {
            let Some(recorded) = tx.record_matches(sighting, uuid, now)? else { continue };
            new += u64::from(recorded.new);
            counted += recorded.counted;
            if told.len() < ANSWERED_MAX && by.told && recorded.counted > 0 {
                told.push((sighting, recorded));
            }
        }
        // The name of the source is the caller's, and may say what is content; the chain keeps it for good, so it is not in it.
        if found.observations > 0 || found.refused_count > 0 {
            let detail = format!(
                "observations {} refused {} sightings {new} counted {counted}",
                found.observations, found.refused_count
            );
            audit(tx.view().desk(), now, by.officer.as_ref(), "detection.observe", &by.subject, &detail)?;
        }
        let mut sightings = Vec::with_capacity(told.len());
        for (sighting, recorded) in told {
            let view = tx.view();
            let name = view.get(&sighting.indicator)?.and_then(|object| object.name);
            let mut origins: Vec<String> =
                view.received_ways(&sighting.indicator)?.iter().map(|way| way.origin.to_string()).collect();
            origins.sort_unstable();
            origins.dedup();
            let last = sighting.matches.iter().map(|one| one.last).max();
            sightings.push(json!({
                "sighting": format!("sighting--{}", recorded.uuid.hyphenated()),
                "indicator": sighting.indicator,
                "name": name,
                "origins": origins,
                "values": sighting.values,
                "state": recorded.state,
                "list": (recorded.state == SightingState::WarningListed).then_some(&sighting.list),
                "score": sighting.score,
                "new": recorded.new,
                "counted": recorded.counted,
                "count": recorded.count,
                "last_seen": last,
            }));
        }
        tx.commit()?;
        let mut answer = json!({
            "observations": found.observations,
            "unread": found.unread,
            "comments": found.comments,
            "refused": found.refused,
            "refused_count": found.refused_count,
        });
        if let (true, Value::Object(fields)) = (by.told, &mut answer) {
            fields.insert("matches".into(), found.matches.into());
            fields.insert("undetermined".into(), found.undetermined.into());
            fields.insert("new".into(), new.into());
            fields.insert("counted".into(), counted.into());
            fields.insert("sightings".into(), sightings.into());
        }
        Ok(answer)
    }
}
