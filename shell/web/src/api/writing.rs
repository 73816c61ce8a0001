//! What an officer writes: notes, reports, markings.

use super::answer::{Answer, ask};
use super::input::{Body, Label};
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{Request, Selection};
use comity_vocab::Grading;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Which objects of the holdings an act is about.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Objects {
    /// These ids.
    objects: Vec<String>,
    /// Everything that came from these origins.
    origins: Vec<String>,
}

impl From<Objects> for Selection {
    fn from(chosen: Objects) -> Self {
        Self { objects: chosen.objects, origins: chosen.origins }
    }
}

/// A note about objects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    about: Objects,
    text: String,
    /// The marking.
    #[schema(value_type = Option<String>, example = "TLP:AMBER")]
    label: Option<Label>,
}

/// Writes a note about objects.
#[utoipa::path(post, path = "/api/v1/notes", tag = "writing", request_body = NewNote,
    responses((status = 200, description = "As `comity write note --json`.", body = serde_json::Value)))]
pub(crate) async fn note(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewNote>) -> Answer {
    ask(
        &desk,
        &caller,
        Request::WriteNote { selection: new.about.into(), text: new.text, label: new.label.map(Into::into) },
    )
    .await
}

/// A raw report, attributed to a source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// One line.
    title: String,
    /// The text.
    body: String,
    /// Admiralty grade.
    #[schema(value_type = String, example = "B2")]
    grading: Grading,
    /// Cryptonym of the source in the vault.
    source: Option<String>,
    /// The marking.
    #[schema(value_type = Option<String>, example = "TLP:AMBER")]
    label: Option<Label>,
}

/// Writes a raw report.
#[utoipa::path(post, path = "/api/v1/reports", tag = "writing", request_body = NewReport,
    responses((status = 200, description = "As `comity write report --json`.", body = serde_json::Value)))]
pub(crate) async fn report(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewReport>) -> Answer {
    let NewReport { title, body, grading, source, label } = new;
    let label = label.map(Into::into);
    ask(&desk, &caller, Request::WriteReport { title, body, grading, source, label }).await
}

/// A marking.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMark {
    about: Objects,
    /// The marking.
    #[schema(value_type = String, example = "TLP:AMBER")]
    label: Label,
}

/// Marks holdings.
#[utoipa::path(post, path = "/api/v1/marks", tag = "writing", request_body = NewMark,
    responses((status = 200, description = "As `comity write mark --json`.", body = serde_json::Value)))]
pub(crate) async fn mark(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewMark>) -> Answer {
    ask(&desk, &caller, Request::WriteMark { selection: new.about.into(), label: new.label.into() }).await
}
