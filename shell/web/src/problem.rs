//! Errors over HTTP as RFC 9457 problem details.
//!
//! Guarantees: each says what, and what to do; none says more than the node's failure did; every problem has an `error_id` that is
//! also in the log. Does not know: pages (they show a failure in words).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, FailureKind};
use serde::Serialize;
use std::ops::{Deref, DerefMut};
use utoipa::ToSchema;

/// The media type of RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What every unknown path, object and everything forbidden is called: one text, so that neither can be told from the other.
pub const NOT_RELEASED: &str = "nothing released to you here";

/// A problem; small, for it is the other way of every result.
#[derive(Clone, Debug)]
pub struct Problem(Box<Told>);

/// A problem, as it goes out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Told {
    /// A URI reference that names the kind of problem; relative to the document in `docs/API.md`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line, the same for each problem of the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where in the input: a parameter, a header, or a JSON pointer.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Which limit was met, with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
    /// More, for programs: findings, counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
    /// Names this one answer in our log. Absent where answers must not differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_id: Option<String>,
}

impl Deref for Problem {
    type Target = Told;
    fn deref(&self) -> &Told {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Told {
        &mut self.0
    }
}

impl Problem {
    /// Makes a problem with an identifier of its own.
    pub fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        Self(Box::new(Told {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            place: None,
            limit: None,
            todo: None,
            data: None,
            error_id: Some(uuid::Uuid::new_v4().to_string()),
        }))
    }

    /// Returns the one answer to the unknown and to the forbidden; its bytes never differ.
    pub fn not_released() -> Self {
        let mut problem = Self::new(StatusCode::NOT_FOUND, "not-found", NOT_RELEASED);
        problem.error_id = None;
        problem
    }

    /// Returns the answer to a caller who has not shown who they are.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "sign in, or bring a token").todo(
            "send Authorization: Bearer with a token of `comity token add`, or sign in at /sign-in with a passkey",
        )
    }

    /// Returns the answer to a caller whose token or role does not allow this.
    pub fn forbidden(needs: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "not allowed with this token or role").detail(needs)
    }

    /// Writes it down.
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&*self.0).unwrap_or_default()
    }

    /// Takes over what a failure says.
    fn saying(mut self, failure: Failure) -> Self {
        self.detail = Some(failure.message);
        self.todo = failure.hint;
        self.data = failure.detail;
        self
    }

    /// Says what happened.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says where in the input.
    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says which limit.
    #[must_use]
    pub fn limit(mut self, limit: impl Into<String>) -> Self {
        self.limit = Some(limit.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let (status, kind, title) = match failure.kind {
            FailureKind::No if failure.code.as_deref() == Some("sign_in_needed") => {
                (StatusCode::UNAUTHORIZED, "unauthenticated", "sign in, or bring a token")
            }
            FailureKind::No if failure.code.as_deref() == Some("unknown") => return Self::not_released(),
            FailureKind::No if failure.code.is_some() => {
                let code = failure.code.as_deref().unwrap_or_default();
                let title = match code {
                    "step_up_needed" => "this needs your passkey again",
                    "passkey_refused" => "the passkey was not accepted",
                    _ => "not allowed with this token or role",
                };
                return Self::new(StatusCode::FORBIDDEN, &code.replace('_', "-"), title).saying(failure);
            }
            FailureKind::No => (StatusCode::CONFLICT, "refused", "the node refuses this"),
            FailureKind::Usage => (StatusCode::BAD_REQUEST, "malformed", "the request is not well formed"),
            FailureKind::Operational => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the node cannot do this now"),
        };
        Self::new(status, kind, title).saying(failure)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(id) = &self.error_id {
            tracing::info!(error_id = %id, status = self.status, kind = %self.kind, "problem answered");
        }
        let body = self.json();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        // Where a person reads, it is shown as a page.
        response.extensions_mut().insert(self);
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"comity\""));
        }
        response
    }
}
