//! Recalls: draft, approve, send, and the board.

use super::answer::{Answer, ask, ask_naming, officer};
use super::input::{Body, Named};
use super::releases::Signed;
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{BasisDecided, BasisDecision, Request};
use comity_release::RecallKind;
use comity_vocab::Role;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Shows every recall, per recipient, and those received.
#[utoipa::path(get, path = "/api/v1/recalls", tag = "recalls",
    responses((status = 200, description = "As `comity recall board --json`.", body = serde_json::Value)))]
pub(crate) async fn board(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::RecallBoard).await
}

/// What is recalled, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecall {
    /// Whole releases.
    #[serde(default)]
    releases: Vec<String>,
    /// Single items, by our id or the id that the recipient knows.
    #[serde(default)]
    items: Vec<String>,
    /// `correct` and `downgrade_confidence` leave the item with its recipients, with a notice on it; `withdraw_permission`, `withdraw_error`,
    /// `withdraw_fabricated` and `withdraw_unlawful` have it erased.
    #[schema(value_type = String, example = "withdraw_error")]
    kind: RecallKind,
}

/// Drafts a recall.
#[utoipa::path(post, path = "/api/v1/recalls", tag = "recalls", request_body = NewRecall,
    responses((status = 200, description = "As `comity recall draft --json`.", body = serde_json::Value)))]
pub(crate) async fn draft(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewRecall>) -> Answer {
    officer(&caller)?;
    let NewRecall { releases, items, kind } = new;
    ask_naming(&desk, &caller, Request::RecallDraft { releases, items, kind }).await
}

/// A role in which an officer would sign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InRole {
    #[schema(value_type = String, example = "releasing_officer")]
    pub role: Role,
}

/// Gives what an officer signs for a recall.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/statement", tag = "recalls", params(("recall" = String, Path)), request_body = InRole,
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(InRole { role }): Body<InRole>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::RecallPrepare { recall, officer, role }).await
}

/// Brings a signature on a recall.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/approvals", tag = "recalls", params(("recall" = String, Path)), request_body = Signed,
    responses((status = 200, description = "As `comity recall approve --json`.", body = serde_json::Value)))]
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(signed): Body<Signed>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::RecallApprove { recall, officer, role: signed.role, proof: signed.proof }).await
}

/// Sends a recall. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/send", tag = "recalls", params(("recall" = String, Path)),
    responses((status = 200, description = "As `comity recall send --json`.", body = serde_json::Value)))]
pub(crate) async fn send(State(desk): State<Arc<Desk>>, caller: Caller, Named(recall): Named<String>) -> Answer {
    ask(&desk, &caller, Request::RecallSend { recall }).await
}

/// What an officer says of an own object that rests on what a partner recalled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnBasis {
    /// Our object.
    object: String,
    /// `keep`: it stands without what was recalled and may be released. `withdraw`: it is not released any more.
    #[schema(value_type = String, example = "keep")]
    decision: BasisDecision,
}

/// Decides about an own object that rests on what a partner recalled.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/decisions", tag = "recalls", params(("recall" = String, Path)), request_body = OnBasis,
    responses((status = 200, description = "As `comity recall decide --json`.", body = serde_json::Value)))]
pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(OnBasis { object, decision }): Body<OnBasis>,
) -> Answer {
    officer(&caller)?;
    ask_naming(&desk, &caller, Request::RecallDecide(BasisDecided { recall, object, decision })).await
}
