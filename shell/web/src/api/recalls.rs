//! Recalls: draft, approve, send, and the board.

use super::answer::{Answer, ask, ask_naming, officer};
use super::input::{Body, Named, limit};
use super::releases::Signed;
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use comity_node::{
    BasisDecided, BasisDecision, Failure, RECALL_ITEMS, RECALL_ITEMS_MAX, RecallNamed, RecallOf, RecallPartner,
    Request, Scope,
};
use comity_release::RecallKind;
use comity_vocab::{Digest, Role};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Shows every recall, per recipient, and those received.
#[utoipa::path(get, path = "/api/v1/recalls", tag = "recalls",
    responses((status = 200, description = "As `comity recall board --json`.", body = serde_json::Value)))]
pub(crate) async fn board(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::RecallBoard).await
}

/// What is recalled, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecall {
    /// Whole releases.
    #[serde(default)]
    releases: Vec<String>,
    /// Single items, by our id or the id that the recipient knows.
    #[serde(default)]
    items: Vec<String>,
    /// `correct` and `downgrade_confidence` leave the item with its recipients, with a notice on it; `withdraw_permission`, `withdraw_error`,
    /// `withdraw_fabricated` and `withdraw_unlawful` have it erased.
    #[schema(value_type = String, example = "withdraw_error")]
    kind: RecallKind,
}

/// Drafts a recall.
#[utoipa::path(post, path = "/api/v1/recalls", tag = "recalls", request_body = NewRecall,
    responses((status = 200, description = "As `comity recall draft --json`.", body = serde_json::Value)))]
pub(crate) async fn draft(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewRecall>) -> Answer {
    officer(&caller)?;
    let NewRecall { releases, items, kind } = new;
    ask_naming(&desk, &caller, Request::RecallDraft { releases, items, kind }).await
}

/// What would be recalled, or the recall that was drafted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Previewed {
    /// Whole releases.
    releases: Vec<String>,
    /// Single items, by our id or the id that the recipient knows.
    items: Vec<String>,
    /// A recall of ours, in place of both.
    recall: Option<String>,
    /// How many objects are left out before the first that is listed.
    from: usize,
    /// At most so many objects are listed; 200 where absent, never more than 10,000. `total` counts all.
    #[schema(minimum = 1, maximum = 10000)]
    limit: Option<i64>,
}

/// One partner that would be told.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewedPartner {
    /// Its code.
    recipient: String,
    /// Its name; absent where there is no link with it any more.
    name: Option<String>,
    /// Items it was given.
    items: u64,
    /// Of these, those that its receipt covers.
    received: u64,
    /// Of these, those that wait here.
    queued: u64,
    /// Of these, those that were recalled before.
    recalled: u64,
    /// Items beside these that wait in the same entries: a recall that withdraws keeps them back too.
    withheld: u64,
    /// Whether its tools may read at our gate over TAXII what it was given.
    taxii: bool,
    /// Whether the link is stopped.
    suspended: bool,
}

/// Whom a recall reaches.
#[derive(Serialize, ToSchema)]
pub(crate) struct Preview {
    /// How many objects of ours.
    total: u64,
    /// Objects as `comity recall preview --json` has them.
    items: serde_json::Value,
    /// Everybody who would be told.
    recipients: Vec<PreviewedPartner>,
    /// The releases in which the items went, as `comity recall preview --json` has them.
    releases: serde_json::Value,
    /// How many of the objects went out exactly as they were published.
    public: u64,
    /// Of exactly these items at exactly these recipients.
    #[schema(value_type = String)]
    digest: Digest,
}

/// Shows whom a recall reaches, before it is drafted or after. Changes nothing.
#[utoipa::path(post, path = "/api/v1/recalls/preview", tag = "recalls", request_body = Previewed,
    responses((status = 200, description = "What would be recalled, from whom, and who really has it.", body = Preview)))]
pub(crate) async fn preview(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(asked): Body<Previewed>,
) -> Result<Json<Preview>, Problem> {
    caller.require(Scope::Read)?;
    let Previewed { releases, items, recall, from, limit: at_most } = asked;
    let of = match recall {
        None => RecallOf::Named(RecallNamed { releases, items }),
        Some(recall) if releases.is_empty() && items.is_empty() => RecallOf::Drafted(recall),
        Some(_) => return Err(Failure::usage("name a recall, or releases and items, not both").into()),
    };
    let at_most = limit(at_most, RECALL_ITEMS_MAX)?.unwrap_or(RECALL_ITEMS);
    let read = desk.readers.read(move |reader| reader.recall_preview(&of, from, at_most)).await;
    // What the body names and is not there is a refusal, for the address itself is there.
    let shown = read.map_err(|failure| Failure { code: None, ..failure })?;
    let unwritten = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the answer cannot be written");
    Ok(Json(Preview {
        total: shown.total,
        items: serde_json::to_value(&shown.items).map_err(unwritten)?,
        releases: serde_json::to_value(&shown.releases).map_err(unwritten)?,
        public: shown.public,
        digest: shown.digest,
        recipients: shown.recipients.into_iter().map(PreviewedPartner::from).collect(),
    }))
}

impl From<RecallPartner> for PreviewedPartner {
    fn from(partner: RecallPartner) -> Self {
        let RecallPartner { recipient, name, items, received, queued, recalled, withheld, taxii, suspended } = partner;
        Self { recipient, name, items, received, queued, recalled, withheld, taxii, suspended }
    }
}

/// A role in which an officer would sign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InRole {
    #[schema(value_type = String, example = "releasing_officer")]
    pub role: Role,
}

/// Gives what an officer signs for a recall.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/statement", tag = "recalls", params(("recall" = String, Path)), request_body = InRole,
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(InRole { role }): Body<InRole>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::RecallPrepare { recall, officer, role }).await
}

/// Brings a signature on a recall.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/approvals", tag = "recalls", params(("recall" = String, Path)), request_body = Signed,
    responses((status = 200, description = "As `comity recall approve --json`.", body = serde_json::Value)))]
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(signed): Body<Signed>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::RecallApprove { recall, officer, role: signed.role, proof: signed.proof }).await
}

/// Sends a recall. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/send", tag = "recalls", params(("recall" = String, Path)),
    responses((status = 200, description = "As `comity recall send --json`.", body = serde_json::Value)))]
pub(crate) async fn send(State(desk): State<Arc<Desk>>, caller: Caller, Named(recall): Named<String>) -> Answer {
    ask(&desk, &caller, Request::RecallSend { recall }).await
}

/// What an officer says of an own object that rests on what a partner recalled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnBasis {
    /// Our object.
    object: String,
    /// `keep`: it stands without what was recalled and may be released. `withdraw`: it is not released any more.
    #[schema(value_type = String, example = "keep")]
    decision: BasisDecision,
}

/// Decides about an own object that rests on what a partner recalled.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/decisions", tag = "recalls", params(("recall" = String, Path)), request_body = OnBasis,
    responses((status = 200, description = "As `comity recall decide --json`.", body = serde_json::Value)))]
pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(recall): Named<String>,
    Body(OnBasis { object, decision }): Body<OnBasis>,
) -> Answer {
    officer(&caller)?;
    ask_naming(&desk, &caller, Request::RecallDecide(BasisDecided { recall, object, decision })).await
}
