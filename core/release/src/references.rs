//! Finds and rewrites references: every property named `…_ref` or `…_refs`, at any depth.

use serde_json::{Map, Value};

/// Tells whether a property name is that of one reference.
pub(crate) fn is_one(name: &str) -> bool {
    name.ends_with("_ref")
}

/// Tells whether a property name is that of a list of references.
pub(crate) fn is_list(name: &str) -> bool {
    name.ends_with("_refs")
}

/// Calls `visit` with the JSON pointer and target of every reference. A reference that is not text has an empty target.
pub(crate) fn visit(object: &Map<String, Value>, pointer: &str, visitor: &mut dyn FnMut(&str, &str)) {
    for (name, value) in object {
        let here = format!("{pointer}/{name}");
        if is_one(name) {
            visitor(&here, value.as_str().unwrap_or_default());
        } else if is_list(name) {
            match value {
                Value::Array(items) => {
                    for (number, item) in items.iter().enumerate() {
                        visitor(&format!("{here}/{number}"), item.as_str().unwrap_or_default());
                    }
                }
                _ => visitor(&here, ""),
            }
        } else {
            visit_value(value, &here, visitor);
        }
    }
}

fn visit_value(value: &Value, pointer: &str, visitor: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(inner) => visit(inner, pointer, visitor),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                visit_value(item, &format!("{pointer}/{number}"), visitor);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces every reference by what `map` gives; one that it does not know is dropped and told to `dropped` as JSON
/// pointer and target. A list left empty goes, and so does a structure left empty.
pub(crate) fn rewrite(
    object: &mut Map<String, Value>,
    pointer: &str,
    map: &dyn Fn(&str) -> Option<String>,
    dropped: &mut dyn FnMut(&str, &str),
) {
    let names: Vec<String> = object.keys().cloned().collect();
    for name in names {
        let here = format!("{pointer}/{name}");
        let Some(value) = object.get_mut(&name) else { continue };
        let keep = if is_one(&name) {
            rewrite_one(value, &here, map, dropped)
        } else if is_list(&name) {
            match value {
                Value::Array(items) => {
                    items.retain_mut(|item| rewrite_one(item, &here, map, dropped));
                    !items.is_empty()
                }
                _ => {
                    dropped(&here, "");
                    false
                }
            }
        } else {
            rewrite_value(value, &here, map, dropped)
        };
        if !keep {
            object.remove(&name);
        }
    }
}

fn rewrite_one(
    value: &mut Value,
    pointer: &str,
    map: &dyn Fn(&str) -> Option<String>,
    dropped: &mut dyn FnMut(&str, &str),
) -> bool {
    let target = value.as_str().unwrap_or_default();
    match map(target) {
        Some(new) => {
            *value = Value::String(new);
            true
        }
        None => {
            dropped(pointer, target);
            false
        }
    }
}

fn rewrite_value(
    value: &mut Value,
    pointer: &str,
    map: &dyn Fn(&str) -> Option<String>,
    dropped: &mut dyn FnMut(&str, &str),
) -> bool {
    match value {
        Value::Object(inner) => {
            let before = inner.len();
            rewrite(inner, pointer, map, dropped);
            !inner.is_empty() || before == 0
        }
        Value::Array(items) => {
            let before = items.len();
            items.retain_mut(|item| rewrite_value(item, pointer, map, dropped));
            !items.is_empty() || before == 0
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
