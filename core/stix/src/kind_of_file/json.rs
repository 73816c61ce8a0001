//! JSON that is not STIX, by the names at its top.
//!
//! Does not know: STIX. It is asked only of JSON in which no STIX object was found.

use super::KindOfFile;
use crate::json::skip_blank;

const MISP_EVENT: KindOfFile = KindOfFile {
    name: "a MISP event",
    advice: "have MISP write it as STIX 2.1 (Download as, STIX 2.1), or convert it with misp-stix, and import that",
};
const MISP_MANIFEST: KindOfFile = KindOfFile {
    name: "the manifest of a MISP feed, which only lists events",
    advice: "get the events that it lists, convert them to STIX 2.1 with misp-stix, and import those",
};
const MISP_WARNING_LIST: KindOfFile =
    KindOfFile { name: "a MISP warning list", advice: "add it with `comity warning-list add`" };
const MISP_GALAXY: KindOfFile =
    KindOfFile { name: "a MISP galaxy", advice: "convert it to STIX 2.1 with misp-stix, and import that" };
const OTX_PULSE: KindOfFile =
    KindOfFile { name: "a pulse of AlienVault OTX", advice: "get the pulse as STIX 2.1 from OTX, and import that" };
const ERROR_ANSWER: KindOfFile =
    KindOfFile { name: "an error message of a server", advice: "get the file again: the server did not give it" };
const ELASTIC: KindOfFile = KindOfFile {
    name: "an answer or event of Elasticsearch",
    advice: "what sensors saw is looked through with `comity detect`, and not imported",
};

const PATTERN: KindOfFile = KindOfFile {
    name: "a STIX pattern by itself",
    advice: "put it into the property pattern of an indicator object, and import that",
};

/// Tells the kind by the names of the first object's properties, as far as they can be walked.
pub(super) fn kind(text: &str) -> Option<KindOfFile> {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Lists around: [ {…} ].
    while bytes.get(at) == Some(&b'[') {
        at = skip_blank(bytes, at + 1);
    }
    if at > 0 && is_pattern(bytes.get(at..).unwrap_or_default()) {
        return Some(PATTERN);
    }
    let names = names(bytes.get(at..).unwrap_or_default());
    let has = |name: &str| names.contains(&name);
    if has("type") && has("id") {
        return None;
    }
    let first = names.first().copied().unwrap_or_default();
    Some(match () {
        () if has("Event")
            || (has("response") && text.get(..4096.min(text.len())).unwrap_or(text).contains("\"Event\"")) =>
        {
            MISP_EVENT
        }
        () if is_uuid(first) && text.contains("\"info\"") => MISP_MANIFEST,
        () if has("list") && has("matching_attributes") => MISP_WARNING_LIST,
        () if has("values") && has("uuid") => MISP_GALAXY,
        () if has("indicators") && has("author_name") => OTX_PULSE,
        () if has("hits") || has("_source") || has("@timestamp") => ELASTIC,
        () if matches!(first, "error" | "errors" | "message" | "detail" | "title" | "http_status")
            && names.len() <= 6 =>
        {
            ERROR_ANSWER
        }
        () => return None,
    })
}

/// The names of an object's properties, without escapes undone, up to where the text ends or is none.
fn names(bytes: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut depth, mut at, mut key) = (0usize, 0, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                key = depth == 1 && byte == b'{';
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b',' => key = depth == 1,
            b'"' => {
                let from = at + 1;
                at = from;
                while let Some(&inner) = bytes.get(at).filter(|&&inner| inner != b'"') {
                    at += if inner == b'\\' { 2 } else { 1 };
                }
                if key {
                    let name = bytes.get(from..at).and_then(|name| std::str::from_utf8(name).ok());
                    names.extend(name);
                    key = false;
                }
            }
            _ => {}
        }
        at += 1;
    }
    names
}

/// A type and a colon, as behind the bracket that opens a STIX pattern.
fn is_pattern(bytes: &[u8]) -> bool {
    let name = bytes.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'-').count();
    name >= 3 && bytes.get(name) == Some(&b':')
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36 && uuid::Uuid::try_parse(name).is_ok()
}
