//! What two officers do about a partner, one after the other, each with a passkey: add, compare the words, take a new node key, resume.

use super::ceremony::{Answer, Fields, Finish, question};
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Json;
use axum::extract::State;
use comity_node::{CredentialAnswer, Failure, LinkActKind, LinkStep, Request};
use comity_vocab::{OrgCode, Role};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// Tells whether this officer may sign about links.
pub fn may_sign(officer: &Officer) -> bool {
    [Role::SecurityOfficer, Role::Custodian].iter().any(|role| officer.identity.roles.contains(role))
}

/// The step that a form names.
fn step(fields: &Fields) -> Result<LinkStep, Failure> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let partner = || field("partner").parse::<OrgCode>().map_err(|_| Failure::no("no such partner"));
    match field("step").as_str() {
        "add" => Ok(LinkStep::Add { card: field("card") }),
        "renew" => Ok(LinkStep::Renew { card: field("card") }),
        "approve" => Ok(LinkStep::Approve { partner: partner()? }),
        "confirm" => Ok(LinkStep::Confirm { partner: partner()?, words: field("words") }),
        "resume" => Ok(LinkStep::Resume { partner: partner()? }),
        _ => Err(Failure::usage("the form names no step")),
    }
}

/// Answers `POST /partners/act/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure, such as words that differ.
pub async fn begin(State(desk): State<Arc<Desk>>, officer: Officer, Json(fields): Json<Fields>) -> Answer {
    let request = Request::LinkPrepare { step: step(&fields)?, role: None };
    question(desk.ask(&request, &officer.credential).await)
}

/// Answers `POST /partners/act/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    // The same step is the same act: asked again it says which, and in which role this officer signed.
    let prepare = Request::LinkPrepare { step: step(&finish.fields)?, role: None };
    let prepared = desk.ask(&prepare, &officer.credential).await?;
    let partner: OrgCode = read(&prepared, "partner")?;
    let (act, role): (LinkActKind, Role) = (read(&prepared, "act")?, read(&prepared, "role")?);
    let next = format!("/partners/{partner}");
    desk.ask(&Request::LinkSign { partner, act, role, proof: finish.proof()? }, &officer.credential).await?;
    Ok(Json(json!({ "next": next })))
}

fn read<T: DeserializeOwned>(prepared: &Value, field: &str) -> Result<T, Failure> {
    serde_json::from_value(prepared.get(field).cloned().unwrap_or_default())
        .map_err(|_| Failure::operational("the node said of no act what it is"))
}
