//! What happens, as server-sent events: something arrived, a release or recall changed its state, a link was stopped.
//!
//! Guarantees: events come from the audit chain, each once and in its order, and carry ids only; acts on sources, officers and access
//! are not among them; a caller whose session or token ended hears nothing more. `Last-Event-ID` goes on where the caller was.
//!
//! Does not know: what arrived.

use super::cursor::Owner;
use crate::desk::Desk;
use crate::identity::{Caller, Credential};
use crate::problem::Problem;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use comity_ledger::AuditEntry;
use comity_node::{Failure, Scope};
use hyper::body::Frame;
use serde::Serialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use utoipa::ToSchema;

const LISTENERS_MAX: usize = 32;
/// One caller does not take every place.
const PER_SUBJECT_MAX: usize = 8;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So many looks without an event, and a comment shows that the connection lives.
const QUIET_LOOKS: u32 = 15;
const BATCH_MAX: usize = 200;
const FILTER: &[u8] = b"events";

/// Counts who listens.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<BTreeMap<String, usize>>>);

/// A listener's place, given back when dropped.
struct Place {
    hub: Hub,
    subject: String,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, subject: &str) -> Option<Place> {
        let mut present = self.lock();
        let own = present.get(subject).copied().unwrap_or_default();
        if own >= PER_SUBJECT_MAX || present.values().sum::<usize>() >= LISTENERS_MAX {
            return None;
        }
        present.insert(subject.to_owned(), own + 1);
        Some(Place { hub: self.clone(), subject: subject.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = self.hub.lock();
        match present.get_mut(&self.subject) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(present.remove(&self.subject)),
        }
    }
}

/// The data of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Happened {
    /// What was done, such as `release.send`, `recall.applied`, `link.received`, `holdings.import`.
    act: String,
    /// The id of what it was done to.
    subject: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: comity_vocab::Timestamp,
}

/// Returns the name of the event for an act that the one who reads the holdings may hear of.
fn name_of(act: &str) -> Option<&'static str> {
    Some(match act {
        "link.received" | "holdings.import" => "arrived",
        "release.draft" | "release.sign" | "release.approve" | "release.send" | "release.withdraw" => "release",
        "recall.draft" | "recall.approve" | "recall.send" | "recall.applied" | "recall.answered" => "recall",
        "link.add" | "link.suspend" | "link.resume" | "link.key_change" => "link",
        _ => return None,
    })
}

/// Tells what happens from now on, or since `Last-Event-ID`, as server-sent events named `arrived`, `release`, `recall` and `link`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("last-event-id" = Option<String>, Header, description = "The id of the last event that was heard.")),
    responses((status = 200, description = "A stream without end.", body = Happened, content_type = "text/event-stream")))]
pub(crate) async fn events(
    State(desk): State<Arc<Desk>>,
    Extension(hub): Extension<Hub>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let place = hub.enter(&caller.identity.subject).ok_or_else(|| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many callers listen")
            .limit(format!("{PER_SUBJECT_MAX} at once for each caller, {LISTENERS_MAX} in all"))
            .todo("try again later")
    })?;
    let from = match headers.get("last-event-id") {
        Some(last) => {
            let owner = owner(&desk, &caller);
            let seq: u64 = owner.open(last.to_str().unwrap_or_default())?.parse().unwrap_or(u64::MAX);
            seq.saturating_add(1)
        }
        None => {
            let head = desk.readers.read(|reader| Ok::<_, Failure>(reader.view().desk().audit_head()?)).await?;
            head.map_or(0, |head| head.seq + 1)
        }
    };
    let (tell, heard) = channel(BATCH_MAX);
    tokio::spawn(watch(desk, caller, from, tell, place));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::new(Stream(heard))).into_response())
}

fn owner<'a>(desk: &'a Desk, caller: &'a Caller) -> Owner<'a> {
    Owner { secret: &desk.cursor_key, subject: &caller.identity.subject, filter: FILTER, now: (desk.clock)() }
}

