//! Audit: who did what, newest last, and whether the chain holds.

use super::answer::{flag, list, number, text};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use comity_node::{Failure, Request};
use serde::Deserialize;
use std::sync::Arc;

/// How many entries a page shows.
const PAGE: usize = 200;

/// What the page is narrowed by.
#[derive(Deserialize)]
pub struct Wanted {
    /// From this position on; the newest entries where absent.
    from: Option<u64>,
    /// Whether the chain is to be re-derived.
    #[serde(default)]
    verify: bool,
}

struct Entry {
    seq: u64,
    at: String,
    officer: String,
    act: String,
    subject: String,
    detail: String,
    damaged: bool,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'a> {
    shell: &'a Shell,
    entries: Vec<Entry>,
    earlier: Option<u64>,
    later: Option<u64>,
    verified: Option<String>,
}

/// Answers `GET /audit`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Query(wanted): Query<Wanted>) -> Response {
    let shell = Shell::new(&desk, &officer, "audit");
    shell.answer(gather(&desk, &officer, &wanted, &shell).await)
}

async fn gather<'a>(
    desk: &Desk,
    officer: &Officer,
    wanted: &Wanted,
    shell: &'a Shell,
) -> Result<AuditPage<'a>, Failure> {
    let verified = match wanted.verify {
        true => Some(match desk.ask(&Request::AuditVerify, &officer.credential).await {
            Ok(answer) => {
                format!("the chain holds: {} entries, head {}", text(&answer, "entries"), text(&answer, "head"))
            }
            Err(failure) => failure.message,
        }),
        false => None,
    };
    let from = match wanted.from {
        Some(from) => from,
        None => size(desk, officer).await?.saturating_sub(PAGE as u64),
    };
    let answer = desk.ask(&Request::AuditShow { from, limit: PAGE }, &officer.credential).await?;
    let entries: Vec<Entry> = list(&answer, "entries")
        .iter()
        .map(|entry| Entry {
            seq: number(entry, "seq"),
            at: text(entry, "at"),
            officer: text(entry, "officer"),
            act: text(entry, "act"),
            subject: text(entry, "subject"),
            detail: text(entry, "detail"),
            damaged: flag(entry, "damaged"),
        })
        .collect();
    let later = (entries.len() == PAGE).then(|| from + PAGE as u64);
    Ok(AuditPage { shell, entries, earlier: (from > 0).then(|| from.saturating_sub(PAGE as u64)), later, verified })
}

/// How many entries there are.
async fn size(desk: &Desk, officer: &Officer) -> Result<u64, Failure> {
    let answer = desk.ask(&Request::AuditShow { from: 0, limit: 0 }, &officer.credential).await?;
    Ok(number(&answer, "size"))
}
