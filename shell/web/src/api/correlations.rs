//! Values that several originators hold, and the list of values that say nothing.

use super::answer::{Answer, ask};
use super::cursor::Owner;
use super::input::{Body, Named, Params, limit, list as parts};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use comity_node::{CorrelationQuery, Failure, Request, Scope};
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const PAGE_MAX: usize = 200;
const CAP_MAX: usize = 1_000;
/// The longest identifier that is looked for.
const ID_BYTES_MAX: usize = 300;

/// What correlation is narrowed by.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CorrelationParams {
    /// Every one of these holds the value: `own`, a feed's name, `link:CODE`, as a list with commas.
    origin: Option<String>,
    /// A kind of value, such as `domain-name`.
    kind: Option<String>,
    /// One value, however it is written.
    value: Option<String>,
    /// Something that has the value came at or after.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Values that more objects have are named with their count only; 100 where absent, never more than 1,000.
    #[param(minimum = 2)]
    cap: Option<i64>,
    /// At most so many values; 50 where absent, never more than 200.
    #[param(minimum = 1)]
    limit: Option<i64>,
    /// `next` of the page before, with the same other parameters.
    cursor: Option<String>,
}

/// Lists values that more than one originator holds: most originators first, then the rarest.
#[utoipa::path(get, path = "/api/v1/correlations", tag = "correlation", params(CorrelationParams),
    responses((status = 200, description = "As `comity correlate --json`, a page at a time: `values`, `total`, `stop_values_left_out`, `next`.", body = serde_json::Value)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<CorrelationParams>,
) -> Answer {
    caller.require(Scope::Read)?;
    page(&desk, &caller, params, None).await
}

/// Lists the values of one object that others hold too.
#[utoipa::path(get, path = "/api/v1/objects/{id}/correlations", tag = "correlation",
    params(("id" = String, Path), CorrelationParams),
    responses((status = 200, description = "As `comity correlate --object ID --json`, a page at a time.", body = serde_json::Value)))]
pub(crate) async fn of_object(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
    Params(params): Params<CorrelationParams>,
) -> Answer {
    caller.require(Scope::Read)?;
    if id.len() > ID_BYTES_MAX {
        return Err(Problem::not_released());
    }
    page(&desk, &caller, params, Some(id)).await
}

async fn page(desk: &Arc<Desk>, caller: &Caller, params: CorrelationParams, object: Option<String>) -> Answer {
    let same = CorrelationParams { cursor: None, limit: None, ..params.clone() };
    let filter = serde_json::to_vec(&(&same, &object)).unwrap_or_default();
    let subject = caller.identity.subject.clone();
    // A cursor of another list of this caller must not serve here.
    let bound = [b"correlations ".as_slice(), &filter].concat();
    let owner = Owner { secret: &desk.cursor_key, subject: &subject, filter: &bound, now: (desk.clock)() };
    let usual = CorrelationQuery::default();
    let query = CorrelationQuery {
        origins: parts(params.origin.as_deref()),
        kind: params.kind,
        value: params.value,
        object,
        since: params.since,
        cap: limit(params.cap, CAP_MAX)?.unwrap_or(usual.cap),
        limit: limit(params.limit, PAGE_MAX)?.unwrap_or(usual.limit),
        after: params.cursor.as_deref().map(|cursor| owner.open(cursor)).transpose()?,
    };
    let mut found = desk
        .readers
        .read(move |reader| {
            // The whole identifier, or the answer for what is not there.
            if let Some(id) = &query.object
                && reader.view().get(id).map_err(Failure::from)?.is_none()
            {
                return Err(Problem::not_released());
            }
            reader.correlations(&query).map_err(Problem::from)
        })
        .await?;
    found.next = found.next.map(|place| owner.seal(&place));
    Ok(Json(found.json()))
}

/// A value for the list of those that say nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStopValue {
    /// Its kind; the likeliest where absent.
    kind: Option<String>,
    /// The value, however it is written.
    value: String,
    /// Why it says nothing.
    reason: String,
}

/// Which value leaves the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StopValueParams {
    /// Its kind; the likeliest where absent.
    kind: Option<String>,
    /// The value.
    value: String,
}

/// Lists the node's own stop values.
#[utoipa::path(get, path = "/api/v1/stop-values", tag = "correlation",
    responses((status = 200, description = "As `comity correlate stop list --json`.", body = serde_json::Value)))]
pub(crate) async fn stop_values(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    caller.require(Scope::Read)?;
    ask(&desk, &caller, Request::StopValueList).await
}

/// Puts a value on the list of those that say nothing.
#[utoipa::path(post, path = "/api/v1/stop-values", tag = "correlation", request_body = NewStopValue,
    responses((status = 200, description = "As `comity correlate stop add --json`.", body = serde_json::Value)))]
pub(crate) async fn stop_add(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewStopValue>) -> Answer {
    ask(&desk, &caller, Request::StopValueAdd { kind: new.kind, value: new.value, reason: new.reason }).await
}

/// Takes a value off the list.
#[utoipa::path(delete, path = "/api/v1/stop-values", tag = "correlation", params(StopValueParams),
    responses((status = 200, description = "As `comity correlate stop remove --json`.", body = serde_json::Value)))]
pub(crate) async fn stop_remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<StopValueParams>,
) -> Answer {
    ask(&desk, &caller, Request::StopValueRemove { kind: params.kind, value: params.value }).await
}
