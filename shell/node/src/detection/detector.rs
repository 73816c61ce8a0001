//! The engine with every indicator in it, and what it remembers between calls.

use super::indicator::Indicator;
use super::judged::{Judged, judged, list_of};
use super::kept::Kept;
use super::listing::Listing;
use super::standing::UNREADABLE;
use crate::failure::Failure;
use comity_detect::{Broad, DecayModel, WarningLists, Witness};
use comity_pattern::engine::{Engine, EngineError, Options, PatternId, Stream, StreamBounds};
use comity_store::{Followed, Holdings, IndicatorRow, Mode};
use comity_vocab::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// What becomes of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is looked for.
    In {
        pattern: PatternId,
        /// Whether all that it asks for is known to be harmless.
        listed: bool,
        /// From when on it does not hold, in seconds since 1970. What was observed before still counts.
        until: i64,
        /// Whether it covers too much and an officer accepted that: lists of the program do not keep its matches back.
        accepted: bool,
    },
    /// It covers too much and nobody accepted that: how is in [`Detector::over_broad`].
    Broad,
    Revoked,
    NotStix(String),
    Invalid,
    /// It can never match: why is in [`Detector::unmatchable`].
    Unmatchable,
}

/// How many invalid indicators are named.
const INVALID_NAMED: usize = 20;
/// Merges of the engine's text segments after each call.
const MAINTENANCE_STEPS: usize = 4;

/// Everything that is looked for.
pub(super) struct Detector {
    pub holdings: Holdings,
    pub engine: Engine,
    pub stream: Stream,
    /// By pattern: the object's number.
    pub of_pattern: Vec<i64>,
    /// Indicators that are looked for and read differently from how they are written, by the object's number.
    pub read_otherwise: HashSet<i64>,
    /// By the object's number.
    pub places: HashMap<i64, Place>,
    pub lists: WarningLists,
    pub model: Option<DecayModel>,
    pub kept: Kept,
    /// Invalid indicators by the object's number: identifier and why.
    pub invalid: BTreeMap<i64, (String, String)>,
    /// Indicators that can never match, or hardly: some of them are looked for all the same ([`Unmatchable::is_certain`]).
    pub unmatchable: Listing,
    /// Indicators that are set aside.
    pub over_broad: Listing,
    /// Observations since it was made.
    pub observations: u64,
    /// The number of the next observation.
    fed: u64,
    /// Answers that a bound on the work kept back.
    pub undetermined: u64,
    pub since: Timestamp,
    pub(super) mark: Followed,
}

impl Detector {
    /// Reads every indicator.
    pub(super) fn new(path: &Path, hash_key: u64, decay: bool, now: Timestamp) -> Result<Self, Failure> {
        let mut detector = Self {
            holdings: Holdings::open(path, Mode::ReadOnly)?,
            engine: Engine::new(Options { hash_key, fold: true, ..Options::default() }),
            stream: Stream::new(StreamBounds::default()),
            of_pattern: Vec::new(),
            places: HashMap::new(),
            lists: WarningLists::new(),
            model: decay.then(DecayModel::default),
            kept: Kept::default(),
            invalid: BTreeMap::new(),
            unmatchable: Listing::default(),
            over_broad: Listing::default(),
            read_otherwise: HashSet::new(),
            observations: 0,
            fed: 0,
            undetermined: 0,
            since: now,
            mark: Followed::default(),
        };
        detector.read_all(path)?;
        Ok(detector)
    }

    /// Puts an indicator in, in place of what it was before; nothing where it is not held any more.
    pub(super) fn put(&mut self, oid: i64, row: Option<IndicatorRow>) {
        if let Some(Place::In { pattern, .. }) = self.places.remove(&oid) {
            self.engine.remove(pattern);
            self.stream.forget(pattern);
        }
        self.invalid.remove(&oid);
        self.unmatchable.remove(oid);
        self.over_broad.remove(oid);
        self.read_otherwise.remove(&oid);
        if let Some(row) = row {
            let judged = judged(&row, &self.lists);
            self.put_new(oid, judged);
        }
    }

    /// Puts in what was not in before.
    pub(super) fn put_new(&mut self, oid: i64, judged: Judged) {
        let place = match judged {
            Judged::Revoked => Place::Revoked,
            Judged::NotStix(language) => Place::NotStix(language),
            Judged::Unreadable(id, why) => self.refuse(oid, id, why),
            Judged::Unmatchable(id, reason) => {
                self.unmatchable.add(oid, id, reason.code(), reason.to_string());
                Place::Unmatchable
            }
            Judged::Broad(id, broad) => self.set_aside(oid, id, &broad),
            Judged::Fit { indicator, accepted, listed } => self.put_fit(oid, *indicator, accepted, listed),
        };
        self.places.insert(oid, place);
    }

    /// Puts an indicator into the engine.
    fn put_fit(&mut self, oid: i64, mut indicator: Indicator, accepted: bool, listed: bool) -> Place {
        match self.engine.add(&indicator.pattern, indicator.validity) {
            Ok(pattern) => {
                let at = pattern.0 as usize;
                if self.of_pattern.len() <= at {
                    self.of_pattern.resize(at + 1, 0);
                }
                if let Some(slot) = self.of_pattern.get_mut(at) {
                    *slot = oid;
                }
                if !indicator.remarks.is_empty() {
                    self.read_otherwise.insert(oid);
                }
                if let Some(reason) = indicator.unmatchable.take() {
                    self.unmatchable.add(oid, indicator.id, reason.code(), reason.to_string());
                }
                let until = indicator.validity.until.map_or(i64::MAX, |until| until.unix_seconds());
                Place::In { pattern, listed, until, accepted }
            }
            Err(error @ (EngineError::Pattern | EngineError::Full)) => {
                self.refuse(oid, indicator.id, error.to_string())
            }
        }
    }

    fn set_aside(&mut self, oid: i64, id: String, broad: &Broad) -> Place {
        self.over_broad.add(oid, id, broad.kind.code(), broad.to_string());
        Place::Broad
    }

    fn refuse(&mut self, oid: i64, id: String, why: String) -> Place {
        self.unmatchable.add(oid, id.clone(), UNREADABLE, why.clone());
        if self.invalid.len() < INVALID_NAMED {
            self.invalid.insert(oid, (id, why));
        }
        Place::Invalid
    }

    /// The list that keeps a value back that was found.
    pub(super) fn list_of(&self, one: &Witness, accepted: bool) -> Option<&str> {
        let normal = || Cow::Owned(comity_pattern::normal(&one.path, &one.value));
        list_of(&self.lists, &one.path, &one.value, accepted, normal)
    }

    /// Numbers an observation.
    pub(super) fn next_number(&mut self) -> u64 {
        self.fed += 1;
        self.fed
    }

    /// Takes observations that do nothing to any pattern.
    pub(super) fn pass(&mut self, observations: u64) {
        self.fed += observations;
        self.stream.pass(observations);
    }

    /// Merges some of what was added, while nobody waits for more.
    pub(super) fn maintain(&mut self) {
        for _ in 0..MAINTENANCE_STEPS {
            if !self.engine.maintain() {
                return;
            }
        }
    }
}
