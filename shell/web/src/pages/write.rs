//! Writing: a raw report, a note about objects, a marking.
//!
//! Guarantees: what was typed is kept when the node refuses.

use super::answer::{text, typed};
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Request, Selection};
use comity_vocab::SecurityLabel;
use serde::Deserialize;
use std::sync::Arc;

/// The labels offered; narrower ones are typed as they are written.
const LABELS: [&str; 5] = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"];

/// A report as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewReport {
    title: String,
    text: String,
    grade: String,
    source: String,
    label: String,
}

/// A note or a marking as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct About {
    object: String,
    text: String,
    label: String,
}

#[derive(Template)]
#[template(path = "write_report.html")]
struct ReportPage<'a> {
    shell: &'a Shell,
    form: NewReport,
    labels: Vec<(&'static str, bool)>,
    refused: String,
}

#[derive(Template)]
#[template(path = "write_about.html")]
struct AboutPage<'a> {
    shell: &'a Shell,
    /// `note` or `mark`.
    kind: &'static str,
    form: About,
    labels: Vec<(&'static str, bool)>,
    refused: String,
}

fn labels(chosen: &str) -> Vec<(&'static str, bool)> {
    LABELS.iter().map(|label| (*label, *label == chosen)).collect()
}

fn label(text: &str) -> Result<Option<SecurityLabel>, Failure> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| Failure::usage(format!("label: {error}"))),
    }
}

fn status(refused: &str) -> StatusCode {
    if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT }
}

/// Answers `GET /write/report`.
pub async fn report(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    report_page(&Shell::new(&desk, &officer, "home"), NewReport::default(), String::new())
}

fn report_page(shell: &Shell, form: NewReport, refused: String) -> Response {
    let status = status(&refused);
    render(&ReportPage { shell, labels: labels(&form.label), form, refused }, status)
}

/// Answers `POST /write/report`.
pub async fn write_report(State(desk): State<Arc<Desk>>, officer: Officer, Form(form): Form<NewReport>) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    let written = async {
        let request = Request::WriteReport {
            title: form.title.trim().to_owned(),
            body: typed(&form.text),
            grading: form.grade.trim().parse().map_err(|error| Failure::usage(format!("grade: {error}")))?,
            source: Some(form.source.trim().to_owned()).filter(|source| !source.is_empty()),
            label: label(&form.label)?,
        };
        desk.ask(&request, &officer.credential).await
    };
    match written.await {
        Ok(answer) => Redirect::to(&format!("/objects/{}", text(&answer, "id"))).into_response(),
        Err(failure) => report_page(&shell, form, failure.message),
    }
}

/// Answers `GET /write/note`.
pub async fn note(State(desk): State<Arc<Desk>>, officer: Officer, Query(form): Query<About>) -> Response {
    about_page(&Shell::new(&desk, &officer, "home"), "note", form, String::new())
}

/// Answers `GET /write/mark`.
pub async fn mark(State(desk): State<Arc<Desk>>, officer: Officer, Query(form): Query<About>) -> Response {
    about_page(&Shell::new(&desk, &officer, "home"), "mark", form, String::new())
}

fn about_page(shell: &Shell, kind: &'static str, form: About, refused: String) -> Response {
    let status = status(&refused);
    render(&AboutPage { shell, kind, labels: labels(&form.label), form, refused }, status)
}

fn selection(form: &About) -> Selection {
    Selection { objects: form.object.split_whitespace().map(str::to_owned).collect(), origins: Vec::new() }
}

fn first_object(form: &About) -> String {
    form.object.split_whitespace().next().map_or_else(|| "/search".to_owned(), |id| format!("/objects/{id}"))
}

/// Answers `POST /write/note`.
pub async fn write_note(State(desk): State<Arc<Desk>>, officer: Officer, Form(form): Form<About>) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    let written = async {
        let request =
            Request::WriteNote { selection: selection(&form), text: typed(&form.text), label: label(&form.label)? };
        desk.ask(&request, &officer.credential).await
    };
    match written.await {
        Ok(_) => Redirect::to(&first_object(&form)).into_response(),
        Err(failure) => about_page(&shell, "note", form, failure.message),
    }
}

/// Answers `POST /write/mark`.
pub async fn write_mark(State(desk): State<Arc<Desk>>, officer: Officer, Form(form): Form<About>) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    let marked = async {
        let label = label(&form.label)?.ok_or_else(|| Failure::usage("choose a label"))?;
        desk.ask(&Request::WriteMark { selection: selection(&form), label }, &officer.credential).await
    };
    match marked.await {
        Ok(_) => Redirect::to(&first_object(&form)).into_response(),
        Err(failure) => about_page(&shell, "mark", form, failure.message),
    }
}
