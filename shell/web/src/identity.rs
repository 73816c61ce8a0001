//! Who calls: a signed-in officer by cookie, or a tool by token.
//!
//! Guarantees: every handler that takes one of these extractors is closed to everybody else; a write that comes with a cookie also
//! comes from our own pages (`Origin` and `Sec-Fetch-Site`). Does not know: what an officer may do; the node decides.

use crate::desk::Desk;
use crate::problem::Problem;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Identity, Scope};
use comity_taxii::credentials;
use comity_vocab::OfficerCode;
use std::sync::Arc;

/// The name of the session's cookie (security.md §6.2).
pub const COOKIE: &str = "__Host-s";

/// The secret a call came with; handed on to the node, which checks it again.
#[derive(Clone)]
pub enum Credential {
    /// Of a signed-in officer.
    Session(String),
    /// Of a tool.
    Token(String),
}

/// How many recalls wait for an officer, for the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// So many.
    Of(u64),
    /// It could not be read: that is not none.
    NotRead,
}

/// A signed-in officer. Without one, pages lead to the sign-in.
pub struct Officer {
    /// Who.
    pub identity: Identity,
    /// With what.
    pub credential: Credential,
    /// How many recalls wait for the officer.
    pub recalls: Waiting,
}

impl Officer {
    /// Returns the officer's code.
    ///
    /// # Errors
    /// [`Failure`] where the session is no officer's.
    pub fn code(&self) -> Result<OfficerCode, Failure> {
        self.identity.officer.clone().ok_or_else(|| Failure::no("this needs an officer"))
    }
}

/// Somebody who may call the API: an officer or a tool.
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// With what.
    pub credential: Credential,
}

impl Caller {
    /// Refuses a caller who lacks `scope`: a token that was not given it, or an officer whose roles see no content.
    ///
    /// # Errors
    /// [`Problem`] 403.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.identity.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Problem::forbidden(&format!("this needs a token with the scope {scope}")))
    }
}

/// Returns the session's secret from the cookie header.
pub fn session_secret(headers: &HeaderMap) -> Option<String> {
    let mut found = None;
    for value in headers.get_all(header::COOKIE) {
        for pair in value.to_str().ok()?.split(';') {
            if let Some((name, secret)) = pair.trim().split_once('=')
                && name == COOKIE
            {
                // Two cookies of one name: somebody planted one; neither is trusted.
                if found.is_some() {
                    return None;
                }
                found = Some(secret.to_owned());
            }
        }
    }
    found
}

/// Returns the token of `Authorization: Bearer`, or the password of `Basic`.
///
/// # Errors
/// [`Problem`] 400 where the header is there but malformed, or twice.
pub fn token_secret(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let malformed = || {
        Problem::new(axum::http::StatusCode::BAD_REQUEST, "malformed", "the Authorization header is not well formed")
            .place("header Authorization")
            .todo("send one header: Bearer TOKEN, or Basic with the token as password")
    };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?;
    credentials::token(text).map(Some).map_err(|_| malformed())
}

/// Tells whether a request that changes something comes from our own pages.
///
/// A browser says so in `Sec-Fetch-Site`, which no page can set. Where that is absent (old browsers, scripts that were handed a
/// cookie) `Origin` must name us. Our pages send no referrer, so that a form's `Origin` is `null`: it decides nothing on its own.
pub fn same_origin(desk: &Desk, method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD) {
        return true;
    }
    match headers.get("sec-fetch-site") {
        Some(site) => site.as_bytes() == b"same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() == desk.public_url.as_bytes()),
    }
}

/// Lets officers through whose roles see content; who only runs the machine or keeps its keys gets the answer to the unknown.
pub async fn readers_only(State(desk): State<Arc<Desk>>, officer: Officer, request: Request, next: Next) -> Response {
    if officer.identity.scopes.contains(&Scope::Read) {
        return next.run(request).await;
    }
    crate::pages::shell::Shell::new(&desk, &officer, "").not_released()
}

/// Returns the officer whose session a request carries.
pub fn signed_in(desk: &Desk, headers: &HeaderMap) -> Option<Officer> {
    let secret = session_secret(headers)?;
    let identity = desk.access.session(&secret, (desk.clock)())?;
    Some(Officer { identity, credential: Credential::Session(secret), recalls: Waiting::NotAsked })
}

/// Counts what waits for an officer. Whether the officer may know of it is asked with it.
async fn recalls_of(desk: &Desk, identity: &Identity) -> Waiting {
    let (roles, now) = (identity.roles.clone(), (desk.clock)());
    match desk.readers.read(move |reader| reader.recalls_waiting(&roles, now)).await {
        Ok(waiting) => Waiting::Of(waiting.count()),
        Err(failure) => {
            tracing::warn!(reason = %failure.message, "the recalls that wait could not be counted");
            Waiting::NotRead
        }
    }
}

fn cross_site() -> Problem {
    Problem::forbidden("the request does not come from this desk's own pages")
        .todo("open the desk at its configured address (desk.public_url) and try again")
}

impl FromRequestParts<Arc<Desk>> for Officer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        let Some(mut officer) = signed_in(desk, &parts.headers) else {
            let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            // Only a page that can be asked for again is worth coming back to.
            let back = if parts.method == Method::GET && wanted != "/" {
                let encoded: String = wanted
                    .bytes()
                    .map(|byte| {
                        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                    })
                    .collect();
                format!("/sign-in?to={encoded}")
            } else {
                "/sign-in".to_owned()
            };
            return Err(Redirect::to(&back).into_response());
        };
        if !same_origin(desk, &parts.method, &parts.headers) {
            return Err(cross_site().into_response());
        }
        // What lets officers through and what answers them count once.
        officer.recalls = match parts.extensions.get::<Waiting>() {
            Some(counted) => *counted,
            None => recalls_of(desk, &officer.identity).await,
        };
        parts.extensions.insert(officer.recalls);
        Ok(officer)
    }
}

impl OptionalFromRequestParts<Arc<Desk>> for Officer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Option<Self>, Response> {
        Ok(signed_in(desk, &parts.headers).filter(|_| same_origin(desk, &parts.method, &parts.headers)))
    }
}

impl FromRequestParts<Arc<Desk>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Problem> {
        if let Some(secret) = token_secret(&parts.headers)? {
            let identity = desk.access.token(&secret, (desk.clock)()).ok_or_else(Problem::unauthenticated)?;
            return Ok(Self { identity, credential: Credential::Token(secret) });
        }
        let officer = signed_in(desk, &parts.headers).ok_or_else(Problem::unauthenticated)?;
        if !same_origin(desk, &parts.method, &parts.headers) {
            return Err(cross_site());
        }
        Ok(Self { identity: officer.identity, credential: officer.credential })
    }
}
