//! Warning lists, and how detection stands: which indicators are looked for, which are not, and why not.
//!
//! Guarantees: what is not evaluated is counted and said; what was typed is kept when the node refuses. Does not know: how lists match.

use super::answer::{list, number, text};
use super::detection::{Accepted, NotLookedFor, accepted, may_accept};
use super::line::counted;
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Request};
use comity_vocab::Role;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The longest form: a list of 8 MiB, as forms write it.
const FORM_BYTES_MAX: usize = 24 * 1024 * 1024;
/// What is typed again into the form where the node refuses; a longer list is in the officer's file anyway.
const KEPT_CHARS_MAX: usize = 200_000;

/// One list.
struct List {
    name: String,
    version: String,
    description: String,
    kind: String,
    entries: String,
    added: String,
    officer: String,
    built_in: bool,
    on: bool,
    source: String,
    licence: String,
}

/// How many, and of what.
struct Figure {
    count: String,
    words: String,
}

#[derive(Template)]
#[template(path = "warning_lists.html")]
struct WarningListsPage<'a> {
    shell: &'a Shell,
    lists: Vec<List>,
    looked_for: String,
    observations: String,
    listed: String,
    since: String,
    left_out: Vec<Figure>,
    unmatchable: Option<NotLookedFor>,
    over_broad: Option<NotLookedFor>,
    accepted: Vec<Accepted>,
    accepted_more: u64,
    may_accept: bool,
    may_change: bool,
    typed: String,
    refused: String,
    hint: String,
}

/// A list as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    text: String,
}

/// Which list goes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    name: String,
}

/// What the form may hold: lists are longer than what is typed.
pub fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FORM_BYTES_MAX)
}

/// Answers `GET /warning-lists`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    shown(&desk, &officer, String::new(), None).await
}

/// Answers `POST /warning-lists`.
pub async fn add(State(desk): State<Arc<Desk>>, officer: Officer, Form(typed): Form<Typed>) -> Response {
    if typed.text.trim().is_empty() {
        return shown(&desk, &officer, String::new(), Some(Failure::usage("there is no list in the form"))).await;
    }
    match desk.ask(&Request::WarningListAdd { text: typed.text.clone() }, &officer.credential).await {
        Ok(_) => Redirect::to("/warning-lists").into_response(),
        Err(failure) => {
            let kept = if typed.text.len() > KEPT_CHARS_MAX { String::new() } else { typed.text };
            shown(&desk, &officer, kept, Some(failure)).await
        }
    }
}

/// Answers `POST /warning-lists/remove`.
pub async fn remove(State(desk): State<Arc<Desk>>, officer: Officer, Form(named): Form<Named>) -> Response {
    match desk.ask(&Request::WarningListRemove { name: named.name }, &officer.credential).await {
        Ok(_) => Redirect::to("/warning-lists").into_response(),
        Err(failure) => shown(&desk, &officer, String::new(), Some(failure)).await,
    }
}

/// What is not looked for, by reason; what is zero is left out.
fn left_out(status: &Value) -> Vec<Figure> {
    let other = status.get("not_stix").and_then(Value::as_object);
    let other = other.into_iter().flatten().map(|(kind, count)| {
        (count.as_u64().unwrap_or_default(), format!("written in another language: {}", kind.replace('_', " ")))
    });
    let known = [
        ("invalid", "with a pattern that cannot be read"),
        ("revoked", "revoked by their author"),
        ("expired", "no longer valid"),
        ("waiting", "not valid yet"),
    ];
    let known = known.iter().map(|(name, words)| (number(status, name), (*words).to_owned()));
    known
        .chain(other)
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| Figure { count: counted(count), words })
        .collect()
}

fn truth(row: &Value, name: &str) -> bool {
    row.get(name).and_then(Value::as_bool).unwrap_or_default()
}

async fn shown(desk: &Desk, officer: &Officer, typed: String, refused: Option<Failure>) -> Response {
    let shell = Shell::new(desk, officer, "sightings");
    let asked = async {
        let lists = desk.ask(&Request::WarningListList, &officer.credential).await?;
        Ok::<_, Failure>((lists, desk.ask(&Request::DetectionStatus, &officer.credential).await?))
    };
    let (lists, status) = match asked.await {
        Ok(asked) => asked,
        Err(failure) => return shell.failure(&failure),
    };
    let code = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let failure = refused.unwrap_or_else(|| Failure::no(""));
    let roles = &officer.identity.roles;
    let row = |row: &Value| List {
        name: text(row, "name"),
        version: text(row, "version"),
        description: text(row, "description"),
        kind: text(row, "kind"),
        entries: counted(number(row, "entries")),
        added: text(row, "added"),
        officer: text(row, "officer"),
        built_in: truth(row, "built_in"),
        on: truth(row, "on"),
        source: text(row, "source"),
        licence: text(row, "licence"),
    };
    let (accepted, accepted_more) = accepted(&status);
    let page = WarningListsPage {
        shell: &shell,
        lists: list(&lists, "lists").iter().map(row).collect(),
        looked_for: counted(number(&status, "compiled")),
        observations: counted(number(&status, "observations")),
        listed: counted(number(&status, "warning_listed")),
        since: text(&status, "since"),
        left_out: left_out(&status),
        unmatchable: NotLookedFor::read(&status, "unmatchable"),
        over_broad: NotLookedFor::read(&status, "over_broad"),
        accepted,
        accepted_more,
        may_accept: may_accept(officer),
        may_change: [Role::Analyst, Role::DeskOfficer, Role::SecurityOfficer].iter().any(|role| roles.contains(role)),
        typed,
        refused: failure.message,
        hint: failure.hint.unwrap_or_default(),
    };
    render(&page, code)
}

#[cfg(test)]
mod tests {
    use super::left_out;
    use serde_json::json;

    #[test]
    fn what_is_not_looked_for_is_said() {
        let status = json!({ "compiled": 5, "invalid": 1, "revoked": 0, "expired": 1200, "not_stix": { "yara": 3 } });
        let said: Vec<_> = left_out(&status).into_iter().map(|one| format!("{} {}", one.count, one.words)).collect();
        assert_eq!(
            said,
            ["1 with a pattern that cannot be read", "1,200 no longer valid", "3 written in another language: yara"]
        );
    }
}
