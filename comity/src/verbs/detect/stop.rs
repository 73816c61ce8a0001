//! The wish to stop: Ctrl-C and SIGTERM.

use comity_node::Failure;
use std::cell::Cell;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Tells when to stop.
pub struct Stop {
    wish: Receiver<()>,
    stopped: Cell<bool>,
}

impl Stop {
    /// Listens for the signals from now on.
    pub fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let broken = |error: std::io::Error| Failure::operational(format!("cannot wait for signals: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
        let (mut terminate, mut interrupt) = {
            let _inside = runtime.enter();
            (signal(SignalKind::terminate()).map_err(broken)?, signal(SignalKind::interrupt()).map_err(broken)?)
        };
        let (sender, wish) = channel();
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            });
            let _ = sender.send(());
        });
        Ok(Self { wish, stopped: Cell::new(false) })
    }

    /// Waits so long, or until one wishes to stop; tells whether one does.
    pub fn wait(&self, at_most: Duration) -> bool {
        if !self.stopped.get() {
            match self.wish.recv_timeout(at_most) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => self.stopped.set(true),
            }
        }
        self.stopped.get()
    }
}
