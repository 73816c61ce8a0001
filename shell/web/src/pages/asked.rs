//! What source handlers are told of the leak check, and what they answer.
//!
//! Guarantees: to everybody else the page says that it is not theirs, whatever is asked. Does not know: what stands in a blocked draft.

use super::answer::{flag, list, number, text};
use super::banner::Banner;
use super::ceremony::Fields;
use super::shell::Shell;
use super::sources::is_handler;
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{LeakAsk, Request};
use serde_json::Value;
use std::sync::Arc;

struct Waiting {
    release: String,
    officer: String,
    at: String,
    /// The handler's terms that stand in it.
    terms: Vec<Standing>,
}

/// A term, and where it stands.
struct Standing {
    /// The name under which it is answered for; none of what cannot be searched for.
    term: String,
    kind: String,
    places: Vec<Place>,
}

/// A place, and what stands around it.
struct Place {
    rule: String,
    property: String,
    before: String,
    found: String,
    after: String,
}

impl Waiting {
    fn read(row: &Value) -> Self {
        let mut terms: Vec<Standing> = Vec::new();
        for finding in list(row, "places") {
            let (term, kind) = (text(finding, "term"), text(finding, "kind").replace('_', " "));
            let around = finding.get("place").unwrap_or(&Value::Null);
            let place = Place {
                rule: text(finding, "rule"),
                property: text(finding, "property"),
                before: text(around, "before"),
                found: text(around, "found"),
                after: text(around, "after"),
            };
            match terms.iter_mut().find(|standing| standing.term == term) {
                Some(standing) => standing.places.push(place),
                None => terms.push(Standing { term, kind, places: vec![place] }),
            }
        }
        Self { release: text(row, "release"), officer: text(row, "officer"), at: text(row, "at"), terms }
    }
}

struct Asked {
    day: String,
    officer: String,
    answers: u64,
    often: bool,
}

#[derive(Template)]
#[template(path = "asked.html")]
struct AskedPage<'a> {
    shell: &'a Shell,
    waiting: Vec<Waiting>,
    asked: Vec<Asked>,
    answers_a_day: u64,
    often_from: u64,
    refused: String,
}

/// Answers `GET /sources/asked`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    shown(&desk, &officer, String::new()).await
}

async fn shown(desk: &Desk, officer: &Officer, refused: String) -> Response {
    let banner = if is_handler(officer) { Banner::Vault } else { Banner::NotDetermined };
    let shell = Shell::new(desk, officer, "sources").banner(banner);
    let answer = desk.ask(&Request::LeakAsk(LeakAsk::Asked), &officer.credential).await;
    shell.answer(answer.map(|answer| {
        AskedPage {
            shell: &shell,
            waiting: list(&answer, "waiting").iter().map(Waiting::read).collect(),
            asked: list(&answer, "asked")
                .iter()
                .map(|row| Asked {
                    day: text(row, "day"),
                    officer: text(row, "officer"),
                    answers: number(row, "answers"),
                    often: flag(row, "often"),
                })
                .collect(),
            answers_a_day: number(&answer, "answers_a_day"),
            often_from: number(&answer, "often_from"),
            refused,
        }
    }))
}

/// The field of a term that is answered for: this and the term's name.
const TERM: &str = "term ";

/// Answers `POST /sources/asked/{release}`.
pub async fn answer(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Form(given): Form<Fields>,
) -> Response {
    let field = |name: &str| given.get(name).cloned().unwrap_or_default();
    let terms: Vec<String> = given.keys().filter_map(|name| name.strip_prefix(TERM)).map(str::to_owned).collect();
    if terms.is_empty() && given.contains_key("several") {
        return shown(&desk, &officer, "choose what you answer for; nothing was answered".into()).await;
    }
    let not_mine = match field("answer").as_str() {
        "not_mine" => true,
        "keep_back" => false,
        _ => return shown(&desk, &officer, "say whether it is your source; nothing was answered".into()).await,
    };
    let ask = LeakAsk::Answer { release: release.clone(), not_mine, terms, reason: field("reason") };
    match desk.ask(&Request::LeakAsk(ask), &officer.credential).await {
        Ok(_) => Redirect::to("/sources/asked").into_response(),
        Err(failure) => {
            let shell = Shell::new(&desk, &officer, "sources");
            let again: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            match step_up::again(&shell, &failure, &format!("/sources/asked/{release}"), &again) {
                Some(response) => response,
                None => shown(&desk, &officer, failure.message).await,
            }
        }
    }
}
