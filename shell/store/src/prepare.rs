//! What can be known of an object from its bytes alone, before the database is asked.
//!
//! Guarantees: pure; runs on another thread than the one that writes.

use crate::key::{self, IdKey};
use comity_pattern::{Pattern, PatternErrorKind};
use comity_stix::inspect::rules;
use comity_stix::json::tree::Node;
use comity_stix::{Defect, ObjectFacts, Unusable};
use comity_vocab::{Digest, SecurityLabel, Tlp};

/// An object that can be held, ready to be classified and written.
pub(crate) struct Prepared {
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// What the object says of itself.
    pub facts: ObjectFacts,
    /// The prefix of the identifier, where it is lawful.
    pub prefix: Option<String>,
    /// The rest of the identifier.
    pub key: IdKey,
    /// The version key.
    pub version: Vec<u8>,
    /// The label its TLP marking references stand for.
    pub own_label: Option<SecurityLabel>,
    /// Whether it has marking references that are not TLP.
    pub unknown_marking: bool,
}

/// An object that cannot be held, and why.
pub(crate) struct Unholdable {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its identifier, where it has one of bearable length.
    pub id: Option<String>,
    /// Why, without content.
    pub reason: String,
}

/// Describes one object, with what is wrong with its pattern where it is an indicator.
///
/// # Errors
/// As [`comity_stix::inspect`].
pub fn inspect(bytes: &[u8]) -> Result<ObjectFacts, Unusable> {
    described(&Node::parse(bytes, &comity_stix::Limits::default())?)
}

fn described(node: &Node<'_>) -> Result<ObjectFacts, Unusable> {
    let mut facts = comity_stix::inspect::describe(node)?;
    // Last, so that a home in which an earlier build wrote the defects has the others at the same places.
    facts.defects.extend(malformed_pattern(node, &facts));
    Ok(facts)
}

/// Looks at one object.
pub(crate) fn prepare(bytes: &[u8]) -> Result<Prepared, Unholdable> {
    let digest = comity_crypto::sha256(&[bytes]);
    let node = Node::parse(bytes, &comity_stix::Limits::default());
    let node = node.map_err(|error| Unholdable { digest, id: None, reason: Unusable::Json(error).to_string() })?;
    let facts = described(&node).map_err(|unusable| Unholdable {
        digest,
        id: node.property("id").and_then(Node::text).filter(|id| bearable(id)).map(str::to_owned),
        reason: unusable.to_string(),
    })?;
    let Some((prefix, key)) = key::split(&facts.id) else {
        let reason = format!("identifier of {} bytes, at most 300 are allowed", facts.id.len());
        return Err(Unholdable { digest, id: None, reason });
    };
    let prefix = prefix.map(str::to_owned);
    let version = key::version_key(&facts);
    let (own_label, unknown_marking) = own_label(&facts.object_marking_refs);
    Ok(Prepared { bytes: bytes.to_vec(), digest, prefix, key, version, own_label, unknown_marking, facts })
}

/// Whether an identifier can be kept as the name of what was refused.
pub(crate) fn bearable(id: &str) -> bool {
    !id.is_empty() && id.len() <= comity_vocab::code::STIX_ID_BYTES_MAX
}

/// Returns the defect of an indicator whose STIX pattern cannot be read. What is only too much for us, or asks for more of regular
/// expressions than is safe, is lawful.
fn malformed_pattern(node: &Node<'_>, facts: &ObjectFacts) -> Option<Defect> {
    if facts.object_type != "indicator" || facts.defects.len() >= rules::DEFECTS_MAX {
        return None;
    }
    let text = |name| node.property(name).and_then(Node::text);
    if !matches!((node.property("pattern_type"), text("pattern_type")), (None, _) | (_, Some("stix"))) {
        return None;
    }
    let error = Pattern::parse(text("pattern")?).err()?;
    let lawful = error.is_limit() || matches!(error.kind, PatternErrorKind::UnsupportedRegex { .. });
    (!lawful).then(|| rules::malformed_pattern(&format!("byte {}: {error}", error.offset)))
}

/// Returns the label of the TLP marking references, and whether there are others.
pub(crate) fn own_label(marking_refs: &[String]) -> (Option<SecurityLabel>, bool) {
    let mut label: Option<SecurityLabel> = None;
    let mut unknown = false;
    for id in marking_refs {
        match Tlp::from_marking_id(id) {
            Some(tlp) => label = join(label, Some(SecurityLabel::tlp(tlp))),
            None => unknown = true,
        }
    }
    (label, unknown)
}

/// Combines two labels; absent restricts nothing.
pub(crate) fn join(a: Option<SecurityLabel>, b: Option<SecurityLabel>) -> Option<SecurityLabel> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.combine(&b)),
        (a, b) => a.or(b),
    }
}
