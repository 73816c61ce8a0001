//! The officer's own page: passkeys and sessions, and for those who keep them the tokens of programs.

use super::answer::{flag, list, text, texts};
use super::ceremony::{Answer, Fields, Finish, question};
use super::shell::{Shell, render};
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use comity_node::{CredentialAnswer, Failure, FailureKind, NewCredential, Request, Scope};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

struct Passkey {
    credential: String,
    name: String,
    created: String,
    last_used: String,
    state: String,
    synced: bool,
}

struct Session {
    id: String,
    officer: String,
    agent: String,
    used: String,
    expires: String,
    own: bool,
}

struct Token {
    name: String,
    scopes: String,
    created: String,
    expires: String,
    state: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    shell: &'a Shell,
    passkeys: Vec<Passkey>,
    usable: usize,
    sessions: Vec<Session>,
    /// None where this officer keeps no tokens.
    tokens: Option<Vec<Token>>,
    /// The text of a token that was just made; shown once.
    made: String,
    refused: String,
}

/// Answers `GET /account`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    filled(&desk, &officer, String::new(), String::new()).await
}

async fn filled(desk: &Desk, officer: &Officer, made: String, refused: String) -> Response {
    let shell = Shell::new(desk, officer, "account");
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    match gather(desk, officer, &shell, made, refused).await {
        Ok(page) => render(&page, status),
        Err(failure) => shell.failure(&failure),
    }
}

async fn gather<'a>(
    desk: &Desk,
    officer: &Officer,
    shell: &'a Shell,
    made: String,
    refused: String,
) -> Result<AccountPage<'a>, Failure> {
    let held =
        desk.ask(&Request::PasskeyList { officer: officer.identity.officer.clone() }, &officer.credential).await?;
    let open = desk.ask(&Request::SessionList, &officer.credential).await?;
    // Refused to those who keep no tokens; they see no such part of the page.
    let tokens = match desk.ask(&Request::TokenList, &officer.credential).await {
        Ok(tokens) => Some(tokens),
        Err(failure) if failure.kind == FailureKind::No => None,
        Err(failure) => return Err(failure),
    };
    let passkeys: Vec<Passkey> = list(&held, "passkeys")
        .iter()
        .map(|row| Passkey {
            credential: text(row, "credential"),
            name: text(row, "name"),
            created: text(row, "created"),
            last_used: text(row, "last_used"),
            state: text(row, "state"),
            synced: flag(row, "synced"),
        })
        .collect();
    let sessions = list(&open, "sessions")
        .iter()
        .map(|row| Session {
            id: text(row, "session"),
            officer: text(row, "officer"),
            agent: text(row, "agent"),
            used: text(row, "used"),
            expires: text(row, "expires"),
            own: flag(row, "own"),
        })
        .collect();
    let tokens = tokens.map(|answer| {
        list(&answer, "tokens")
            .iter()
            .map(|row| Token {
                name: text(row, "name"),
                scopes: texts(row, "scopes").join(", "),
                created: text(row, "created"),
                expires: text(row, "expires"),
                state: text(row, "state"),
            })
            .collect()
    });
    let usable = passkeys.iter().filter(|one| one.state == "active").count();
    Ok(AccountPage { shell, passkeys, usable, sessions, tokens, made, refused })
}

/// Answers `POST /account/passkeys/begin`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn passkey_begin(State(desk): State<Arc<Desk>>, officer: Officer, Json(_): Json<Fields>) -> Answer {
    question(desk.ask(&Request::RegisterBegin { token: None }, &officer.credential).await)
}

/// Answers `POST /account/passkeys/finish`: next, an older passkey vouches.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn passkey_finish(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Json(finish): Json<Finish<NewCredential>>,
) -> Answer {
    let name = finish.fields.get("name").cloned().unwrap_or_default();
    let request = Request::RegisterFinish { token: None, name, credential: finish.answer };
    let vouch = desk.ask(&request, &officer.credential).await?;
    Ok(Json(json!({ "vouch": vouch, "finish": "/account/passkeys/vouch" })))
}

/// Answers `POST /account/passkeys/vouch`.
///
/// # Errors
/// [`crate::problem::Problem`] from the node's failure.
pub async fn passkey_vouch(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Answer {
    let nonce = finish.nonce.ok_or_else(|| Failure::usage("the nonce of the question is missing"))?;
    let request = Request::RegisterConfirm { nonce, answer: finish.answer };
    super::ceremony::next(desk.ask(&request, &officer.credential).await, "/account")
}

/// A passkey or a session by its id.
#[derive(Deserialize)]
pub struct Named {
    id: String,
}

/// Answers `POST /account/passkeys/remove`.
pub async fn passkey_remove(State(desk): State<Arc<Desk>>, officer: Officer, Form(named): Form<Named>) -> Response {
    let id = named.id;
    let credential = match serde_json::from_value(id.clone().into()) {
        Ok(credential) => credential,
        Err(_) => return filled(&desk, &officer, String::new(), "there is no such passkey".into()).await,
    };
    let shell = Shell::new(&desk, &officer, "account");
    match desk.ask(&Request::PasskeyRemove { credential }, &officer.credential).await {
        Ok(_) => Redirect::to("/account").into_response(),
        Err(failure) => match step_up::again(&shell, &failure, "/account/passkeys/remove", &[("id", &id)]) {
            Some(response) => response,
            None => filled(&desk, &officer, String::new(), failure.message).await,
        },
    }
}

/// Answers `POST /account/sessions/end`.
pub async fn session_end(State(desk): State<Arc<Desk>>, officer: Officer, Form(named): Form<Named>) -> Response {
    done(&desk, &officer, &Request::SessionEnd { session: Some(named.id) }).await
}

async fn done(desk: &Desk, officer: &Officer, request: &Request) -> Response {
    match desk.ask(request, &officer.credential).await {
        Ok(_) => Redirect::to("/account").into_response(),
        Err(failure) => filled(desk, officer, String::new(), failure.message).await,
    }
}

/// Answers `POST /account/tokens`.
pub async fn token_add(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "account");
    let name = pairs.iter().find(|(field, _)| field == "name").map(|(_, name)| name.clone()).unwrap_or_default();
    let scopes =
        pairs.iter().filter(|(field, _)| field == "scope").filter_map(|(_, scope)| scope.parse::<Scope>().ok());
    let request = Request::TokenAdd { name, scopes: scopes.collect(), expires: None };
    match desk.ask(&request, &officer.credential).await {
        Ok(answer) => filled(&desk, &officer, text(&answer, "token"), String::new()).await,
        Err(failure) => {
            let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            match step_up::again(&shell, &failure, "/account/tokens", &fields) {
                Some(response) => response,
                None => filled(&desk, &officer, String::new(), failure.message).await,
            }
        }
    }
}

/// Answers `POST /account/tokens/revoke`.
pub async fn token_revoke(State(desk): State<Arc<Desk>>, officer: Officer, Form(named): Form<Named>) -> Response {
    done(&desk, &officer, &Request::TokenRevoke { name: named.id }).await
}
