//! Objects of one file beside each other: what versions of one object may not do (§3.2, §3.6).
//!
//! Guarantees: a finding belongs to the object that comes later in the file; memory is bounded, and where the bound is reached
//! the file says so. Of content only a check sum is kept. Does not know: files, other files, what came in them.

use crate::path::Path;
use crate::report::{Found, Report};
use crate::rule;
use crate::value::time::{KeptInstant, parse};
use comity_stix::json::tree::Node;
use std::collections::HashMap;

/// Versions that are compared; each takes about 150 bytes.
const VERSIONS_MAX: usize = 500_000;

/// The versions that a file had so far.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    by_id: HashMap<u128, Object>,
    count: usize,
    full: bool,
}

#[derive(Debug)]
struct Object {
    created: KeptInstant,
    creator: Option<u128>,
    revoked: Option<KeptInstant>,
    latest: KeptInstant,
    /// When, and the check sum of its content.
    first: (KeptInstant, u128),
    others: Vec<(KeptInstant, u128)>,
}

impl Versions {
    /// Compares an object with the versions before it and remembers it; adds to what was found in it alone.
    pub fn examine(&mut self, node: &Node<'_>, report: &mut Report) {
        let text = |name| node.property(name).and_then(Node::text);
        let time = |name| text(name).and_then(parse).map(|time| time.kept());
        let (Some(id), Some(created), Some(modified)) = (text("id"), time("created"), time("modified")) else { return };
        let creator = text("created_by_ref").map(|creator| sum(creator.as_bytes()));
        let revoked = node.property("revoked") == Some(&Node::Bool(true));
        if self.count >= VERSIONS_MAX {
            self.full = true;
            return;
        }
        self.count += 1;
        let version = (modified.clone(), content(node));
        let id_sum = sum(id.as_bytes());
        let Some(known) = self.by_id.get_mut(&id_sum) else {
            let revoked = revoked.then(|| modified.clone());
            let object = Object { created, creator, revoked, latest: modified, first: version, others: Vec::new() };
            self.by_id.insert(id_sum, object);
            return;
        };
        let mut found = Found::new(id);
        if known.created != created {
            found.add(&rule::CREATED_CHANGED, &Path::Root.name("created"));
        }
        if known.creator.is_some() && creator.is_some() && known.creator != creator {
            found.add(&rule::OTHER_CREATOR, &Path::Root.name("created_by_ref"));
        }
        let mut all = std::iter::once(&known.first).chain(&known.others);
        if all.any(|(when, content)| *when == modified && *content != version.1) {
            found.add(&rule::VERSION_CHANGED, &Path::Root.name("modified"));
        }
        if known.revoked.as_ref().is_some_and(|revoked| modified > *revoked) {
            found.add(&rule::AFTER_REVOCATION, &Path::Root.name("modified"));
        } else if revoked && known.latest > modified {
            found.add(&rule::AFTER_REVOCATION, &Path::Root.name("revoked"));
        }
        known.creator = known.creator.or(creator);
        if revoked && known.revoked.as_ref().is_none_or(|before| modified < *before) {
            known.revoked = Some(modified.clone());
        }
        if modified > known.latest {
            known.latest = modified;
        }
        known.others.push(version);
        report.append(found.into_report());
    }

    /// Says of the whole file whether all of it was compared.
    pub fn close(&self, report: &mut Report) {
        if self.full {
            let mut found = Found::new("");
            found.add(&rule::VERSIONS_TOO_MANY, &Path::Root.name("objects"));
            report.append(found.into_report());
        }
    }
}

/// A check sum that is the same for the same content: properties in any order, defaults written or left out (§3.6), times by
/// what they mean.
fn content(node: &Node<'_>) -> u128 {
    let is_default = |name: &str, value: &Node<'_>| match name {
        "revoked" | "defanged" => *value == Node::Bool(false),
        "lang" => value.text() == Some("en"),
        _ => false,
    };
    let properties = node.properties().iter().filter(|(name, value)| !is_default(name, value));
    properties.map(|(name, value)| of_property(name, value)).fold(0, u128::wrapping_add)
}

fn of_property(name: &str, value: &Node<'_>) -> u128 {
    mix(sum(name.as_bytes()), of_value(value))
}

fn of_value(value: &Node<'_>) -> u128 {
    match value {
        Node::Null => 1,
        Node::Bool(value) => 2 + u128::from(*value),
        Node::Number(written) => match written.parse::<f64>() {
            Ok(number) => mix(4, u128::from(number.to_bits())),
            Err(_) => mix(4, sum(written.as_bytes())),
        },
        Node::String(text) => match parse(text) {
            Some(time) => {
                let (coarse, rest) = time.kept();
                mix(sum(&coarse.sort_key()), sum(rest.as_bytes()))
            }
            None => mix(6, sum(text.as_bytes())),
        },
        Node::Array(items) => items.iter().map(of_value).fold(7, mix),
        Node::Object(properties) => {
            mix(8, properties.iter().map(|(name, value)| of_property(name, value)).fold(0, u128::wrapping_add))
        }
    }
}

/// A check sum of bytes. It is no secret: the one who makes two alike hides a fault of their own file from themselves.
fn sum(bytes: &[u8]) -> u128 {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let last = rest.iter().fold(bytes.len() as u128, |all, byte| all << 8 | u128::from(*byte));
    chunks.iter().map(|chunk| u128::from_le_bytes(*chunk)).fold(mix(9, last), mix)
}

fn mix(one: u128, other: u128) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let mixed = (one.rotate_left(41) ^ other).wrapping_mul(ODD);
    (mixed ^ mixed >> 67).wrapping_mul(ODD)
}
