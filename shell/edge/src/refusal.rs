//! What the edge refuses, and how it says so.
//!
//! Guarantees: one exhaustive table from reason to status; no answer repeats anything of the input. Does not know: which media type
//! a face wants; the callback [`Refuse`] chooses it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use std::sync::Arc;

/// Why a request did not reach the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The head is not HTTP/1.1 to the letter.
    #[error("the request is not well formed: {0}")]
    Syntax(&'static str),
    /// The path has another form than its only one.
    #[error("the path is not in its canonical form: {0}")]
    Path(&'static str),
    /// The body's length is not announced.
    #[error("the body needs a Content-Length; chunked bodies are not taken")]
    LengthRequired,
    /// The body is longer than allowed.
    #[error("the body is longer than {bytes_max} bytes")]
    BodyTooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The request target is longer than allowed.
    #[error("the address is longer than {bytes_max} bytes")]
    TargetTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// An `Expect` other than `100-continue`.
    #[error("no other Expect than 100-continue is known")]
    Expectation,
    /// The head is longer than allowed.
    #[error("the head of the request is longer than {bytes_max} bytes")]
    HeadTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// There are more header fields than allowed.
    #[error("the request has more than {fields_max} header fields")]
    TooManyFields {
        /// The limit.
        fields_max: usize,
    },
    /// A method that nothing here takes.
    #[error("no address here takes this method")]
    Method,
    /// A host that is not ours.
    #[error("this host is not served here")]
    Misdirected,
    /// Another version of HTTP.
    #[error("only HTTP/1.1 is spoken here")]
    Version,
    /// The head or the body came too slowly.
    #[error("the request came too slowly")]
    TooSlow,
    /// There are too many connections.
    #[error("there are too many connections")]
    Busy,
    /// The service did not answer in time.
    #[error("the answer takes too long")]
    NoAnswer,
}

impl Refusal {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Syntax(_) | Self::Path(_) => StatusCode::BAD_REQUEST,
            Self::LengthRequired => StatusCode::LENGTH_REQUIRED,
            Self::BodyTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TargetTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::HeadTooLong { .. } | Self::TooManyFields { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy | Self::NoAnswer => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns one word for the kind, for the `type` of a problem.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::Path(_) | Self::Expectation => "malformed",
            Self::LengthRequired => "length-required",
            Self::BodyTooLong { .. } => "too-large",
            Self::TargetTooLong { .. } => "uri-too-long",
            Self::HeadTooLong { .. } | Self::TooManyFields { .. } => "head-too-large",
            Self::Method => "method",
            Self::Misdirected => "misdirected",
            Self::Version => "version",
            Self::TooSlow => "too-slow",
            Self::Busy | Self::NoAnswer => "busy",
        }
    }

    /// Returns what to do about it.
    pub fn todo(&self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::Version => "use an HTTP/1.1 client that keeps to RFC 9112",
            Self::Path(_) => "send the path as the documentation writes it",
            Self::LengthRequired => "send Content-Length",
            Self::BodyTooLong { .. } => "send less at once, or import the file with `comity import`",
            Self::TargetTooLong { .. } => "shorten the query",
            Self::Expectation => "leave Expect out",
            Self::HeadTooLong { .. } | Self::TooManyFields { .. } => "send fewer or shorter headers",
            Self::Method => "use GET, HEAD, POST, PUT, PATCH or DELETE",
            Self::Misdirected => "use the address in desk.public_url",
            Self::TooSlow => "send the request again, faster",
            Self::Busy | Self::NoAnswer => "try again later",
        }
    }
}

/// Makes the answer to a refusal; the text is the path that was asked for, as far as it is known and legible, to choose the
/// media type by.
pub type Refuse = Arc<dyn Fn(&Refusal, &str) -> Response<Full<Bytes>> + Send + Sync>;

/// Answers with problem details (RFC 9457), whatever the path.
pub fn problem_answer(refusal: &Refusal, _: &str) -> Response<Full<Bytes>> {
    let status = refusal.status();
    // Every text here is ours and needs no escaping.
    let body = format!(
        "{{\"type\":\"/problems/{}\",\"title\":\"{refusal}\",\"status\":{},\"todo\":\"{}\"}}",
        refusal.kind(),
        status.as_u16(),
        refusal.todo()
    );
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// Adds what every refusal carries, whatever the callback made.
pub(crate) fn complete<B>(refusal: &Refusal, response: &mut Response<B>) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    match refusal {
        Refusal::Busy | Refusal::NoAnswer => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        Refusal::Method => {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Refusal, complete, problem_answer};

    #[test]
    fn a_refusal_says_what_and_what_to_do() {
        let refusal = Refusal::BodyTooLong { bytes_max: 7 };
        let mut response = problem_answer(&refusal, "/api/v1");
        complete(&refusal, &mut response);
        assert_eq!(response.status(), 413);
        assert_eq!(response.headers().get("cache-control").map(|value| value.as_bytes()), Some(b"no-store".as_slice()));
    }
}
