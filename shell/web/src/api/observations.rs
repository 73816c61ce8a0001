//! What sensors saw, looked through for what we hold; and how the looking stands.
//!
//! Guarantees: a long body is handed on piece by piece, cut at line ends, so that no more than one piece is held here; a line that
//! is no text is named with its number and its neighbours are taken; who may only bring observations learns counts and nothing of
//! what matched (the node decides that). Does not know: how lines become observations, what matches.

use super::answer::{Answer, ask};
use super::idempotency::NotKept;
use super::input::{Params, media_type, unsupported, whole};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{StatusCode, header};
use axum::{Extension, Json};
use comity_node::{Request, Scope};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

/// A STIX document is read whole.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Lines are handed on in pieces of about this length; no line is longer.
const PIECE_BYTES: usize = 8 * 1024 * 1024;
/// Refused lines and sightings that one answer names; the others are counted.
const NAMED_MAX: usize = 1_000;

/// Bodies that are read at the same time; others wait before theirs is. They would wait for the detector in any case, and hold
/// their lines in memory meanwhile.
static OBSERVING: Semaphore = Semaphore::const_new(4);

/// How what was seen is read, and where it comes from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ObserveParams {
    /// `stix`, `ecs` or `simple`. Where absent: `stix` for a STIX document, `simple` for CSV.
    mapping: Option<String>,
    /// The sensor or log it comes from, as evidence names it; `api` where absent.
    source: Option<String>,
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    mapping: String,
    document: bool,
}

fn form(media: &str, mapping: Option<&str>) -> Result<Form, Problem> {
    let is = |one: &str| media.eq_ignore_ascii_case(one);
    let wrong = |detail: &str| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
            .detail(detail)
            .place("query mapping")
            .todo("write mapping=stix, ecs or simple")
    };
    if is("application/stix+json") {
        return match mapping {
            None | Some("stix") => Ok(Form { mapping: "stix".into(), document: true }),
            Some(_) => Err(wrong("a STIX document has the mapping stix")),
        };
    }
    if is("application/x-ndjson") || is("application/json") {
        return match mapping {
            // One JSON text over several lines is a document only where STIX is meant: everything else comes line by line.
            Some("stix") => Ok(Form { mapping: "stix".into(), document: is("application/json") }),
            Some(mapping) => Ok(Form { mapping: mapping.into(), document: false }),
            None => Err(wrong("lines of JSON need a mapping")),
        };
    }
    if is("text/csv") {
        return match mapping {
            Some("stix") => Err(wrong("STIX does not come as CSV")),
            mapping => Ok(Form { mapping: mapping.unwrap_or("simple").into(), document: false }),
        };
    }
    Err(unsupported("application/stix+json, application/x-ndjson, application/json or text/csv"))
}

/// Looks for the indicators' patterns in what was observed: a STIX document, lines of JSON, or CSV. A line that cannot be read is
/// refused with its number, the others are taken. What was brought before is not counted again. A token without `read` gets counts only.
#[utoipa::path(post, path = "/api/v1/observations", tag = "detection", params(ObserveParams),
    request_body(content(
        (inline(Object) = "application/stix+json"), (inline(String) = "application/x-ndjson"),
        (inline(String) = "application/json"), (inline(String) = "text/csv"))),
    responses((status = 200, description = "As `comity detect --json` for one file.", body = serde_json::Value)))]
