//! Adds up the tables of decisions at start and once a day, beside the node.
//!
//! Guarantees: a table that is not as this node left it ends the gate and all answers but those that say so; a read that fails is not
//! taken for that, and is tried again. Does not know: what is in the tables.

use super::gate_process::Event;
use super::{SharedNode, lock};
use crate::world;
use comity_node::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
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
        drop(held);
        let (stop, stopped) = channel();
        let unfit = Arc::new(AtomicBool::new(false));
        let found = unfit.clone();
        let thread = std::thread::Builder::new()
            .name("table-watch".into())
            .spawn(move || watch(&node, &events, &found, &stopped))
            .map_err(|error| Failure::operational(format!("cannot start a thread: {error}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread), unfit })
    }

    /// Returns whether a table was found that does not fit.
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

fn watch(node: &SharedNode, events: &Sender<Event>, unfit: &AtomicBool, stopped: &Receiver<()>) {
    let mut pause = DAY;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let check = lock(node).table_check();
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
    }
}
