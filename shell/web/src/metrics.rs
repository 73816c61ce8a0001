//! `/metrics`: the node's state for a monitor, in the text format of Prometheus.
//!
//! Guarantees: needs a token with the scope `metrics`; holds no content. Does not know: what the numbers mean.

use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use comity_node::{Failure, Live, Scope};
use std::sync::Arc;

/// Answers a scrape.
pub async fn metrics(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Scope::Metrics)?;
    let now = (desk.clock)();
    let live = Live { now, gate_ready: (desk.health)().ready, sessions: Some(desk.access.sessions_open(now)) };
    let home = desk.readers.home().clone();
    let text: Result<String, Failure> = desk.readers.read(move |reader| reader.metrics(&home, &live)).await;
    let text = text.map_err(Problem::from)?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