pub(crate) async fn observe(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<ObserveParams>,
    request: HttpRequest,
) -> Result<(Extension<NotKept>, Json<Value>), Problem> {
    // An officer's roles are for the node to judge.
    if caller.identity.officer.is_none() {
        caller.require(Scope::Observe)?;
    }
    let Form { mapping, document } =
        form(media_type(request.headers().get(header::CONTENT_TYPE)), params.mapping.as_deref())?;
    let source = params.source.unwrap_or_else(|| "api".to_owned());
    let csv = media_type(request.headers().get(header::CONTENT_TYPE)).eq_ignore_ascii_case("text/csv");
    let _turn = OBSERVING.acquire().await;
    if document {
        let bytes = whole(request, DOCUMENT_BYTES_MAX).await?;
        let text = String::from_utf8(bytes.into()).map_err(|_| {
            Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body is no UTF-8 text").place("body")
        })?;
        let observe = Request::Observe { mapping, declaration: None, source, first_line: 1, text, document: true };
        // What matched is not kept for a repeat of the call: it would outlive a recall.
        return Ok((Extension(NotKept), ask(&desk, &caller, observe).await?));
    }
    let bring = |piece: Piece| {
        let (mapping, source) = (mapping.clone(), source.clone());
        let (desk, caller) = (&desk, &caller);
        async move {
            let (first_line, unread) = (piece.first_line, piece.unread);
            let observe =
                Request::Observe { mapping, declaration: None, source, first_line, text: piece.text, document: false };
            let answer = desk.ask(&observe, &caller.credential).await.map_err(Problem::from)?;
            Ok::<_, Problem>((answer, unread))
        }
    };
    let mut pieces = Pieces { csv, ..Pieces::default() };
    let mut told = Told::default();
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        let early = |_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body ended early or came too slowly");
        let Ok(data) = frame.map_err(early).map_err(|problem| told.so_far(problem, &pieces))?.into_data() else {
            continue;
        };
        pieces.push(&data);
        while let Some(piece) = pieces.full().map_err(|problem| told.so_far(problem, &pieces))? {
            let line = piece.first_line;
            let brought = bring(piece).await;
            let (answer, unread) = brought.map_err(|problem| told.so_far_at(problem, line))?;
            told.add(answer, &unread);
        }
    }
    if let Some(piece) = pieces.rest() {
        let line = piece.first_line;
        let (answer, unread) = bring(piece).await.map_err(|problem| told.so_far_at(problem, line))?;
        told.add(answer, &unread);
    }
    Ok((Extension(NotKept), Json(told.answer())))
}

/// Tells which indicators are looked for, which are not, and why not.
#[utoipa::path(get, path = "/api/v1/detection", tag = "detection",
    responses((status = 200, description = "As `comity detect --status --json`.", body = serde_json::Value)))]
pub(crate) async fn status(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    caller.require(Scope::Read)?;
    ask(&desk, &caller, Request::DetectionStatus).await
}

/// Whole lines.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    /// The number of its first line, from 1.
    first_line: u64,
    /// Numbers of lines that are no UTF-8; they stand empty in the text.
    unread: Vec<u64>,
}

/// Cuts what comes into pieces of whole lines.
#[derive(Debug)]
struct Pieces {
    held: Vec<u8>,
    /// The number of the first line that is held.
    line: u64,
    /// Whether a piece was cut before.
    cut: bool,
    bytes_max: usize,
    /// Whether the first line may name columns; it then stands before each further piece.
    csv: bool,
    header: Option<String>,
}

impl Default for Pieces {
    fn default() -> Self {
        Self { held: Vec::new(), line: 1, cut: false, bytes_max: PIECE_BYTES, csv: false, header: None }
    }
}

impl Pieces {
    fn push(&mut self, data: &[u8]) {
        self.held.extend_from_slice(data);
    }

