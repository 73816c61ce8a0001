//! `Idempotency-Key`: a write that is repeated because its answer was lost is done once.
//!
//! Guarantees: the same key of the same caller with the same request gets the same answer; with another request it is refused; while
//! the first is still being done, the second is told to wait. Answers with secrets are not kept. What is kept is bounded, for a day,
//! and in memory: after a restart of the desk a key is new. Does not know: what is written.

use super::input::whole;
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use comity_crypto::sha256;
use comity_vocab::Digest;
use http_body_util::BodyExt as _;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The header's name.
pub(crate) const HEADER: &str = "idempotency-key";
const KEY_BYTES_MAX: usize = 128;
/// A longer request is an import, which changes nothing when it is repeated.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const KEPT_SECONDS: i64 = 24 * 3600;
const PER_SUBJECT_MAX: usize = 64;
const SUBJECTS_MAX: usize = 256;

struct Entry {
    key: String,
    request: Digest,
    until: i64,
    /// None while it is being done.
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

/// Marks an answer that is never kept: it holds a secret, or it was given to somebody who is there just now.
#[derive(Clone, Copy)]
pub(crate) struct NotKept;

/// The answers that are kept, by caller, oldest first.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<String, VecDeque<Entry>>>);

/// What is known of a key.
enum Known {
    New,
    Answered(Response),
    Refused(Problem),
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, subject: &str, key: &str, request: Digest, now: i64) -> Known {
        let mut kept = self.lock();
        for entries in kept.values_mut() {
            entries.retain(|entry| entry.until >= now);
        }
        kept.retain(|_, entries| !entries.is_empty());
        if let Some(entry) = kept.get(subject).and_then(|entries| entries.iter().find(|entry| entry.key == key)) {
            return entry.known(&request);
        }
        if kept.len() >= SUBJECTS_MAX && !kept.contains_key(subject) {
            return Known::Refused(full());
        }
        let entries = kept.entry(subject.to_owned()).or_default();
        if entries.len() >= PER_SUBJECT_MAX {
            // The oldest answer makes room, but nothing that is still being done.
            match entries.iter().position(|entry| entry.answer.is_some()) {
                Some(oldest) => drop(entries.remove(oldest)),
                None => return Known::Refused(full()),
            }
        }
        entries.push_back(Entry { key: key.to_owned(), request, until: now + KEPT_SECONDS, answer: None });
        Known::New
    }

    fn end(&self, subject: &str, key: &str, answer: Option<(StatusCode, HeaderMap, Bytes)>) {
        let mut kept = self.lock();
        let Some(entries) = kept.get_mut(subject) else { return };
        match answer {
            Some(answer) => {
                if let Some(entry) = entries.iter_mut().find(|entry| entry.key == key) {
                    entry.answer = Some(answer);
                }
            }
            None => entries.retain(|entry| entry.key != key),
        }
    }
}

impl Entry {
    fn known(&self, request: &Digest) -> Known {
        if self.request != *request {
            return Known::Refused(
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", "this key was used for another request")
                    .place("header Idempotency-Key")
                    .todo("use a new key for each thing to be done"),
            );
        }
        match &self.answer {
            Some((status, headers, body)) => Known::Answered((*status, headers.clone(), body.clone()).into_response()),
            None => Known::Refused(
                Problem::new(
                    StatusCode::CONFLICT,
                    "in-progress",
                    "the first request with this key is still being done",
                )
                .todo("wait, then send it again"),
            ),
        }
    }
}

fn full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "too many keys are in use")
        .limit(format!("{PER_SUBJECT_MAX} for each caller"))
        .todo("send it later, or without a key")
}

/// Gives up a key whose request was broken off before it had an answer.
struct Doing<'a> {
    kept: &'a Kept,
    subject: &'a str,
    key: &'a str,
    done: bool,
}

impl Drop for Doing<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.kept.end(self.subject, self.key, None);
        }
    }
}

