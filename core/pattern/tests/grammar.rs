//! Which texts are patterns: the cases of the official tools, and a table of our own.
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

use comity_pattern::Pattern;
use support::{cases, text};

fn verdict(pattern: &str) -> Result<(), String> {
    let parsed = Pattern::parse(pattern).map_err(|error| format!("{}: {error}", error.offset))?;
    match parsed.breach() {
        Some(error) => Err(format!("{}: {error}", error.offset)),
        None => Ok(()),
    }
}

fn firm(case: &serde_json::Value) -> bool {
    case.get("firm").and_then(serde_json::Value::as_bool).unwrap_or(true)
}

#[test]
fn every_firm_valid_pattern_is_accepted() {
    let Some(cases) = cases("patterns_valid.json") else { return };
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| firm(case)) {
        let pattern = text(case, "pattern");
        if let Err(error) = verdict(pattern) {
            wrong.push(format!("{error}\n    {pattern:.300}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} refused:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_firm_invalid_pattern_is_refused() {
    let Some(cases) = cases("patterns_invalid.json") else { return };
    let wrong: Vec<&str> = cases
        .iter()
        .filter(|case| firm(case))
        .map(|case| text(case, "pattern"))
        .filter(|p| verdict(p).is_ok())
        .collect();
    assert!(wrong.is_empty(), "{} of {} accepted:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
