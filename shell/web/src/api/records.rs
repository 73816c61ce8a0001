//! Who is asking, how the desk is, what was done, and whether everything still verifies.

use super::answer::{Answer, ask};
use super::input::{Params, limit};
use crate::desk::Desk;
use crate::identity::Caller;

use axum::Json;
use axum::extract::State;
use comity_node::Request;
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const AUDIT_LIMIT: usize = 100;
const AUDIT_LIMIT_MAX: usize = 1_000;

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `officer:CODE` or `token:NAME`.
    subject: String,
    /// The officer's name, or the token's.
    name: String,
    /// What an officer may do.
    roles: Vec<String>,
    /// What may be read and written.
    scopes: Vec<String>,
    /// Until when the session may do what needs the passkey again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    step_up_until: Option<Timestamp>,
}

/// Says who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "about", responses((status = 200, description = "The caller.", body = Me)))]
pub(crate) async fn me(caller: Caller) -> Json<Me> {
    let identity = caller.identity;
    let roles = serde_json::to_value(&identity.roles).ok().and_then(|roles| serde_json::from_value(roles).ok());
    Json(Me {
        subject: identity.subject,
        name: identity.name,
        roles: roles.unwrap_or_default(),
        scopes: identity.scopes.iter().map(ToString::to_string).collect(),
        step_up_until: identity.step_up_until,
    })
}

/// How the desk is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Condition {
    /// The organisation's code.
    organisation: String,
    /// Whether the gate listens.
    gate: bool,
    /// How far the gate is confined.
    confinement: String,
}

/// Says how the desk is.
#[utoipa::path(get, path = "/api/v1/health", tag = "about", responses((status = 200, description = "The desk.", body = Condition)))]
pub(crate) async fn health(State(desk): State<Arc<Desk>>, _: Caller) -> Json<Condition> {
    let health = (desk.health)();
    Json(Condition {
        organisation: desk.organisation.code.clone(),
        gate: health.ready,
        confinement: health.confinement,
    })
}

/// Which entries of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// From this position on; `next` of the page before.
    from: Option<u64>,
    /// At most so many; 100 where absent, never more than 1,000.
    #[param(minimum = 1)]
    limit: Option<i64>,
}

/// Shows audit entries, oldest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "records", params(AuditParams),
    responses((status = 200, description = "As `comity audit show --json`.", body = serde_json::Value)))]
pub(crate) async fn audit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<AuditParams>,
) -> Answer {
    let limit = limit(params.limit, AUDIT_LIMIT_MAX)?.unwrap_or(AUDIT_LIMIT);
    ask(&desk, &caller, Request::AuditShow { from: params.from.unwrap_or(0), limit }).await
}

/// Re-derives the audit chain.
#[utoipa::path(post, path = "/api/v1/audit/verify", tag = "records",
    responses((status = 200, description = "As `comity audit verify --json`.", body = serde_json::Value)))]
pub(crate) async fn audit_verify(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::AuditVerify).await
}

/// Re-derives everything in the home.
#[utoipa::path(post, path = "/api/v1/verify", tag = "records",
    responses((status = 200, description = "As `comity verify --json`.", body = serde_json::Value)))]
pub(crate) async fn verify(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::Verify).await
}
