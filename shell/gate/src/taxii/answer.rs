//! One request of a partner's tool and its answer.

use super::SharedShelf;
use super::shelf::{Held, Partition};
use bytes::Bytes;
use comity_edge::BoundedBody;
use comity_link::gate_protocol::Taxii;
use comity_taxii::page::{Body, Kind, stamp};
use comity_taxii::resource::Collection;
use comity_taxii::{Asked, Cursor, CursorKey, Facts, Query, Refusal, Route, Versions, credentials, media, resource};
use comity_vocab::{OrgCode, Timestamp};
use http_body_util::Full;
use hyper::header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use std::sync::PoisonError;
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the API root in addresses.
const ROOT: &str = "released";
const PREFIX: &str = "/taxii2/";
/// The one collection there is, the same for every recipient: each sees its own in it.
const COLLECTION: &str = "b7c6a0f4-0c6e-4b6e-9f2a-6d1d3c6d9a01";
/// Who may read, and what authenticates cursors.
pub(super) struct Recipients {
    tokens: Vec<(OrgCode, [u8; 32])>,
    key: CursorKey,
}

impl Recipients {
    pub(super) fn new(taxii: Taxii) -> Self {
        let key = CursorKey::new(&taxii.cursor_key);
        Self { tokens: taxii.recipients.into_iter().map(|one| (one.code, one.token)).collect(), key }
    }

    /// The recipient whose token this is. Digests of 256 random bits are compared, so the time tells nothing of use.
    fn find(&self, token: &str) -> Option<&OrgCode> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.tokens.iter().find(|(_, known)| *known == digest).map(|(code, _)| code)
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}

/// Answers one request.
pub(super) fn answer(
    recipients: &Recipients,
    shelf: &SharedShelf,
    request: &Request<BoundedBody>,
) -> Response<Full<Bytes>> {
    match answered(recipients, shelf, request) {
        Ok(page) => {
            let mut response = typed(page.body);
            if let Some((first, last)) = page.dates {
                for (name, date) in [("x-taxii-date-added-first", first), ("x-taxii-date-added-last", last)] {
                    // A time is digits and punctuation.
                    if let Ok(value) = HeaderValue::try_from(stamp(date)) {
                        response.headers_mut().insert(name, value);
                    }
                }
            }
            response
        }
        Err(refusal) => refused(&refusal),
    }
}