/// Does a write with a key once.
pub(crate) async fn once(State((desk, kept)): State<(Arc<Desk>, Arc<Kept>)>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    keyed(&desk, &kept, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn keyed(desk: &Arc<Desk>, kept: &Kept, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let key = key_of(&parts)?;
    let identity = Caller::from_request_parts(&mut parts, desk).await?.identity;
    let subject = identity.subject;
    // What was answered to a role is not answered again to the one who has it no more.
    let allowed = format!("{:?}{:?}", identity.roles, identity.scopes);
    let request = Request::from_parts(parts, body);
    let (method, target) = (request.method().clone(), request.uri().to_string());
    let (head, body) = {
        let (head, body) = request.into_parts();
        let bytes = whole(Request::from_parts(clone_head(&head), body), BODY_BYTES_MAX).await?;
        (head, bytes)
    };
    let digest = sha256(&[method.as_str().as_bytes(), &[0], target.as_bytes(), &[0], allowed.as_bytes(), &[0], &body]);
    match kept.begin(&subject, &key, digest, (desk.clock)().unix_seconds()) {
        Known::New => {}
        Known::Answered(response) => return Ok(response),
        Known::Refused(problem) => return Err(problem),
    }
    let mut doing = Doing { kept, subject: &subject, key: &key, done: false };
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the answer broke off"));
    };
    let body = body.to_bytes();
    // What was not done may be tried again with the same key.
    let undone = head.status.is_server_error()
        || matches!(head.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::REQUEST_TIMEOUT);
    let kept_back = head.extensions.get::<NotKept>().is_some();
    if !undone && !kept_back && body.len() <= ANSWER_BYTES_MAX {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = head.headers.get(header::CONTENT_TYPE) {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        kept.end(&subject, &key, Some((head.status, headers, body.clone())));
        doing.done = true;
    }
    Ok(Response::from_parts(head, Body::from(body)))
}

/// Copies a head but for its extensions, for reading the body only.
fn clone_head(head: &Parts) -> Parts {
    let mut copy = Request::new(()).into_parts().0;
    copy.method = head.method.clone();
    copy.headers = head.headers.clone();
    copy
}

fn key_of(parts: &Parts) -> Result<String, Problem> {
    let malformed = || {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "the key is not well formed")
            .place("header Idempotency-Key")
            .limit(format!("1 to {KEY_BYTES_MAX} visible ASCII characters, in one header"))
    };
    let mut values = parts.headers.get_all(HEADER).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(malformed()) };
    let bytes = value.as_bytes();
    if bytes.is_empty() || bytes.len() > KEY_BYTES_MAX || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(malformed());
    }
    value.to_str().map(str::to_owned).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::{KEPT_SECONDS, Kept, Known, PER_SUBJECT_MAX};
    use axum::http::{HeaderMap, StatusCode};
    use bytes::Bytes;
    use comity_crypto::sha256;

    fn word(known: Known) -> String {
        match known {
            Known::New => "new".into(),
            Known::Answered(response) => response.status().as_u16().to_string(),
            Known::Refused(problem) => problem.kind.clone(),
        }
    }

    #[test]
    fn a_key_is_used_for_one_thing() {
        let kept = Kept::default();
        let (one, other) = (sha256(&[b"one"]), sha256(&[b"other"]));
        let begin = |subject: &str, key: &str, request, now| word(kept.begin(subject, key, request, now));
        let answer = || Some((StatusCode::CREATED, HeaderMap::new(), Bytes::from_static(b"{}")));
        assert_eq!(begin("a", "k", one, 0), "new");
        assert_eq!(begin("a", "k", one, 0), "/problems/in-progress");
        assert_eq!(begin("b", "k", other, 0), "new", "another caller's key is another key");
        kept.end("a", "k", answer());
        assert_eq!(begin("a", "k", one, 0), "201");
        assert_eq!(begin("a", "k", other, 0), "/problems/key-reused");
        assert_eq!(begin("a", "k", other, KEPT_SECONDS + 1), "new", "a day later it is forgotten");
        kept.end("a", "k", None);
        assert_eq!(begin("a", "k", one, KEPT_SECONDS + 1), "new", "what was not done may be tried again");
        for number in 0..PER_SUBJECT_MAX {
            let word = begin("c", &number.to_string(), one, 0);
            assert_eq!(word, "new");
        }
        assert_eq!(begin("c", "one more", one, 0), "/problems/unavailable");
        kept.end("c", "0", answer());
        assert_eq!(begin("c", "one more", one, 0), "new", "the oldest answer makes room");
        assert_eq!(begin("c", "0", one, 0), "/problems/unavailable");
    }
}
