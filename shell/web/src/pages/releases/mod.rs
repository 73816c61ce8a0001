//! Releases: the list, composing, the exact bytes with their findings, the second officer, sending, receipts.

pub mod acts;
pub mod compose;
mod difference;
pub mod one;

use super::answer::{list, number, text, texts};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use comity_node::Request;
use comity_vocab::ReleaseState;
use serde_json::Value;
use std::sync::Arc;

/// One release in a list.
pub struct Line {
    /// Its id.
    pub id: String,
    /// What state it is in, as it is shown.
    pub state: String,
    /// Whether officers can still do something about it before it is sent.
    pub is_open: bool,
    /// The role it waits for, beside the releasing officer's.
    pub waits_for: String,
    /// Who drafted it.
    pub author: String,
    /// To whom.
    pub to: Vec<String>,
    /// Its label.
    pub label: String,
    /// `tearline` or `as-published`.
    pub mode: String,
    /// How many items.
    pub items: u64,
    /// When it was drafted.
    pub created: String,
}

/// Reads one release from the node's list.
pub fn line(row: &Value) -> Line {
    Line {
        id: text(row, "release"),
        state: text(row, "state"),
        is_open: text(row, "state").parse().is_ok_and(ReleaseState::is_open),
        waits_for: text(row, "waits_for"),
        author: text(row, "author"),
        to: texts(row, "to"),
        label: text(row, "label"),
        mode: text(row, "mode"),
        items: number(row, "items"),
        created: text(row, "created"),
    }
}

#[derive(Template)]
#[template(path = "releases.html")]
struct ReleasesPage<'a> {
    shell: &'a Shell,
    under_way: Vec<Line>,
    done: Vec<Line>,
}

/// Answers `GET /releases`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "releases");
    let answer = desk.ask(&Request::ReleaseList, &officer.credential).await;
    shell.answer(answer.map(|answer| {
        let (done, under_way) = list(&answer, "releases").iter().map(line).partition(|one| !one.is_open);
        ReleasesPage { shell: &shell, under_way, done }
    }))
}