    /// The next piece, once enough is held.
    fn full(&mut self) -> Result<Option<Piece>, Problem> {
        if self.held.len() < self.bytes_max {
            return Ok(None);
        }
        let within = self.held.get(..self.bytes_max).unwrap_or_default();
        let Some(end) = within.iter().rposition(|byte| *byte == b'\n') else {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "a line is too long")
                .place(format!("body, line {}", self.line))
                .limit(format!("{} bytes", self.bytes_max))
                .todo("bring one observation a line"));
        };
        let after = self.held.split_off(end + 1);
        let bytes = std::mem::replace(&mut self.held, after);
        Ok(Some(self.piece(bytes)))
    }

    /// What is left; a body without any line is one empty piece.
    fn rest(&mut self) -> Option<Piece> {
        let bytes = std::mem::take(&mut self.held);
        (!bytes.is_empty() || !self.cut).then(|| self.piece(bytes))
    }

    fn piece(&mut self, bytes: Vec<u8>) -> Piece {
        let piece = self.lines(bytes);
        if piece.first_line == 1 {
            self.header = header_of(&piece.text).filter(|_| self.csv);
            return piece;
        }
        match &self.header {
            Some(header) => {
                Piece { text: format!("{header}{}", piece.text), first_line: piece.first_line - 1, ..piece }
            }
            None => piece,
        }
    }

    fn lines(&mut self, bytes: Vec<u8>) -> Piece {
        let first_line = self.line;
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line = first_line.saturating_add(ends);
        self.cut = true;
        match String::from_utf8(bytes) {
            Ok(text) => Piece { text, first_line, unread: Vec::new() },
            Err(error) => {
                let bytes = error.into_bytes();
                let mut text = String::with_capacity(bytes.len());
                let mut unread = Vec::new();
                for (number, line) in (first_line..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
                    match std::str::from_utf8(line) {
                        Ok(line) => text.push_str(line),
                        Err(_) => {
                            unread.push(number);
                            text.push('\n');
                        }
                    }
                }
                Piece { text, first_line, unread }
            }
        }
    }
}

/// The first line of CSV, where it names columns.
fn header_of(text: &str) -> Option<String> {
    let line = text.split_inclusive('\n').next()?;
    let names: Vec<String> = line.split(',').map(|name| name.trim().trim_matches('"').to_ascii_lowercase()).collect();
    ["type", "value", "time"].iter().all(|name| names.iter().any(|known| known == name)).then(|| line.to_owned())
}

/// The answers to the pieces as one.
#[derive(Default)]
struct Told {
    whole: Map<String, Value>,
}

impl Told {
    fn add(&mut self, answer: Value, unread: &[u64]) {
        let Value::Object(answer) = answer else { return };
        for (name, value) in answer {
            match (name.as_str(), value) {
                ("sightings", Value::Array(rows)) => self.sighted(rows),
                ("refused", Value::Array(rows)) => self.refuse(rows),
                (_, Value::Number(number)) => self.count(&name, number.as_u64().unwrap_or_default()),
                (_, value) => drop(self.whole.insert(name, value)),
            }
        }
        if !unread.is_empty() {
            self.count("refused_count", unread.len() as u64);
            self.refuse(unread.iter().map(|line| json!({ "line": line, "reason": "not UTF-8" })).collect());
        }
    }

    fn count(&mut self, name: &str, more: u64) {
        let held = self.whole.get(name).and_then(Value::as_u64).unwrap_or_default();
        self.whole.insert(name.to_owned(), held.saturating_add(more).into());
    }

    fn named(&mut self, name: &str) -> Option<&mut Vec<Value>> {
        self.whole.entry(name).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
    }

    fn refuse(&mut self, rows: Vec<Value>) {
        if let Some(held) = self.named("refused") {
            let room = NAMED_MAX.saturating_sub(held.len());
            held.extend(rows.into_iter().take(room));
        }
    }

    /// A sighting that an earlier piece had too is one: new if it was, with the later count.
    fn sighted(&mut self, rows: Vec<Value>) {
        let mut left_out = 0;
        if let Some(held) = self.named("sightings") {
            for mut row in rows {
                let full = held.len() >= NAMED_MAX;
                match held.iter_mut().find(|one| one.get("sighting") == row.get("sighting")) {
                    Some(one) => {
                        if one.get("new").and_then(Value::as_bool) == Some(true)
                            && let Some(new) = row.get_mut("new")
                        {
                            *new = true.into();
                        }
                        *one = row;
                    }
                    None if full => left_out += 1,
                    None => held.push(row),
                }
            }
        }
        if left_out > 0 {
            self.count("more_sightings", left_out);
        }
    }

    fn answer(self) -> Value {
        Value::Object(self.whole)
    }

