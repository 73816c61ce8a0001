//! Releases: draft, sign, check, approve, send, withdraw.
//!
//! Guarantees: an officer acts in their own name only; the two signatures are made outside, over bytes that the node gives. Does not
//! know: whether a release may go; the node and the core decide.

use super::answer::{Answer, ask, ask_naming, officer};
use super::input::{Body, Label, Named};
use super::writing::Objects;
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{ApprovalProof, FindingsAnswered, LeakAsk, PersonalData, ReleaseDraftRequest, Request};
use comity_vocab::time::Precision;
use comity_vocab::{OrgCode, Role, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lists releases.
#[utoipa::path(get, path = "/api/v1/releases", tag = "releases",
    responses((status = 200, description = "As `comity release list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::ReleaseList).await
}

/// What is to be released, to whom, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRelease {
    about: Objects,
    /// Codes of the recipients.
    #[schema(value_type = Vec<String>, example = json!(["kps"]))]
    to: Vec<OrgCode>,
    /// The marking; the combination of the inputs' markings where absent.
    #[schema(value_type = Option<String>, example = "TLP:AMBER")]
    label: Option<Label>,
    /// Source descriptor, `slot=value,…`.
    descriptor: Option<String>,
    /// Title of the written text.
    title: Option<String>,
    /// The written text.
    text: Option<String>,
    /// Properties released by name beyond the allow-list.
    #[serde(default)]
    allow: Vec<String>,
    /// How far times are cut down: `hour`, `day`, `month`, `year`.
    #[schema(value_type = Option<String>)]
    precision: Option<Precision>,
    /// Exact bytes of objects declared public, instead of a tearline.
    #[serde(default)]
    as_published: bool,
    /// Until when it may be sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<Timestamp>,
    /// What personal data in it is for. With `basis` and `necessity` it stays here, and is signed.
    purpose: Option<String>,
    /// The legal basis on which personal data leaves.
    basis: Option<String>,
    /// Why just this personal data is needed.
    necessity: Option<String>,
    /// From this day on recipients must not have it any more; it travels.
    #[schema(value_type = Option<String>, format = DateTime)]
    erase_by: Option<Timestamp>,
    /// Threat actors that are groups; of others it is assumed that they are one person.
    #[serde(default)]
    groups: Vec<String>,
}

/// Drafts a release.
#[utoipa::path(post, path = "/api/v1/releases", tag = "releases", request_body = NewRelease,
    responses((status = 200, description = "As `comity release draft --json`, with what the author signs.", body = serde_json::Value)))]
pub(crate) async fn draft(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewRelease>) -> Answer {
    let draft = ReleaseDraftRequest {
        author: Some(officer(&caller)?),
        selection: new.about.into(),
        to: new.to,
        label: new.label.map(Into::into),
        descriptor: new.descriptor,
        title: new.title,
        text: new.text,
        allow: new.allow,
        precision: new.precision,
        as_published: new.as_published,
        expires: new.expires,
        personal: PersonalData {
            purpose: new.purpose,
            basis: new.basis,
            necessity: new.necessity,
            erase_by: new.erase_by,
        },
        groups: new.groups,
    };
    ask_naming(&desk, &caller, Request::ReleaseDraft(draft)).await
}

/// Shows the exact bytes that would leave, beside the originals.
#[utoipa::path(get, path = "/api/v1/releases/{release}", tag = "releases", params(("release" = String, Path)),
    responses((status = 200, description = "As `comity release show --json`.", body = serde_json::Value)))]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, caller: Caller, Named(release): Named<String>) -> Answer {
    ask(&desk, &caller, Request::ReleaseShow { release }).await
}

/// Runs the leak check.
#[utoipa::path(post, path = "/api/v1/releases/{release}/check", tag = "releases", params(("release" = String, Path)),
    responses((status = 200, description = "As `comity release check --json`.", body = serde_json::Value)))]
pub(crate) async fn check(State(desk): State<Arc<Desk>>, caller: Caller, Named(release): Named<String>) -> Answer {
    ask(&desk, &caller, Request::ReleaseCheck { release }).await
}

/// How many answers an officer is given in a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerLimit {
    answers: u64,
}

/// Sets the limit; security officer and custodian, one after the other. Needs the passkey again (`/step-up`).
#[utoipa::path(put, path = "/api/v1/releases/limit", tag = "releases", request_body = AnswerLimit,
    responses((status = 200, description = "As `comity release limit --json`.", body = serde_json::Value)))]
