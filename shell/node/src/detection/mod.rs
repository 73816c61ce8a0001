//! Detection: what our sensors observe, against every indicator held.
//!
//! Guarantees: nobody who waits for the node waits for lines to be matched; what is answered was recorded durably before; a caller that may only
//! bring observations learns nothing of what is held. Does not know: files, sockets, who waits.

mod accept;
mod answer;
mod detector;
mod follow;
mod gathered;
mod indicator;
mod judge;
mod judged;
mod kept;
mod listing;
mod lists;
mod looked;
mod matching;
mod observe;
mod send_back;
mod side_by_side;
mod standing;
mod status;
mod told;

pub use answer::observe;
pub(crate) use answer::observe_as;

pub use accept::DetectionChoice;
pub(crate) use observe::Observation;
pub(crate) use standing::{Hindrance, Standing, pattern_digest, standing};
pub(crate) use told::tell;

use detector::Detector;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// The detector of a node, made when first needed; shared, with a lock of its own.
#[derive(Clone)]
pub(crate) struct Detection {
    place: Arc<Place>,
}

struct Place {
    holdings: PathBuf,
    hash_key: u64,
    /// Grows whenever what was made before does not count any more.
    generation: AtomicU64,
    /// With the generation that it was made in.
    detector: Mutex<Option<(u64, Detector)>>,
}

impl Detection {
    /// A detector of these holdings; `hash_key` is drawn at random, for patterns come from others.
    pub(crate) fn new(holdings: PathBuf, hash_key: u64) -> Self {
        Self {
            place: Arc::new(Place { holdings, hash_key, generation: AtomicU64::new(0), detector: Mutex::new(None) }),
        }
    }

    /// Waits for the one who matches now.
    fn lock(&self) -> MutexGuard<'_, Option<(u64, Detector)>> {
        self.place.detector.lock().unwrap_or_else(|broken| {
            // The one that had it did not end well: what it left half done is not to be believed.
            self.place.detector.clear_poison();
            let mut place = broken.into_inner();
            *place = None;
            place
        })
    }

    /// Forgets everything, without waiting for the one who matches now; the next observation makes a detector again. What patterns over
    /// several observations saw so far goes.
    pub(crate) fn forget(&self) {
        self.place.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Forgets everything and gives the memory back, unless somebody matches now: then it is given back when that ends and the next
    /// observation comes.
    pub(crate) fn clear(&self) {
        self.forget();
        if let Ok(mut place) = self.place.detector.try_lock() {
            *place = None;
        }
    }
}
