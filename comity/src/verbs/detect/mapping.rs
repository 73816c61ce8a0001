//! Which mapping reads a file: the one that was named, or one that its first line shows.
//!
//! Guarantees: what cannot be told is not guessed. Does not know: how a mapping reads.

use comity_detect::{LINE_BYTES_MAX, Mapping};
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
    /// `stix`, `ecs`, `simple`, or what a declaration calls itself.
    pub name: String,
    /// The declaration, where it is one.
    pub declaration: Option<Value>,
    /// Whether the first line of a file names the columns of all its batches.
    pub header: bool,
}

/// How a file is read.
#[derive(Clone)]
pub enum Opening {
    /// Line by line.
    Lines(Chosen),
    /// As one STIX document.
    Document,
}

impl Chosen {
    fn built_in(name: &str) -> Self {
        Self { name: name.to_owned(), declaration: None, header: false }
    }
}

/// Reads what `--mapping` says.
pub fn choice(given: &str) -> Result<Choice, Failure> {
    match given {
        "auto" => Ok(Choice::Auto),
        name if Mapping::built_in(name).is_some() => Ok(Choice::Named(Chosen::built_in(name))),
        path => declared(Path::new(path)).map(Choice::Named),
    }
}

fn declared(path: &Path) -> Result<Chosen, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("cannot read the mapping {shown}: {error}"))
            .hint("--mapping is auto, stix, ecs, simple, or the file of a mapping of your own (docs/DETECTION.md)")
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
    let is = |field: &str, value: Value| declaration.get(field) == Some(&value);
    let header = is("form", "csv".into()) && is("header", true.into());
    Ok(Chosen { name: mapping.name().to_owned(), header, declaration: Some(declaration) })
}

/// The first line that says something, as far as it is there; `None` where more must be read first.
fn first_line(head: &[u8], ended: bool) -> Option<(&[u8], bool)> {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        let Some((line, further)) = memchr::memchr(b'\n', rest).and_then(|at| rest.split_at_checked(at)) else {
            let over = rest.len() > LINE_BYTES_MAX;
            return (ended || over).then_some((rest.trim_ascii(), !over));
        };
        if !line.trim_ascii().is_empty() {
            return Some((line.trim_ascii(), true));
        }
        rest = further.strip_prefix(b"\n").unwrap_or(further);
    }
}

/// Decides how a file is read by its beginning; `None` where more of it is needed, or nothing is in it.
pub fn open(choice: &Choice, shown: &str, head: &[u8], ended: bool) -> Result<Option<Opening>, Failure> {
    let Some((line, complete)) = first_line(head, ended) else { return Ok(None) };
    if line.is_empty() {
        return Ok(None);
    }
    // A value that does not end with its line goes on in the next: one document.
    let begins = line.starts_with(b"{") || line.starts_with(b"[");
    let value = if begins && complete { serde_json::from_slice::<Value>(line).ok() } else { None };
    let open_ended = begins && value.is_none();
    match choice {
        Choice::Named(chosen) if chosen.name == "stix" && chosen.declaration.is_none() && open_ended => {
            Ok(Some(Opening::Document))
        }
        Choice::Named(chosen) => Ok(Some(Opening::Lines(chosen.clone()))),
        Choice::Auto if open_ended => Ok(Some(Opening::Document)),
        Choice::Auto => match name_of(line, value.as_ref(), shown) {
            Some(name) => Ok(Some(Opening::Lines(Chosen::built_in(name)))),
            None => Err(undecided(shown)),
        },
    }
}

/// Says that the beginning of a file shows no mapping.
pub fn undecided(shown: &str) -> Failure {
    Failure::usage(format!("cannot tell how {shown} is to be read by its first line"))
        .hint("name it: --mapping stix, ecs or simple, or the file of a mapping of your own (docs/DETECTION.md)")
}

fn name_of(line: &[u8], value: Option<&Value>, shown: &str) -> Option<&'static str> {
    let Some(value) = value else {
        let header: Vec<&[u8]> = line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
        let named = match header.as_slice() {
            [kind, value, time, ..] => {
                kind.eq_ignore_ascii_case(b"type")
                    && value.eq_ignore_ascii_case(b"value")
                    && time.eq_ignore_ascii_case(b"time")
            }
            _ => false,
        };
        return (named || shown.ends_with(".csv")).then_some("simple");
    };
    let has = |name: &str| value.get(name).is_some();
    match value.get("type").and_then(Value::as_str) {
        Some("observed-data" | "bundle") => Some("stix"),
        _ if has("@timestamp") || has("ecs") || has("ecs.version") => Some("ecs"),
        Some(_) if has("value") && has("time") => Some("simple"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: &str, head: &str, ended: bool, expect: &str) {
        let found = match open(&Choice::Auto, shown, head.as_bytes(), ended) {
            Ok(Some(Opening::Lines(chosen))) => chosen.name,
            Ok(Some(Opening::Document)) => "document".to_owned(),
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
            ("a.log", "{\n", false, "document"),
            ("a.log", "[{\"type\":\n", false, "document"),
            ("a.log", "{\"type\":", false, "more"),
            ("a.log", "\n\n", true, "more"),
            ("a.log", "", true, "more"),
            ("a.log", "\u{0}\u{1}junk\n", false, "Usage"),
        ] {
            check(shown, head, ended, expect);
        }
        check("a.log", &format!("{{\"type\":\"bundle\",\"x\":\"{}", "x".repeat(LINE_BYTES_MAX)), false, "document");
    }
}