pub(crate) async fn limit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Body(AnswerLimit { answers }): Body<AnswerLimit>,
) -> Answer {
    ask(&desk, &caller, Request::LeakAsk(LeakAsk::Limit { answers })).await
}

/// Gives what the author signs.
#[utoipa::path(post, path = "/api/v1/releases/{release}/statement", tag = "releases", params(("release" = String, Path)),
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn statement(State(desk): State<Arc<Desk>>, caller: Caller, Named(release): Named<String>) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::ReleaseSignPrepare { release, officer }).await
}

/// An officer's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    /// In which role.
    #[schema(value_type = String, example = "desk_officer")]
    pub role: Role,
    /// `{"officer_key": {"signature": …}}` or `{"passkey": {…}}`, over the statement.
    #[schema(value_type = Object)]
    pub proof: ApprovalProof,
}

/// Brings the author's signature.
#[utoipa::path(post, path = "/api/v1/releases/{release}/signature", tag = "releases", params(("release" = String, Path)), request_body = Signed,
    responses((status = 200, description = "`release` and `digest`.", body = serde_json::Value)))]
pub(crate) async fn sign(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(signed): Body<Signed>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::ReleaseSign { release, officer, role: signed.role, proof: signed.proof }).await
}

/// Why findings do not stand in the way.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Overrides {
    /// Reason by finding.
    overrides: BTreeMap<String, String>,
}

/// Gives what the releasing officer signs.
#[utoipa::path(post, path = "/api/v1/releases/{release}/approval-statement", tag = "releases", params(("release" = String, Path)), request_body = Overrides,
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn approval_statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(Overrides { overrides }): Body<Overrides>,
) -> Answer {
    let officer = officer(&caller)?;
    ask(&desk, &caller, Request::ReleaseApprovePrepare { release, officer, overrides }).await
}

/// The releasing officer's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approved {
    /// Reason by finding, as in the statement.
    #[serde(default)]
    overrides: BTreeMap<String, String>,
    /// As for a signature.
    #[schema(value_type = Object)]
    proof: ApprovalProof,
}

/// Brings the releasing officer's signature.
#[utoipa::path(post, path = "/api/v1/releases/{release}/approval", tag = "releases", params(("release" = String, Path)), request_body = Approved,
    responses((status = 200, description = "As `comity release approve --json`.", body = serde_json::Value)))]
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(approved): Body<Approved>,
) -> Answer {
    let officer = officer(&caller)?;
    let Approved { overrides, proof } = approved;
    ask(&desk, &caller, Request::ReleaseApprove { release, officer, overrides, proof }).await
}

/// Gives what a data protection officer signs to answer for words of special categories in a draft.
#[utoipa::path(post, path = "/api/v1/releases/{release}/answer-statement", tag = "releases", params(("release" = String, Path)), request_body = Overrides,
    responses((status = 200, description = "`statement` in base64, and the question for a passkey.", body = serde_json::Value)))]
pub(crate) async fn answer_statement(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(Overrides { overrides }): Body<Overrides>,
) -> Answer {
    ask(&desk, &caller, Request::ReleaseAnswer(FindingsAnswered { release, overrides, proof: None })).await
}

/// Brings the data protection officer's signature.
#[utoipa::path(post, path = "/api/v1/releases/{release}/answer", tag = "releases", params(("release" = String, Path)), request_body = Approved,
    responses((status = 200, description = "As `comity release answer --json`.", body = serde_json::Value)))]
pub(crate) async fn answer(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(Approved { overrides, proof }): Body<Approved>,
) -> Answer {
    ask(&desk, &caller, Request::ReleaseAnswer(FindingsAnswered { release, overrides, proof: Some(proof) })).await
}

/// Sends a release that was approved. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/releases/{release}/send", tag = "releases", params(("release" = String, Path)),
    responses((status = 200, description = "As `comity release send --json`.", body = serde_json::Value)))]
pub(crate) async fn send(State(desk): State<Arc<Desk>>, caller: Caller, Named(release): Named<String>) -> Answer {
    ask(&desk, &caller, Request::ReleaseSend { release }).await
}

/// Gives up a release that was not sent.
#[utoipa::path(post, path = "/api/v1/releases/{release}/withdraw", tag = "releases", params(("release" = String, Path)),
    responses((status = 200, description = "As `comity release withdraw --json`.", body = serde_json::Value)))]
pub(crate) async fn withdraw(State(desk): State<Arc<Desk>>, caller: Caller, Named(release): Named<String>) -> Answer {
    ask(&desk, &caller, Request::ReleaseWithdraw { release }).await
}
