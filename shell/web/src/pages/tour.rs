//! A guided tour through the workbench, along the way an item takes: from what arrived to what left and came back.

use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "tour.html")]
struct TourPage<'a> {
    shell: &'a Shell,
}

/// Answers `GET /tour`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    shell.answer(Ok(TourPage { shell: &shell }))
}
