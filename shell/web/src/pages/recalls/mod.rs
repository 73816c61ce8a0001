//! The recall board: what was recalled, from whom, who confirmed, what is outstanding.

mod draft;
mod reach;
pub(super) mod words;

pub use draft::{compose, draft};

use self::reach::{BLOCK, Reach};
use self::words::{Names, called, names};
use super::answer::{flag, list, text, texts};
use super::banner::Banner;
use super::ceremony::{Answer, Fields, Finish, next, question, signer};
use super::line::Line;
use super::shell::{Shell, render};
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use comity_node::{
    BasisDecided, BasisDecision, CredentialAnswer, Failure, RECALL_ITEMS_MAX, Reader, RecallOf, Request,
};
use comity_release::{RecallAcknowledgement, RecallKind};
use comity_store::{Glimpse, Presence};
use comity_vocab::{RecallState, Role, SecurityLabel};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

struct Recipient {
    code: String,
    name: String,
    state: String,
    at: String,
    overdue: bool,
    answer: String,
}

struct Recall {
    id: String,
    kind: String,
    reason: &'static str,
    state: String,
    created: String,
    /// How many items, in words.
    total: String,
    /// What it names, where it was sent.
    lines: Vec<Line>,
    /// How many of its items are not on the page.
    more: u64,
    next: usize,
    /// Whom it would reach, where it was not sent.
    reach: Option<Reach>,
    receipt_due: String,
    action_due: String,
    confirm_by: String,
    signed: Vec<String>,
    recipients: Vec<Recipient>,
}

/// An own object that rests on what a partner recalled.
struct Dependent {
    line: Line,
    how: &'static str,
    /// It is not released before an officer decides.
    waits: bool,
    /// Nothing was taken away: somebody looks at it.
    look: bool,
    /// What it rests on was erased: it can be withdrawn.
    erased: bool,
    decision: String,
    officer: String,
}

struct Received {
    dependents: Vec<Dependent>,
    /// How many more there are.
    more_dependents: usize,
    id: String,
    from: String,
    name: String,
    kind: String,
    instruction: String,
    lines: Vec<Line>,
    more: usize,
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

/// Of which recall more blocks of items are loaded.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct More {
    recall: String,
    blocks: usize,
}

impl More {
    fn blocks_of(&self, recall: &str) -> usize {
        if self.recall == recall { self.blocks.clamp(1, RECALL_ITEMS_MAX / BLOCK) } else { 1 }
    }
}

fn kind_of(row: &Value) -> Option<RecallKind> {
    text(row, "kind").parse().ok()
}

/// What somebody answered to a recall, in words.
fn said(row: &Value, items: u64) -> String {
    let answer = row.get("answer").filter(|answer| answer.is_object());
    let read = answer.and_then(|answer| RecallAcknowledgement::deserialize(answer).ok());
    match (read, kind_of(row)) {
        (Some(answer), Some(kind)) => words::did(&answer, kind, items),
        _ => String::new(),
    }
}

/// What is read of the holdings beside the board: names, and whom a recall that was not sent would reach.
struct Read<'r> {
    reader: &'r Reader,
    names: Names,
    labels: Vec<Option<SecurityLabel>>,
}

