//! Lines against the engine: what each one brings about, gathered by sighting.

use super::detector::Detector;
use super::indicator::Indicator;
use super::observe::{Observation, Refused};
use crate::failure::Failure;
use comity_detect::{Evidence, LineReader, Mapping, Witness, evidence, witnesses};
use comity_pattern::engine::{Detection, PatternId};
use comity_pattern::{Observed, Outcome};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use comity_store::{Match, MatchEvidence, Matched, NewMatches, SightingState};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Distinct sightings of one call, and of one indicator in it. What is beyond is counted in one sighting without values: an indicator that
/// matches everything must not keep others from being found.
const SIGHTINGS_MAX: usize = 100_000;
const SIGHTINGS_OF_ONE_MAX: usize = 1_000;
/// Lines that cannot be read and are named one by one.
const REFUSED_NAMED: usize = 20;
/// Matches of one sighting in one call of which the evidence is kept.
const EVIDENCE_PER_CALL: usize = 20;

/// What came of one call, before it is recorded.
#[derive(Default)]
pub(super) struct Found {
    pub observations: u64,
    pub refused: Vec<Refused>,
    pub refused_count: u64,
    pub matches: u64,
    pub undetermined: u64,
    pub sightings: Vec<NewMatches>,
}

/// One that is looked at while it is gathered.
struct Gathering<'d> {
    detector: &'d mut Detector,
    source: &'d str,
    line: u64,
    found: Found,
    at: HashMap<(PatternId, [u8; 16]), usize>,
    /// How many distinct sightings an indicator has in this call.
    of_one: HashMap<PatternId, usize>,
    indicators: HashMap<PatternId, Option<Rc<Indicator>>>,
    failed: Option<Failure>,
}

/// One observation of a binding.
struct Part {
    source: String,
    line: u64,
    evidence: Evidence,
}

impl Detector {
    /// Matches everything that was brought.
    pub(super) fn matched(&mut self, observation: &Observation, mapping: Mapping) -> Result<Found, Failure> {
        let mut gathering = Gathering {
            source: &observation.source,
            line: observation.first_line,
            detector: self,
            found: Found::default(),
            at: HashMap::new(),
            of_one: HashMap::new(),
            indicators: HashMap::new(),
            failed: None,
        };
        let mut reader = LineReader::new(mapping);
        if observation.document {
            let read = reader.document(observation.text.as_bytes(), &mut |observed| gathering.take(observed));
            gathering.read(read.map_err(|error| error.to_string()));
        } else {
            for line in observation.text.split_inclusive('\n') {
                let line = line.strip_suffix('\n').unwrap_or(line);
                let read = reader.line(line.as_bytes(), &mut |observed| gathering.take(observed));
                gathering.read(read.map_err(|error| error.to_string()));
                gathering.line += 1;
                if gathering.failed.is_some() {
                    break;
                }
            }
        }
        let Gathering { found, failed, .. } = gathering;
        self.observations += found.observations;
        self.undetermined += found.undetermined;
        self.maintain();
        match failed {
            Some(failure) => Err(failure),
            None => Ok(found),
        }
    }

    /// Returns an indicator that matched, read again from the holdings.
    fn indicator(&self, pattern: PatternId) -> Result<Option<Indicator>, Failure> {
        let Some(oid) = self.of_pattern.get(pattern.0 as usize) else { return Ok(None) };
        let row = self.holdings.view().indicator(*oid)?;
        Ok(row.filter(|row| !row.revoked).and_then(|row| Indicator::read(&row.bytes).ok()))
    }

    /// What becomes of a match: open, on a warning list (which), or decayed (what is left).
    fn judged(
        &self,
        oid: i64,
        indicator: &Indicator,
        matched: &[Witness],
        last: Timestamp,
    ) -> Result<(SightingState, Option<String>, Option<u8>), Failure> {
        let lists: Vec<&str> = matched.iter().filter_map(|one| self.lists.find(&one.path, &one.value)).collect();
        if !matched.is_empty() && lists.len() == matched.len() {
            return Ok((SightingState::WarningListed, lists.first().map(|name| (*name).to_owned()), None));
        }
        // Whoever says until when it holds has said how long it is worth something.
        if indicator.validity.until.is_some() {
            return Ok((SightingState::Open, None, None));
        }
        let Some(decay) = self.model.as_ref().and_then(|model| model.of(&indicator.pattern)) else {
            return Ok((SightingState::Open, None, None));
        };
        let seen = self.holdings.view().last_true_sighting(oid)?.unwrap_or(i64::MIN);
        let age = last.unix_seconds().saturating_sub(indicator.from.max(seen)).max(0);
        let score = decay.score(indicator.confidence, age);
        let state =
            if decay.is_decayed(indicator.confidence, age) { SightingState::Decayed } else { SightingState::Open };
        Ok((state, None, Some(score)))
    }
}

