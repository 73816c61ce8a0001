//! The workbench: one module a page, each with a template of its name.
//!
//! Guarantees: pages ask the node and the readers, and show; all text is escaped by the templates; what changes something is a form
//! that is posted, answered with 303 to a page. Does not know: rules.

pub mod home;
pub mod shell;

use crate::desk::Desk;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The routes of every page.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/", get(home::page))
}
