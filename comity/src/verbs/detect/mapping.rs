//! Which mapping reads a file: the one that was named, or one that its beginning shows.
//!
//! Guarantees: what cannot be told is not guessed. Does not know: how a mapping reads.

use comity_detect::{DOCUMENT_BYTES_MAX, Documents, Is, LINE_BYTES_MAX, Mapping, is_document, is_header, names_table};
use comity_node::Failure;
use serde_json::Value;
use std::path::Path;

/// The longest file with a declaration, in bytes.
const DECLARATION_BYTES_MAX: u64 = 1 << 20;

/// What was asked for.
#[derive(Clone)]
pub enum Choice {
    /// Whatever the first line shows.
    Auto,
    /// This one.
    Named(Chosen),
}

/// A mapping to name in a request.
#[derive(Clone)]
pub struct Chosen {
    /// `stix`, `ecs`, `zeek`, `simple`, or what a declaration calls itself.
    pub name: String,
    /// The declaration, where it is one.
    pub declaration: Option<Value>,
    /// The mapping itself.
    pub mapping: Mapping,
}

/// How a file is read.
#[derive(Clone)]
pub enum Opening {
    /// Line by line.
    Lines(Chosen),
    /// As JSON texts over many lines.
    Documents(Chosen),
}

impl Chosen {
    fn built_in(name: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), declaration: None, mapping: Mapping::built_in(name)? })
    }
}

/// Reads what `--mapping` says.
pub fn choice(given: &str) -> Result<Choice, Failure> {
    match given {
        "auto" => Ok(Choice::Auto),
        given => match Chosen::built_in(given) {
            Some(chosen) => Ok(Choice::Named(chosen)),
            None => declared(Path::new(given)).map(Choice::Named),
        },
    }
}

fn declared(path: &Path) -> Result<Chosen, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("cannot read the mapping {shown}: {error}")).hint(
            "--mapping is auto, stix, ecs, zeek, simple, or the file of a mapping of your own (docs/DETECTION.md)",
        )
    };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > DECLARATION_BYTES_MAX {
        return Err(Failure::usage(format!(
            "the mapping {shown} has {length} bytes, at most {DECLARATION_BYTES_MAX} are read"
        )));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let wrong = |why: String| Failure::usage(format!("the mapping {shown} cannot be used: {why}"));
    let mapping = Mapping::parse(&bytes).map_err(|error| wrong(error.to_string()))?;
    let declaration: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    Ok(Chosen { name: mapping.name().to_owned(), declaration: Some(declaration), mapping })
}

/// The first line that says something, as far as it is there; `None` where more must be read first. A comment says nothing, unless
/// it is the header.
fn first_line(head: &[u8], ended: bool) -> Option<&[u8]> {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        let Some((line, further)) = memchr::memchr(b'\n', rest).and_then(|at| rest.split_at_checked(at)) else {
            return (ended || rest.len() > LINE_BYTES_MAX).then_some(rest.trim_ascii());
        };
        let line = line.trim_ascii();
        let comment = line.starts_with(b"#") && !is_zeek(line) && !std::str::from_utf8(line).is_ok_and(is_header);
        if !line.is_empty() && !comment {
            return Some(line);
        }
        rest = further.strip_prefix(b"\n").unwrap_or(further);
    }
}

fn is_zeek(line: &[u8]) -> bool {
    line.starts_with(b"#separator ") || line.starts_with(b"#fields\t")
}

/// What the first object that is JSON shows, of texts over many lines or in a list: `None` where there is none yet, and within it
/// the name of a mapping, or none.
fn shown_by_object(head: &[u8], shown: &str) -> Option<Option<&'static str>> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut found = None;
    Documents::new(false).push(head, &mut |span| {
        let object = head.get(span.begin..span.end).filter(|_| found.is_none() && span.is == Is::Whole);
        if let Some(object) = object
            && let Ok(value) = serde_json::from_slice::<Value>(object)
        {
            found = Some(name_of(object, Some(&value), shown));
        }
    });
    found
}

/// Decides how a file is read by its beginning; `None` where more of it is needed, or nothing is in it.
pub fn open(choice: &Choice, shown: &str, head: &[u8], ended: bool) -> Result<Option<Opening>, Failure> {
    let Some(line) = first_line(head, ended) else { return Ok(None) };
    if line.is_empty() {
        return Ok(None);
    }
    let document = match choice {
        Choice::Named(chosen) if !chosen.mapping.is_json() => Some(false),
        Choice::Named(_) | Choice::Auto => is_document(head, ended),
    };
    let Some(document) = document else { return Ok(None) };
    match choice {
        Choice::Named(chosen) if document => Ok(Some(Opening::Documents(chosen.clone()))),
        Choice::Named(chosen) => Ok(Some(Opening::Lines(chosen.clone()))),
        Choice::Auto if document => {
            let over = ended || head.len() > DOCUMENT_BYTES_MAX;
            let name = match shown_by_object(head, shown) {
                // Half a document shows nothing; as STIX it is refused with its line.
                None if over => Some("stix"),
                None => return Ok(None),
                Some(name) => name,
            };
            name.and_then(Chosen::built_in).map(Opening::Documents).map(Some).ok_or_else(|| undecided(shown))
        }
        Choice::Auto => {
            let begins = line.starts_with(b"{") || line.starts_with(b"[");
            let value = if begins { serde_json::from_slice::<Value>(line).ok() } else { None };
            let name = name_of(line, value.as_ref(), shown).and_then(Chosen::built_in);
            name.map(Opening::Lines).map(Some).ok_or_else(|| undecided(shown))
        }
    }
}

