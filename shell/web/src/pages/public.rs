//! Public knowledge: which exact versions two officers declared public, so that they may be sent as published.

use super::answer::{list, number, text};
use super::ceremony::{Answer, Fields, Finish, next, question, signer};
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use comity_node::{CredentialAnswer, Failure, Request, Selection};
use comity_vocab::{Digest, Role};
use serde::Deserialize;
use std::sync::Arc;

struct Declaration {
    digest: String,
    objects: u64,
    state: String,
    signed: Vec<String>,
    /// Whether this officer has signed it.
    mine: bool,
}

#[derive(Template)]
#[template(path = "public.html")]
struct PublicPage<'a> {
    shell: &'a Shell,
    declarations: Vec<Declaration>,
    form: Chosen,
    refused: String,
    roles: Vec<&'static str>,
}

/// What is to be declared.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    object: String,
    origin: String,
}

/// Answers `GET /public`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    filled(&desk, &officer, Chosen::default(), String::new()).await
}

async fn filled(desk: &Desk, officer: &Officer, form: Chosen, refused: String) -> Response {
    let shell = Shell::new(desk, officer, "releases");
    let answer = match desk.ask(&Request::PublicList, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => return shell.failure(&failure),
    };
    let me = officer.identity.officer.as_ref().map(ToString::to_string).unwrap_or_default();
    let declarations = list(&answer, "declarations")
        .iter()
        .map(|row| Declaration {
            digest: text(row, "declaration"),
            objects: number(row, "objects"),
            state: text(row, "state"),
            signed: list(row, "signed")
                .iter()
                .map(|one| format!("{} as {}", text(one, "officer"), text(one, "role").replace('_', " ")))
                .collect(),
            mine: list(row, "signed").iter().any(|one| text(one, "officer") == me),
        })
        .collect();
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let roles = [Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer];
    let roles = roles.iter().filter(|role| officer.identity.roles.contains(role)).map(Role::as_str).collect();
    render(&PublicPage { shell: &shell, declarations, form, refused, roles }, status)
}

/// Answers `POST /public`: a declaration to be signed.
pub async fn prepare(State(desk): State<Arc<Desk>>, officer: Officer, Form(form): Form<Chosen>) -> Response {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let origins = Some(form.origin.trim().to_owned()).filter(|origin| !origin.is_empty()).into_iter().collect();
    let selection = Selection { objects: words(&form.object), origins };
    match desk.ask(&Request::PublicPrepare { selection }, &officer.credential).await {
        Ok(_) => Redirect::to("/public").into_response(),
        Err(failure) => filled(&desk, &officer, form, failure.message).await,
    }
}

fn declared(digest: &str) -> Result<Digest, Failure> {
    digest.parse().map_err(|_| Failure::usage("not a digest"))
}

/// Answers `POST /public/{digest}/sign/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_begin(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(digest): Path<String>,
    Json(fields): Json<Fields>,
) -> Answer {
    let (code, role) = signer(&officer, &fields)?;
    let declaration = declared(&digest)?;
    let request = Request::PublicSignPrepare { declaration, officer: code, role };
    question(desk.ask(&request, &officer.credential).await)
}

/// Answers `POST /public/{digest}/sign/finish`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn sign_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(digest): Path<String>,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let (code, role) = signer(&officer, &finish.fields)?;
    let declaration = declared(&digest)?;
    let request = Request::PublicSign { declaration, officer: code, role, proof: finish.proof()? };
    next(desk.ask(&request, &officer.credential).await, "/public")
}
