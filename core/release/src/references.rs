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

/// Calls `visitor` with the JSON pointer and target of every reference. A reference that is not text has an empty target.
pub(crate) fn visit(object: &Map<String, Value>, visitor: &mut dyn FnMut(&str, &str)) {
    Visiting { pointer: String::new(), visitor }.object(object);
}

struct Visiting<'a> {
    /// The JSON pointer of what is looked at.
    pointer: String,
    visitor: &'a mut dyn FnMut(&str, &str),
}

impl Visiting<'_> {
    fn object(&mut self, object: &Map<String, Value>) {
        let above = self.pointer.len();
        for (name, value) in object {
            self.pointer.push('/');
            self.pointer.push_str(name);
            match value {
                _ if is_one(name) => (self.visitor)(&self.pointer, value.as_str().unwrap_or_default()),
                Value::Array(items) if is_list(name) => self.items(items, &mut |this, item| {
                    (this.visitor)(&this.pointer, item.as_str().unwrap_or_default());
                }),
                _ if is_list(name) => (self.visitor)(&self.pointer, ""),
                value => self.value(value),
            }
            self.pointer.truncate(above);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(inner) => self.object(inner),
            Value::Array(items) => self.items(items, &mut |this, item| this.value(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn items(&mut self, items: &[Value], each: &mut dyn FnMut(&mut Self, &Value)) {
        let above = self.pointer.len();
        for (number, item) in items.iter().enumerate() {
            self.pointer.push_str(&format!("/{number}"));
            each(self, item);
            self.pointer.truncate(above);
        }
    }
}

/// Replaces every reference by what `map` gives; one that it does not know is dropped and told to `dropped` as JSON
/// pointer and target. A list left empty goes, and so does a structure left empty.
pub(crate) fn rewrite(
    object: &mut Map<String, Value>,
    map: &dyn Fn(&str) -> Option<String>,
    dropped: &mut dyn FnMut(&str, &str),
) {
    Rewriting { pointer: String::new(), map, dropped }.object(object);
}

struct Rewriting<'a> {
    /// The JSON pointer of what is looked at.
    pointer: String,
    map: &'a dyn Fn(&str) -> Option<String>,
    dropped: &'a mut dyn FnMut(&str, &str),
}

impl Rewriting<'_> {
    fn object(&mut self, object: &mut Map<String, Value>) {
        let above = self.pointer.len();
        object.retain(|name, value| {
            self.pointer.push('/');
            self.pointer.push_str(name);
            let keep = if is_one(name) {
                self.reference(value)
            } else if is_list(name) {
                self.list(value)
            } else {
                self.value(value)
            };
            self.pointer.truncate(above);
            keep
        });
    }

    fn list(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Array(items) => {
                items.retain_mut(|item| self.reference(item));
                !items.is_empty()
            }
            _ => {
                (self.dropped)(&self.pointer, "");
                false
            }
        }
    }

    fn reference(&mut self, value: &mut Value) -> bool {
        let target = value.as_str().unwrap_or_default();
        match (self.map)(target) {
            Some(new) => {
                *value = Value::String(new);
                true
            }
            None => {
                (self.dropped)(&self.pointer, target);
                false
            }
        }
    }

    fn value(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Object(inner) => {
                let before = inner.len();
                self.object(inner);
                !inner.is_empty() || before == 0
            }
            Value::Array(items) => {
                let before = items.len();
                items.retain_mut(|item| self.value(item));
                !items.is_empty() || before == 0
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }
}
