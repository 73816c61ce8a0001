//! Home: what needs the officer today.

use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use comity_node::{Failure, Request};
use serde_json::Value;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    shell: &'a Shell,
    /// Releases on their way: title, state, address.
    releases: Vec<(String, String, String)>,
}

/// Answers `GET /`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    shell.answer(gather(&desk, &officer).await.map(|releases| HomePage { shell: &shell, releases }))
}

async fn gather(desk: &Desk, officer: &Officer) -> Result<Vec<(String, String, String)>, Failure> {
    let listed = desk.ask(&Request::ReleaseList, &officer.credential).await?;
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = listed.get("releases").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(rows
        .iter()
        .filter(|row| !matches!(text(row, "state").as_str(), "sent" | "withdrawn"))
        .map(|row| (text(row, "release"), text(row, "state"), format!("/releases/{}", text(row, "release"))))
        .collect())
}
