//! What a manifest and the filters need to know of an object.

use comity_vocab::Timestamp;
use serde::Deserialize;
use std::borrow::Cow;

/// A few properties of an object; what is not a text counts as absent.
#[derive(Clone, Debug)]
pub struct Facts<'o> {
    /// `id`.
    pub id: Cow<'o, str>,
    /// Its type.
    pub object_type: Cow<'o, str>,
    spec_version: Option<Cow<'o, str>>,
    created: Option<Cow<'o, str>>,
    modified: Option<Cow<'o, str>>,
}

#[derive(Deserialize)]
struct Raw<'o> {
    #[serde(borrow)]
    id: Text<'o>,
    #[serde(borrow, rename = "type")]
    object_type: Text<'o>,
    #[serde(borrow, default)]
    spec_version: Option<Loose<'o>>,
    #[serde(borrow, default)]
    created: Option<Loose<'o>>,
    #[serde(borrow, default)]
    modified: Option<Loose<'o>>,
}

#[derive(Deserialize)]
struct Text<'o>(#[serde(borrow)] Cow<'o, str>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose<'o> {
    Text(#[serde(borrow)] Cow<'o, str>),
    Other(serde::de::IgnoredAny),
}

/// Writes a time that is meant but not in the form of STIX in that form: clients read versions as times. The object itself stays as it is.
fn as_stix(time: Cow<'_, str>) -> Cow<'_, str> {
    match Timestamp::parse(&time) {
        Ok(_) => time,
        Err(_) => Timestamp::meant(&time).map_or(time, |meant| Cow::Owned(meant.to_string())),
    }
}

impl<'o> Loose<'o> {
    fn text(this: Option<Self>) -> Option<Cow<'o, str>> {
        match this {
            Some(Loose::Text(text)) => Some(text),
            Some(Loose::Other(_)) | None => None,
        }
    }
}

/// Types without `created` and `modified` whose `spec_version` may be left out in STIX 2.1 (§3.2 there): observables.
const OBSERVABLES: [&str; 18] = [
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

impl<'o> Facts<'o> {
    /// Reads them from an object's bytes; `None` where it has no identifier or no type.
    pub fn read(object: &'o [u8]) -> Option<Self> {
        let raw: Raw<'o> = serde_json::from_slice(object).ok()?;
        Some(Self {
            id: raw.id.0,
            object_type: raw.object_type.0,
            spec_version: Loose::text(raw.spec_version),
            created: Loose::text(raw.created).map(as_stix),
            modified: Loose::text(raw.modified).map(as_stix),
        })
    }

    /// Returns what counts as the version, as it is written where STIX has it so: `modified`, else `created` (§5.3.1); `None` for neither.
    pub fn version(&self) -> Option<&str> {
        self.modified.as_deref().or(self.created.as_deref())
    }

    /// Returns the version of STIX: as written, else 2.1 for what carries no times, else 2.0, which had no such property.
    pub fn spec_version(&self) -> &str {
        let untimed = self.created.is_none() && self.modified.is_none();
        match &self.spec_version {
            Some(version) => version,
            None if untimed || OBSERVABLES.contains(&&*self.object_type) => "2.1",
            None => "2.0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts() {
        let check = |object: &str, version: Option<&str>, spec_version: &str| {
            let facts = Facts::read(object.as_bytes()).unwrap();
            assert_eq!((facts.version(), facts.spec_version()), (version, spec_version), "{object}");
        };
        check(r#"{"id":"a","type":"t","spec_version":"2.1","created":"C","modified":"M"}"#, Some("M"), "2.1");
        check(r#"{"id":"a","type":"t","created":"C","modified":"M"}"#, Some("M"), "2.0");
        check(r#"{"id":"a","type":"t","created":"C","modified":7}"#, Some("C"), "2.0");
        let offset = r#"{"id":"a","type":"t","spec_version":"2.1","modified":"2026-01-06 12:00:00+02:00"}"#;
        check(offset, Some("2026-01-06T10:00:00.000Z"), "2.1");
        check(r#"{"id":"a","type":"file"}"#, None, "2.1");
        check(r#"{"id":"a","type":"file","created":"C"}"#, Some("C"), "2.1");
        check(r#"{"id":"\u0061","type":"\u0066ile","x":{"id":[1]}}"#, None, "2.1");
        for object in ["{}", "[]", r#"{"id":1,"type":"t"}"#, r#"{"id":"a"}"#, ""] {
            assert!(Facts::read(object.as_bytes()).is_none(), "{object}");
        }
    }
}
