//! Whole STIX bundles of bounded size, and the identity object that every one carries.

use crate::Organisation;
use comity_crypto::EntropyStream;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The size a part stays under unless one object alone is larger, in bytes.
pub(crate) const PART_BYTES_MAX: usize = 1024 * 1024;

/// The identity object's version. Constant: an object of one version must not differ between releases, and the time
/// tells nothing about the release.
const IDENTITY_TIME: &str = "2020-01-01T00:00:00.000Z";

/// Returns the identity object of the organisation.
pub(crate) fn identity(organisation: &Organisation) -> Value {
    json!({
        "type": "identity",
        "spec_version": "2.1",
        "id": organisation.identity_id.as_str(),
        "created": IDENTITY_TIME,
        "modified": IDENTITY_TIME,
        "name": organisation.name,
        "identity_class": "organization",
    })
}

/// Puts the keys of an object in order, whatever features the JSON library was built with.
pub(crate) fn sorted(object: Map<String, Value>) -> Map<String, Value> {
    let mut value = Value::Object(object);
    value.sort_all_objects();
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Serialises an object with its keys in order, whatever features the JSON library was built with.
pub(crate) fn bytes(mut value: Value) -> Vec<u8> {
    value.sort_all_objects();
    value.to_string().into_bytes()
}

/// Packs objects (identifier and exact bytes, in the order they are to appear) into bundles. The identity is put where
/// its identifier belongs among those of its part.
pub(crate) fn pack(
    objects: &[(String, Vec<u8>)],
    identity: Option<&(String, Vec<u8>)>,
    mut bundle_id: impl FnMut(usize) -> Uuid,
) -> Vec<Vec<u8>> {
    const FRAME_BYTES: usize = 96;
    let identity_bytes = identity.map_or(0, |(_, bytes)| bytes.len() + 1);
    let mut parts = Vec::new();
    let mut part: Vec<&(String, Vec<u8>)> = Vec::new();
    let mut size = FRAME_BYTES + identity_bytes;
    for object in objects {
        if !part.is_empty() && size + object.1.len() + 1 > PART_BYTES_MAX {
            parts.push(std::mem::take(&mut part));
            size = FRAME_BYTES + identity_bytes;
        }
        size += object.1.len() + 1;
        part.push(object);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
        .into_iter()
        .enumerate()
        .map(|(number, mut part)| {
            if let Some(identity) = identity {
                let place = part.partition_point(|object| object.0 < identity.0);
                part.insert(place, identity);
            }
            frame(&part, bundle_id(number))
        })
        .collect()
}

fn frame(objects: &[&(String, Vec<u8>)], id: Uuid) -> Vec<u8> {
    let mut out = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", id.hyphenated()).into_bytes();
    for (number, (_, bytes)) in objects.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(b"]}");
    out
}

/// Draws the identifier of a bundle from the stream.
pub(crate) fn drawn(stream: &mut EntropyStream) -> impl FnMut(usize) -> Uuid + '_ {
    move |_| stream.uuid_v4()
}
