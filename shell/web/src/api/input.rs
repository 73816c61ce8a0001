//! Bodies and parameters: media type, length, syntax and meaning, each refused in its own words.
//!
//! Guarantees: a body is read only after its type and announced length are right; nothing of it is repeated at length in an error.

use crate::problem::Problem;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use comity_vocab::SecurityLabel;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Body as _;
use serde::de::DeserializeOwned;

/// The longest JSON body that says what to do; bundles have a limit of their own.
pub(crate) const JSON_BYTES_MAX: usize = 1024 * 1024;
const DETAIL_CHARS_MAX: usize = 200;
const QUOTED_CHARS_MAX: usize = 64;

/// A JSON body.
pub(crate) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !media_type(request.headers().get(header::CONTENT_TYPE)).eq_ignore_ascii_case("application/json") {
            return Err(unsupported("application/json"));
        }
        let bytes = whole(request, JSON_BYTES_MAX).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads a whole body of at most `bytes_max`.
pub(crate) async fn whole(request: Request, bytes_max: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too long")
            .limit(format!("{bytes_max} bytes"))
            .todo("send less at once")
    };
    let body = request.into_body();
    // Before the caller is invited to send it.
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body ended early")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("body, line {} column {}", error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "the body does not say what is needed")
                    .detail(shortened(&error.to_string()))
                    .place(place)
                    .todo("compare it with the schema in /api/v1/openapi.json")
            }
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => {
                Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body is not JSON").place(place)
            }
        }
    })
}

/// Cuts what an error repeats of the input, and keeps control characters out.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    for (index, part) in text.split(['`', '"']).enumerate() {
        if index % 2 == 1 && part.chars().count() > QUOTED_CHARS_MAX {
            short.push('…');
        } else {
            short.extend(part.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
        }
        short.push(' ');
    }
    short.trim_end().chars().take(DETAIL_CHARS_MAX).collect()
}

/// The parameters of a query.
pub(crate) struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(params)| Self(params)).map_err(|rejection| {
            let source = std::error::Error::source(&rejection).map_or_else(String::new, ToString::to_string);
            Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
                .detail(shortened(&source))
                .place("query")
        })
    }
}

/// The one variable part of a path. What cannot be a name there is not found.
pub(crate) struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = Path::<T>::from_request_parts(parts, state).await;
        named.map(|Path(name)| Self(name)).map_err(|_| Problem::not_released())
    }
}

/// Refuses bodies that are packed: nothing here unpacks what a stranger sends (security.md §5 G, case 128).
pub(crate) async fn plain_bodies(request: Request, next: Next) -> Response {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    if codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "packed bodies are not taken")
            .place("header Content-Encoding")
            .todo("send the body as it is")
            .into_response();
    }
    next.run(request).await
}

/// Says which media type is taken.
pub(crate) fn unsupported(taken: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "the body has another media type than is taken here")
        .place("header Content-Type")
        .todo(format!("send {taken}"))
}

/// Returns a media type without its parameters.
pub(crate) fn media_type(value: Option<&axum::http::HeaderValue>) -> &str {
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// A marking as it is written: `TLP:AMBER`, `TLP:GREEN//REL TO kps`.
#[derive(Debug, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Label(SecurityLabel);

impl TryFrom<String> for Label {
    type Error = <SecurityLabel as std::str::FromStr>::Err;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<Label> for SecurityLabel {
    fn from(Label(label): Label) -> Self {
        label
    }
}

/// Splits a list with commas; empty parts are left out.
pub(crate) fn list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Reads how many are wanted at most; more than there can be is as many as there can be.
pub(crate) fn limit(wanted: Option<i64>, most: usize) -> Result<Option<usize>, Problem> {
    let Some(wanted) = wanted else { return Ok(None) };
    if wanted < 1 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
            .place("query limit")
            .limit("1 or more"));
    }
    Ok(Some(usize::try_from(wanted).unwrap_or(most).min(most)))
}

/// Reads each part of a list with commas.
pub(crate) fn parsed<T: std::str::FromStr>(text: Option<&str>, parameter: &str) -> Result<Vec<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    let each = list(text).into_iter().map(|part| {
        part.parse::<T>().map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
                .detail(error.to_string())
                .place(format!("query {parameter}"))
        })
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::{parse, shortened};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read from JSON")]
    struct Wanted {
        text: String,
    }

    #[test]
    fn a_body_is_refused_by_what_is_wrong_with_it() {
        let long = format!("{{\"{}\":1}}", "x".repeat(10_000));
        for (body, status) in [
            ("{\"text\":\"a\"}", 0),
            ("", 400),
            ("{", 400),
            ("{\"text\":\"a\"}x", 400),
            ("{\"text\":\"a\",\"text\":\"b\"}", 422),
            ("{\"text\":1}", 422),
            ("{}", 422),
            ("[]", 422),
            (long.as_str(), 422),
        ] {
            let found = parse::<Wanted>(body.as_bytes()).map_or_else(|problem| problem.status, |_| 0);
            assert_eq!(found, status, "{}", body.get(..20).unwrap_or(body));
        }
        let problem = parse::<Wanted>(long.as_bytes()).map_or_else(|problem| problem.detail.clone(), |_| None);
        assert!(problem.is_some_and(|detail| detail.len() < 300 && !detail.contains("xx")));
        assert_eq!(shortened("unknown field `a\u{1b}b`"), "unknown field  a\u{fffd}b");
    }
}
