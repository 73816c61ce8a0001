//! Adds up the tables of decisions, and reads all pages and versions, at start and once a day, beside the node.
//!
//! Guarantees: a table that is not as this node left it, and a damaged page or version, end the gate and all answers but those that say so;
//! a read that fails is not taken for that, and is tried again. A start waits for the pages of a store of usual size; those of a large one
//! are read on while the node runs. Does not know: what is in the tables.

use super::gate_process::Event;
use super::{SharedNode, lock};
use crate::world;
use comity_node::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);
/// How long a start waits for the pages to be read.
const START_WAITS: Duration = Duration::from_secs(5);
/// How long after a read that failed it is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// The thread that compares, until it is dropped.
pub struct TableWatch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    unfit: Arc<AtomicBool>,
}

impl TableWatch {
    /// Begins with a first comparison, which is over when this returns.
    ///
    /// # Errors
    /// [`Failure`] where a table does not fit or cannot be read.
    pub fn start(node: SharedNode, events: Sender<Event>) -> Result<Self, Failure> {
        let outcome = lock(&node).table_check()?.run();
        let mut held = lock(&node);
        held.tables_compared(world::now(), outcome)?;
        if let Some(failure) = held.unfit() {
            return Err(failure.clone());
        }
        let check = held.store_check();
        drop(held);
        let (stop, stopped) = channel();
        let unfit = Arc::new(AtomicBool::new(false));
        let found = unfit.clone();
        let (told, outcome) = channel();
        let going = Arc::new(AtomicBool::new(true));
        let go_on = going.clone();
        let pages = std::thread::Builder::new()
            .name("page-check".into())
            .spawn(move || {
                let _ = told.send(check.run(&|| go_on.load(Ordering::Relaxed)));
            })
            .map_err(|error| Failure::operational(format!("cannot start a thread: {error}")))?;
        let pages = Pages { thread: Some(pages), going, outcome };
        match pages.outcome.recv_timeout(START_WAITS) {
            Ok(Err(failure)) => return Err(failure),
            Ok(Ok(_)) => tracing::info!("all pages and versions of the holdings are whole"),
            Err(_) => tracing::info!("the pages of the holdings are still being read"),
        }
        let thread = std::thread::Builder::new()
            .name("table-watch".into())
            .spawn(move || watch(&node, &events, &found, &stopped, &pages))
            .map_err(|error| Failure::operational(format!("cannot start a thread: {error}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread), unfit })
    }

    /// Returns whether a table was found that does not fit, or a page that is damaged.
    pub fn unfit(&self) -> Arc<AtomicBool> {
        self.unfit.clone()
    }
}

impl Drop for TableWatch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The first reading of the pages, until it is over; dropped, it stops at the next piece.
struct Pages {
    thread: Option<JoinHandle<()>>,
    going: Arc<AtomicBool>,
    outcome: Receiver<Result<bool, Failure>>,
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.going.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(node: &SharedNode, events: &Sender<Event>, unfit: &AtomicBool, stopped: &Receiver<()>, pages: &Pages) {
    let ends = |failure: Failure| {
        lock(node).store_is_damaged(failure);
        unfit.store(true, Ordering::Relaxed);
        let _ = events.send(Event::Stop);
    };
    let mut reading = true;
    let mut waited = Duration::ZERO;
    let mut pause = DAY;
    loop {
        // While the pages are read the first time, what they say is asked for every second.
        let step = if reading { SECOND } else { pause.saturating_sub(waited) };
        if stopped.recv_timeout(step) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        waited += step;
        if reading {
            match pages.outcome.try_recv() {
                Ok(Err(failure)) if is_damage(&failure) => return ends(failure),
                Ok(Err(failure)) => {
                    tracing::error!(error = %failure, "the pages of the holdings could not be read");
                    reading = false;
                }
                Ok(Ok(_)) | Err(TryRecvError::Disconnected) => reading = false,
                Err(TryRecvError::Empty) => {}
            }
        }
        if waited < pause {
            continue;
        }
        waited = Duration::ZERO;
        let (check, store) = {
            let mut held = lock(node);
            (held.table_check(), held.store_check())
        };
        // Without the node: rows are read on a snapshot of their own.
        let outcome = check.and_then(|check| check.run());
        let mut held = lock(node);
        pause = match held.tables_compared(world::now(), outcome) {
            Ok(()) if held.unfit().is_some() => {
                unfit.store(true, Ordering::Relaxed);
                let _ = events.send(Event::Stop);
                return;
            }
            Ok(()) => DAY,
            Err(failure) => {
                tracing::error!(error = %failure, "the tables of decisions could not be added up");
                AGAIN
            }
        };
        drop(held);
        if pause < DAY {
            continue;
        }
        let stops = std::cell::Cell::new(false);
        let outcome = store.run(&|| {
            stops.set(!matches!(stopped.try_recv(), Err(TryRecvError::Empty)));
            !stops.get()
        });
        if stops.get() {
            return;
        }
        match outcome {
            Err(failure) if is_damage(&failure) => return ends(failure),
            Err(failure) => tracing::error!(error = %failure, "the pages of the holdings could not be read"),
            Ok(_) => {}
        }
    }
}

fn is_damage(failure: &Failure) -> bool {
    failure.code.as_deref() == Some(comity_node::DAMAGED)
}
