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
use comity_detect::{DOCUMENT_BYTES_MAX, Heading, Mapping, is_document};
use comity_node::{Request, Scope};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

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
    /// `stix`, `ecs`, `zeek` or `simple`. Where absent: `stix` for a STIX document, `simple` for CSV.
    mapping: Option<String>,
    /// The sensor or log it comes from, as evidence names it; `api` where absent.
    source: Option<String>,
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    mapping: String,
    shape: Shape,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One record a line.
    Lines,
    /// JSON texts that may span lines.
    Document,
    /// One of the two; its first lines show which.
    Either,
}

fn form(media: &str, mapping: Option<&str>) -> Result<Form, Problem> {
    let is = |one: &str| media.eq_ignore_ascii_case(one);
    let wrong = |detail: &str| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
            .detail(detail)
            .place("query mapping")
            .todo("write mapping=stix, ecs, zeek or simple")
    };
    if is("application/stix+json") {
        return match mapping {
            None | Some("stix") => Ok(Form { mapping: "stix".into(), shape: Shape::Document }),
            Some(_) => Err(wrong("a STIX document has the mapping stix")),
        };
    }
    if is("application/x-ndjson") || is("application/json") {
        return match mapping {
            Some(mapping) if is("application/x-ndjson") => Ok(Form { mapping: mapping.into(), shape: Shape::Lines }),
            Some("stix") => Ok(Form { mapping: "stix".into(), shape: Shape::Document }),
            Some(mapping) => Ok(Form { mapping: mapping.into(), shape: Shape::Either }),
            None => Err(wrong("lines of JSON need a mapping")),
        };
    }
    if is("text/csv") {
        return match mapping {
            Some("stix") => Err(wrong("STIX does not come as CSV")),
            mapping => Ok(Form { mapping: mapping.unwrap_or("simple").into(), shape: Shape::Lines }),
        };
    }
    Err(unsupported("application/stix+json, application/x-ndjson, application/json or text/csv"))
}

/// Looks for the indicators' patterns in what was observed: a STIX document, JSON in lines or over many, CSV, or logs of Zeek. What
/// cannot be read is refused with its line, the others are taken; `unread` counts what could be read and holds nothing that the
/// mapping names, `comments` the comments. What was brought before is not counted again. A token without `read` gets counts only.
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
    let Form { mapping, shape } =
        form(media_type(request.headers().get(header::CONTENT_TYPE)), params.mapping.as_deref())?;
    let source = params.source.unwrap_or_else(|| "api".to_owned());
    let _turn = OBSERVING.acquire().await;
    if shape == Shape::Document {
        let bytes = whole(request, DOCUMENT_BYTES_MAX).await?;
        let observe = documents(mapping, source, bytes.into())?;
        // What matched is not kept for a repeat of the call: it would outlive a recall.
        return Ok((Extension(NotKept), ask(&desk, &caller, observe).await?));
    }
    let heading = Mapping::built_in(&mapping).map(|mapping| Heading::new(&mapping));
    let bring = |piece: Piece| {
        let (mapping, source) = (mapping.clone(), source.clone());
        let (desk, caller) = (&desk, &caller);
        async move {
            let (first_line, no_text) = (piece.first_line, piece.no_text);
            let observe =
                Request::Observe { mapping, declaration: None, source, first_line, text: piece.text, document: false };
            let answer = desk.ask(&observe, &caller.credential).await.map_err(Problem::from)?;
            Ok::<_, Problem>((answer, no_text))
        }
    };
    let mut pieces = Pieces { heading, ..Pieces::default() };
    let mut shape = shape;
    let mut told = Told::default();
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        let early = |_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body ended early or came too slowly");
        let Ok(data) = frame.map_err(early).map_err(|problem| told.so_far(problem, &pieces))?.into_data() else {
            continue;
        };
        pieces.push(&data);
        if shape == Shape::Either {
            shape = shown(&pieces.held, false);
        }
        match shape {
            Shape::Lines => {}
            Shape::Document | Shape::Either if pieces.held.len() > DOCUMENT_BYTES_MAX => return Err(long_document()),
            Shape::Document | Shape::Either => continue,
        }
        while let Some(piece) = pieces.full().map_err(|problem| told.so_far(problem, &pieces))? {
            let line = piece.first_line;
            let brought = bring(piece).await;
            let (answer, no_text) = brought.map_err(|problem| told.so_far_at(problem, line))?;
            told.add(answer, &no_text);
        }
    }
    if shape == Shape::Either {
        shape = shown(&pieces.held, true);
    }
    if shape == Shape::Document {
        let observe = documents(mapping, source, pieces.held)?;
        return Ok((Extension(NotKept), ask(&desk, &caller, observe).await?));
    }
    if let Some(piece) = pieces.rest() {
        let line = piece.first_line;
        let (answer, no_text) = bring(piece).await.map_err(|problem| told.so_far_at(problem, line))?;
        told.add(answer, &no_text);
    }
    Ok((Extension(NotKept), Json(told.answer())))
}

fn documents(mapping: String, source: String, bytes: Vec<u8>) -> Result<Request, Problem> {
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body is no UTF-8 text").place("body"))?;
    Ok(Request::Observe { mapping, declaration: None, source, first_line: 1, text, document: true })
}

fn shown(head: &[u8], ended: bool) -> Shape {
    match is_document(head, ended) {
        Some(true) => Shape::Document,
        Some(false) => Shape::Lines,
        None if ended => Shape::Lines,
        None => Shape::Either,
    }
}

