//! How far long work is, on a terminal; nothing in a pipe.

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

/// Returns what draws, on a terminal, how much of something is done; it draws nothing in a pipe.
pub fn bar(what: &'static str) -> impl FnMut(u64, u64) {
    let shown = std::io::stderr().is_terminal();
    let mut last = Instant::now();
    move |done, total| {
        let whole = done >= total;
        if !shown || (!whole && last.elapsed() < PAUSE) {
            return;
        }
        last = Instant::now();
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100).min(100);
        let end = if whole { "\r\x1b[K" } else { "" };
        let _ = write!(std::io::stderr().lock(), "\r{what} {percent:>3} %{end}");
    }
}

/// Says, on a terminal, that long work goes on and for how long it has; nothing in a pipe. Ends when dropped.
pub struct Waiting {
    stop: Option<std::sync::mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Begins to say so.
pub fn waiting(what: &'static str) -> Waiting {
    if !std::io::stderr().is_terminal() {
        return Waiting { stop: None, thread: None };
    }
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let begun = Instant::now();
    let thread = std::thread::spawn(move || {
        while stopped.recv_timeout(PAUSE * 10) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = write!(std::io::stderr().lock(), "\r{what}, {} s", begun.elapsed().as_secs());
        }
        let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
    });
    Waiting { stop: Some(stop), thread: Some(thread) }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
