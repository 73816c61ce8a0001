//! The same work on several parts at the same time, one thread for each.
//!
//! Guarantees: what comes of the parts stands in their order; where no thread is to be had, the caller's does it. Does not know: what is
//! worth a thread.

use std::thread::{self, ScopedJoinHandle};

/// Threads at most: others of this machine have work as well.
const THREADS_MAX: usize = 4;

/// How many threads there may be, the caller's among them.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX)
}

/// Does the work on every part; the caller's thread takes the last.
pub(super) fn each<P: Sync, R: Send>(parts: &[P], work: impl Fn(&P) -> R + Sync) -> Vec<R> {
    enum Begun<'s, 'p, P, R> {
        There(ScopedJoinHandle<'s, R>),
        Here(&'p P),
    }
    let work = &work;
    thread::scope(|scope| {
        let (last, others) = match parts.split_last() {
            Some(parts) => parts,
            None => return Vec::new(),
        };
        let begin = |part| match thread::Builder::new().spawn_scoped(scope, move || work(part)) {
            Ok(thread) => Begun::There(thread),
            Err(_) => Begun::Here(part),
        };
        let begun: Vec<Begun<'_, '_, P, R>> = others.iter().map(begin).collect();
        let last = work(last);
        let ended = begun.into_iter().map(|one| match one {
            // What is wrong there is wrong here: it must not look as if it had ended well.
            Begun::There(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Begun::Here(part) => work(part),
        });
        ended.chain([last]).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_it_stands_in_order() {
        let parts: Vec<u64> = (0..9).collect();
        assert_eq!(each(&parts, |part| part * part), [0, 1, 4, 9, 16, 25, 36, 49, 64]);
        assert_eq!(each(&[] as &[u64], |part| *part), [] as [u64; 0]);
    }
}
