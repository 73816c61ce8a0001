//! Sightings: what our own sensors saw of what we hold; judging them and sending them back.

use super::answer::{Answer, ask, officer};
use super::cursor::Owner;
use super::input::{Body, Named, Params, limit, list as parts};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use comity_node::{FailureKind, Judgement, Reader, Request, Scope, SightingQuery, SightingState};
use comity_vocab::{OrgCode, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const PAGE_MAX: usize = 1_000;
const PAGE: usize = 50;
/// The longest identifier that is looked for.
const ID_BYTES_MAX: usize = 300;

/// What sightings are narrowed by.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SightingParams {
    /// Of one indicator, by its whole id.
    indicator: Option<String>,
    /// Of indicators that came from: a feed's name, `own`, `link:CODE`.
    origin: Option<String>,
    /// `open`, `warning_listed`, `decayed`, `recalled`, as a list with commas; `open` where absent.
    state: Option<String>,
    /// `unreviewed`, `true_positive`, `false_positive`.
    judgement: Option<String>,
    /// One of the values that matched.
    value: Option<String>,
    /// Last seen at or after.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// First seen before.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// At most so many; 50 where absent, never more than 1,000.
    #[param(minimum = 1)]
    limit: Option<i64>,
    /// `next` of the page before, with the same other parameters.
    cursor: Option<String>,
}

fn word<T: DeserializeOwned>(text: &str, parameter: &str, expected: &str) -> Result<T, Problem> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
            .place(format!("query {parameter}"))
            .limit(format!("one of {expected}"))
    })
}

impl SightingParams {
    fn query(&self) -> Result<SightingQuery, Problem> {
        let states = parts(self.state.as_deref());
        let state = |text: &String| word(text, "state", "open, warning_listed, decayed, recalled");
        let judgement = |text: &str| word::<Judgement>(text, "judgement", "unreviewed, true_positive, false_positive");
        Ok(SightingQuery {
            indicator: self.indicator.clone(),
            origin: self.origin.clone(),
            states: states.iter().map(state).collect::<Result<Vec<SightingState>, Problem>>()?,
            judgement: self.judgement.as_deref().map(judgement).transpose()?,
            value: self.value.clone(),
            since: self.since,
            until: self.until,
            after: None,
            limit: limit(self.limit, PAGE_MAX)?.unwrap_or(PAGE),
        })
    }
}

/// A page of sightings, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sightings {
    /// As `comity sighting list --json` has them.
    sightings: Value,
    /// How many there are in all.
    total: u64,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists sightings.
#[utoipa::path(get, path = "/api/v1/sightings", tag = "detection", params(SightingParams),
    responses((status = 200, description = "A page of sightings.", body = Sightings)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<SightingParams>,
) -> Result<Json<Sightings>, Problem> {
    caller.require(Scope::Read)?;
    let filter =
        serde_json::to_vec(&SightingParams { cursor: None, limit: None, ..params.clone() }).unwrap_or_default();
    let subject = caller.identity.subject.clone();
    // A cursor of another list of this caller must not serve here.
    let bound = [b"sightings ".as_slice(), &filter].concat();
    let owner = Owner { secret: &desk.cursor_key, subject: &subject, filter: &bound, now: (desk.clock)() };
    let after = params.cursor.as_deref().map(|cursor| owner.open(cursor)).transpose()?;
    let query = SightingQuery { after, ..params.query()? };
    let page = desk.readers.read(move |reader| reader.sightings(&query).map_err(Problem::from)).await?;
    let sightings = serde_json::to_value(&page.sightings).unwrap_or_default();
    Ok(Json(Sightings { sightings, total: page.total, next: page.next.map(|place| owner.seal(&place)) }))
}

/// Sums sightings up: by day, indicator, originator and value.
#[utoipa::path(get, path = "/api/v1/sightings/summary", tag = "detection", params(SightingParams),
    responses((status = 200, description = "`days`, `by_indicator`, `by_origin`, `by_value`, each with `count` and `sightings`; the 20 most frequent of the latter.", body = serde_json::Value)))]
