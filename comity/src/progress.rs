//! How far a long import is, on a terminal; nothing in a pipe.

use comity_node::WatchProgress;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// The shortest time between two lines.
const PAUSE: Duration = Duration::from_millis(100);

/// Draws progress on standard error where that is a terminal.
pub fn on_a_terminal() -> Option<WatchProgress> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let mut last = Instant::now();
    Some(Box::new(move |step| {
        let done = step.bytes >= step.bytes_total;
        if !done && last.elapsed() < PAUSE {
            return;
        }
        last = Instant::now();
        let percent = step.bytes.saturating_mul(100).checked_div(step.bytes_total).unwrap_or(100);
        let what = if step.writing { "writing" } else { "checking" };
        let end = if done { "\r\x1b[K" } else { "" };
        let _ = write!(std::io::stderr().lock(), "\r{what} {percent:>3} %{end}");
    }))
}
