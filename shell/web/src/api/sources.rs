//! The source register, for the handlers of each source.

use super::answer::{Answer, ask};
use super::idempotency::NotKept;
use super::input::{Body, Named};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::extract::State;
use axum::{Extension, Json};
use comity_node::{LeakAsk, Request, SourceEdit, SourceEntry, SourceReading, TermEntry};
use comity_vocab::OfficerCode;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lists the sources that the caller handles.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources",
    responses((status = 200, description = "As `comity vault list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::VaultList).await
}

/// A source.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSource {
    /// Internal cover name.
    cryptonym: String,
    /// True identity.
    identity: String,
    /// How the source is reached.
    contact: String,
    /// Who runs it; the asking officer is always among them.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    handlers: Vec<OfficerCode>,
    /// Words that must never appear in a release; each alone, or with what it is.
    #[serde(default)]
    #[schema(value_type = Vec<ProtectedTerm>)]
    terms: Vec<TermEntry>,
    /// Admiralty reliability, A to F.
    reliability: String,
    /// Free notes.
    #[serde(default)]
    notes: String,
}

/// A word that must never appear in a release: the word alone, or the word with what it is.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the schema of `TermEntry`, which is read")]
pub(crate) enum ProtectedTerm {
    /// Its form tells what it is.
    Word(String),
    /// With its kind.
    Kind {
        /// The word; of a person, `Given Names/Surname`.
        term: String,
        /// person, cryptonym, project, host, address, phone, case_number, email, ip, date, handle, document, account or phrase.
        kind: String,
    },
}

/// Enters a source.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", request_body = NewSource,
    responses((status = 200, description = "As `comity vault add --json`.", body = serde_json::Value)))]
pub(crate) async fn add(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewSource>) -> Answer {
    let NewSource { cryptonym, identity, contact, handlers, terms, reliability, notes } = new;
    ask(
        &desk,
        &caller,
        Request::VaultAdd(SourceEntry { cryptonym, identity, contact, handlers, terms, reliability, notes }),
    )
    .await
}

/// Objects of a source.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attached {
    objects: Vec<String>,
}

/// Joins objects to a source.
#[utoipa::path(post, path = "/api/v1/sources/{source}/objects", tag = "sources", params(("source" = String, Path)), request_body = Attached,
    responses((status = 200, description = "As `comity vault attach --json`.", body = serde_json::Value)))]
pub(crate) async fn attach(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(source): Named<String>,
    Body(Attached { objects }): Body<Attached>,
) -> Answer {
    ask(&desk, &caller, Request::VaultAttach { source, objects }).await
}

/// A change of a source.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceChange {
    /// Why; kept inside the vault.
    reason: String,
    /// Words that must never appear in a release from now on. One that is protected already is classified as given here.
    #[serde(default)]
    #[schema(value_type = Vec<ProtectedTerm>)]
    terms: Vec<TermEntry>,
    /// Words that are no longer protected, as they were entered.
    #[serde(default)]
    drop: Vec<String>,
    /// Officers who handle it from now on.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    handlers: Vec<OfficerCode>,
    /// Officers who no longer do.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    former_handlers: Vec<OfficerCode>,
}

/// Changes protected terms and handlers of a source. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/sources/{source}/changes", tag = "sources", params(("source" = String, Path)), request_body = SourceChange,
    responses((status = 200, description = "As `comity vault change --json`.", body = serde_json::Value)))]
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(source): Named<String>,
    Body(change): Body<SourceChange>,
) -> Answer {
    let SourceChange { reason, terms, drop, handlers, former_handlers } = change;
    ask(&desk, &caller, Request::VaultChange(SourceEdit { source, reason, terms, drop, handlers, former_handlers }))
        .await
}

/// Why a source is read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reading {
    /// Kept in the audit log.
    reason: String,
}

/// Reads a source. Needs the passkey again (`/step-up`). Each reading is one of its own: a repeated key reads again.
#[utoipa::path(post, path = "/api/v1/sources/{source}/readings", tag = "sources", params(("source" = String, Path)), request_body = Reading,
    responses((status = 200, description = "As `comity vault show --json`.", body = serde_json::Value)))]
pub(crate) async fn read(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(source): Named<String>,
    Body(Reading { reason }): Body<Reading>,
) -> Result<(Extension<NotKept>, Json<Value>), Problem> {
    Ok((Extension(NotKept), ask(&desk, &caller, Request::VaultShow(SourceReading { source, reason })).await?))
}

/// Tells who asked the leak check how often, and which blocked drafts wait for the caller.
#[utoipa::path(get, path = "/api/v1/sources/asked", tag = "sources",
    responses((status = 200, description = "As `comity vault asked --json`.", body = serde_json::Value)))]
pub(crate) async fn asked(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    ask(&desk, &caller, Request::LeakAsk(LeakAsk::Asked)).await
}

/// What a handler says of a blocked draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandlersAnswer {
    /// What stands in it is not the source. Otherwise it stays blocked, and what else stood in it may be asked about again.
    not_mine: bool,
    /// The terms that are answered for, as `term` of the places names them; all of the caller's that stand in it where none is named.
    #[serde(default)]
    terms: Vec<String>,
    /// Why; kept inside the vault.
    reason: String,
}

/// Answers a blocked draft in which terms of the caller's sources stand. Needs the passkey again (`/step-up`).
#[utoipa::path(post, path = "/api/v1/sources/asked/{release}", tag = "sources", params(("release" = String, Path)), request_body = HandlersAnswer,
    responses((status = 200, description = "As `comity vault answer --json`.", body = serde_json::Value)))]
pub(crate) async fn answer(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(release): Named<String>,
    Body(HandlersAnswer { not_mine, terms, reason }): Body<HandlersAnswer>,
) -> Answer {
    ask(&desk, &caller, Request::LeakAsk(LeakAsk::Answer { release, not_mine, terms, reason })).await
}
