//! Pages of objects, of manifest records and of versions.
//!
//! Guarantees: one snapshot a page; objects go out byte for byte as they are kept; `next` counts only for the caller, the collection
//! and the filter it was made for.

use super::answer::{self, Fault};
use super::collections::Place;
use crate::desk::Desk;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use comity_store::{Addition, AdditionQuery, End, StoreError, Take, VersionMatch, View};
use comity_taxii::page::{Body, Kind, stamp};
use comity_taxii::{Cursor, CursorKey, Facts, Query, Refusal, Route, Versions};
use comity_vocab::Timestamp;
use std::sync::Arc;

/// A page and the times of its ends.
struct Page {
    body: Vec<u8>,
    dates: Option<(Timestamp, Timestamp)>,
}

/// Answers with a page of what the route names.
pub async fn answered(desk: &Arc<Desk>, route: Route<'_>, query: Query, subject: String) -> Result<Response, Fault> {
    let (kind, id, object) = match route {
        Route::Manifest(id) => (Kind::Manifest, id, None),
        Route::Object(id, object) => (Kind::Objects, id, Some(object)),
        Route::Versions(id, object) => (Kind::Versions, id, Some(object)),
        Route::Objects(id) => (Kind::Objects, id, None),
        _ => return Err(Refusal::nothing().into()),
    };
    let (id, object) = (id.to_owned(), object.map(str::to_owned));
    let (key, now) = (CursorKey::new(&desk.cursor_key), (desk.clock)());
    let page = desk
        .readers
        .read(move |reader| {
            let view = reader.view();
            view.on_one_snapshot(|| page(&view, &id, object, kind, query, &Owner { key, subject, now }))
        })
        .await?;
    let mut response = answer::resource(page.body);
    if let Some((first, last)) = page.dates {
        for (name, date) in [("x-taxii-date-added-first", first), ("x-taxii-date-added-last", last)] {
            // A time is digits and punctuation.
            if let Ok(value) = HeaderValue::try_from(stamp(date)) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    Ok(response)
}

/// Whose cursors are read and made.
struct Owner {
    key: CursorKey,
    subject: String,
    now: Timestamp,
}

fn page(
    view: &View<'_>,
    collection: &str,
    object: Option<String>,
    kind: Kind,
    query: Query,
    owner: &Owner,
) -> Result<Page, Fault> {
    let place = Place::find(view, collection)?;
    if let Some(object) = &object
        && !view.has_addition(object, place.origin.as_ref())?
    {
        return Err(Refusal::nothing().into());
    }
    let filter = bound(&place, object.as_deref(), kind, &query);
    let after = match &query.next {
        Some(next) => {
            let cursor = owner.key.open(next, &owner.subject, &filter, owner.now);
            cursor
                .ok_or_else(|| {
                    Refusal::new(400, "invalid cursor", "begin again, or go on with added_after").at("next")
                })?
                .sequence
        }
        None => query.added_after.map_or(Ok(0), |time| view.added_until(time))?,
    };
    let walk = AdditionQuery {
        origin: place.origin,
        types: query.types,
        ids: object.map_or(query.ids, |object| vec![object]),
        versions: match query.versions {
            _ if kind == Kind::Versions => VersionMatch::All,
            Versions::All => VersionMatch::All,
            Versions::Any { first, last, at } => VersionMatch::Any { first, last, at },
        },
        after,
    };
    let mut sheet = Sheet::new(kind, query.limit, query.spec_versions);
    let end = view.additions(&walk, &mut |addition| sheet.take(view, addition))?;
    let next = match end {
        End::Done => None,
        End::More(sequence) => Some(owner.key.seal(Cursor { sequence }, &owner.subject, &filter, owner.now)),
    };
    let dates = match sheet.ends {
        Some((first, last)) => Some((view.date_added(first)?, view.date_added(last)?)),
        None => None,
    };
    Ok(Page { body: sheet.body.finish(next.as_deref()), dates })
}

/// Returns what a cursor is bound to beside its owner.
fn bound(place: &Place, object: Option<&str>, kind: Kind, query: &Query) -> Vec<u8> {
    let mut filter = place.key().to_vec();
    filter.extend(kind.bound(object.unwrap_or_default(), query));
    filter
}

/// A page that is being filled.
struct Sheet {
    body: Body,
    count: usize,
    limit: usize,
    spec_versions: Vec<String>,
    /// The first and the last sequence on it.
    ends: Option<(i64, i64)>,
}

impl Sheet {
    fn new(kind: Kind, limit: usize, spec_versions: Vec<String>) -> Self {
        let body = Body::new(kind, limit);
        Self { body, count: 0, limit, spec_versions, ends: None }
    }

    fn take(&mut self, view: &View<'_>, addition: Addition<'_>) -> Result<Take, StoreError> {
        let Addition { sequence, bytes } = addition;
        // The facts of an object cost more than its place in an envelope: only who asks for them pays.
        let facts = if self.spec_versions.is_empty() && matches!(self.body, Body::Objects(_)) {
            None
        } else {
            let facts = Facts::read(bytes).ok_or(StoreError::Damaged { what: "version", row: sequence })?;
            if !self.spec_versions.is_empty()
                && !self.spec_versions.iter().any(|version| version == facts.spec_version())
            {
                return Ok(Take::Next);
            }
            Some(facts)
        };
        if self.count == self.limit {
            return Ok(Take::Full);
        }
        match (&mut self.body, facts) {
            (Body::Objects(envelope), _) => {
                if !envelope.add(bytes) {
                    return Ok(Take::Full);
                }
            }
            (body, Some(facts)) => body.add_record(&facts, view.date_added(sequence)?),
            (_, None) => return Err(StoreError::Damaged { what: "version", row: sequence }),
        }
        self.count += 1;
        self.ends = Some((self.ends.map_or(sequence, |(first, _)| first), sequence));
        Ok(Take::Next)
    }
}
