//! Any document, as the leak check searches it: what is found lies in the document, is the same each time, and what was cut off is not clean.
//!
//! The input is terms, one a line, and behind an empty line the document.
#![no_main]

use comity_release::leak::{Term, TermList};
use libfuzzer_sys::fuzz_target;

const TERMS_MAX: usize = 16;

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
    let terms = String::from_utf8_lossy(&bytes[..cut]).into_owned();
    let document = bytes.get(cut + 2..).unwrap_or_default();
    let terms: Vec<&str> = terms.lines().filter(|line| !line.is_empty()).take(TERMS_MAX).collect();
    let list = TermList::new(terms.iter().map(|term| Term::inferred(term)));
    let found = list.find(document);
    for finding in &found.findings {
        assert!(finding.term < terms.len());
        assert!(finding.offset + finding.length <= document.len(), "{finding:?}");
    }
    assert_eq!(found, list.find(document));
    // What is not quite JSON may be read to its end; what was cut off was not.
    let document = document.trim_ascii_end();
    if serde_json::from_slice::<serde_json::Value>(document).is_ok_and(|it| it.is_object()) {
        assert!(!list.find(&document[..document.len() - 1]).is_clean(), "cut off, and clean");
    }
});
