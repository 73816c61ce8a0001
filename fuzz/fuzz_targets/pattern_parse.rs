//! Any text is refused with an offset inside of it, or reads back as what was written, and its canonical form is its own.
#![no_main]

use comity_pattern::{Pattern, canonical, equivalent, explain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            assert!(error.offset <= text.len());
            return;
        }
    };
    let written = pattern.to_string();
    let again = Pattern::parse(&written);
    // What is written may be longer than what was read, and so too long; anything else must read back.
    match again {
        Ok(again) => {
            assert_eq!(again.expression, pattern.expression);
            assert!(equivalent(&pattern, &again));
        }
        Err(error) => assert!(error.is_limit(), "{written}: {error}"),
    }
    let once = canonical(&pattern).to_string();
    match Pattern::parse(&once) {
        Ok(once_more) => assert_eq!(canonical(&once_more).to_string(), once),
        Err(error) => assert!(error.is_limit(), "{once}: {error}"),
    }
    assert!(!explain(&pattern).is_empty());
});
