//! What is done to a release: checked, signed by its author, approved, sent, withdrawn.
//!
//! Guarantees: a signature is a passkey's answer to a challenge over the exact bytes; the node makes the challenge and checks the answer.

use super::super::answer::text;
use super::super::ceremony::{Answer, Fields, Finish, next, question};
use super::super::shell::Shell;
use super::super::step_up;
use super::one::{Blocks, shown};
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{CredentialAnswer, FindingsAnswered, Request};
use comity_vocab::Role;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form fields that answer for a finding begin with this, then comes the finding.
const OVERRIDE: &str = "override ";

/// Answers `POST /releases/{id}/check`: the page with the findings in their places.
pub async fn check(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    match desk.ask(&Request::ReleaseCheck { release: id.clone() }, &officer.credential).await {
        Ok(answer) => shown(&desk, &officer, &id, Some(&answer), String::new(), Blocks::default()).await,
        Err(failure) => shown(&desk, &officer, &id, None, failure.message, Blocks::default()).await,
    }
}

/// Answers `POST /releases/{id}/sign/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(_): Json<Fields>,
) -> Answer {
    question(desk.ask(&Request::ReleaseSignPrepare { release, officer: officer.code()? }, &officer.credential).await)
}

/// Answers `POST /releases/{id}/sign/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let code = officer.code()?;
    // The role that the node names when it asks: analyst where held, else desk officer.
    let role = if officer.identity.roles.contains(&Role::Analyst) { Role::Analyst } else { Role::DeskOfficer };
    let address = format!("/releases/{release}");
    let request = Request::ReleaseSign { release, officer: code, role, proof: finish.proof()? };
    next(desk.ask(&request, &officer.credential).await, &address)
}

fn overrides(fields: &Fields) -> BTreeMap<String, String> {
    fields
        .iter()
        .filter_map(|(name, reason)| Some((name.strip_prefix(OVERRIDE)?.to_owned(), reason.trim().to_owned())))
        .filter(|(_, reason)| !reason.is_empty())
        .collect()
}

/// Answers `POST /releases/{id}/answer/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn answer_begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(fields): Json<Fields>,
) -> Answer {
    let answer = FindingsAnswered { release, overrides: overrides(&fields), proof: None };
    question(desk.ask(&Request::ReleaseAnswer(answer), &officer.credential).await)
}

/// Answers `POST /releases/{id}/answer/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn answer_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let address = format!("/releases/{release}");
    let overrides = overrides(&finish.fields);
    let answer = FindingsAnswered { release, overrides, proof: Some(finish.proof()?) };
    next(desk.ask(&Request::ReleaseAnswer(answer), &officer.credential).await, &address)
}

/// Answers `POST /releases/{id}/approve/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure, with the findings where some are open.
pub async fn approve_begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(fields): Json<Fields>,
) -> Answer {
    let request = Request::ReleaseApprovePrepare { release, officer: officer.code()?, overrides: overrides(&fields) };
    question(desk.ask(&request, &officer.credential).await)
}

/// Answers `POST /releases/{id}/approve/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn approve_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(release): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let address = format!("/releases/{release}");
    let request = Request::ReleaseApprove {
        release,
        officer: officer.code()?,
        overrides: overrides(&finish.fields),
        proof: finish.proof()?,
    };
    next(desk.ask(&request, &officer.credential).await, &address)
}

/// Answers `POST /releases/{id}/send`.
pub async fn send(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    act(&desk, &officer, &id, "send", Request::ReleaseSend { release: id.clone() }).await
}

/// Answers `POST /releases/{id}/withdraw`.
pub async fn withdraw(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    act(&desk, &officer, &id, "withdraw", Request::ReleaseWithdraw { release: id.clone() }).await
}

async fn act(desk: &Desk, officer: &Officer, id: &str, verb: &str, request: Request) -> Response {
    match desk.ask(&request, &officer.credential).await {
        Ok(answer) => {
            let release = text(&answer, "release");
            Redirect::to(&format!("/releases/{}", if release.is_empty() { id } else { &release })).into_response()
        }
        Err(failure) => {
            let shell = Shell::new(desk, officer, "releases");
            match step_up::again(&shell, &failure, &format!("/releases/{id}/{verb}"), &[]) {
                Some(response) => response,
                None => shown(desk, officer, id, None, failure.message, Blocks::default()).await,
            }
        }
    }
}
