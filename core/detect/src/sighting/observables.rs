//! The objects of one observation on their way to identifiers of their own.
//!
//! Guarantees: an object is made after those that it refers to; what of it is not valid is taken away, and the whole where that
//! does not help.

use super::uuid;
use crate::evidence::Evidence;
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// References that lead to references this deep are followed no further.
const DEPTH_MAX: usize = 16;

/// How often something is taken away from an object until it is valid.
const ATTEMPTS_MAX: usize = 8;

type Made = (String, Map<String, Value>);

/// The objects of one piece of evidence.
pub(super) struct Observables<'e> {
    digest: [u8; 16],
    by_key: BTreeMap<&'e str, &'e Map<String, Value>>,
    order: Vec<&'e str>,
    /// By key; nothing where it cannot be said, or while it is being made.
    made: BTreeMap<&'e str, Option<Made>>,
}

impl<'e> Observables<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        let keyed = |value: &'e Value| {
            let object = value.as_object()?;
            Some((object.get("id")?.as_str()?, object))
        };
        let listed: Vec<_> = evidence.objects.iter().filter_map(keyed).collect();
        let order = listed.iter().map(|(key, _)| *key).collect();
        Self { digest: evidence.digest(), by_key: listed.into_iter().collect(), order, made: BTreeMap::new() }
    }

    /// Returns the objects in their order, each once.
    pub(super) fn all(mut self) -> Vec<Made> {
        let order = std::mem::take(&mut self.order);
        let (mut all, mut known) = (Vec::new(), BTreeSet::new());
        for key in order {
            self.make(key, 0);
            let Some(Some((id, object))) = self.made.get(key) else { continue };
            if known.insert(id.clone()) {
                all.push((id.clone(), object.clone()));
            }
        }
        all
    }

    /// Makes an object after those that it refers to; returns its identifier.
    fn make(&mut self, key: &'e str, depth: usize) -> Option<String> {
        if let Some(made) = self.made.get(key) {
            return made.as_ref().map(|(id, _)| id.clone());
        }
        // While it is being made it leads nowhere: a circle of references ends here.
        self.made.insert(key, None);
        let source = *self.by_key.get(key)?;
        let mut object = Map::new();
        for (name, value) in source {
            let value = match value {
                Value::String(to) if name.ends_with("_ref") => match self.referred(to, depth) {
                    Some(id) => Value::String(id),
                    None => continue,
                },
                Value::Array(items) if name.ends_with("_refs") => {
                    let items = items.iter().filter_map(Value::as_str);
                    let followed: Vec<String> = items.filter_map(|to| self.referred(to, depth)).collect();
                    if followed.is_empty() {
                        continue;
                    }
                    json!(followed)
                }
                other => other.clone(),
            };
            object.insert(name.clone(), value);
        }
        let made = self.valid(key, object);
        let id = made.as_ref().map(|(id, _)| id.clone());
        self.made.insert(key, made);
        id
    }

    fn referred(&mut self, to: &str, depth: usize) -> Option<String> {
        if depth >= DEPTH_MAX {
            return None;
        }
        let (key, _) = self.by_key.get_key_value(to)?;
        self.make(key, depth + 1)
    }

    /// Gives an object its identifier, and takes away what is not valid in it.
    fn valid(&self, key: &str, mut object: Map<String, Value>) -> Option<Made> {
        complete(&mut object);
        for _ in 0..ATTEMPTS_MAX {
            object.remove("id");
            let id = self.identifier(key, &object)?;
            object.insert("id".into(), json!(id));
            let bytes = serde_json::to_vec(&object).ok()?;
            let node = Node::parse(&bytes, &Limits::default()).ok()?;
            let report = comity_conformance::validate_node(&node);
            if report.is_valid() {
                return Some((id, object));
            }
            let mut whole = Value::Object(object);
            let taken = report.errors.iter().filter(|error| take_away(&mut whole, &error.path)).count();
            let Value::Object(rest) = whole else { return None };
            object = rest;
            if taken == 0 {
                object.remove("extensions")?;
            }
        }
        None
    }

    fn identifier(&self, key: &str, object: &Map<String, Value>) -> Option<String> {
        let object_type = object.get("type")?.as_str()?;
        if key.strip_prefix(object_type).is_some_and(|rest| rest.starts_with("--")) {
            return Some(key.to_owned());
        }
        let bytes = serde_json::to_vec(object).ok()?;
        let node = Node::parse(&bytes, &Limits::default()).ok()?;
        // §2.9: of a type without contributing properties the identifier is random; here it is drawn from the content, so that
        // the same sighting is written the same way each time.
        Some(comity_conformance::sco_id(&node).unwrap_or_else(|| {
            format!(
                "{object_type}--{}",
                uuid('4', &[b"comity observable 1\n", &self.digest, key.as_bytes(), b"\n", &bytes])
            )
        }))
    }
}

/// Removes what a JSON pointer (RFC 6901) leads to, and what is empty without it; false where that is the object itself, or what
/// no object is without.
fn take_away(object: &mut Value, pointer: &str) -> bool {
    let Some((before, last)) = pointer.rsplit_once('/') else { return false };
    if matches!(pointer, "/type" | "/id" | "/spec_version") {
        return false;
    }
    let name = last.replace("~1", "/").replace("~0", "~");
    let Some(place) = object.pointer_mut(before) else { return false };
    let (taken, empty) = match place {
        Value::Object(properties) => (properties.remove(&name).is_some(), properties.is_empty()),
        Value::Array(items) => match name.parse::<usize>() {
            Ok(at) if at < items.len() => {
                items.remove(at);
                (true, items.is_empty())
            }
            _ => (false, false),
        },
        _ => (false, false),
    };
    if taken && empty && !before.is_empty() {
        take_away(object, before);
    }
    taken
}

/// Adds what STIX asks for and lines do not say.
fn complete(object: &mut Map<String, Value>) {
    object.insert("spec_version".into(), json!("2.1"));
    if object.get("type").and_then(Value::as_str) == Some("email-message") && !object.contains_key("is_multipart") {
        // §6.6: without the property it is not valid; true would ask for parts, which nothing here has.
        object.insert("is_multipart".into(), json!(false));
    }
    let Some(Value::Object(extensions)) = object.get_mut("extensions") else { return };
    let Some(Value::Object(request)) = extensions.get_mut("http-request-ext") else { return };
    if let Some(Value::Object(headers)) = request.get_mut("request_header") {
        // §6.12.2: a header is a list of texts; patterns ask for one text, as of STIX 2.0.
        for header in headers.values_mut().filter(|header| header.is_string()) {
            *header = json!([header.take()]);
        }
    }
}
