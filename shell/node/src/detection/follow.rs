//! Following the holdings: everything once, and then what changed.

use super::Detection;
use super::detector::Detector;
use super::judged::Waiting;
use crate::failure::Failure;
use comity_detect::{WarningList, WarningLists};
use comity_store::{Holdings, Mode};
use comity_vocab::Timestamp;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Changed indicators above which everything is read again, for that is faster.
const CHANGES_MAX: usize = 500_000;

impl Detection {
    /// Gives the detector, up to date with the holdings.
    pub(super) fn with<T>(
        &self,
        decay: bool,
        now: Timestamp,
        work: impl FnOnce(&mut Detector) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut place = self.lock();
        let generation = self.place.generation.load(Ordering::Acquire);
        let up_to_date = match place.as_mut() {
            Some((made, detector)) if *made == generation => detector.refresh()?,
            _ => false,
        };
        if !up_to_date {
            // The old one goes first, so that there are never two in memory.
            *place = None;
            *place = Some((generation, Detector::new(&self.place.holdings, self.place.hash_key, decay, now)?));
        }
        let worked = match place.as_mut() {
            Some((_, detector)) => work(detector),
            None => Err(Failure::operational("there is no detector")),
        };
        if worked.is_err() {
            // What patterns over several observations used up for it was for nothing.
            *place = None;
        }
        worked
    }
}

impl Detector {
    /// Reads everything.
    pub(super) fn read_all(&mut self, path: &Path) -> Result<(), Failure> {
        // The mark is taken first: what comes meanwhile is read again with the next changes.
        self.mark = self.holdings.view().followed()?;
        let off = self.holdings.view().warning_lists_off()?;
        self.lists = WarningLists::built_in(|name| !off.iter().any(|off| off.name == name));
        for row in self.holdings.view().warning_lists()? {
            let list = WarningList::parse(&row.text).map_err(|_| crate::reader::damaged_list(&row.name))?;
            self.lists.add(list);
        }
        let holdings = Holdings::open(path, Mode::ReadOnly)?;
        let mut waiting = Waiting::default();
        holdings.view().each_indicator(&mut |row| {
            if waiting.add(row) {
                self.put_all(&mut waiting);
            }
        })?;
        self.put_all(&mut waiting);
        self.places.shrink_to_fit();
        self.of_pattern.shrink_to_fit();
        while self.engine.maintain() {}
        Ok(())
    }

    fn put_all(&mut self, waiting: &mut Waiting) {
        for (oid, judged) in waiting.judged(&self.lists) {
            self.put_new(oid, judged);
        }
    }

    /// Takes in what changed; false where all must be read again.
    pub(super) fn refresh(&mut self) -> Result<bool, Failure> {
        let (changed, mark) = self.holdings.view().changed_indicators(self.mark)?;
        if changed.len() > CHANGES_MAX {
            return Ok(false);
        }
        for oid in changed {
            let row = self.holdings.view().indicator(oid)?;
            self.put(oid, row);
        }
        self.mark = mark;
        Ok(true)
    }
}