pub(crate) async fn summary(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<SightingParams>,
) -> Answer {
    caller.require(Scope::Read)?;
    let query = params.query()?;
    let summary = desk.readers.read(move |reader| reader.sighting_summary(&query).map_err(Problem::from)).await?;
    Ok(Json(serde_json::to_value(&summary).unwrap_or_default()))
}

/// Reads by a sighting's whole id; a beginning of it finds nothing here, and what is not there is answered as what is not shown.
async fn read<T, F>(desk: &Desk, id: String, work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce(&Reader, &str) -> Result<T, Problem> + Send + 'static,
{
    if id.len() > ID_BYTES_MAX {
        return Err(Problem::not_released());
    }
    desk.readers
        .read(move |reader| {
            let sheet = reader.sighting(&id).map_err(|failure| match failure.kind {
                FailureKind::No | FailureKind::Usage => Problem::not_released(),
                FailureKind::Operational => failure.into(),
            })?;
            if sheet.row.sighting != id {
                return Err(Problem::not_released());
            }
            work(reader, &id)
        })
        .await
}

/// Shows one sighting with its evidence. Of a recalled one: that it was, and nothing of its content.
#[utoipa::path(get, path = "/api/v1/sightings/{id}", tag = "detection", params(("id" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "As `comity sighting show --json`.", body = serde_json::Value)))]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<String>) -> Answer {
    caller.require(Scope::Read)?;
    let sheet = read(&desk, id, |reader, id| Ok(reader.sighting(id)?)).await?;
    Ok(Json(serde_json::to_value(&sheet).unwrap_or_default()))
}

/// Gives a sighting as a STIX bundle: the indicator as it is held, the sighting, the observed data. It stays ours: what goes to a
/// partner goes by a release.
#[utoipa::path(get, path = "/api/v1/sightings/{id}/stix", tag = "detection", params(("id" = String, Path, description = "The whole id.")),
    responses((status = 200, description = "A bundle.", body = serde_json::Value, content_type = "application/stix+json;version=2.1")))]
pub(crate) async fn stix(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let bytes = read(&desk, id, |reader, id| Ok(reader.sighting_stix(id)?)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/stix+json;version=2.1"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"sighting.json\""),
    ];
    Ok((headers, bytes).into_response())
}

/// What an officer says of a sighting.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judged {
    /// `true_positive`, `false_positive`, `unreviewed`.
    #[schema(value_type = String)]
    judgement: Judgement,
    /// Why; stays here.
    comment: Option<String>,
}

/// Judges a sighting.
#[utoipa::path(post, path = "/api/v1/sightings/{id}/judgement", tag = "detection", params(("id" = String, Path)), request_body = Judged,
    responses((status = 200, description = "As `comity sighting judge --json`.", body = serde_json::Value)))]
pub(crate) async fn judge(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(sighting): Named<String>,
    Body(Judged { judgement, comment }): Body<Judged>,
) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::SightingJudge { sighting, judgement, comment }).await
}

/// To whom a sighting goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Returned {
    /// The partner who released the indicator to us.
    #[schema(value_type = String)]
    partner: OrgCode,
}

/// Makes what is sent back to the partner whose indicator was sighted: a sighting without values and evidence, and our opinion where
/// it was judged. Nothing leaves by this: the objects go into a release (`POST /releases`).
#[utoipa::path(post, path = "/api/v1/sightings/{id}/return", tag = "detection", params(("id" = String, Path)), request_body = Returned,
    responses((status = 200, description = "As `comity sighting return --json`.", body = serde_json::Value)))]
pub(crate) async fn give_back(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(sighting): Named<String>,
    Body(Returned { partner }): Body<Returned>,
) -> Answer {
    officer(&caller)?;
    ask(&desk, &caller, Request::SightingReturn { sighting, partner }).await
}
