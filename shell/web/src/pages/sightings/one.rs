//! One sighting: what matched and why, what the sensors saw, who gave us the indicator, and what we think of it.
//!
//! Guarantees: of a recalled one only that it was, and why it is gone; the values stand as they were seen; an unknown sighting and one
//! that is not for the officer are answered alike. Does not know: what may be given back.

use super::super::answer::text;
use super::super::banner::Banner;
use super::super::line::counted;
use super::super::shell::{Shell, render};
use super::days::Days;
use super::evidence::Seen;
use super::row::{Row, shown_label};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use comity_node::{Failure, FailureKind, SightingSheet};
use comity_pattern::{Pattern, explain};
use comity_vocab::Role;
use serde_json::Value;
use std::sync::Arc;

/// Observations shown on the page.
const EVIDENCE_SHOWN: usize = 100;
/// The longest identifier that is looked for.
const ID_BYTES_MAX: usize = 300;

/// One observation that matched.
struct Evidence {
    source: String,
    line: String,
    seen: Seen,
}

/// Under which terms a partner released the indicator to us.
struct Terms {
    from: String,
    at: String,
    label: String,
    descriptor: String,
    policy: String,
}

impl Terms {
    fn read(told: &Value) -> Self {
        let terms = told.get("terms").unwrap_or(&Value::Null);
        Self {
            from: text(told, "from"),
            at: text(told, "at"),
            label: text(terms, "label"),
            descriptor: text(terms, "descriptor"),
            policy: text(terms, "policy_version"),
        }
    }
}

#[derive(Template)]
#[template(path = "sighting.html")]
struct SightingPage<'a> {
    shell: &'a Shell,
    row: Row,
    title: String,
    pattern: String,
    explained: Vec<String>,
    evidence: Vec<Evidence>,
    more_evidence: String,
    days: Days,
    /// Under which terms the indicator came.
    terms: Vec<Terms>,
    may_judge: bool,
    refused: String,
    hint: String,
}

/// The answer where a sighting cannot be read.
pub fn absent(shell: &Shell, failure: &Failure) -> Response {
    match failure.kind {
        FailureKind::No | FailureKind::Usage => shell.not_released(),
        FailureKind::Operational => shell.failure(failure),
    }
}

/// Answers `GET /sightings/{id}`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    shown(&desk, &officer, &id, None).await
}

/// Shows a sighting, with the reason why something was refused.
pub async fn shown(desk: &Desk, officer: &Officer, id: &str, refused: Option<&Failure>) -> Response {
    let shell = Shell::new(desk, officer, "sightings");
    if id.len() > ID_BYTES_MAX {
        return shell.not_released();
    }
    let wanted = id.to_owned();
    let sheet = match desk.readers.read(move |reader| reader.sighting(&wanted)).await {
        Ok(sheet) if sheet.row.sighting == id => sheet,
        Ok(_) => return shell.not_released(),
        Err(failure) => return absent(&shell, &failure),
    };
    let shell = shell.banner(Banner::of(shown_label(&sheet.row)));
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    render(&fill(&shell, officer, &sheet, refused), status)
}

fn fill<'a>(shell: &'a Shell, officer: &Officer, sheet: &SightingSheet, refused: Option<&Failure>) -> SightingPage<'a> {
    let row = Row::whole(&sheet.row);
    let matched: Vec<&str> = sheet.row.values.iter().map(|one| one.value.as_str()).collect();
    let pattern = sheet.row.pattern.clone().unwrap_or_default();
    let explained = Pattern::parse(&pattern).map(|parsed| explain(&parsed)).unwrap_or_default();
    let days: Vec<(String, u64)> = sheet.days.iter().map(|(day, count)| (day.clone(), *count)).collect();
    let evidence = sheet.evidence.iter().take(EVIDENCE_SHOWN).map(|one| Evidence {
        source: one.source.clone(),
        line: one.line.to_string(),
        seen: Seen::read(&one.evidence, &matched),
    });
    let roles = &officer.identity.roles;
    SightingPage {
        shell,
        title: if row.name.is_empty() { "A sighting".to_owned() } else { row.name.clone() },
        explained,
        pattern,
        evidence: evidence.collect(),
        more_evidence: match sheet.evidence.len().saturating_sub(EVIDENCE_SHOWN) {
            0 => String::new(),
            more => counted(more as u64),
        },
        days: Days::draw(&days, |_, _| String::new()),
        terms: sheet.terms.iter().map(Terms::read).collect(),
        may_judge: roles.contains(&Role::Analyst) || roles.contains(&Role::DeskOfficer),
        refused: refused.map(|failure| failure.message.clone()).unwrap_or_default(),
        hint: refused.and_then(|failure| failure.hint.clone()).unwrap_or_default(),
        row,
    }
}