fn typed(body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media::MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn refused(refusal: &Refusal) -> Response<Full<Bytes>> {
    tracing::info!(status = refusal.status, title = refusal.title, "TAXII refused");
    let mut response = typed(refusal.body(None));
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal.status {
        401 => {
            for challenge in ["Basic realm=\"comity\", charset=\"UTF-8\"", "Bearer realm=\"comity\""] {
                response.headers_mut().append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
        }
        405 => {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        _ => {}
    }
    response
}

struct Page {
    body: Vec<u8>,
    dates: Option<(Timestamp, Timestamp)>,
}

impl Page {
    fn plain(body: Vec<u8>) -> Self {
        Self { body, dates: None }
    }
}

fn answered(recipients: &Recipients, shelf: &SharedShelf, request: &Request<BoundedBody>) -> Result<Page, Refusal> {
    let code = caller(recipients, request)?;
    let accept = request.headers().get_all(ACCEPT).iter().map(|value| value.to_str().unwrap_or("?"));
    if !media::accepted(accept) {
        return Err(
            Refusal::new(406, "not acceptable", format!("answers are {}", media::MEDIA_TYPE)).at("header Accept")
        );
    }
    let route = request.uri().path().strip_prefix(PREFIX).and_then(|path| Route::parse(path, ROOT));
    let route = route.ok_or_else(Refusal::nothing)?;
    let shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    let partition = shelf.partition(code).ok_or_else(Refusal::nothing)?;
    if request.method() != Method::GET {
        return Err(not_read(partition, request.method(), &route));
    }
    let asked = match route {
        Route::Manifest(_) | Route::Objects(_) => Asked::Objects,
        Route::Object(..) => Asked::Object,
        Route::Versions(..) => Asked::Versions,
        _ => Asked::Plain,
    };
    let query = Query::parse(request.uri().query().unwrap_or_default(), asked)?;
    let (title, about) = ("Comity gate", "What was released to you.");
    match route {
        Route::Discovery => Ok(Page::plain(resource::discovery(title, about, &format!("{PREFIX}{ROOT}/")))),
        Route::Root => Ok(Page::plain(resource::root(title, about))),
        Route::Status => Err(Refusal::nothing()),
        Route::Collections => Ok(Page::plain(resource::collections(&[collection()]))),
        Route::Collection(id) => if_ours(id).map(|()| Page::plain(collection().body())),
        Route::Objects(id) | Route::Manifest(id) => {
            if_ours(id)?;
            let kind = if matches!(route, Route::Manifest(_)) { Kind::Manifest } else { Kind::Objects };
            page(partition, kind, query, &Owner { key: &recipients.key, code, object: "" })
        }
        Route::Object(id, object) | Route::Versions(id, object) => {
            if_ours(id)?;
            if !partition.has(object) {
                return Err(Refusal::nothing());
            }
            let versions = matches!(route, Route::Versions(..));
            let mut query = Query { ids: vec![object.to_owned()], ..query };
            if versions {
                query.versions = Versions::All;
            }
            page(
                partition,
                if versions { Kind::Versions } else { Kind::Objects },
                query,
                &Owner { key: &recipients.key, code, object },
            )
        }
    }
}

fn caller<'r>(recipients: &'r Recipients, request: &Request<BoundedBody>) -> Result<&'r OrgCode, Refusal> {
    let malformed = || {
        Refusal::new(400, "malformed credentials", "send one header: Basic with the token as password, or Bearer")
            .at("header Authorization")
    };
    let unknown = || {
        Refusal::new(
            401,
            "unauthorised",
            "bring the token that the organisation gave you as the password of HTTP Basic, with any user name, or as Bearer",
        )
    };
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(unknown)?;
    if values.next().is_some() {
        return Err(malformed());
    }
    let token = value.to_str().ok().and_then(|text| credentials::token(text).ok()).ok_or_else(malformed)?;
    recipients.find(&token).ok_or_else(unknown)
}

fn collection() -> Collection {
    let about = "What was released to you and has not been recalled.".to_owned();
    Collection::new(COLLECTION.to_owned(), "Released to you".to_owned(), Some(about), Some(ROOT.to_owned()))
}

fn if_ours(id: &str) -> Result<(), Refusal> {
    if id == COLLECTION || id == ROOT { Ok(()) } else { Err(Refusal::nothing()) }
}

/// Says why something other than reading is refused; what is not visible is not there for writing either.
fn not_read(partition: &Partition, method: &Method, route: &Route<'_>) -> Refusal {
    match (method, route) {
        (&Method::POST, Route::Objects(id)) => match if_ours(id) {
            Ok(()) => Refusal::new(403, "read-only collection", "send through the link, or by courier"),
            Err(nothing) => nothing,
        },
        (&Method::DELETE, Route::Object(id, object)) => match if_ours(id) {
            Ok(()) if partition.has(object) => {
                Refusal::new(403, "not deletable", "only the originator recalls what it released")
            }
            _ => Refusal::nothing(),
        },
        _ => Refusal::new(405, "method not allowed", "this address only takes GET"),
    }
}

/// Whose cursor it is, and of which walk.
struct Owner<'r> {
    key: &'r CursorKey,
    code: &'r OrgCode,
    object: &'r str,
}

/// Adds an object; `false` where the page is full.
fn add(body: &mut Body, held: &Held) -> bool {
    if let Body::Objects(envelope) = body {
        return envelope.add(&held.bytes);
    }
    if let Some(facts) = Facts::read(&held.bytes) {
        body.add_record(&facts, held.added);
    }
    true
}

fn page(partition: &Partition, kind: Kind, query: Query, owner: &Owner<'_>) -> Result<Page, Refusal> {
    let filter = kind.bound(owner.object, &query);
    let subject = format!("partner:{}", owner.code);
    let after = match &query.next {
        Some(next) => {
            let cursor = owner.key.open(next, &subject, &filter, now());
            let invalid = || Refusal::new(400, "invalid cursor", "begin again, or go on with added_after").at("next");
            cursor.ok_or_else(invalid)?.sequence
        }
        None => query.added_after.map_or(0, |time| partition.until(time)),
    };
    let mut body = Body::new(kind, query.limit);
    let (mut count, mut more) = (0, false);
    let mut ends: Option<((i64, Timestamp), (i64, Timestamp))> = None;
    partition.walk(after, &query, &mut |at, held| {
        if count == query.limit || !add(&mut body, held) {
            more = true;
            return false;
        }
        count += 1;
        let end = (at, held.added);
        ends = Some((ends.map_or(end, |(first, _)| first), end));
        true
    });
    let next =
        ends.filter(|_| more).map(|(_, (sequence, _))| owner.key.seal(Cursor { sequence }, &subject, &filter, now()));
    Ok(Page { body: body.finish(next.as_deref()), dates: ends.map(|((_, first), (_, last))| (first, last)) })
}
