//! Lines against the engine: what each one brings about, gathered by sighting.

use super::detector::{Detector, Place};
use super::gathered::Gathered;
use super::indicator::Indicator;
use super::looked::{Stretch, looked};
use super::observe::{Observation, Refused};
use crate::failure::Failure;
use comity_detect::{Evidence, LineReader, Mapping, Told, Witness, evidence, witnesses};
use comity_pattern::engine::{Detection, PatternId};
use comity_pattern::{Observed, Outcome};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use comity_store::{Match, MatchEvidence, Matched, NewMatches, SightingState, stand_in};
use comity_vocab::{Digest, Timestamp};
use serde_json::{Value, json};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Lines that cannot be read and are named one by one.
const REFUSED_NAMED: usize = 20;
/// Indicators that are kept at hand while one call is matched.
const AT_HAND_MAX: usize = 10_000;

/// What came of one call, before it is recorded.
#[derive(Default)]
pub(super) struct Found {
    pub observations: u64,
    /// Lines, or items of lists, in which nothing stood that the mapping names.
    pub unread: u64,
    /// Lines that are comments.
    pub comments: u64,
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
    gathered: Gathered,
    at_hand: HashMap<PatternId, Option<Rc<AtHand>>>,
    failed: Option<Failure>,
}

/// An indicator that matched.
struct AtHand {
    oid: i64,
    /// SHA-256 of the version that was read.
    version: Digest,
    indicator: Indicator,
    /// When it was last truly seen, by what officers hold, in seconds since 1970.
    truly_seen: Option<i64>,
}

/// The observation that is looked at, as evidence once something matched it.
struct Current<'o> {
    observed: &'o Observed<'o>,
    number: u64,
    evidence: OnceCell<Evidence>,
}

impl Current<'_> {
    fn evidence(&self) -> &Evidence {
        self.evidence.get_or_init(|| evidence(self.observed))
    }
}

/// One observation of a binding.
struct Part<'p> {
    source: &'p str,
    line: u64,
    evidence: &'p Evidence,
}

impl Detector {
    /// Matches everything that was brought.
    pub(super) fn matched(
        &mut self,
        observation: &Observation,
        mapping: Mapping,
        now: Timestamp,
    ) -> Result<Found, Failure> {
        let mut gathering = Gathering {
            source: &observation.source,
            line: observation.first_line,
            detector: self,
            found: Found::default(),
            gathered: Gathered::default(),
            at_hand: HashMap::new(),
            failed: None,
        };
        if observation.document {
            let mut reader = LineReader::new(mapping, now);
            let begun = gathering.line;
            let told = reader.document(observation.text.as_bytes(), &mut |line, observed| {
                gathering.line = begun.saturating_add(line - 1);
                gathering.take(observed);
            });
            gathering.line = begun;
            gathering.told(told);
        } else {
            let stretches = looked(&gathering.detector.engine, &mapping, now, &observation.text);
            let mut reader = LineReader::new(mapping, now);
            for stretch in &stretches {
                gathering.stretch(&mut reader, stretch);
            }
        }
        let Gathering { mut found, gathered, failed, .. } = gathering;
        found.sightings = gathered.finish();
        self.observations += found.observations;
        self.undetermined += found.undetermined;
        self.maintain();
        match failed {
            Some(failure) => Err(failure),
            None => Ok(found),
        }
    }

    /// Returns an indicator that matched, read again from the holdings; nothing where it was recalled or revoked meanwhile.
    fn at_hand(&self, pattern: PatternId) -> Result<Option<AtHand>, Failure> {
        let Some(oid) = self.of_pattern.get(pattern.0 as usize).copied() else { return Ok(None) };
        let view = self.holdings.view();
        let row = view.indicator(oid)?.filter(|row| !row.revoked);
        let Some(row) = row else { return Ok(None) };
        let Ok(indicator) = Indicator::read(&row.bytes) else { return Ok(None) };
        let version = comity_crypto::sha256(&[&row.bytes]);
        Ok(Some(AtHand { oid, version, indicator, truly_seen: view.last_true_sighting(oid)? }))
    }

