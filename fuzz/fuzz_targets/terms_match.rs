//! Any terms, one a line behind a sign for the kind, and behind an empty line any text: a hit lies in the text, is the same each time, and a term
//! is found as it is written.
#![no_main]

#[allow(dead_code, reason = "the decoder has a target of its own")]
#[path = "../../core/terms/tests/hostile/body.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| body::matcher(bytes));
