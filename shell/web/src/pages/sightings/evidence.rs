//! What a sensor saw, as lines of name and value, with what matched marked.
//!
//! Guarantees: bounded, and says when something is left out; a value stands as it was seen and is never a link. Does not know: what
//! the pattern asked.

use super::wording::type_words;
use serde_json::Value;

/// Properties shown of one object.
const FACTS_MAX: usize = 40;
/// Objects shown of one observation.
const OBJECTS_MAX: usize = 40;
/// Characters shown of one value.
const VALUE_CHARS_MAX: usize = 2_000;

/// One property of an observed object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name, such as `hashes.MD5`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether the pattern asked for this value.
    pub hit: bool,
}

/// One observed object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Its type, in words.
    pub words: String,
    /// What it is.
    pub facts: Vec<Fact>,
    /// How many properties are left out.
    pub more: usize,
}

/// One observation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When it began, as it was told; "" where it was not.
    pub first: String,
    /// When it ended; "" where that is when it began.
    pub last: String,
    /// How often, where more than once.
    pub number: u64,
    /// What was seen.
    pub things: Vec<Thing>,
    /// Whether something is left out, here or when it was kept.
    pub cut: bool,
}

impl Seen {
    /// Reads what was kept of an observation; `matched` are the values that the pattern asked for.
    pub fn read(kept: &Value, matched: &[&str]) -> Self {
        let text = |name: &str| kept.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (first, last) = (text("first"), text("last"));
        let all: Vec<&Value> = match kept.get("objects") {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(Value::Object(map)) => map.values().collect(),
            _ => Vec::new(),
        };
        Self {
            last: if last == first { String::new() } else { last },
            first,
            number: kept.get("number").and_then(Value::as_u64).unwrap_or(1),
            cut: kept.get("cut").and_then(Value::as_bool).unwrap_or_default() || all.len() > OBJECTS_MAX,
            things: all.into_iter().take(OBJECTS_MAX).map(|object| thing(object, matched)).collect(),
        }
    }
}

fn thing(object: &Value, matched: &[&str]) -> Thing {
    let mut facts = Vec::new();
    flat("", object, &mut facts);
    let object_type = object.get("type").and_then(Value::as_str).unwrap_or("object");
    let facts = facts.into_iter().filter(|(name, _)| !matches!(name.as_str(), "type" | "id" | "spec_version"));
    let mut facts: Vec<Fact> = facts
        .map(|(name, value)| {
            let hit = matched.contains(&value.as_str());
            Fact { name: name.replace('_', " "), value: shortened(value), hit }
        })
        .collect();
    // What matched is not what is left out.
    facts.sort_by_key(|fact| !fact.hit);
    let more = facts.len().saturating_sub(FACTS_MAX);
    facts.truncate(FACTS_MAX);
    Thing { words: type_words(object_type), facts, more }
}

fn shortened(value: String) -> String {
    if value.chars().count() <= VALUE_CHARS_MAX {
        return value;
    }
    let mut short: String = value.chars().take(VALUE_CHARS_MAX).collect();
    short.push('…');
    short
}

fn flat(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let inner = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flat(&inner, value, out);
            }
        }
        Value::Array(list) => {
            for value in list {
                flat(name, value, out);
            }
        }
        Value::String(text) => out.push((name.to_owned(), text.clone())),
        Value::Null => {}
        other => out.push((name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;
    use serde_json::json;

    #[test]
    fn what_was_seen_in_lines() {
        let kept = json!({ "first": "2026-03-01T00:00:00Z", "last": "2026-03-01T00:00:00Z", "number": 2, "cut": false, "objects": [
            { "type": "file", "size": 7, "hashes": { "MD5": "aa", "SHA-1": "bb" } },
            { "type": "ipv4-addr", "id": "x", "value": "198.51.100.7", "resolves_to_refs": ["1", "2"] }] });
        let seen = Seen::read(&kept, &["bb", "198.51.100.7"]);
        assert_eq!((seen.last.as_str(), seen.number, seen.cut), ("", 2, false));
        let line = |thing: usize, fact: usize| {
            let fact = &seen.things[thing].facts[fact];
            (fact.name.as_str(), fact.value.as_str(), fact.hit)
        };
        let words: Vec<&str> = seen.things.iter().map(|thing| thing.words.as_str()).collect();
        assert_eq!(words, ["file", "IPv4 address"]);
        assert_eq!(line(0, 0), ("hashes.SHA-1", "bb", true), "what matched stands first");
        assert!((1..3).any(|fact| line(0, fact) == ("size", "7", false)));
        assert_eq!(line(1, 0), ("value", "198.51.100.7", true));
        assert_eq!((seen.things[0].facts.len(), seen.things[1].facts.len()), (3, 3));
    }

    #[test]
    fn much_and_nothing_are_bounded() {
        assert!(Seen::read(&json!(null), &[]).things.is_empty());
        let wide: serde_json::Map<_, _> = (0..500).map(|n| (format!("p{n}"), json!("x".repeat(5_000)))).collect();
        let seen = Seen::read(&json!({ "objects": vec![json!(wide); 60] }), &[]);
        assert!(seen.cut && seen.things.len() == 40);
        let first = &seen.things[0];
        assert_eq!((first.facts.len(), first.more), (40, 460));
        assert!(first.facts[0].value.chars().count() == 2_001);
    }
}
