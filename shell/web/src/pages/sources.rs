//! The source register, for handlers.
//!
//! Guarantees: the one who handles no source sees one and the same page, whether sources exist or not; never a count. Reading one
//! source needs a reason, which is logged, and so does printing it.

use super::answer::{list, text, texts, typed};
use super::banner::Banner;
use super::line::encoded;
use super::shell::Shell;
use super::source_change::{Change, codes, entries};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{FailureKind, Request, SourceEntry, SourceReading};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

struct Line {
    source: String,
    cryptonym: String,
    reliability: String,
    objects: String,
    /// Protected terms of which nobody said what they are.
    unclassified: String,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage<'a> {
    shell: &'a Shell,
    handler: bool,
    sources: Vec<Line>,
    /// Shown after an entry that was refused, so that nothing has to be typed again.
    entry: NewSource,
    refused: String,
    /// What a handler is warned of after an entry or a change.
    warnings: Vec<String>,
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage<'a> {
    shell: &'a Shell,
    source: String,
    /// Why it is read; printing it is for the same reason.
    reason: String,
    /// Present once a reason was given.
    shown: Option<Shown>,
    refused: String,
    /// Whether this is the sheet to print.
    sheet: bool,
}

struct Shown {
    /// The lists that may be edited.
    change: Change,
    changes: Vec<FormerChange>,
    cryptonym: String,
    identity: String,
    contact: String,
    reliability: String,
    notes: String,
    created: String,
    handlers: Vec<String>,
    terms: Vec<Protected>,
    objects: Vec<String>,
}

/// A change that was made.
struct FormerChange {
    at: String,
    officer: String,
    /// Words that are no longer protected since.
    dropped: Vec<String>,
    reason: String,
}

impl FormerChange {
    fn read(change: &Value) -> Self {
        Self {
            at: text(change, "at"),
            officer: text(change, "officer"),
            dropped: texts(change, "dropped"),
            reason: text(change, "reason"),
        }
    }
}

/// A protected term, and what it is.
struct Protected {
    term: String,
    kind: String,
    /// A handler said what it is.
    said: bool,
}

impl Protected {
    fn read(entry: &Value) -> Self {
        let said = entry.get("said").and_then(Value::as_bool).unwrap_or_default();
        Self { term: text(entry, "term"), kind: text(entry, "kind").replace('_', " "), said }
    }
}

/// What a handler types in.
#[derive(Clone, Default, Deserialize)]
pub struct NewSource {
    cryptonym: String,
    identity: String,
    contact: String,
    reliability: String,
    #[serde(default)]
    terms: String,
    #[serde(default)]
    handlers: String,
    #[serde(default)]
    notes: String,
}

/// Why a source is read.
#[derive(Deserialize)]
pub struct Reading {
    reason: String,
}

/// What is joined to a source.
#[derive(Deserialize)]
pub struct Joining {
    objects: String,
}

pub(super) fn is_handler(officer: &Officer) -> bool {
    officer.identity.roles.contains(&comity_vocab::Role::SourceHandler)
}

/// The page's frame. Who handles sources sees what the vault holds, typed in or read out; its mark depends on the role alone, so that it
/// tells nobody whether there is a source.
pub(super) fn shell(desk: &Desk, officer: &Officer) -> Shell {
    Shell::new(desk, officer, "sources").banner(if is_handler(officer) { Banner::Vault } else { Banner::NotDetermined })
}

/// Answers `GET /sources`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = shell(&desk, &officer);
    listing(&desk, &officer, &shell, NewSource::default(), String::new(), Vec::new()).await
}

/// Answers an entry or a change that was made: the register, where something is to be said of it.
pub(super) async fn done(desk: &Desk, officer: &Officer, shell: &Shell, answer: &Value) -> Response {
    match texts(answer, "warnings") {
        warnings if warnings.is_empty() => Redirect::to("/sources").into_response(),
        warnings => listing(desk, officer, shell, NewSource::default(), String::new(), warnings).await,
    }
}

async fn listing(
    desk: &Desk,
    officer: &Officer,
    shell: &Shell,
    entry: NewSource,
    refused: String,
    warnings: Vec<String>,
) -> Response {
    // A refusal here means only that the officer handles no sources; it looks like an empty register.
    // A store that fails is another thing.
    let answer = match desk.ask(&Request::VaultList, &officer.credential).await {
        Ok(answer) => Some(answer),
        Err(failure) if failure.kind == FailureKind::No => None,
        Err(failure) => return shell.failure(&failure),
    };
    let sources = answer.as_ref().map(|answer| list(answer, "sources")).unwrap_or_default();
    let sources = sources
        .iter()
        .map(|source| Line {
            source: text(source, "source"),
            cryptonym: text(source, "cryptonym"),
            reliability: text(source, "reliability"),
            objects: text(source, "objects"),
            unclassified: text(source, "unclassified"),
        })
        .collect();
    let handler = is_handler(officer);
    shell.answer(Ok(SourcesPage { shell, handler, sources, entry, refused, warnings }))
}

