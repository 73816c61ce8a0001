//! Letting a partner's TAXII tools read at our gate what was released to it: two officers sign, one ends it.

use super::ceremony::{Answer, Fields, Finish, question};
use super::shell::Shell;
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{CredentialAnswer, Failure, Request};
use comity_vocab::{OfficerCode, OrgCode, Role};
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

fn signing(officer: &Officer, code: &str, fields: &Fields) -> Result<(OrgCode, OfficerCode, Role), Failure> {
    let me = officer.identity.officer.clone().ok_or_else(|| Failure::no("this needs an officer"))?;
    let role = serde_json::from_value(fields.get("role").cloned().unwrap_or_default().into())
        .map_err(|_| Failure::usage("name the role in which you sign"))?;
    Ok((code.parse().map_err(|_| Failure::no("no such partner"))?, me, role))
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
    let (partner, me, role) = signing(&officer, &code, &fields)?;
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
    let (partner, me, role) = signing(&officer, &code, &finish.fields)?;
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
