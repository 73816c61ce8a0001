//! Tokens, sessions, passkeys, and showing again that the officer is there.

use super::answer::{Answer, ask};
use super::idempotency::NotKept;
use super::input::{Body, Named};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::extract::State;
use axum::{Extension, Json};
use comity_node::{CredentialAnswer, Request, Scope};
use comity_vocab::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lists API tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "access",
    responses((status = 200, description = "As `comity token list --json`.", body = serde_json::Value)))]
pub(crate) async fn tokens(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::TokenList).await
}

/// An API token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is called; never used twice.
    name: String,
    /// `read`, `write`, `observe`, `taxii:read`, `metrics`.
    #[schema(value_type = Vec<String>, example = json!(["read"]))]
    scopes: BTreeSet<Scope>,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<Timestamp>,
}

/// Makes an API token, shown once. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/tokens", tag = "access", request_body = NewToken,
    responses((status = 200, description = "As `comity token add --json`.", body = serde_json::Value)))]
pub(crate) async fn token_add(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(new): Body<NewToken>,
) -> Result<(Extension<NotKept>, Json<Value>), Problem> {
    let NewToken { name, scopes, expires } = new;
    Ok((Extension(NotKept), ask(&desk, &caller, Request::TokenAdd { name, scopes, expires }).await?))
}

/// Revokes an API token, at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{name}", tag = "access", params(("name" = String, Path)),
    responses((status = 200, description = "As `comity token revoke --json`.", body = serde_json::Value)))]
pub(crate) async fn token_revoke(State(desk): State<Arc<Desk>>, caller: Caller, Named(name): Named<String>) -> Answer {
    ask(&desk, &caller, Request::TokenRevoke { name }).await
}

/// Lists one's own sessions; a custodian's list has everybody's.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "access",
    responses((status = 200, description = "`sessions`.", body = serde_json::Value)))]
pub(crate) async fn sessions(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::SessionList).await
}

/// Ends a session: one's own, or as a custodian anybody's.
#[utoipa::path(delete, path = "/api/v1/sessions/{session}", tag = "access", params(("session" = String, Path, description = "Its public id.")),
    responses((status = 200, description = "`session`, `officer`, `state`.", body = serde_json::Value)))]
pub(crate) async fn session_end(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(session): Named<String>,
) -> Answer {
    ask(&desk, &caller, Request::SessionEnd { session: Some(session) }).await
}

/// Lists one's own passkeys.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "access",
    responses((status = 200, description = "`passkeys`.", body = serde_json::Value)))]
pub(crate) async fn passkeys(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::PasskeyList { officer: None }).await
}

/// Removes a passkey. Needs the passkey again (`/step-up`).
#[utoipa::path(delete, path = "/api/v1/passkeys/{credential}", tag = "access", params(("credential" = String, Path, description = "The credential's id, base64url.")),
    responses((status = 200, description = "`credential`, `officer`, `state`.", body = serde_json::Value)))]
pub(crate) async fn passkey_remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(credential): Named<String>,
) -> Answer {
    let credential = serde_json::from_value(Value::String(credential)).map_err(|_| Problem::not_released())?;
    ask(&desk, &caller, Request::PasskeyRemove { credential }).await
}

/// Begins to make sure that the officer is still there.
#[utoipa::path(post, path = "/api/v1/step-up/begin", tag = "access",
    responses((status = 200, description = "`public_key`: options for `navigator.credentials.get`.", body = serde_json::Value)))]
pub(crate) async fn step_up_begin(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::StepUpBegin).await
}

/// A passkey's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyAnswered {
    /// `credential`, `authenticator_data`, `client_data`, `signature`, each base64url.
    #[schema(value_type = Object)]
    answer: CredentialAnswer,
}

/// Brings the passkey's answer; for five minutes the session may do what needs it.
#[utoipa::path(post, path = "/api/v1/step-up/finish", tag = "access", request_body = PasskeyAnswered,
    responses((status = 200, description = "`step_up_until`.", body = serde_json::Value)))]
pub(crate) async fn step_up_finish(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(PasskeyAnswered { answer }): Body<PasskeyAnswered>,
) -> Answer {
    ask(&desk, &caller, Request::StepUpFinish { answer }).await
}