/// Looks for new entries until the caller is gone or may hear no more.
async fn watch(desk: Arc<Desk>, caller: Caller, mut next: u64, tell: Sender<Bytes>, _place: Place) {
    // Shows at once that the stream is open.
    if tell.send(Bytes::from_static(b": open\n\n")).await.is_err() {
        return;
    }
    let mut quiet = 0;
    while may_hear(&desk, &caller) {
        let from = next;
        let read = desk.readers.read(move |reader| Ok::<_, Failure>(reader.view().desk().audit_from(from, BATCH_MAX)?));
        let Ok(rows) = read.await else { return };
        for row in &rows {
            next = row.seq + 1;
            // An entry that cannot be read ends the stream: who listens must not believe that nothing happened.
            let Ok(entry) = AuditEntry::parse(&row.bytes) else {
                tracing::error!(seq = row.seq, "an audit entry is damaged; the event stream ends");
                return;
            };
            let Some(text) = event(&owner(&desk, &caller), row.seq, entry) else { continue };
            quiet = 0;
            if tell.send(text).await.is_err() {
                return;
            }
        }
        if rows.len() == BATCH_MAX {
            continue;
        }
        quiet += 1;
        if quiet >= QUIET_LOOKS {
            quiet = 0;
            if tell.send(Bytes::from_static(b":\n\n")).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = tell.closed() => return,
        }
    }
}

/// Listening alone keeps no session alive.
fn may_hear(desk: &Desk, caller: &Caller) -> bool {
    let now = (desk.clock)();
    let identity = match &caller.credential {
        Credential::Session(secret) => desk.access.glance(secret, now),
        Credential::Token(secret) => desk.access.token(secret, now),
    };
    identity.is_some_and(|identity| identity.scopes.contains(&Scope::Read))
}

fn event(owner: &Owner<'_>, seq: u64, entry: AuditEntry) -> Option<Bytes> {
    let name = name_of(&entry.act)?;
    let happened = Happened { act: entry.act, subject: entry.subject, at: entry.at };
    // JSON in one line: no line break of the data can begin a field.
    let data = serde_json::to_string(&happened).ok()?;
    Some(Bytes::from(format!("id: {}\nevent: {name}\ndata: {data}\n\n", owner.seal(&seq.to_string()))))
}

/// What was told, as the body of an answer.
struct Stream(Receiver<Bytes>);

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|told| told.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Hub, LISTENERS_MAX, PER_SUBJECT_MAX, name_of};

    #[test]
    fn one_caller_does_not_take_every_place() {
        let hub = Hub::default();
        let mut own: Vec<_> = (0..PER_SUBJECT_MAX).map(|_| hub.enter("token:a")).collect();
        assert!(own.iter().all(Option::is_some));
        assert!(hub.enter("token:a").is_none());
        assert!(hub.enter("token:b").is_some(), "others are unaffected");
        drop(own.pop());
        assert!(hub.enter("token:a").is_some(), "a place that was left is free");
        let all: Vec<_> = (0..LISTENERS_MAX).map(|number| hub.enter(&format!("token:{number}"))).collect();
        assert_eq!(all.iter().flatten().count(), LISTENERS_MAX - own.len());
        drop((own, all));
        assert!(hub.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn acts_on_sources_and_access_are_not_told() {
        for (act, name) in [
            ("release.send", Some("release")),
            ("recall.applied", Some("recall")),
            ("link.received", Some("arrived")),
            ("holdings.import", Some("arrived")),
            ("link.suspend", Some("link")),
            ("vault.show", None),
            ("vault.attach", None),
            ("officer.prepare", None),
            ("sign_in.refused", None),
            ("token.add", None),
            ("release.check", None),
            ("", None),
        ] {
            assert_eq!(name_of(act), name, "{act}");
        }
    }
}
