//! Holdings: search, one object, its exact bytes, its versions.

use super::cursor::Owner;
use super::input::{Named, Params, limit, list, parsed};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, Reader, Scope};
use comity_store::{Filter, Marking, Origin, PAGE_MAX, SearchQuery, StoreError};
use comity_vocab::{Timestamp, Tlp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What a search is narrowed by. Lists are written with commas.
#[derive(Debug, Clone, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// Words, "quoted phrases", beginnings with `*`.
    q: Option<String>,
    /// Types, such as `indicator,malware`.
    #[serde(rename = "type")]
    types: Option<String>,
    /// TLP labels, such as `TLP:GREEN`.
    label: Option<String>,
    /// Only what carries no marking, or that too.
    unmarked: Option<bool>,
    /// Origins: names of feeds, `own`, `link:CODE`.
    origin: Option<String>,
    /// Modified at or after.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Modified before.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// At most so many; 50 where absent, never more than 1,000.
    #[param(minimum = 1)]
    limit: Option<i64>,
    /// `next` of the page before, with the same other parameters.
    cursor: Option<String>,
}

/// One object found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    id: String,
    #[serde(rename = "type")]
    object_type: String,
    name: Option<String>,
    /// `modified` as written; empty without one.
    version: String,
    /// `modified` as an instant.
    #[schema(value_type = Option<String>)]
    modified: Option<Timestamp>,
    /// The label, where the object is marked.
    label: Option<String>,
    origin: String,
    defective: bool,
    revoked: bool,
}

/// A page of what was found, newest first where `cut` is false.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    hits: Vec<Hit>,
    /// How many hits this page has.
    count: usize,
    /// Whether there are, or may be, more than these: then go on with `next`, or ask again when the index is no longer behind.
    at_least: bool,
    /// Give it as `cursor` for the next page; absent on the last. A page without hits may have one: then not everything was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Whether not everything was looked at for this page. With words, what came last then comes first, newest first among each 10,000.
    cut: bool,
    /// At most how many versions or changes the indexes that were asked for words do not have yet; 0 without words, which need none.
    index_behind: u64,
}

/// Finds objects.
#[utoipa::path(get, path = "/api/v1/objects", tag = "objects", params(SearchParams),
    responses((status = 200, description = "A page of hits.", body = Found)))]
pub(crate) async fn search(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<SearchParams>,
) -> Result<Json<Found>, Problem> {
    caller.require(Scope::Read)?;
    let mut markings: Vec<Marking> =
        parsed::<Tlp>(params.label.as_deref(), "label")?.into_iter().map(Marking::Tlp).collect();
    if params.unmarked == Some(true) {
        markings.push(Marking::Unmarked);
    }
    let filter = serde_json::to_vec(&SearchParams { cursor: None, limit: None, ..params.clone() }).unwrap_or_default();
    let subject = caller.identity.subject.clone();
    let now = (desk.clock)();
    let owner = Owner { secret: &desk.cursor_key, subject: &subject, filter: &filter, now };
    let after = params.cursor.as_deref().map(|cursor| owner.open(cursor)).transpose()?;
    let text = params.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let query = SearchQuery {
        text,
        filter: Filter {
            types: list(params.types.as_deref()),
            since: params.since,
            until: params.until,
            origins: parsed::<Origin>(params.origin.as_deref(), "origin")?,
            markings,
        },
        limit: limit(params.limit, PAGE_MAX)?.unwrap_or(0),
        after,
    };
    let page = desk.readers.read(move |reader| reader.view().search(&query).map_err(asked)).await?;
    let hits = page.hits.into_iter().map(|hit| Hit {
        id: hit.id,
        object_type: hit.object_type,
        name: hit.name,
        version: hit.version_text,
        modified: hit.modified,
        label: hit.label.map(|label| label.to_string()),
        origin: hit.origin.to_string(),
        defective: hit.defective,
        revoked: hit.revoked,
    });
    let hits: Vec<Hit> = hits.collect();
    Ok(Json(Found {
        count: hits.len(),
        at_least: page.next.is_some() || page.cut || page.text_behind > 0,
        hits,
        next: page.next.map(|place| owner.seal(&place)),
        cut: page.cut,
        index_behind: page.text_behind,
    }))
}

pub(super) fn asked(error: StoreError) -> Problem {
    match error {
        StoreError::NotHeld { .. } | StoreError::Ambiguous { .. } => Problem::not_released(),
        StoreError::Query { .. } => {
            Problem::new(axum::http::StatusCode::BAD_REQUEST, "malformed", "the query is not understood")
                .detail(error.to_string())
                .place("query q")
        }
        other => Failure::from_error(&other).into(),
    }
}

/// Shows one object, by its whole id.
async fn shown(desk: &Desk, id: String) -> Result<Value, Problem> {
    desk.readers
        .read(move |reader| {
            held(reader, &id)?;
            let shown = reader.show(&id)?;
            // A beginning of an id finds an object at the command line; here only the whole id does.
            let whole = shown.get("id").and_then(Value::as_str) == Some(id.as_str());
            if whole { Ok(shown) } else { Err(Problem::not_released()) }
        })
        .await
}

fn held(reader: &Reader, id: &str) -> Result<(), Problem> {
    let view = reader.view();
    let known = view.tombstone(id).map_err(asked)?.is_some() || view.get(id).map_err(asked)?.is_some();
    if known { Ok(()) } else { Err(Problem::not_released()) }
}

/// Shows one object with versions, relations and provenance. Of what was recalled: its tombstone.
#[utoipa::path(get, path = "/api/v1/objects/{id}", tag = "objects", params(("id" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "As `comity show --json`.", body = serde_json::Value)))]
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Value>, Problem> {
    caller.require(Scope::Read)?;
    shown(&desk, id).await.map(Json)
}

/// Lists the versions that are held, and those that contradict each other.
#[utoipa::path(get, path = "/api/v1/objects/{id}/versions", tag = "objects", params(("id" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "`versions` and `conflicts`.", body = serde_json::Value)))]
pub(crate) async fn versions(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Value>, Problem> {
    caller.require(Scope::Read)?;
    let shown = shown(&desk, id).await?;
    let part = |name: &str| shown.get(name).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    Ok(Json(serde_json::json!({ "id": part("id"), "versions": part("versions"), "conflicts": part("conflicts") })))
}

/// Gives the exact bytes that were received.
#[utoipa::path(get, path = "/api/v1/objects/{id}/raw", tag = "objects", params(("id" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "The bytes of the current version.", body = serde_json::Value, content_type = "application/stix+json;version=2.1")))]
pub(crate) async fn raw(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let bytes = desk
        .readers
        .read(move |reader| {
            let object = reader.view().get(&id).map_err(asked)?;
            object.map(|object| object.bytes).ok_or_else(Problem::not_released)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/stix+json;version=2.1"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"object.json\""),
    ];
    Ok((headers, bytes).into_response())
}
