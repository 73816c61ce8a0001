//! Signing in, enrolling by a one-time link, signing out.
//!
//! Guarantees: the session's secret is in the cookie and nowhere else; a page to come back to is one of ours. Does not know: who
//! exists; every refusal looks the same.

use super::ceremony::{Answer, Fields, Finish, question};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::{COOKIE, Officer, same_origin};
use crate::problem::Problem;
use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{CredentialAnswer, Failure, NewCredential, Request};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    shell: &'a Shell,
    to: String,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage<'a> {
    shell: &'a Shell,
}

/// Where the officer wanted to go.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    to: String,
}

/// Returns a path of ours, or the home page: a link must not lead away from here.
fn local(path: &str) -> &str {
    let plain = path.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    let ours = path.starts_with('/') && !path.starts_with("//") && plain;
    if ours { path } else { "/" }
}

/// Answers `GET /sign-in`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Option<Officer>, Query(wanted): Query<Wanted>) -> Response {
    let to = local(&wanted.to).to_owned();
    if officer.is_some() {
        return Redirect::to(&to).into_response();
    }
    let shell = Shell::outside(&desk, "sign-in");
    shell.answer(Ok(SignInPage { shell: &shell, to }))
}

fn ours(desk: &Desk, headers: &HeaderMap) -> Result<(), Problem> {
    match same_origin(desk, &Method::POST, headers) {
        true => Ok(()),
        false => Err(Problem::forbidden("the request does not come from this desk's own pages")),
    }
}

/// Answers `POST /sign-in/begin`.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub async fn begin(State(desk): State<Arc<Desk>>, headers: HeaderMap, Json(_): Json<Fields>) -> Answer {
    ours(&desk, &headers)?;
    question(desk.ask_as_stranger(&Request::SignInBegin).await)
}

/// Answers `POST /sign-in/finish` with the session's cookie.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub async fn finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Json(finish): Json<Finish<CredentialAnswer>>,
) -> Result<Response, Problem> {
    ours(&desk, &headers)?;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let opened = desk.ask_as_stranger(&Request::SignInFinish { answer: finish.answer, agent }).await?;
    let secret = super::answer::text(&opened, "session");
    let cookie = format!("{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict");
    let to = finish.fields.get("to").map_or("/", |to| local(to));
    let mut response = Json(json!({ "next": to })).into_response();
    response.headers_mut().insert(
        header::SET_COOKIE,
        HeaderValue::from_str(&cookie).map_err(|_| Failure::operational("the session has no cookie"))?,
    );
    Ok(response)
}

/// Answers `POST /sign-out`: ends the session and has the browser forget everything of ours.
pub async fn out(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    if let Err(failure) = desk.ask(&Request::SessionEnd { session: None }, &officer.credential).await {
        return Shell::new(&desk, &officer, "").failure(&failure);
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let headers = response.headers_mut();
    let gone = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    if let Ok(gone) = HeaderValue::from_str(&gone) {
        headers.insert(header::SET_COOKIE, gone);
    }
    headers.insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    response
}

/// Answers `GET /enrol`: the token stands after the `#`, which no server sees.
pub async fn enrol(State(desk): State<Arc<Desk>>) -> Response {
    let shell = Shell::outside(&desk, "enrol");
    shell.answer(Ok(EnrolPage { shell: &shell }))
}

/// Answers `POST /enrol/begin`.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub async fn enrol_begin(State(desk): State<Arc<Desk>>, headers: HeaderMap, Json(fields): Json<Fields>) -> Answer {
    ours(&desk, &headers)?;
    let token = Some(fields.get("token").cloned().unwrap_or_default());
    question(desk.ask_as_stranger(&Request::RegisterBegin { token }).await)
}

/// Answers `POST /enrol/finish`.
///
/// # Errors
/// [`Problem`] from the node's failure.
pub async fn enrol_finish(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Json(finish): Json<Finish<NewCredential>>,
) -> Answer {
    ours(&desk, &headers)?;
    let field = |name: &str| finish.fields.get(name).cloned().unwrap_or_default();
    let (token, name) = (Some(field("token")), field("name"));
    let request = Request::RegisterFinish { token, name, credential: finish.answer };
    super::ceremony::next(desk.ask_as_stranger(&request).await, "/sign-in")
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn no_link_leads_away() {
        for (path, expected) in [
            ("/inbox?x=1", "/inbox?x=1"),
            ("", "/"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(local(path), expected, "{path:?}");
        }
    }
}
