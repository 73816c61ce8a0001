//! Somebody who reads in a browser is answered with a page, whatever went wrong.
//!
//! Guarantees: outside of the API a browser never sees JSON or bare text: an error is a page that says what happened and what to do, and
//! an address that only takes what a form posts leads to the page it belongs to. Programs are answered as before. Does not know: why
//! something was refused.

use super::shell::Shell;
use crate::desk::Desk;
use crate::headers::wants_page;
use crate::identity::signed_in;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// What only programs ask for.
const PROGRAMS: [&str; 5] = ["/api/", "/taxii2", "/assets/", "/metrics", "/healthz"];

/// Tells whether an address is one that people open.
pub fn is_for_people(path: &str) -> bool {
    path.starts_with('/') && !PROGRAMS.iter().any(|programs| path.starts_with(programs))
}

/// Returns the page to which an address that only takes posts belongs.
fn page_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match *parts.as_slice() {
        // Each of these has a page of its own.
        [kind @ ("releases" | "sightings" | "sources"), one, _, ..] => format!("/{kind}/{one}"),
        ["partners", "act", ..] => "/partners".to_owned(),
        ["partners", one, _, ..] => format!("/partners/{one}"),
        ["step-up" | "sign-out", ..] | [] => "/".to_owned(),
        [kind, ..] => format!("/{kind}"),
    }
}

/// Turns what a browser cannot show to a person into a page.
pub async fn speak(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let reads = wants_page(request.headers()) && is_for_people(request.uri().path());
    if !reads {
        return next.run(request).await;
    }
    let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .is_some_and(|media| media.starts_with("text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    if asks && status == StatusCode::METHOD_NOT_ALLOWED {
        return Redirect::to(&page_of(&path)).into_response();
    }
    let shell = match signed_in(&desk, &headers) {
        Some(officer) => Shell::new(&desk, &officer, ""),
        None => Shell::outside(&desk, ""),
    };
    match response.extensions().get::<Problem>() {
        Some(problem) => shell.problem(problem, status),
        None => {
            let problem = Problem::new(status, "malformed", "what was sent could not be read")
                .todo("go back, and fill in the form again");
            shell.problem(&problem, status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_that_is_posted_to_has_a_page() {
        for (path, page) in [
            ("/releases/7f3a/check", "/releases/7f3a"),
            ("/releases/7f3a/sign/begin", "/releases/7f3a"),
            ("/sources/x/print", "/sources/x"),
            ("/partners/kps/taxii/off", "/partners/kps"),
            ("/partners/act/begin", "/partners"),
            ("/partners/our-card", "/partners"),
            ("/recalls/7f3a/send", "/recalls"),
            ("/account/tokens", "/account"),
            ("/sign-out", "/"),
            ("/step-up/begin", "/"),
            ("/enrol/begin", "/enrol"),
        ] {
            assert_eq!(page_of(path), page, "{path}");
        }
    }

    #[test]
    fn programs_are_left_alone() {
        for (path, people) in [
            ("/", true),
            ("/releases/x", true),
            ("/api/v1/objects", false),
            ("/taxii2/desk/", false),
            ("/assets/comity.css", false),
            ("/healthz", false),
            ("", false),
        ] {
            assert_eq!(is_for_people(path), people, "{path}");
        }
    }
}
