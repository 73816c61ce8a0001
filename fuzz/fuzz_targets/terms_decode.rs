//! Any bytes as a text: what comes out of encodings stands where it says, is the same each time, and is within what was allowed.
#![no_main]

#[allow(dead_code, reason = "the matcher has a target of its own")]
#[path = "../../core/terms/tests/hostile/body.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| body::decoder(bytes));
