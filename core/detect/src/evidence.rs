//! An observation as it is kept with a sighting: its objects as JSON, bounded, and a digest by which it is known again.

use comity_pattern::Observed;
use comity_stix::json::tree::Node;
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Bytes of all objects as compact JSON at most.
pub const EVIDENCE_BYTES_MAX: usize = 16 << 10;
/// Bytes of one string at most; what is longer is cut.
pub const EVIDENCE_STRING_BYTES_MAX: usize = 2 << 10;

/// What was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The id of the observed-data, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it was observed first.
    pub first: Timestamp,
    /// When it was observed last.
    pub last: Timestamp,
    /// How often the same was seen.
    pub number: u64,
    /// The objects, each with `type` and `id`: its identifier, or its key in this observation, to which references lead.
    pub objects: Vec<Value>,
    /// Whether something of the objects was left out because of a bound.
    pub cut: bool,
    /// 32 hexadecimal digits.
    digest: String,
}

impl Evidence {
    /// Returns 16 bytes that are the same for the same observation: identifier, times, number and all of the objects, in
    /// whichever order those and their properties stand.
    pub fn digest(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(self.digest.as_bytes().chunks_exact(2)) {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(text, 16).unwrap_or_default();
        }
        bytes
    }
}

/// Returns an observation as evidence, within [`EVIDENCE_BYTES_MAX`].
pub fn evidence(observed: &Observed<'_>) -> Evidence {
    let mut objects = Vec::new();
    let mut cut = false;
    let mut left = EVIDENCE_BYTES_MAX;
    for object in &observed.objects {
        let mut value = json(object.node, &mut cut);
        if let Value::Object(properties) = &mut value {
            properties.entry("id").or_insert_with(|| object.key.into());
        }
        let Some(rest) = left.checked_sub(value.to_string().len() + 1) else {
            cut = true;
            continue;
        };
        left = rest;
        objects.push(value);
    }
    Evidence {
        id: observed.id.map(str::to_owned),
        first: observed.first,
        last: observed.last,
        number: observed.count,
        objects,
        cut,
        digest: digest(observed),
    }
}

fn json(node: &Node<'_>, cut: &mut bool) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(written) => number(written),
        Node::String(text) if text.len() > EVIDENCE_STRING_BYTES_MAX => {
            *cut = true;
            let end = text.floor_char_boundary(EVIDENCE_STRING_BYTES_MAX);
            Value::String(text.get(..end).unwrap_or_default().to_owned())
        }
        Node::String(text) => Value::String(text.to_string()),
        Node::Array(items) => Value::Array(items.iter().map(|item| json(item, cut)).collect()),
        Node::Object(properties) => Value::Object(
            properties.iter().map(|(name, value)| (name.to_string(), json(value, cut))).collect::<Map<_, _>>(),
        ),
    }
}

/// A number that no double carries stays the text that it is.
fn number(written: &str) -> Value {
    match (written.parse::<i64>(), written.parse::<u64>(), written.parse::<f64>()) {
        (Ok(whole), ..) => whole.into(),
        (_, Ok(whole), _) => whole.into(),
        (.., Ok(float)) if written.contains(['.', 'e', 'E']) => float.into(),
        _ => written.into(),
    }
}

fn digest(observed: &Observed<'_>) -> String {
    let mut objects: Vec<String> = observed
        .objects
        .iter()
        .map(|object| {
            let mut text = String::new();
            canonical(object.node, &mut text);
            format!("{}\n{text}", object.key)
        })
        .collect();
    objects.sort_unstable();
    let head = format!(
        "comity observation 1\n{}\n{}\n{}\n{}\n",
        observed.id.unwrap_or_default(),
        observed.first,
        observed.last,
        observed.count
    );
    let mut parts = vec![head.as_bytes()];
    for object in &objects {
        parts.push(object.as_bytes());
        parts.push(b"\n");
    }
    let whole = comity_crypto::sha256(&parts).to_string();
    whole.get(..32).unwrap_or_default().to_owned()
}

/// Writes a value with sorted names: two texts that say the same give the same. Numbers stay as written. The scanner limits
/// the depth of this recursion.
fn canonical(node: &Node<'_>, out: &mut String) {
    match node {
        Node::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Node::Object(properties) => {
            let mut sorted: Vec<_> = properties.iter().collect();
            sorted.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            out.push('{');
            for (name, value) in sorted {
                let _ = write!(out, "{name:?}:");
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_json()),
    }
}
