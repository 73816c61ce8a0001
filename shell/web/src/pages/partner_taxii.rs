//! Letting a partner's TAXII tools read at our gate what was released to it: two officers sign, one ends it.

use super::ceremony::{Answer, Fields, Finish, question, signer};
use super::shell::Shell;
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{CredentialAnswer, Failure, Request};
use comity_vocab::{OrgCode, Role};
use serde_json::json;
use std::sync::Arc;

/// The roles in which this officer may sign.
pub fn roles(officer: &Officer) -> Vec<&'static str> {
    [Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer]
        .iter()
        .filter(|role| officer.identity.roles.contains(role))
        .map(Role::as_str)
        .collect()
}

fn partner(code: &str) -> Result<OrgCode, Failure> {
    code.parse().map_err(|_| Failure::no("no such partner"))
}

/// Answers `POST /partners/{code}/taxii/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(code): Path<String>,
    Json(fields): Json<Fields>,
) -> Answer {
    let (me, role) = signer(&officer, &fields)?;
    let partner = partner(&code)?;
    question(desk.ask(&Request::TaxiiPrepare { partner, officer: me, role }, &officer.credential).await)
}

/// Answers `POST /partners/{code}/taxii/finish`; the second signature brings the token, which is shown once.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(code): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let (me, role) = signer(&officer, &finish.fields)?;
    let partner = partner(&code)?;
    let request = Request::TaxiiSign { partner, officer: me, role, proof: finish.proof()? };
    let done = desk.ask(&request, &officer.credential).await?;
    match done.get("token").and_then(serde_json::Value::as_str) {
        Some(token) => {
            let show =
                format!("Give this token to the partner now, by a way you trust; it is not shown again: {token}");
            Ok(Json(json!({ "show": show })))
        }
        None => Ok(Json(json!({ "next": format!("/partners/{code}") }))),
    }
}

/// Answers `POST /partners/{code}/taxii/off`.
pub async fn off(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    let Ok(partner) = code.parse() else { return shell.not_released() };
    match desk.ask(&Request::TaxiiOff { partner }, &officer.credential).await {
        Ok(_) => Redirect::to(&format!("/partners/{code}")).into_response(),
        Err(failure) => step_up::again(&shell, &failure, &format!("/partners/{code}/taxii/off"), &[])
            .unwrap_or_else(|| shell.failure(&failure)),
    }
}
