//! Links with partners: our card, theirs, both logs.

use super::answer::{Answer, ask};
use super::input::{Body, Named, Params, list as listed};
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::Request;
use comity_vocab::OrgCode;
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

/// A partner's card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    /// Its text, as it was handed over.
    card: String,
}

/// Adds a partner, once two people have compared the words; or renews its card. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/links", tag = "links", request_body = Card,
    responses((status = 200, description = "As `comity link add --json`.", body = serde_json::Value)))]
pub(crate) async fn add(State(desk): State<Arc<Desk>>, caller: Caller, Body(Card { card }): Body<Card>) -> Answer {
    ask(&desk, &caller, Request::LinkAdd { card }).await
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

/// Whether a link rests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkRest {
    /// `false` resumes it.
    suspended: bool,
}

/// Stops or resumes a link. Needs the passkey again (`/step-up`).
#[utoipa::path(put, path = "/api/v1/links/{partner}/state", tag = "links", params(("partner" = String, Path)), request_body = LinkRest,
    responses((status = 200, description = "As `comity link suspend --json`.", body = serde_json::Value)))]
pub(crate) async fn state(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(partner): Named<OrgCode>,
    Body(LinkRest { suspended }): Body<LinkRest>,
) -> Answer {
    ask(&desk, &caller, Request::LinkSuspend { partner, suspended }).await
}
