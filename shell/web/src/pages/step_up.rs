//! Asking for the passkey once more before an act that needs it (security.md §6.1, V7), then doing the act.
//!
//! Guarantees: the act is posted again by the browser, with what was typed; nothing is kept here meanwhile.

use super::ceremony::{Answer, Fields, Finish, next, question};
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use comity_node::{CredentialAnswer, Failure, Request};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUpPage<'a> {
    shell: &'a Shell,
    action: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

/// Returns the page that asks for the passkey, where that is why the node refused; it posts `fields` to `action` afterwards.
pub fn again(shell: &Shell, failure: &Failure, action: &str, fields: &[(&str, &str)]) -> Option<Response> {
    (failure.code.as_deref() == Some("step_up_needed"))
        .then(|| render(&StepUpPage { shell, action, fields }, StatusCode::OK))
}

/// Answers `POST /step-up/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn begin(State(desk): State<Arc<Desk>>, officer: Officer, Json(_): Json<Fields>) -> Answer {
    question(desk.ask(&Request::StepUpBegin, &officer.credential).await)
}

/// Answers `POST /step-up/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    next(desk.ask(&Request::StepUpFinish { answer: finish.answer }, &officer.credential).await, "/")
}
