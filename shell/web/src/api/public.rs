//! Declarations that objects are public knowledge, by two officers.

use super::answer::{Answer, ask, officer};
use super::input::{Body, Named};
use super::recalls::InRole;
use super::releases::Signed;
use super::writing::Objects;
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::Request;
use comity_vocab::Digest;
use std::sync::Arc;

/// Prepares the declaration that objects are public knowledge.
#[utoipa::path(post, path = "/api/v1/public-declarations", tag = "public", request_body = Objects,
    responses((status = 200, description = "`declaration` (its digest), `objects`, `statement` in base64.", body = serde_json::Value)))]
pub(crate) async fn declare(State(desk): State<Arc<Desk>>, caller: Caller, Body(about): Body<Objects>) -> Answer {
    ask(&desk, &caller, Request::PublicPrepare { selection: about.into() }).await
}

/// Gives what an officer signs to agree.
#[utoipa::path(post, path = "/api/v1/public-declarations/{digest}/statement", tag = "public", params(("digest" = String, Path)), request_body = InRole,
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(declaration): Named<Digest>,
    Body(InRole { role }): Body<InRole>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::PublicSignPrepare { declaration, officer, role }).await
}

/// Brings one officer's signature; two make the declaration effective.
#[utoipa::path(post, path = "/api/v1/public-declarations/{digest}/signatures", tag = "public", params(("digest" = String, Path)), request_body = Signed,
    responses((status = 200, description = "As `comity write mark --public --json`.", body = serde_json::Value)))]
pub(crate) async fn sign(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(declaration): Named<Digest>,
    Body(signed): Body<Signed>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::PublicSign { declaration, officer, role: signed.role, proof: signed.proof }).await
}
