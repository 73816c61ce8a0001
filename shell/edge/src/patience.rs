//! Waiting for a peer that moves bytes: how long in all, at which rate at least.
//!
//! Guarantees: a peer that is slower than the lowest rate, or stands still for longer than the allowance, is told from one that is
//! as fast as we are; time in which we do not wait for it costs it nothing.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

pub(crate) struct Patience {
    allowance: Duration,
    rate_min: u32,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Patience {
    pub(crate) fn new(allowance: Duration, rate_min: u32) -> Self {
        Self { allowance, rate_min: rate_min.max(1), left: allowance, waiting: None }
    }

    /// Starts over with the whole allowance.
    pub(crate) fn reset(&mut self) {
        self.left = self.allowance;
        self.waiting = None;
    }

    /// Tells whether we wait for the peer just now.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Notes that `bytes` went through; what was waited for them is taken off, what they are worth added.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let worth = Duration::from_secs_f64(bytes as f64 / f64::from(self.rate_min));
        self.left = self.left.saturating_add(worth).min(self.allowance);
    }

    /// Notes that we wait for the peer. Ready when patience is at its end.
    pub(crate) fn poll_exhausted(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        let (_, sleep) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + left)))
        });
        sleep.as_mut().poll(cx)
    }
}