    /// What becomes of a match: open, on a warning list (which), or decayed (what is left).
    fn judged(&self, of: &AtHand, matched: &[Witness], last: Timestamp) -> (SightingState, Option<String>, Option<u8>) {
        let AtHand { oid, indicator, truly_seen, .. } = of;
        let accepted = matches!(self.places.get(oid), Some(Place::In { accepted: true, .. }));
        let lists: Vec<&str> = matched.iter().filter_map(|one| self.list_of(one, accepted)).collect();
        if !matched.is_empty() && lists.len() == matched.len() {
            return (SightingState::WarningListed, lists.first().map(|name| (*name).to_owned()), None);
        }
        // Nothing but what is known to be harmless is asked for, whichever of it was seen.
        if matched.is_empty() && matches!(self.places.get(oid), Some(Place::In { listed: true, .. })) {
            return (SightingState::WarningListed, None, None);
        }
        // An indicator that says until when it holds has said how long it is worth something.
        if indicator.validity.until.is_some() {
            return (SightingState::Open, None, None);
        }
        let Some(decay) = self.model.as_ref().and_then(|model| model.of(&indicator.pattern)) else {
            return (SightingState::Open, None, None);
        };
        let age = last.unix_seconds().saturating_sub(indicator.from.max(truly_seen.unwrap_or(i64::MIN))).max(0);
        let score = decay.score(indicator.confidence, age);
        let state =
            if decay.is_decayed(indicator.confidence, age) { SightingState::Decayed } else { SightingState::Open };
        (state, None, Some(score))
    }
}

