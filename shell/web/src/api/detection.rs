//! What an officer chooses about detection: over-broad indicators that are looked for all the same, lists of the program that are off.

use super::answer::{Answer, ask, officer};
use super::input::{Body, Named};
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{DetectionChoice, Request};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Which indicator, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    /// The whole id of an indicator that is set aside because it covers too much.
    indicator: String,
    /// Why it is to be looked for all the same; one line, stays here.
    reason: String,
}

/// Accepts an over-broad indicator: it is looked for from the next observation on, as long as its pattern is this one.
#[utoipa::path(post, path = "/api/v1/detection/accepted", tag = "detection", request_body = Accepted,
    responses((status = 200, description = "As `comity detect --accept --json`.", body = serde_json::Value)))]
pub(crate) async fn accept(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(Accepted { indicator, reason }): Body<Accepted>,
) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::DetectionChoice(DetectionChoice::Accept { indicator, reason })).await
}

/// Takes an acceptance back: the indicator is set aside again.
#[utoipa::path(delete, path = "/api/v1/detection/accepted/{indicator}", tag = "detection",
    params(("indicator" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "As `comity detect --withdraw-acceptance --json`.", body = serde_json::Value)))]
pub(crate) async fn withdraw(State(desk): State<Arc<Desk>>, caller: Caller, Named(indicator): Named<String>) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::DetectionChoice(DetectionChoice::Withdraw { indicator })).await
}

/// Whether a list is on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switched {
    /// Whether values are looked up in it.
    on: bool,
}

/// Switches a warning list that comes with the program on or off.
#[utoipa::path(put, path = "/api/v1/warning-lists/{name}/switch", tag = "detection", params(("name" = String, Path)),
    request_body = Switched,
    responses((status = 200, description = "As `comity warning-list enable --json`.", body = serde_json::Value)))]
pub(crate) async fn switch(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(name): Named<String>,
    Body(Switched { on }): Body<Switched>,
) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::DetectionChoice(DetectionChoice::SwitchList { name, on })).await
}
