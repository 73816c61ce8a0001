//! The source register, for handlers.
//!
//! Guarantees: whoever handles no source sees one and the same page, whether sources exist or not; never a count. Reading one
//! source needs a reason, which is logged.

use super::answer::{list, text, texts};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{FailureKind, Request};
use serde::Deserialize;
use std::sync::Arc;

struct Line {
    source: String,
    cryptonym: String,
    reliability: String,
    objects: String,
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
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage<'a> {
    shell: &'a Shell,
    source: String,
    /// Present once a reason was given.
    shown: Option<Shown>,
    refused: String,
}

struct Shown {
    cryptonym: String,
    identity: String,
    contact: String,
    reliability: String,
    notes: String,
    created: String,
    handlers: Vec<String>,
    terms: Vec<String>,
    objects: Vec<String>,
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

/// Answers `GET /sources`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "sources");
    listing(&desk, &officer, &shell, NewSource::default(), String::new()).await
}

async fn listing(desk: &Desk, officer: &Officer, shell: &Shell, entry: NewSource, refused: String) -> Response {
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
        })
        .collect();
    let handler = officer.identity.roles.contains(&comity_vocab::Role::SourceHandler);
    shell.answer(Ok(SourcesPage { shell, handler, sources, entry, refused }))
}

/// Answers `POST /sources`.
pub async fn add(State(desk): State<Arc<Desk>>, officer: Officer, Form(entry): Form<NewSource>) -> Response {
    let shell = Shell::new(&desk, &officer, "sources");
    let words = |text: &str| -> Vec<String> {
        text.split(['\n', ';']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut handlers = Vec::new();
    for word in entry.handlers.split([',', ' ', '\n']).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(code) => handlers.push(code),
            Err(error) => {
                return listing(&desk, &officer, &shell, entry.clone(), format!("handler {word}: {error}")).await;
            }
        }
    }
    let request = Request::VaultAdd {
        cryptonym: entry.cryptonym.trim().to_owned(),
        identity: entry.identity.clone(),
        contact: entry.contact.clone(),
        handlers,
        terms: words(&entry.terms),
        reliability: entry.reliability.clone(),
        notes: entry.notes.clone(),
    };
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to("/sources").into_response(),
        Err(failure) => listing(&desk, &officer, &shell, entry, failure.message).await,
    }
}

/// Answers `GET /sources/{source}`: the question why.
pub async fn ask(State(desk): State<Arc<Desk>>, officer: Officer, Path(source): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "sources");
    shell.answer(Ok(SourcePage { shell: &shell, source, shown: None, refused: String::new() }))
}

/// Answers `POST /sources/{source}`: the source, once a reason was given.
pub async fn read(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(reading): Form<Reading>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "sources");
    let reason = reading.reason;
    let request = Request::VaultShow { source: source.clone(), reason: reason.clone() };
    let answer = match desk.ask(&request, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => {
            let fields = [("reason", reason.as_str())];
            if let Some(response) = super::step_up::again(&shell, &failure, &format!("/sources/{source}"), &fields) {
                return response;
            }
            let page = SourcePage { shell: &shell, source, shown: None, refused: failure.message };
            return super::shell::render(&page, StatusCode::CONFLICT);
        }
    };
    let shown = Shown {
        cryptonym: text(&answer, "cryptonym"),
        identity: text(&answer, "identity"),
        contact: text(&answer, "contact"),
        reliability: text(&answer, "reliability"),
        notes: text(&answer, "notes"),
        created: text(&answer, "created"),
        handlers: texts(&answer, "handlers"),
        terms: texts(&answer, "terms"),
        objects: texts(&answer, "objects"),
    };
    shell.answer(Ok(SourcePage { shell: &shell, source, shown: Some(shown), refused: String::new() }))
}

/// Answers `POST /sources/{source}/objects`: joins objects to the source.
pub async fn attach(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(joining): Form<Joining>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "sources");
    let objects = joining.objects.split_whitespace().map(str::to_owned).collect();
    match desk.ask(&Request::VaultAttach { source: source.clone(), objects }, &officer.credential).await {
        Ok(_) => Redirect::to("/sources").into_response(),
        Err(failure) => {
            let page = SourcePage { shell: &shell, source, shown: None, refused: failure.message };
            super::shell::render(&page, StatusCode::CONFLICT)
        }
    }
}
