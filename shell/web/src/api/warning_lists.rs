//! Warning lists: values that everybody meets, whose sightings are kept back.

use super::answer::{Answer, ask};
use super::input::{Named, media_type, unsupported, whole};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{StatusCode, header};
use comity_node::{Request, Scope};
use std::sync::Arc;

/// The longest list; the longest published ones have about half of it.
pub(crate) const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Lists the warning lists.
#[utoipa::path(get, path = "/api/v1/warning-lists", tag = "detection",
    responses((status = 200, description = "As `comity warning-list list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    caller.require(Scope::Read)?;
    ask(&desk, &caller, Request::WarningListList).await
}

/// Adds a warning list, in the form that MISP publishes; one of the same name is replaced.
#[utoipa::path(post, path = "/api/v1/warning-lists", tag = "detection",
    request_body(content = inline(Object), content_type = "application/json"),
    responses((status = 200, description = "As `comity warning-list add --json`.", body = serde_json::Value)))]
pub(crate) async fn add(State(desk): State<Arc<Desk>>, caller: Caller, request: HttpRequest) -> Answer {
    // An act of an officer: no token has it, and it is refused before its body is read.
    super::answer::officer(&caller)?;
    if !media_type(request.headers().get(header::CONTENT_TYPE)).eq_ignore_ascii_case("application/json") {
        return Err(unsupported("application/json"));
    }
    let bytes = whole(request, LIST_BYTES_MAX).await?;
    let text = String::from_utf8(bytes.into())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body is no UTF-8 text").place("body"))?;
    ask(&desk, &caller, Request::WarningListAdd { text }).await
}

/// Removes a warning list.
#[utoipa::path(delete, path = "/api/v1/warning-lists/{name}", tag = "detection", params(("name" = String, Path)),
    responses((status = 200, description = "As `comity warning-list remove --json`.", body = serde_json::Value)))]
pub(crate) async fn remove(State(desk): State<Arc<Desk>>, caller: Caller, Named(name): Named<String>) -> Answer {
    ask(&desk, &caller, Request::WarningListRemove { name }).await
}
