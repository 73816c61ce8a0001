//! Answers and errors of TAXII as HTTP responses.
//!
//! Guarantees: every error is TAXII's error resource; its identifier is also in the log; a 404 has none, so that all are alike.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, FailureKind};
use comity_store::StoreError;
use comity_taxii::{Refusal, media::MEDIA_TYPE};

/// Why there is no answer.
#[derive(Debug)]
pub enum Fault {
    /// The request is refused.
    Refused(Refusal),
    /// The node cannot answer now.
    Failed(Failure),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::from(error))
    }
}

impl Fault {
    /// Returns the response, and logs what the operator should know.
    pub fn response(self) -> Response {
        let error_id = uuid::Uuid::new_v4().to_string();
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::Failed(failure) => {
                if failure.kind == FailureKind::Operational {
                    tracing::warn!(error_id, failure = %failure.message, "TAXII answer failed");
                }
                Refusal::new(503, "the node cannot answer now", "try again; the operator finds the error_id in the log")
            }
        };
        tracing::info!(error_id, status = refusal.status, title = refusal.title, "TAXII refused");
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = with_type(refusal.body(Some(&error_id)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        match refusal.status {
            401 => {
                for challenge in ["Basic realm=\"comity\", charset=\"UTF-8\"", "Bearer realm=\"comity\""] {
                    headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
                }
            }
            405 => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
            }
            503 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

/// Returns a resource.
pub fn resource(body: Vec<u8>) -> Response {
    with_type(body)
}

fn with_type(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], body).into_response()
}
