//! The recall board: what was recalled, who confirmed, what is outstanding; and drafting a recall.

use super::answer::{flag, list, text, texts};
use super::ceremony::{Answer, Fields, Finish, next, question, signer};
use super::shell::{Shell, render};
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use comity_node::{BasisDecided, BasisDecision, CredentialAnswer, Failure, Request};
use comity_vocab::Role;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Why something is recalled, in words (domain.md §8.7).
const KINDS: [(&str, &str); 6] = [
    ("withdraw_error", "Wrong person or wrong fact: recipients erase it"),
    ("withdraw_fabricated", "It was made up: recipients erase it"),
    ("withdraw_unlawful", "It must not be held: recipients erase it"),
    ("withdraw_permission", "The permission to use it has ended: recipients erase it"),
    ("correct", "A corrected version follows: recipients keep it with a notice"),
    ("downgrade_confidence", "Believe it less: recipients keep it with a notice"),
];

struct Recipient {
    code: String,
    state: String,
    at: String,
    overdue: bool,
    answer: String,
}

struct Recall {
    id: String,
    kind: String,
    state: String,
    created: String,
    items: Vec<String>,
    receipt_due: String,
    action_due: String,
    confirm_by: String,
    signed: Vec<String>,
    recipients: Vec<Recipient>,
}

/// An own object that rests on what a partner recalled.
struct Dependent {
    object: String,
    how: &'static str,
    waits: bool,
    decision: String,
    officer: String,
}

struct Received {
    dependents: Vec<Dependent>,
    id: String,
    from: String,
    kind: String,
    instruction: String,
    items: Vec<String>,
    at: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "recalls.html")]
struct BoardPage<'a> {
    shell: &'a Shell,
    recalls: Vec<Recall>,
    received: Vec<Received>,
    roles: Vec<&'static str>,
    decides: bool,
}

#[derive(Template)]
#[template(path = "recall_new.html")]
struct NewPage<'a> {
    shell: &'a Shell,
    form: NewRecall,
    kinds: Vec<(&'static str, &'static str, bool)>,
    refused: String,
}

/// What an officer types in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewRecall {
    release: String,
    item: String,
    kind: String,
}

fn said(answer: Option<&Value>) -> String {
    match answer {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    }
}

fn recall(row: &Value) -> Recall {
    let recipients = list(row, "recipients")
        .iter()
        .map(|line| Recipient {
            code: text(line, "recipient"),
            state: text(line, "state"),
            at: text(line, "at"),
            overdue: flag(line, "overdue"),
            answer: said(line.get("answer")),
        })
        .collect();
    Recall {
        id: text(row, "recall"),
        kind: text(row, "kind"),
        state: text(row, "state"),
        created: text(row, "created"),
        items: texts(row, "items"),
        receipt_due: text(row, "receipt_due"),
        action_due: text(row, "action_due"),
        confirm_by: text(row, "confirm_by"),
        signed: list(row, "signed")
            .iter()
            .map(|one| format!("{} as {}", text(one, "officer"), text(one, "role")))
            .collect(),
        recipients,
    }
}

/// Answers `GET /recalls`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    let answer = desk.ask(&Request::RecallBoard, &officer.credential).await;
    shell.answer(answer.map(|answer| {
        BoardPage {
            shell: &shell,
            recalls: list(&answer, "recalls").iter().map(recall).collect(),
            received: list(&answer, "received")
                .iter()
                .map(|row| Received {
                    dependents: list(row, "dependents").iter().map(dependent).collect(),
                    id: text(row, "recall"),
                    from: text(row, "from"),
                    kind: text(row, "kind"),
                    instruction: text(row, "instruction"),
                    items: texts(row, "items"),
                    at: text(row, "at"),
                    answer: said(row.get("answer")),
                })
                .collect(),
            roles: roles(&officer),
            decides: [Role::DeskOfficer, Role::ReleasingOfficer]
                .iter()
                .any(|role| officer.identity.roles.contains(role)),
        }
    }))
}

/// The roles in which this officer may sign a recall.
fn roles(officer: &Officer) -> Vec<&'static str> {
    [Role::DeskOfficer, Role::ReleasingOfficer, Role::DutyOfficer]
        .iter()
        .filter(|role| officer.identity.roles.contains(role))
        .map(Role::as_str)
        .collect()
}

/// Answers `GET /recalls/new`.
pub async fn compose(State(desk): State<Arc<Desk>>, officer: Officer, Query(form): Query<NewRecall>) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    filled(&shell, form, String::new())
}

fn filled(shell: &Shell, form: NewRecall, refused: String) -> Response {
    let kinds = KINDS.iter().map(|(kind, words)| (*kind, *words, *kind == form.kind)).collect();
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    render(&NewPage { shell, form, kinds, refused }, status)
}

/// Answers `POST /recalls`.
pub async fn draft(State(desk): State<Arc<Desk>>, officer: Officer, Form(form): Form<NewRecall>) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    let split = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let drafted = async {
        let kind = serde_json::from_value(form.kind.clone().into())
            .map_err(|_| Failure::usage("choose why it is recalled"))?;
        let request = Request::RecallDraft { releases: split(&form.release), items: split(&form.item), kind };
        desk.ask(&request, &officer.credential).await
    };
    match drafted.await {
        Ok(answer) => Redirect::to(&format!("/recalls#{}", text(&answer, "recall"))).into_response(),
        Err(failure) => filled(&shell, form, failure.message),
    }
}

fn dependent(row: &Value) -> Dependent {
    let decision = text(row, "decision");
    Dependent {
        object: text(row, "object"),
        how: match text(row, "how").as_str() {
            "refers" => "refers to it",
            "quotes" => "has words or a value of it",
            _ => "refers to one that rests on it",
        },
        waits: flag(row, "blocks") && decision.is_empty(),
        decision,
        officer: text(row, "officer"),
    }
}

/// What an officer decides about an own object.
#[derive(Deserialize)]
pub struct Decided {
    object: String,
    decision: BasisDecision,
}

/// Answers `POST /recalls/{id}/decide`.
pub async fn decide(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Form(form): Form<Decided>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    let request =
        Request::RecallDecide(BasisDecided { recall: id.clone(), object: form.object, decision: form.decision });
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to(&format!("/recalls#{id}")).into_response(),
        Err(failure) => shell.failure(&failure),
    }
}

/// Answers `POST /recalls/{id}/send`.
pub async fn send(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    match desk.ask(&Request::RecallSend { recall: id.clone() }, &officer.credential).await {
        Ok(_) => Redirect::to(&format!("/recalls#{id}")).into_response(),
        Err(failure) => step_up::again(&shell, &failure, &format!("/recalls/{id}/send"), &[])
            .unwrap_or_else(|| shell.failure(&failure)),
    }
}

/// Answers `POST /recalls/{id}/sign/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(recall): Path<String>,
    Json(fields): Json<Fields>,
) -> Answer {
    let (code, role) = signer(&officer, &fields)?;
    question(desk.ask(&Request::RecallPrepare { recall, officer: code, role }, &officer.credential).await)
}

/// Answers `POST /recalls/{id}/sign/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(recall): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let (code, role) = signer(&officer, &finish.fields)?;
    let address = format!("/recalls#{recall}");
    let request = Request::RecallApprove { recall, officer: code, role, proof: finish.proof()? };
    next(desk.ask(&request, &officer.credential).await, &address)
}