/// Answers `POST /sources`.
pub async fn add(State(desk): State<Arc<Desk>>, officer: Officer, Form(entry): Form<NewSource>) -> Response {
    let shell = shell(&desk, &officer);
    let handlers = match codes(&entry.handlers) {
        Ok(codes) => codes.into_iter().collect(),
        Err(refused) => return listing(&desk, &officer, &shell, entry, refused, Vec::new()).await,
    };
    let request = Request::VaultAdd(SourceEntry {
        cryptonym: entry.cryptonym.trim().to_owned(),
        identity: entry.identity.clone(),
        contact: entry.contact.clone(),
        handlers,
        terms: entries(&entry.terms),
        reliability: entry.reliability.clone(),
        notes: typed(&entry.notes),
    });
    match desk.ask(&request, &officer.credential).await {
        Ok(answer) => done(&desk, &officer, &shell, &answer).await,
        Err(failure) => listing(&desk, &officer, &shell, entry, failure.message, Vec::new()).await,
    }
}

/// Answers `GET /sources/{source}`: the question why.
pub async fn ask(State(desk): State<Arc<Desk>>, officer: Officer, Path(source): Path<String>) -> Response {
    let shell = shell(&desk, &officer);
    question(&shell, source, String::new(), StatusCode::OK)
}

fn question(shell: &Shell, source: String, refused: String, status: StatusCode) -> Response {
    let page = SourcePage { shell, source, reason: String::new(), shown: None, refused, sheet: false };
    super::shell::render(&page, status)
}

/// Answers `POST /sources/{source}`: the source, once a reason was given.
pub async fn read(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(reading): Form<Reading>,
) -> Response {
    let request = Request::VaultShow(SourceReading { source: source.clone(), reason: reading.reason.clone() });
    opened(&desk, &officer, source, reading.reason, &request, false).await
}

/// Answers `POST /sources/{source}/print`: the sheet to print, once the log says who prints it. Any other page of a source leaves
/// its content off the paper.
pub async fn print(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(reading): Form<Reading>,
) -> Response {
    let request = Request::VaultPrint(SourceReading { source: source.clone(), reason: reading.reason.clone() });
    opened(&desk, &officer, source, reading.reason, &request, true).await
}

async fn opened(
    desk: &Desk,
    officer: &Officer,
    source: String,
    reason: String,
    request: &Request,
    sheet: bool,
) -> Response {
    let shell = shell(desk, officer);
    let answer = match desk.ask(request, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => {
            let fields = [("reason", reason.as_str())];
            let address = format!("/sources/{}{}", encoded(&source), if sheet { "/print" } else { "" });
            return match super::step_up::again(&shell, &failure, &address, &fields) {
                Some(response) => response,
                None => question(&shell, source, failure.message, StatusCode::CONFLICT),
            };
        }
    };
    let shown = Shown {
        change: Change::of(&answer),
        changes: list(&answer, "changes").iter().map(FormerChange::read).collect(),
        cryptonym: text(&answer, "cryptonym"),
        identity: text(&answer, "identity"),
        contact: text(&answer, "contact"),
        reliability: text(&answer, "reliability"),
        notes: text(&answer, "notes"),
        created: text(&answer, "created"),
        handlers: texts(&answer, "handlers"),
        terms: list(&answer, "term_kinds").iter().map(Protected::read).collect(),
        objects: texts(&answer, "objects"),
    };
    let page = SourcePage { shell: &shell, source, reason, shown: Some(shown), refused: String::new(), sheet };
    shell.answer(Ok(page))
}

/// Answers `POST /sources/{source}/objects`: joins objects to the source.
pub async fn attach(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(joining): Form<Joining>,
) -> Response {
    let shell = shell(&desk, &officer);
    let objects = joining.objects.split_whitespace().map(str::to_owned).collect();
    match desk.ask(&Request::VaultAttach { source: source.clone(), objects }, &officer.credential).await {
        Ok(_) => Redirect::to("/sources").into_response(),
        Err(failure) => question(&shell, source, failure.message, StatusCode::CONFLICT),
    }
}
