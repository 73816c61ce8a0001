//! Finds the real test data, which is not committed.
#![allow(dead_code, reason = "not every test needs all of it")]

use serde_json::Value;
use std::path::PathBuf;

/// Reads one file of cases; tells that it is absent where it is.
pub fn cases(name: &str) -> Option<Vec<Value>> {
    match document(name)? {
        Value::Array(cases) => Some(cases),
        other => panic!("{name}: a list is expected, not {other}"),
    }
}

/// Reads one file of test data; tells that it is absent where it is.
pub fn document(name: &str) -> Option<Value> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("cases").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(error) => {
            eprintln!("not checked, test data is absent ({name}: {error})");
            None
        }
    }
}

/// Returns a text field.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}
