//! The officer registry: who there is, and acts that custodians sign with their keys.

use super::answer::{Answer, ask};
use super::input::Body;
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_crypto::Signature;
use comity_node::{OfficerChange, Request};
use comity_vocab::OfficerCode;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lists officers and waiting acts.
#[utoipa::path(get, path = "/api/v1/officers", tag = "officers",
    responses((status = 200, description = "As `comity officer list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::OfficerList).await
}

/// Who is to be changed, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAct {
    /// Whom it is about.
    #[schema(value_type = String, example = "MIRA")]
    officer: OfficerCode,
    /// `{"change": "add", "name": …, "roles": […], "key": …}`, `{"change": "disable"}`, `{"change": "new_key", "key": …}` or
    /// `{"change": "roles", "roles": […]}`.
    #[schema(value_type = Object)]
    change: OfficerChange,
}

/// Prepares an act of the registry.
#[utoipa::path(post, path = "/api/v1/officers/acts/prepare", tag = "officers", request_body = NewAct,
    responses((status = 200, description = "`act` in base64: what custodians sign.", body = serde_json::Value)))]
pub(crate) async fn prepare(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewAct>) -> Answer {
    ask(&desk, &caller, Request::OfficerPrepare { officer: new.officer, change: new.change }).await
}

/// One custodian's signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActSignature {
    #[schema(value_type = String, example = "MIRA")]
    custodian: OfficerCode,
    /// By the custodian's key, over the act.
    #[schema(value_type = String)]
    signature: Signature,
}

/// An act with signatures.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedAct {
    /// The exact bytes of the act, base64.
    act: String,
    signatures: Vec<ActSignature>,
}

/// Brings an act; one that lacks a custodian's signature waits. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/officers/acts", tag = "officers", request_body = SignedAct,
    responses((status = 200, description = "As `comity officer add --json`.", body = serde_json::Value)))]
pub(crate) async fn apply(State(desk): State<Arc<Desk>>, caller: Caller, Body(act): Body<SignedAct>) -> Answer {
    let signatures = act.signatures.into_iter().map(|one| (one.custodian, one.signature)).collect();
    ask(&desk, &caller, Request::OfficerApply { act: act.act, signatures }).await
}
