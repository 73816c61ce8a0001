//! What is done with a sighting: judged, made ready to go back, kept as a file.
//!
//! Guarantees: nothing leaves by any of these; what goes back to a partner begins as a draft of a release. Does not know: who may.

use super::super::answer::{text, texts, typed};
use super::super::line::query;
use super::super::shell::Shell;
use super::one::shown;
use super::row::page_of;
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Judgement, Request};
use comity_vocab::OrgCode;
use serde::Deserialize;
use std::sync::Arc;

/// A judgement as chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Judged {
    judgement: Option<Judgement>,
    comment: String,
}

/// Answers `POST /sightings/{id}/judgement`.
pub async fn judge(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Form(judged): Form<Judged>,
) -> Response {
    let Some(judgement) = judged.judgement else {
        return shown(&desk, &officer, &id, Some(&Failure::usage("choose what it is"))).await;
    };
    let comment = Some(typed(judged.comment.trim())).filter(|comment| !comment.is_empty());
    let request = Request::SightingJudge { sighting: id.clone(), judgement, comment };
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to(&page_of(&id)).into_response(),
        Err(failure) => shown(&desk, &officer, &id, Some(&failure)).await,
    }
}

/// To whom a sighting goes back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    partner: String,
}

/// Answers `POST /sightings/{id}/return`: leads to the composing of a release with what was made.
pub async fn give_back(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Form(returned): Form<Returned>,
) -> Response {
    let Ok(partner) = returned.partner.parse::<OrgCode>() else {
        return shown(&desk, &officer, &id, Some(&Failure::usage("choose a partner"))).await;
    };
    match desk.ask(&Request::SightingReturn { sighting: id.clone(), partner }, &officer.credential).await {
        Ok(answer) => Redirect::to(&compose(&texts(&answer, "objects"), &text(&answer, "partner"))).into_response(),
        Err(failure) => shown(&desk, &officer, &id, Some(&failure)).await,
    }
}

/// The page that composes a release of these objects to a partner.
fn compose(objects: &[String], partner: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = objects.iter().map(|object| ("object", object.as_str())).collect();
    pairs.push(("to", partner));
    format!("/releases/new{}", query(&pairs))
}

/// Answers `GET /sightings/{id}/stix`: the sighting as a file that no browser renders.
pub async fn stix(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "sightings");
    let read = desk.readers.read(move |reader| {
        let sheet = reader.sighting(&id)?;
        Ok::<_, Failure>((sheet.row.handling.clone(), reader.sighting_stix(&sheet.row.sighting)?))
    });
    let (label, bytes) = match read.await {
        Ok(read) => read,
        Err(failure) => return super::one::absent(&shell, &failure),
    };
    let label = label.to_string();
    let safe: String =
        label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(120).collect();
    let disposition = format!("attachment; filename=\"sighting.{safe}.json\"");
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::compose;

    #[test]
    fn what_was_made_is_chosen_already() {
        let objects = ["sighting--1".to_owned(), "opinion--2".to_owned()];
        assert_eq!(compose(&objects, "kps"), "/releases/new?object=sighting--1&object=opinion--2&to=kps");
    }
}