impl Gathering<'_> {
    /// Counts what came of what begins at this line.
    fn told(&mut self, told: Told) {
        self.found.observations += told.observations;
        self.found.unread += told.unread;
        self.found.comments += told.comments;
        self.found.refused_count += told.refused;
        let room = REFUSED_NAMED.saturating_sub(self.found.refused.len());
        let line = self.line;
        let named = told.named.iter().take(room);
        self.found.refused.extend(named.map(|one| Refused { line: line + one.line - 1, reason: one.to_string() }));
    }

    /// Counts lines that do nothing, and takes those behind them.
    fn stretch(&mut self, reader: &mut LineReader, stretch: &Stretch<'_>) {
        self.detector.pass(stretch.observations);
        self.found.observations += stretch.observations;
        self.found.unread += stretch.unread;
        self.found.comments += stretch.comments;
        self.line += stretch.lines;
        for line in stretch.taken.split_inclusive('\n') {
            if self.failed.is_some() {
                return;
            }
            let line = line.strip_suffix('\n').unwrap_or(line);
            let told = reader.line(line.as_bytes(), &mut |observed| self.take(observed));
            self.told(told);
            self.line += 1;
        }
    }

    fn take(&mut self, observed: &Observed<'_>) {
        let number = self.detector.next_number();
        let current = Current { observed, number, evidence: OnceCell::new() };
        let detections = self.detector.stream.feed(&self.detector.engine, observed, number);
        if self.detector.stream.kept() {
            self.detector.kept.keep(number, self.source, self.line, current.evidence().clone());
        }
        for detection in detections {
            if self.failed.is_some() {
                return;
            }
            match &detection.outcome {
                Outcome::Match(_) => {
                    if let Err(failure) = self.matched(&detection, &current) {
                        self.failed = Some(failure);
                    }
                }
                Outcome::NoMatch => {}
                Outcome::Undetermined | Outcome::Error(_) => self.found.undetermined += 1,
            }
        }
    }

    fn matched(&mut self, detection: &Detection, current: &Current<'_>) -> Result<(), Failure> {
        let pattern = detection.pattern;
        // It may have been recalled since the lines came.
        let Some(of) = self.of(pattern)? else { return Ok(()) };
        self.found.matches += 1;
        let (parts, mut matched) = binding(self.detector, self.source, self.line, detection, &of.indicator, current);
        let values: Vec<Matched> =
            matched.iter().map(|one| Matched { path: one.path.clone(), value: one.value.clone() }).collect();
        let mut dedup = stand_in(&values);
        if self.gathered.find(pattern, dedup).is_none() && self.gathered.is_full(pattern) {
            dedup = comity_store::MANY_VALUES;
            matched.clear();
        }
        let first = parts.iter().map(|part| part.evidence.first).min().unwrap_or(current.observed.first);
        let last = parts.iter().map(|part| part.evidence.last).max().unwrap_or(current.observed.last);
        let at = match self.gathered.find(pattern, dedup) {
            Some(at) => {
                // An older one may be within the time in which the indicator was worth something.
                if let Some(sighting) = self.gathered.sighting(at).filter(|it| it.state == SightingState::Decayed) {
                    let (state, list, score) = self.detector.judged(&of, &matched, last);
                    if state == SightingState::Open {
                        (sighting.state, sighting.list, sighting.score) = (state, list, score);
                    }
                }
                at
            }
            None => {
                let (state, list, score) = self.detector.judged(&of, &matched, last);
                let values = if dedup == comity_store::MANY_VALUES { Vec::new() } else { values };
                let indicator = of.indicator.id.clone();
                let matches = Vec::new();
                let version = of.version;
                self.gathered
                    .enter(pattern, NewMatches { indicator, version, values, dedup, state, list, score, matches })
            }
        };
        let digests: Vec<[u8; 16]> = parts.iter().map(|part| part.evidence.digest()).collect();
        let slices: Vec<&[u8]> = digests.iter().map(<[u8; 16]>::as_slice).collect();
        let mut evidence = Vec::new();
        if self.gathered.wants_evidence(at) {
            for part in &parts {
                let text = serde_json::to_string(part.evidence)?;
                evidence.push(MatchEvidence { source: part.source.to_owned(), line: part.line, evidence: text });
            }
        }
        let count = if detection.observations.len() > 1 { 1 } else { current.observed.count };
        self.gathered.add(at, Match { digest: short(&slices), first, last, count, matches: 1, evidence });
        Ok(())
    }

    /// Returns the indicator of a pattern.
    fn of(&mut self, pattern: PatternId) -> Result<Option<Rc<AtHand>>, Failure> {
        if let Some(known) = self.at_hand.get(&pattern) {
            return Ok(known.clone());
        }
        let read = self.detector.at_hand(pattern)?.map(Rc::new);
        if self.at_hand.len() >= AT_HAND_MAX {
            self.at_hand.clear();
        }
        self.at_hand.insert(pattern, read.clone());
        Ok(read)
    }
}

/// The observations of a match as evidence, and what of them the pattern asked for.
fn binding<'b>(
    detector: &'b Detector,
    source: &'b str,
    line: u64,
    detection: &Detection,
    indicator: &Indicator,
    current: &'b Current<'_>,
) -> (Vec<Part<'b>>, Vec<Witness>) {
    let mut parts = Vec::new();
    let mut matched = BTreeSet::new();
    for bound in &detection.observations {
        if *bound == current.number {
            matched.extend(witnesses(&indicator.pattern, current.observed));
            parts.push(Part { source, line, evidence: current.evidence() });
        } else if let Some(noted) = detector.kept.find(*bound) {
            matched.extend(again(&indicator.pattern, &noted.evidence));
            parts.push(Part { source: &noted.source, line: noted.line, evidence: &noted.evidence });
        }
    }
    (parts, matched.into_iter().collect())
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

/// The beginning of a SHA-256.
pub(super) fn short(parts: &[&[u8]]) -> [u8; 16] {
    let digest = comity_crypto::sha256(parts);
    let mut short = [0; 16];
    short.iter_mut().zip(digest.as_bytes()).for_each(|(slot, byte)| *slot = *byte);
    short
}
