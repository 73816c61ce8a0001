//! What the parts of one connection tell each other: guard, service, listener.
//!
//! Guarantees: each head that hyper was given has exactly one verdict, in order.

use crate::refusal::Refusal;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What the guard thinks of a head.
pub(crate) enum Verdict {
    Pass,
    /// With the path, as far as legible.
    Refuse(Refusal, String),
}

pub(crate) struct Pulse {
    verdicts: Mutex<VecDeque<Verdict>>,
    in_flight: AtomicUsize,
    /// Whether some of the last body has not come yet.
    body_open: AtomicBool,
    /// Whether a body was cut off because it came too slowly.
    body_cut: AtomicBool,
    born: Instant,
    /// Milliseconds from birth to when the connection went to rest, plus one; 0 while it does not rest.
    resting_since_ms: AtomicU64,
    /// Tells the connection to end because its place is needed.
    pub(crate) evict: Notify,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            verdicts: Mutex::new(VecDeque::new()),
            in_flight: AtomicUsize::new(0),
            body_open: AtomicBool::new(false),
            body_cut: AtomicBool::new(false),
            born: Instant::now(),
            resting_since_ms: AtomicU64::new(0),
            evict: Notify::new(),
        }
    }

    pub(crate) fn judge(&self, verdict: Verdict) {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner).push_back(verdict);
    }

    /// Takes the verdict of the next head. None cannot be, and is refused by the caller.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Notes that an answer has been given, or given up.
    pub(crate) fn answered(&self) {
        // Saturating: a request that hyper refused by itself was never counted out.
        let _ = self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| count.checked_sub(1));
    }

    pub(crate) fn is_answering(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) > 0
    }

    pub(crate) fn set_body_open(&self, open: bool) {
        self.body_open.store(open, Ordering::Release);
    }

    pub(crate) fn is_body_open(&self) -> bool {
        self.body_open.load(Ordering::Acquire)
    }

    pub(crate) fn cut_body(&self) {
        self.body_cut.store(true, Ordering::Release);
    }

    pub(crate) fn is_body_cut(&self) -> bool {
        self.body_cut.load(Ordering::Acquire)
    }

    pub(crate) fn rest(&self) {
        let since = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1;
        self.resting_since_ms.store(since, Ordering::Release);
    }

    pub(crate) fn wake(&self) {
        self.resting_since_ms.store(0, Ordering::Release);
    }

    /// Returns how long the connection has been at rest.
    pub(crate) fn rested(&self) -> Option<Duration> {
        match self.resting_since_ms.load(Ordering::Acquire) {
            0 => None,
            since => Some(self.born.elapsed().saturating_sub(Duration::from_millis(since - 1))),
        }
    }
}
