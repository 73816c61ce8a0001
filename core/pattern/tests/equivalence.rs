//! Which patterns mean the same: the cases of the official library, and tables of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod support;

use comity_pattern::{Pattern, equivalent};
use support::{cases, text};

fn same(one: &str, other: &str) -> bool {
    equivalent(&Pattern::parse(one).unwrap(), &Pattern::parse(other).unwrap())
}

#[test]
fn agrees_with_the_official_library() {
    let Some(cases) = cases("pattern_equivalence.json") else { return };
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| same(text(case, "a"), text(case, "b")) != case["equivalent"].as_bool().unwrap())
        .map(ToString::to_string)
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
