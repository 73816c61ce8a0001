//! Links with partners: our card, theirs, both logs.

use super::answer::{Answer, ask, ask_naming, officer};
use super::input::{Body, Named, Params, list as listed};
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{ApprovalProof, LinkActKind, LinkAlone, LinkStep, Request};
use comity_vocab::{OrgCode, Role};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Where partners reach the gate.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CardParams {
    /// In place of the configured addresses; written with commas.
    endpoints: Option<String>,
}

/// Gives our card.
#[utoipa::path(get, path = "/api/v1/card", tag = "links", params(CardParams),
    responses((status = 200, description = "`card`, the text to hand over, and `endpoints`.", body = serde_json::Value)))]
pub(crate) async fn card(State(desk): State<Arc<Desk>>, caller: Caller, Params(params): Params<CardParams>) -> Answer {
    ask(&desk, &caller, Request::LinkCard { endpoints: listed(params.endpoints.as_deref()) }).await
}

/// Lists partners.
#[utoipa::path(get, path = "/api/v1/links", tag = "links",
    responses((status = 200, description = "As `comity link list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::LinkList).await
}

/// Lists what partners sent that is not held, because it says of a person what may not be kept.
#[utoipa::path(get, path = "/api/v1/set-aside", tag = "links",
    responses((status = 200, description = "As `comity link set-aside --json`.", body = serde_json::Value)))]
pub(crate) async fn set_aside(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::SetAsideList).await
}

/// A partner's card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    /// Its text, as it was handed over.
    card: String,
}

/// A step about a link that two officers take, and the role in which this one signs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// `{"step":"add","card":…}`, `{"step":"renew","card":…}` for a card with a new node key, `{"step":"approve","partner":…}` as the
    /// second officer, `{"step":"confirm","partner":…,"words":…}` with the twelve words as the partner reads them, or
    /// `{"step":"resume","partner":…}`.
    #[schema(value_type = serde_json::Value)]
    step: LinkStep,
    /// `security_officer` or `custodian`; the one that is still missing where absent.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    role: Option<Role>,
}

/// Gives what an officer signs to take a step that two officers take.
#[utoipa::path(post, path = "/api/v1/links/statements", tag = "links", request_body = Step,
    responses((status = 200, description = "`statement` in base64, `role`, `partner`, `act`, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(Step { step, role }): Body<Step>,
) -> Answer {
    officer(&caller)?;
    ask_naming(&desk, &caller, Request::LinkPrepare { step, role }).await
}

/// An officer's signature about a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedStep {
    /// `add`, `confirm`, `renew` or `resume`, as prepared.
    #[schema(value_type = String)]
    act: LinkActKind,
    /// As prepared.
    #[schema(value_type = String)]
    role: Role,
    /// Over the statement.
    #[schema(value_type = serde_json::Value)]
    proof: ApprovalProof,
}

/// Brings an officer's signature; with the second officer's it is done.
#[utoipa::path(post, path = "/api/v1/links/{partner}/approvals", tag = "links", params(("partner" = String, Path)), request_body = SignedStep,
    responses((status = 200, description = "As `comity link approve --json`.", body = serde_json::Value)))]
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(partner): Named<OrgCode>,
    Body(SignedStep { act, role, proof }): Body<SignedStep>,
) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::LinkSign { partner, act, role, proof }).await
}

/// Takes a partner's renewed card, under the keys that are known; one officer does. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/links/cards", tag = "links", request_body = Card,
    responses((status = 200, description = "As `comity link add --json` says of a renewed card.", body = serde_json::Value)))]
pub(crate) async fn renew(State(desk): State<Arc<Desk>>, caller: Caller, Body(Card { card }): Body<Card>) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::LinkAlone(LinkAlone::TakeCard { card })).await
}

/// Gives up what waits about a partner, or a partner whose words were not compared. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/links/{partner}/drop", tag = "links", params(("partner" = String, Path)),
    responses((status = 200, description = "As `comity link drop --json`.", body = serde_json::Value)))]
pub(crate) async fn give_up(State(desk): State<Arc<Desk>>, caller: Caller, Named(partner): Named<OrgCode>) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::LinkAlone(LinkAlone::Drop { partner })).await
}

/// Says what a card holds, with the words to compare, and keeps nothing.
#[utoipa::path(post, path = "/api/v1/links/preview", tag = "links", request_body = Card,
    responses((status = 200, description = "What the card says, and `fingerprint`.", body = serde_json::Value)))]
pub(crate) async fn preview(State(desk): State<Arc<Desk>>, caller: Caller, Body(Card { card }): Body<Card>) -> Answer {
    ask(&desk, &caller, Request::LinkPreview { card }).await
}

/// Shows both logs of a link.
#[utoipa::path(get, path = "/api/v1/links/{partner}", tag = "links", params(("partner" = String, Path)),
    responses((status = 200, description = "As `comity link show --json`.", body = serde_json::Value)))]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, caller: Caller, Named(partner): Named<OrgCode>) -> Answer {
    ask(&desk, &caller, Request::LinkShow { partner }).await
}

/// Verifies both logs of a link against signatures and receipts.
#[utoipa::path(post, path = "/api/v1/links/{partner}/verify", tag = "links", params(("partner" = String, Path)),
    responses((status = 200, description = "As `comity link verify --json`.", body = serde_json::Value)))]
pub(crate) async fn verify(State(desk): State<Arc<Desk>>, caller: Caller, Named(partner): Named<OrgCode>) -> Answer {
    ask(&desk, &caller, Request::LinkVerify { partner }).await
}

/// Stops a link; one officer does. Two resume it (`/links/statements`). Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/links/{partner}/suspend", tag = "links", params(("partner" = String, Path)),
    responses((status = 200, description = "As `comity link suspend --json`.", body = serde_json::Value)))]
pub(crate) async fn suspend(State(desk): State<Arc<Desk>>, caller: Caller, Named(partner): Named<OrgCode>) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::LinkAlone(LinkAlone::Suspend { partner })).await
}