/// Says that the beginning of a file shows no mapping.
pub fn undecided(shown: &str) -> Failure {
    Failure::usage(format!("cannot tell how {shown} is to be read by its first line"))
        .hint("name it: --mapping stix, ecs, zeek or simple, or the file of a mapping of your own (docs/DETECTION.md)")
}

fn name_of(line: &[u8], value: Option<&Value>, shown: &str) -> Option<&'static str> {
    let Some(value) = value else {
        if is_zeek(line) {
            return Some("zeek");
        }
        let named = std::str::from_utf8(line).is_ok_and(is_header);
        return (named || shown.ends_with(".csv")).then_some("simple");
    };
    let value = bare(value);
    let has = |name: &str| value.get(name).is_some();
    let kind = value.get("type").and_then(Value::as_str);
    let id = value.get("id").and_then(Value::as_str);
    let is_stix = |kind: &str| id.and_then(|id| id.strip_prefix(kind)).is_some_and(|rest| rest.starts_with("--"));
    let names = || value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    match kind {
        Some("observed-data" | "bundle") => Some("stix"),
        Some(kind) if is_stix(kind) => Some("stix"),
        _ if has("@timestamp") || has("ecs") || has("ecs.version") => Some("ecs"),
        _ if has("ts") && (has("uid") || has("id.orig_h") || has("fuid")) => Some("zeek"),
        _ if names_table(names()) => Some("simple"),
        _ => None,
    }
}

/// The first record of what tools put around records.
fn bare(value: &Value) -> &Value {
    let hits = value.get("hits").and_then(|hits| hits.get("hits")).unwrap_or(value);
    let record = hits.as_array().and_then(|items| items.first()).unwrap_or(hits);
    record.get("_source").or_else(|| record.get("fields").filter(|_| record.get("_index").is_some())).unwrap_or(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: &str, head: &str, ended: bool, expect: &str) {
        let found = match open(&Choice::Auto, shown, head.as_bytes(), ended) {
            Ok(Some(Opening::Lines(chosen))) => chosen.name,
            Ok(Some(Opening::Documents(chosen))) => format!("{} documents", chosen.name),
            Ok(None) => "more".to_owned(),
            Err(failure) => format!("{:?}", failure.kind),
        };
        assert_eq!(found, expect, "{head}");
    }

    #[test]
    fn a_first_line_shows_its_mapping() {
        for (shown, head, ended, expect) in [
            ("a.log", "type,value,time\n", false, "simple"),
            ("a.log", "\u{feff}Type, Value ,TIME,more\n", false, "simple"),
            ("a.csv", "ip-dst,203.0.113.9,1773652440\n", false, "simple"),
            ("a.log", "ip-dst,203.0.113.9,1773652440\n", false, "Usage"),
            ("a.log", r#"{"type":"ip-dst","value":"203.0.113.9","time":"x"}"#, true, "simple"),
            ("a.log", "{\"@timestamp\":\"2026-03-16T09:14:00Z\"}\n", false, "ecs"),
            ("a.log", "{\"ecs\":{\"version\":\"8.11\"}}\n", false, "ecs"),
            ("a.log", "\n \n{\"type\":\"bundle\",\"objects\":[]}\n", false, "stix"),
            ("a.log", "{\"type\":\"observed-data\"}\n", false, "stix"),
            ("a.log", "{\"type\":\"indicator\"}\n", false, "Usage"),
            ("a.log", "Date;Indicator Type;Indicator;Note\n", false, "simple"),
            ("a.log", "# a list\n#type,value,time\n", false, "simple"),
            ("a.log", "#separator \\x09\n", false, "zeek"),
            ("a.log", "{\"ts\":1773652440,\"uid\":\"C1\"}\n", false, "zeek"),
            ("a.log", "{\"_index\":\"a\",\"_source\":{\"@timestamp\":\"x\"}}\n", false, "ecs"),
            ("a.log", "[{\"indicator_type\":\"ip\",\"ioc\":\"x\",\"date\":1}]\n", false, "simple"),
            ("a.log", "{\n", false, "more"),
            ("a.log", "{\n\"@timestamp\": 1\n", false, "more"),
            ("a.log", "{\n\"@timestamp\": 1\n}\n", false, "ecs documents"),
            ("a.log", "[\n{\"type\":\"ip\",\"value\":1,\"time\":1}\n", false, "simple documents"),
            ("a.log", "[\n{\"type\":\"url\",\"id\":\"url--1\"},\n", false, "stix documents"),
            ("a.log", "{\n\"a\": 1\n}\n", false, "Usage"),
            ("a.log", "{\n", true, "stix documents"),
            ("a.log", "[{\"type\":\n", true, "stix documents"),
            ("a.log", "{\"type\":", false, "more"),
            ("a.log", "\n\n", true, "more"),
            ("a.log", "", true, "more"),
            ("a.log", "\u{0}\u{1}junk\n", false, "Usage"),
        ] {
            check(shown, head, ended, expect);
        }
        let long = format!("{{\"type\":\"bundle\",\"x\":\"{}", "x".repeat(LINE_BYTES_MAX));
        check("a.log", &long, false, "more");
        check("a.log", &long, true, "stix documents");
    }
}
