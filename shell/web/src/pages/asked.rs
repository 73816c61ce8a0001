//! What source handlers are told of the leak check, and what they answer.
//!
//! Guarantees: to everybody else the page says that it is not theirs, whatever is asked. Does not know: what stands in a blocked draft.

use super::answer::{flag, list, number, text};
use super::banner::Banner;
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
use serde::Deserialize;
use std::sync::Arc;

struct Waiting {
    release: String,
    officer: String,
    at: String,
    /// How it was found, and the text around it.
    places: Vec<(String, String)>,
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
            waiting: list(&answer, "waiting")
                .iter()
                .map(|row| Waiting {
                    release: text(row, "release"),
                    officer: text(row, "officer"),
                    at: text(row, "at"),
                    places: list(row, "places").iter().map(|it| (text(it, "rule"), text(it, "excerpt"))).collect(),
                })
                .collect(),
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

/// What a handler sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    answer: String,
    reason: String,
}

/// Answers `POST /sources/asked/{release}`.
pub async fn answer(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Form(given): Form<Answer>,
) -> Response {
    let not_mine = given.answer == "not_mine";
    let ask = LeakAsk::Answer { release: release.clone(), not_mine, reason: given.reason.clone() };
    match desk.ask(&Request::LeakAsk(ask), &officer.credential).await {
        Ok(_) => Redirect::to("/sources/asked").into_response(),
        Err(failure) => {
            let shell = Shell::new(&desk, &officer, "sources");
            let again = [("answer", given.answer.as_str()), ("reason", given.reason.as_str())];
            match step_up::again(&shell, &failure, &format!("/sources/asked/{release}"), &again) {
                Some(response) => response,
                None => shown(&desk, &officer, failure.message).await,
            }
        }
    }
}
