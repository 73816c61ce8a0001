//! Officers: who they are, what they may do, and which acts of the registry wait for a second custodian.
//!
//! Does not know: how the registry is changed; that takes two custodians' own keys, on the command line.

use super::answer::{flag, list, text, texts};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use comity_node::Request;
use std::sync::Arc;

struct Line {
    code: String,
    name: String,
    roles: String,
    active: bool,
}

struct Waiting {
    officer: String,
    act: String,
    signed_by: String,
}

#[derive(Template)]
#[template(path = "officers.html")]
struct OfficersPage<'a> {
    shell: &'a Shell,
    officers: Vec<Line>,
    waiting: Vec<Waiting>,
    open: bool,
}

/// Answers `GET /officers`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "officers");
    let answer = desk.ask(&Request::OfficerList, &officer.credential).await;
    shell.answer(answer.map(|answer| {
        OfficersPage {
            shell: &shell,
            officers: list(&answer, "officers")
                .iter()
                .map(|row| Line {
                    code: text(row, "code"),
                    name: text(row, "name"),
                    roles: texts(row, "roles").join(", ").replace('_', " "),
                    active: flag(row, "active"),
                })
                .collect(),
            waiting: list(&answer, "waiting")
                .iter()
                .map(|row| Waiting {
                    officer: text(row, "officer"),
                    act: text(row, "act_kind"),
                    signed_by: texts(row, "signed_by").join(", "),
                })
                .collect(),
            open: flag(&answer, "open"),
        }
    }))
}
