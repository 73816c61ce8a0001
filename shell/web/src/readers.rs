//! A small pool of read-only views of the holdings, used on threads that may block.
//!
//! Guarantees: at most so many readers at once, each for one piece of work; a reader that failed to open costs only that piece.
//! Does not know: what is read.

use comity_node::{Failure, Home, Reader};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The pool; cheap to clone.
#[derive(Clone)]
pub struct Readers {
    inner: Arc<Inner>,
}

struct Inner {
    home: Home,
    idle: Mutex<Vec<Reader>>,
    places: Arc<Semaphore>,
    /// Set once what is read is known not to be as the node left it.
    unfit: Arc<AtomicBool>,
}

impl Readers {
    /// Makes a pool of at most `readers_max` readers of a home; each is opened when first needed. Nothing is read once `unfit` is set.
    pub fn new(home: Home, readers_max: usize, unfit: Arc<AtomicBool>) -> Self {
        let places = Arc::new(Semaphore::new(readers_max.max(1)));
        Self { inner: Arc::new(Inner { home, idle: Mutex::new(Vec::new()), places, unfit }) }
    }

    /// Returns the home that is read.
    pub fn home(&self) -> &Home {
        &self.inner.home
    }

    /// Runs `work` with a reader on a thread that may block.
    ///
    /// # Errors
    /// What `work` returns, or a [`Failure`] where the holdings cannot be opened.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Failure> + Send + 'static,
        F: FnOnce(&Reader) -> Result<T, E> + Send + 'static,
    {
        let Ok(place) = self.inner.places.clone().acquire_owned().await else {
            return Err(Failure::operational("the desk is stopping").into());
        };
        if self.inner.unfit.load(Ordering::Relaxed) {
            let failure = Failure::operational("the holdings are not as this node left them: nothing is shown");
            return Err(failure.code("unfit").hint("comity doctor says what was found").into());
        }
        let inner = self.inner.clone();
        let done = tokio::task::spawn_blocking(move || {
            let reader = inner.take()?;
            // A connection may go on answering from memory when its file was emptied or replaced.
            reader.still_there()?;
            let result = work(&reader);
            inner.give_back(reader);
            drop(place);
            result
        });
        done.await.unwrap_or_else(|_| Err(Failure::operational("reading was broken off").into()))
    }
}

impl Inner {
    fn take(&self) -> Result<Reader, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Reader::open(&self.home), Ok)
    }

    fn give_back(&self, reader: Reader) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}
