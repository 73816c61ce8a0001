//! The real clock and the real randomness: the only place where either is read.

use comity_crypto::Entropy;
use comity_vocab::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads the clock of the machine.
pub fn now() -> Timestamp {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp::from_unix(since.as_secs() as i64, since.subsec_millis() * 1_000_000),
        Err(before) => Timestamp::from_unix(-(before.duration().as_secs() as i64), 0),
    }
}

/// Draws from the operating system; a system without randomness ends the program, for nothing it would do is safe.
pub fn entropy() -> Entropy {
    Entropy::new(Box::new(|| {
        let mut bytes = [0u8; 32];
        if let Err(error) = getrandom::fill(&mut bytes) {
            eprintln!("comity: the operating system gives no randomness: {error}");
            std::process::abort();
        }
        bytes
    }))
}
