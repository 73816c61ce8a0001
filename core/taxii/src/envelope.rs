//! Envelopes (§3.7) and manifests (§5.3.1): built once, around the objects' own bytes.
//!
//! Guarantees: an object stands in the envelope byte for byte as it is kept; the bytes around it never depend on it.

use crate::record::Facts;
use serde::Serialize;

/// The most bytes of objects on one page; a page has one object at least, however large.
pub const PAGE_BYTES_MAX: usize = 8 << 20;

/// A page of objects that is being put together.
pub struct Envelope {
    bytes: Vec<u8>,
    objects: usize,
}

const OPENING: &[u8] = br#"{"objects":["#;
/// Room for `more` and `next`.
const CLOSING_BYTES: usize = 128;

impl Default for Envelope {
    fn default() -> Self {
        Self::with_room(0)
    }
}

impl Envelope {
    /// Begins a page that will have about so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        let mut room = Vec::with_capacity(bytes.min(PAGE_BYTES_MAX) + CLOSING_BYTES);
        room.extend_from_slice(OPENING);
        Self { bytes: room, objects: 0 }
    }

    /// Returns the number of objects on it.
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// Adds an object, one strict JSON object; `false` where the page has no room for it.
    pub fn add(&mut self, object: &[u8]) -> bool {
        if self.objects > 0 {
            if self.bytes.len() + object.len() > PAGE_BYTES_MAX {
                return false;
            }
            self.bytes.push(b',');
        }
        self.bytes.extend_from_slice(object);
        self.objects += 1;
        true
    }

    /// Returns the page; with `next` there is more.
    pub fn finish(self, next: Option<&str>) -> Vec<u8> {
        finish(self.bytes, self.objects == 0, next)
    }
}

/// A list that is empty is left out (§3.7: an envelope without objects is `{}`).
fn finish(mut bytes: Vec<u8>, empty: bool, next: Option<&str>) -> Vec<u8> {
    if empty {
        bytes.truncate(1);
    } else {
        bytes.push(b']');
    }
    if let Some(next) = next {
        // A cursor is base64url: nothing in it needs escaping.
        if !empty {
            bytes.push(b',');
        }
        bytes.extend_from_slice(br#""more":true,"next":""#);
        bytes.extend_from_slice(next.as_bytes());
        bytes.push(b'"');
    }
    bytes.push(b'}');
    bytes
}

/// A page of a manifest that is being put together.
pub struct Manifest {
    bytes: Vec<u8>,
    records: usize,
}

#[derive(Serialize)]
struct Record<'f> {
    id: &'f str,
    date_added: &'f str,
    version: &'f str,
    media_type: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { bytes: OPENING.to_vec(), records: 0 }
    }
}

impl Manifest {
    /// Returns the number of records on it.
    pub fn records(&self) -> usize {
        self.records
    }

    /// Adds the record of an object that was added at this time.
    pub fn add(&mut self, facts: &Facts<'_>, date_added: &str) {
        if self.records > 0 {
            self.bytes.push(b',');
        }
        let record = Record {
            id: &facts.id,
            date_added,
            version: facts.version().unwrap_or(date_added),
            media_type: format!("application/stix+json;version={}", facts.spec_version()),
        };
        self.bytes.extend(serde_json::to_vec(&record).unwrap_or_default());
        self.records += 1;
    }

    /// Returns the page; with `next` there is more.
    pub fn finish(self, next: Option<&str>) -> Vec<u8> {
        finish(self.bytes, self.records == 0, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stay_as_they_are() {
        let mut page = Envelope::default();
        assert_eq!(Envelope::default().finish(None), b"{}");
        assert_eq!(Envelope::default().finish(Some("n")), br#"{"more":true,"next":"n"}"#);
        assert!(page.add(br#"{ "a" : 1.0 }"#) && page.add(b"{\"b\":\"\\u00fc\"}"));
        assert_eq!(page.objects(), 2);
        assert_eq!(
            String::from_utf8(page.finish(Some("c-_"))).unwrap(),
            r#"{"objects":[{ "a" : 1.0 },{"b":"\u00fc"}],"more":true,"next":"c-_"}"#
        );
    }

    #[test]
    fn a_page_has_a_size() {
        let large = vec![b' '; PAGE_BYTES_MAX];
        let mut page = Envelope::default();
        assert!(page.add(&large), "one object goes, however large");
        assert!(!page.add(b"{}"), "no second one");
        let mut page = Envelope::default();
        assert!(page.add(b"{}") && !page.add(&large) && page.add(b"{}"));
    }

    #[test]
    fn records() {
        let mut page = Manifest::default();
        page.add(
            &Facts::read(br#"{"type":"tool","id":"tool--1","spec_version":"2.1","modified":"2020-01-01T00:00:00Z"}"#)
                .unwrap(),
            "2026",
        );
        page.add(&Facts::read(br#"{"type":"tool","id":"tool--2","created":"2019-01-01T00:00:00Z"}"#).unwrap(), "2026");
        page.add(&Facts::read(br#"{"type":"url","id":"url--2"}"#).unwrap(), "2026");
        let value: serde_json::Value = serde_json::from_slice(&page.finish(None)).unwrap();
        let of = |n: usize| {
            let record = &value["objects"][n];
            (record["version"].as_str().unwrap().to_owned(), record["media_type"].as_str().unwrap().to_owned())
        };
        assert_eq!(of(0), ("2020-01-01T00:00:00Z".into(), "application/stix+json;version=2.1".into()));
        assert_eq!(of(1), ("2019-01-01T00:00:00Z".into(), "application/stix+json;version=2.0".into()));
        assert_eq!(of(2), ("2026".into(), "application/stix+json;version=2.1".into()));
    }
}