impl Gathering<'_> {
    fn read(&mut self, read: Result<u32, String>) {
        match read {
            Ok(observations) => self.found.observations += u64::from(observations),
            Err(reason) => {
                self.found.refused_count += 1;
                if self.found.refused.len() < REFUSED_NAMED {
                    self.found.refused.push(Refused { line: self.line, reason });
                }
            }
        }
    }

    fn take(&mut self, observed: &Observed<'_>) {
        let number = self.detector.next_number();
        let detections = self.detector.stream.feed(&self.detector.engine, observed, number);
        if self.detector.stream.kept() || detections.iter().any(|one| one.observations.len() > 1) {
            self.detector.kept.keep(number, self.source, self.line, evidence(observed));
        }
        for detection in detections {
            if self.failed.is_some() {
                return;
            }
            match &detection.outcome {
                Outcome::Match(_) => {
                    if let Err(failure) = self.matched(&detection, observed, number) {
                        self.failed = Some(failure);
                    }
                }
                Outcome::NoMatch => {}
                Outcome::Undetermined | Outcome::Error(_) => self.found.undetermined += 1,
            }
        }
    }

    fn matched(&mut self, detection: &Detection, observed: &Observed<'_>, number: u64) -> Result<(), Failure> {
        let pattern = detection.pattern;
        let indicator = match self.indicators.get(&pattern) {
            Some(known) => known.clone(),
            None => {
                let read = self.detector.indicator(pattern)?.map(Rc::new);
                self.indicators.insert(pattern, read.clone());
                read
            }
        };
        // It may have been recalled since the lines came.
        let Some(indicator) = indicator else { return Ok(()) };
        self.found.matches += 1;
        let (parts, mut matched) = self.binding(detection, &indicator, observed, number);
        let mut dedup = stand_in(&matched);
        if !self.at.contains_key(&(pattern, dedup)) && self.is_too_much(pattern) {
            dedup = comity_store::MANY_VALUES;
            matched.clear();
        }
        let (first, last) = span(&parts, observed);
        let count = if detection.observations.len() > 1 { 1 } else { observed.count };
        let digests: Vec<[u8; 16]> = parts.iter().map(|part| part.evidence.digest()).collect();
        let slices: Vec<&[u8]> = digests.iter().map(<[u8; 16]>::as_slice).collect();
        let at = match self.at.get(&(pattern, dedup)) {
            Some(at) => *at,
            None => {
                let oid = self.detector.of_pattern.get(pattern.0 as usize).copied().unwrap_or_default();
                let (state, list, score) = self.detector.judged(oid, &indicator, &matched, last)?;
                self.found.sightings.push(NewMatches {
                    indicator: indicator.id.clone(),
                    values: matched.into_iter().map(|one| Matched { path: one.path, value: one.value }).collect(),
                    dedup,
                    state,
                    list,
                    score,
                    matches: Vec::new(),
                });
                let at = self.found.sightings.len() - 1;
                *self.of_one.entry(pattern).or_default() += 1;
                self.at.insert((pattern, dedup), at);
                at
            }
        };
        let Some(sighting) = self.found.sightings.get_mut(at) else { return Ok(()) };
        let shown = if sighting.matches.len() < EVIDENCE_PER_CALL { parts } else { Vec::new() };
        let mut evidence = Vec::with_capacity(shown.len());
        for part in shown {
            let text = serde_json::to_string(&part.evidence)?;
            evidence.push(MatchEvidence { source: part.source, line: part.line, evidence: text });
        }
        sighting.matches.push(Match { digest: short(&slices), first, last, count, evidence });
        Ok(())
    }

    /// Whether one more sighting of its own would be too much.
    fn is_too_much(&self, pattern: PatternId) -> bool {
        self.found.sightings.len() >= SIGHTINGS_MAX
            || self.of_one.get(&pattern).is_some_and(|count| *count >= SIGHTINGS_OF_ONE_MAX)
    }

    /// The observations of a match as evidence, and what of them the pattern asked for.
    fn binding(
        &self,
        detection: &Detection,
        indicator: &Indicator,
        observed: &Observed<'_>,
        number: u64,
    ) -> (Vec<Part>, Vec<Witness>) {
        let mut parts = Vec::new();
        let mut matched = BTreeSet::new();
        for bound in &detection.observations {
            if *bound == number {
                matched.extend(witnesses(&indicator.pattern, observed));
                parts.push(Part { source: self.source.to_owned(), line: self.line, evidence: evidence(observed) });
            } else if let Some(noted) = self.detector.kept.find(*bound) {
                matched.extend(again(&indicator.pattern, &noted.evidence));
                parts.push(Part { source: noted.source.clone(), line: noted.line, evidence: noted.evidence.clone() });
            }
        }
        (parts, matched.into_iter().collect())
    }
}

/// What a pattern finds in an observation of which only the evidence is left.
fn again(pattern: &comity_pattern::Pattern, evidence: &Evidence) -> Vec<Witness> {
    let mut objects = serde_json::Map::new();
    for object in &evidence.objects {
        let key = object.get("id").and_then(Value::as_str).unwrap_or_default();
        objects.insert(key.to_owned(), object.clone());
    }
    let document = json!({ "type": "observed-data", "first_observed": evidence.first, "last_observed": evidence.last,
        "number_observed": evidence.number, "objects": objects });
    let text = document.to_string();
    let Ok(node) = Node::parse(text.as_bytes(), &Limits::default()) else { return Vec::new() };
    let nodes = [node];
    let Ok(observed) = Observed::of_documents(&nodes) else { return Vec::new() };
    observed.first().map(|observed| witnesses(pattern, observed)).unwrap_or_default()
}

fn span(parts: &[Part], observed: &Observed<'_>) -> (Timestamp, Timestamp) {
    let first = parts.iter().map(|part| part.evidence.first).min().unwrap_or(observed.first);
    let last = parts.iter().map(|part| part.evidence.last).max().unwrap_or(observed.last);
    (first, last)
}

/// 16 bytes that are the same for the same matched values.
fn stand_in(matched: &[Witness]) -> [u8; 16] {
    let mut text = String::new();
    for one in matched {
        text.push_str(&one.path);
        text.push('\0');
        text.push_str(&one.value);
        text.push('\0');
    }
    short(&[text.as_bytes()])
}

fn short(parts: &[&[u8]]) -> [u8; 16] {
    let digest = comity_crypto::sha256(parts);
    let mut short = [0; 16];
    short.iter_mut().zip(digest.as_bytes()).for_each(|(slot, byte)| *slot = *byte);
    short
}
