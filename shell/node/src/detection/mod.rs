//! Detection: what our sensors observe, against every indicator held.
//!
//! Guarantees: the node is not held while lines are matched; what is answered was recorded durably before; a caller that may only
//! bring observations learns nothing of what is held. Does not know: files, sockets, who waits.

mod answer;
mod detector;
mod follow;
mod indicator;
mod judge;
mod kept;
mod lists;
mod matching;
mod observe;
mod send_back;
mod status;

pub use answer::observe;

pub(crate) use observe::Observation;

use detector::Detector;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The detector of a node, made when first needed; shared, with a lock of its own.
#[derive(Clone)]
pub(crate) struct Detection {
    place: Arc<Place>,
}

struct Place {
    holdings: PathBuf,
    hash_key: u64,
    detector: Mutex<Option<Detector>>,
}

impl Detection {
    /// A detector of these holdings; `hash_key` is drawn at random, for patterns come from others.
    pub(crate) fn new(holdings: PathBuf, hash_key: u64) -> Self {
        Self { place: Arc::new(Place { holdings, hash_key, detector: Mutex::new(None) }) }
    }

    /// Waits for whoever matches now.
    fn lock(&self) -> MutexGuard<'_, Option<Detector>> {
        self.place.detector.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything; the next observation makes a detector anew. What patterns over several observations saw so far goes.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }
}