    fn so_far(&self, problem: Problem, pieces: &Pieces) -> Problem {
        self.so_far_at(problem, pieces.line)
    }

    /// Says with a problem what was taken before it.
    fn so_far_at(&self, mut problem: Problem, line: u64) -> Problem {
        if !self.whole.is_empty() {
            problem.data = Some(json!({ "taken": self.whole, "next_line": line }));
            problem.todo = Some(format!("mend it and go on from line {line}; what was taken before is kept"));
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Piece, Pieces, Told, form};
    use serde_json::json;

    #[test]
    fn forms_of_bodies() {
        for (media, mapping, expected) in [
            ("application/stix+json", None, Some(("stix", true))),
            ("application/stix+json", Some("ecs"), None),
            ("application/json", Some("stix"), Some(("stix", true))),
            ("application/x-ndjson", Some("stix"), Some(("stix", false))),
            ("application/json", Some("ecs"), Some(("ecs", false))),
            ("application/x-ndjson", None, None),
            ("text/csv", None, Some(("simple", false))),
            ("TEXT/CSV", Some("proxy"), Some(("proxy", false))),
            ("text/csv", Some("stix"), None),
            ("text/html", Some("simple"), None),
        ] {
            let expected = expected.map(|(mapping, document)| Form { mapping: mapping.into(), document });
            assert_eq!(form(media, mapping).ok(), expected, "{media} {mapping:?}");
        }
    }

    #[test]
    fn pieces_are_whole_lines_whatever_the_frames() {
        let body = b"one\ntwo\n\nfour \xff\nfive\nsix";
        for frame in 1..=body.len() {
            let mut pieces = Pieces { bytes_max: 8, ..Pieces::default() };
            let mut taken = Vec::new();
            for data in body.chunks(frame) {
                pieces.push(data);
                while let Some(piece) = pieces.full().unwrap_or_else(|problem| panic!("{problem:?}")) {
                    taken.push(piece);
                }
            }
            taken.extend(pieces.rest());
            let text: String = taken.iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(text, "one\ntwo\n\n\nfive\nsix", "{frame}");
            let unread: Vec<u64> = taken.iter().flat_map(|piece| piece.unread.clone()).collect();
            assert_eq!(unread, [4], "{frame}");
            let mut line = 1;
            for piece in &taken {
                assert_eq!(piece.first_line, line, "{frame}");
                line += piece.text.matches('\n').count() as u64;
            }
        }
        let mut long = Pieces { bytes_max: 8, ..Pieces::default() };
        long.push(b"123456789\n");
        assert_eq!(long.full().err().map(|problem| problem.status), Some(413));
        let nothing = Piece { text: String::new(), first_line: 1, unread: vec![] };
        assert_eq!(Pieces::default().rest(), Some(nothing), "an empty body is asked too");
    }

    #[test]
    fn answers_to_pieces_are_one() {
        let mut told = Told::default();
        let first = json!({ "observations": 2, "refused": [{ "line": 1, "reason": "x" }], "refused_count": 1, "matches": 1,
            "sightings": [{ "sighting": "a", "new": true, "count": 1 }] });
        let second = json!({ "observations": 3, "refused": [], "refused_count": 0, "matches": 2,
            "sightings": [{ "sighting": "a", "new": false, "count": 2 }, { "sighting": "b", "new": true, "count": 1 }] });
        told.add(first, &[]);
        told.add(second, &[7]);
        assert_eq!(
            told.answer(),
            json!({ "observations": 5, "refused": [{ "line": 1, "reason": "x" }, { "line": 7, "reason": "not UTF-8" }],
                "refused_count": 2, "matches": 3, "sightings": [{ "sighting": "a", "new": true, "count": 2 },
                { "sighting": "b", "new": true, "count": 1 }] })
        );
        let mut counts = Told::default();
        counts.add(json!({ "observations": 1, "refused_count": 0, "refused": [] }), &[]);
        assert!(counts.answer().get("sightings").is_none(), "what the node keeps to itself is not made up");
    }
}
