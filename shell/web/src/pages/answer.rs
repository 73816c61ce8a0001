//! Reading the node's answers, which are JSON, into what templates show, and what was typed into forms.
//!
//! Guarantees: what is absent reads as empty, never as a failure of the page; nothing is interpreted.

use serde_json::Value;

/// Returns the text at `name`; empty where absent. Numbers and flags are written out.
pub fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Returns what somebody typed into a field of several lines. A form ends each of them with CR LF, which nobody typed.
pub fn typed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns the list at `name`; empty where absent.
pub fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the texts in the list at `name`.
pub fn texts(value: &Value, name: &str) -> Vec<String> {
    list(value, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the flag at `name`; `false` where absent.
pub fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Returns the number at `name`; zero where absent.
pub fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}
