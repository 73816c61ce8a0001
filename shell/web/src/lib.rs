//! The HTTP faces of the desk: workbench pages, JSON API, TAXII.
//!
//! Guarantees: every route but the sign-in, the assets and `/healthz` needs a signed-in officer or a token; every answer carries
//! the headers of security.md §6.2; unknown and forbidden look the same. Does not know: rules of the domain (the node decides),
//! sockets and TLS (`comity_edge`), processes.

mod api;
mod assets;
mod cursor;
mod desk;
mod headers;
mod identity;
mod metrics;
mod pages;
mod problem;
mod readers;
mod refusal;
mod taxii;

pub use desk::{Ask, Desk, Health, Organisation};
pub use readers::Readers;
pub use refusal::refused;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use std::sync::Arc;

/// Builds every route of the desk.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .merge(pages::routes(&desk))
        .merge(api::routes(&desk))
        .merge(taxii::routes())
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics::metrics))
        .route("/assets/{*path}", get(assets::asset))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(desk.clone(), pages::people::speak))
        .layer(middleware::from_fn(headers::secure))
        .with_state(desk)
}

/// The answer to an unknown address: a page for people, a problem for programs.
async fn nothing(
    State(desk): State<Arc<Desk>>,
    officer: Option<identity::Officer>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let reads = headers::wants_page(&headers) && pages::people::is_for_people(uri.path());
    match officer {
        Some(officer) if reads => pages::shell::Shell::new(&desk, &officer, "").not_released(),
        _ => problem::Problem::not_released().into_response(),
    }
}

async fn wrong_method() -> Response {
    problem::Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this address does not take this method")
        .into_response()
}

async fn healthz(State(desk): State<Arc<Desk>>) -> Response {
    let health = (desk.health)();
    // Who asks is not known: which store it is stands in the log, and `comity doctor` tells it.
    let (status, word) = match (health.unfit, desk.readers.read(|reader| reader.answers()).await, health.ready) {
        (false, Ok(()), true) => (StatusCode::OK, "ok"),
        (false, Ok(()), false) => (StatusCode::SERVICE_UNAVAILABLE, "gate is starting"),
        (false, Err(failure), _) => {
            tracing::error!(error = %failure, "the holdings do not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "store fails")
        }
        (true, ..) => (StatusCode::SERVICE_UNAVAILABLE, "store is not as it was left"),
    };
    (status, Json(serde_json::json!({ "state": word, "confinement": health.confinement }))).into_response()
}