fn long_document() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "JSON over many lines is too long")
        .place("body")
        .limit(format!("{DOCUMENT_BYTES_MAX} bytes"))
        .todo("bring one record a line, or several calls")
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
    no_text: Vec<u64>,
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
    /// What says how lines are read, which stands before each further piece.
    heading: Option<Heading>,
}

impl Default for Pieces {
    fn default() -> Self {
        Self { held: Vec::new(), line: 1, cut: false, bytes_max: PIECE_BYTES, heading: None }
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
        let Some(heading) = &mut self.heading else { return piece };
        let (before, lines) = heading.lines();
        heading.note(&piece.text);
        if lines == 0 {
            return piece;
        }
        Piece { text: format!("{before}{}", piece.text), first_line: piece.first_line.saturating_sub(lines), ..piece }
    }

    fn lines(&mut self, bytes: Vec<u8>) -> Piece {
        let first_line = self.line;
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line = first_line.saturating_add(ends);
        self.cut = true;
        match String::from_utf8(bytes) {
            Ok(text) => Piece { text, first_line, no_text: Vec::new() },
            Err(error) => {
                let bytes = error.into_bytes();
                let mut text = String::with_capacity(bytes.len());
                let mut no_text = Vec::new();
                for (number, line) in (first_line..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
                    match std::str::from_utf8(line) {
                        Ok(line) => text.push_str(line),
                        Err(_) => {
                            no_text.push(number);
                            text.push('\n');
                        }
                    }
                }
                Piece { text, first_line, no_text }
            }
        }
    }
}

/// The answers to the pieces as one.
#[derive(Default)]
struct Told {
    whole: Map<String, Value>,
}

impl Told {
    fn add(&mut self, answer: Value, no_text: &[u64]) {
        let Value::Object(answer) = answer else { return };
        for (name, value) in answer {
            match (name.as_str(), value) {
                ("sightings", Value::Array(rows)) => self.sighted(rows),
                ("refused", Value::Array(rows)) => self.refuse(rows),
                (_, Value::Number(number)) => self.count(&name, number.as_u64().unwrap_or_default()),
                (_, value) => drop(self.whole.insert(name, value)),
            }
        }
        if !no_text.is_empty() {
            self.count("refused_count", no_text.len() as u64);
            self.refuse(no_text.iter().map(|line| json!({ "line": line, "reason": "not UTF-8" })).collect());
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
            problem.todo = Some(format!("correct it and go on from line {line}; what was taken before is kept"));
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Piece, Pieces, Shape, Told, form, shown};
    use comity_detect::{Heading, Mapping};
    use serde_json::json;

    #[test]
    fn forms_of_bodies() {
        for (media, mapping, expected) in [
            ("application/stix+json", None, Some(("stix", Shape::Document))),
            ("application/stix+json", Some("ecs"), None),
            ("application/json", Some("stix"), Some(("stix", Shape::Document))),
            ("application/x-ndjson", Some("stix"), Some(("stix", Shape::Lines))),
            ("application/json", Some("ecs"), Some(("ecs", Shape::Either))),
            ("application/x-ndjson", Some("ecs"), Some(("ecs", Shape::Lines))),
            ("application/x-ndjson", None, None),
            ("text/csv", None, Some(("simple", Shape::Lines))),
            ("TEXT/CSV", Some("proxy"), Some(("proxy", Shape::Lines))),
            ("text/csv", Some("stix"), None),
            ("text/html", Some("simple"), None),
        ] {
            let expected = expected.map(|(mapping, shape)| Form { mapping: mapping.into(), shape });
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
            let no_text: Vec<u64> = taken.iter().flat_map(|piece| piece.no_text.clone()).collect();
            assert_eq!(no_text, [4], "{frame}");
            let mut line = 1;
            for piece in &taken {
                assert_eq!(piece.first_line, line, "{frame}");
                line += piece.text.matches('\n').count() as u64;
            }
        }
        let mut long = Pieces { bytes_max: 8, ..Pieces::default() };
        long.push(b"123456789\n");
        assert_eq!(long.full().err().map(|problem| problem.status), Some(413));
        let nothing = Piece { text: String::new(), first_line: 1, no_text: vec![] };
        assert_eq!(Pieces::default().rest(), Some(nothing), "an empty body is asked too");
    }

    #[test]
    fn what_names_columns_stands_before_each_piece() {
        let heading = Mapping::built_in("simple").map(|mapping| Heading::new(&mapping));
        let mut pieces = Pieces { heading, bytes_max: 24, ..Pieces::default() };
        pieces.push(b"value;time;type\na;1;ip\nb;2;ip\nc;3;ip\n");
        let first = pieces.full().ok().flatten().map(|piece| (piece.text, piece.first_line));
        assert_eq!(first, Some(("value;time;type\na;1;ip\n".to_owned(), 1)));
        let rest = pieces.rest().map(|piece| (piece.text, piece.first_line));
        assert_eq!(rest, Some(("value;time;type\nb;2;ip\nc;3;ip\n".to_owned(), 2)));
    }

    #[test]
    fn a_body_shows_whether_it_is_lines() {
        for (head, ended, expect) in [
            ("{", false, Shape::Either),
            ("{\n\"a\":1\n", false, Shape::Document),
            ("{}\n", false, Shape::Lines),
            ("{}", true, Shape::Lines),
            ("", true, Shape::Lines),
        ] {
            assert_eq!(shown(head.as_bytes(), ended), expect, "{head}");
        }
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