impl Read<'_> {
    fn called(&self, code: &str) -> String {
        called(code, self.names.get(code).map(String::as_str))
    }

    /// What of these is shown: the lines of our own objects, each once.
    fn line(&mut self, glimpse: &Glimpse) -> Line {
        if glimpse.presence == Presence::Held {
            self.labels.push(glimpse.label.clone());
        }
        Line::of(glimpse)
    }

    fn recall(&mut self, row: &Value, more: &More) -> Result<Recall, Failure> {
        let (id, kind) = (text(row, "recall"), kind_of(row));
        let items = texts(row, "items");
        let blocks = more.blocks_of(&id);
        let (mut reach, mut lines) = (None, Vec::new());
        if text(row, "state").parse() == Ok(RecallState::Sent) {
            let shown: Vec<String> = items.iter().take(blocks.saturating_mul(BLOCK)).cloned().collect();
            for glimpse in self.reader.given_as(&shown)?.into_iter().flatten() {
                lines.push(self.line(&glimpse));
            }
        } else {
            let limit = blocks.saturating_mul(BLOCK);
            let found = Reach::of(&self.reader.recall_preview(&RecallOf::Drafted(id.clone()), 0, limit)?, blocks);
            self.labels.extend(found.labels().map(Option::<&SecurityLabel>::cloned));
            reach = Some(found);
        }
        let recipients = list(row, "recipients").iter().map(|line| {
            let code = text(line, "recipient");
            let asked = line.get("items").and_then(Value::as_u64).unwrap_or_default();
            let mut told = line.clone();
            if let Value::Object(fields) = &mut told {
                fields.insert("kind".into(), text(row, "kind").into());
            }
            Recipient {
                name: self.called(&code),
                state: text(line, "state"),
                at: text(line, "at"),
                overdue: flag(line, "overdue"),
                answer: said(&told, asked),
                code,
            }
        });
        let recipients = recipients.collect();
        Ok(Recall {
            kind: text(row, "kind"),
            reason: kind.map(words::reason).unwrap_or_default(),
            state: text(row, "state"),
            created: text(row, "created"),
            total: words::number(items.len() as u64, "item", "items"),
            more: match &reach {
                Some(reach) => reach.more,
                None => (items.len().saturating_sub(blocks.saturating_mul(BLOCK))) as u64,
            },
            next: blocks.saturating_add(1),
            lines,
            reach,
            receipt_due: text(row, "receipt_due"),
            action_due: text(row, "action_due"),
            confirm_by: text(row, "confirm_by"),
            signed: list(row, "signed")
                .iter()
                .map(|one| format!("{} as {}", text(one, "officer"), text(one, "role")))
                .collect(),
            recipients,
            id,
        })
    }

    fn received(&mut self, row: &Value) -> Result<Received, Failure> {
        let from = text(row, "from");
        let items = texts(row, "items");
        let mut lines = Vec::new();
        for id in items.iter().take(BLOCK) {
            let glimpse = self.reader.view().glimpse_or_mention(id)?;
            lines.push(self.line(&glimpse));
        }
        let rows = list(row, "dependents");
        let mut dependents = Vec::new();
        // What waits comes first, so that it is on the page.
        let (open, decided): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(|one| text(one, "decision").is_empty());
        for one in open.into_iter().chain(decided).take(BLOCK) {
            let glimpse = self.reader.view().glimpse_or_mention(&text(one, "object"))?;
            let line = self.line(&glimpse);
            dependents.push(dependent(one, line));
        }
        Ok(Received {
            more_dependents: rows.len().saturating_sub(dependents.len()),
            dependents,
            id: text(row, "recall"),
            name: self.called(&from),
            kind: text(row, "kind"),
            instruction: text(row, "instruction"),
            more: items.len().saturating_sub(lines.len()),
            lines,
            at: text(row, "at"),
            answer: said(row, items.len() as u64),
            from,
        })
    }
}

/// Answers `GET /recalls`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Query(more): Query<More>) -> Response {
    let shell = Shell::new(&desk, &officer, "recalls");
    let answer = match desk.ask(&Request::RecallBoard, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => return shell.failure(&failure),
    };
    let read = desk.readers.read(move |reader| {
        let (ours, theirs) = (list(&answer, "recalls"), list(&answer, "received"));
        let told = ours.iter().flat_map(|row| list(row, "recipients")).map(|line| text(line, "recipient"));
        let codes: BTreeSet<String> = told.chain(theirs.iter().map(|row| text(row, "from"))).collect();
        let names = names(reader, codes.iter().map(String::as_str))?;
        let mut read = Read { reader, names, labels: Vec::new() };
        let recalls = ours.iter().map(|row| read.recall(row, &more)).collect::<Result<Vec<_>, Failure>>()?;
        let received = theirs.iter().map(|row| read.received(row)).collect::<Result<Vec<_>, Failure>>()?;
        Ok::<_, Failure>((recalls, received, read.labels))
    });
    let (recalls, received, labels) = match read.await {
        Ok(read) => read,
        Err(failure) => return shell.failure(&failure),
    };
    let shell = shell.banner(Banner::of(labels.iter().map(Option::as_ref)));
    let deciders = [Role::DeskOfficer, Role::ReleasingOfficer];
    let page = BoardPage {
        shell: &shell,
        recalls,
        received,
        roles: roles(&officer),
        decides: deciders.iter().any(|role| officer.identity.roles.contains(role)),
    };
    render(&page, StatusCode::OK)
}

/// The roles in which this officer may sign a recall.
pub(super) fn roles(officer: &Officer) -> Vec<&'static str> {
    [Role::DeskOfficer, Role::ReleasingOfficer, Role::DutyOfficer]
        .iter()
        .filter(|role| officer.identity.roles.contains(role))
        .map(Role::as_str)
        .collect()
}

fn dependent(row: &Value, line: Line) -> Dependent {
    let decision = text(row, "decision");
    Dependent {
        line,
        how: match text(row, "how").as_str() {
            "refers" => "refers to it",
            "quotes" => "has words or a value of it",
            _ => "refers to one that rests on it",
        },
        waits: flag(row, "blocks") && decision.is_empty(),
        look: !flag(row, "erased") && decision.is_empty(),
        erased: flag(row, "erased"),
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
