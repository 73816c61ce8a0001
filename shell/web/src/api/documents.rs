//! Documents: draft, list, show; and what a partner can receive.
//!
//! Guarantees: an officer drafts in their own name only. A document is signed, checked, approved, sent and withdrawn under
//! `/releases/{release}`, by the identifier that drafting gives. Does not know: which forms there are; the node does.

use super::answer::{Answer, ask, ask_naming, officer};
use super::input::{Body, Label, Named, Params};
use crate::desk::Desk;
use crate::identity::Caller;
use axum::extract::State;
use comity_node::{DocumentDraftRequest, DocumentNamed, DocumentsAsked, PartnerNamed, Request};
use comity_vocab::{Form, OrgCode, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which documents are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listed {
    /// Only those of this form, such as `hello/1`.
    #[param(value_type = Option<String>)]
    form: Option<Form>,
    /// Only those to or from this partner.
    #[param(value_type = Option<String>)]
    partner: Option<OrgCode>,
    /// So many of the newest are left out.
    #[serde(default)]
    #[param(maximum = 1_000_000)]
    skip: u64,
}

/// Lists documents, at most 1,000 of ours and 1,000 of those that arrived.
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents", params(Listed),
    responses((status = 200, description = "As `comity document list --json`.", body = serde_json::Value)))]
pub(crate) async fn list(State(desk): State<Arc<Desk>>, caller: Caller, Params(asked): Params<Listed>) -> Answer {
    let Listed { form, partner, skip } = asked;
    ask(&desk, &caller, Request::DocumentList(DocumentsAsked { form, partner, skip })).await
}

/// What a document says, to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDocument {
    /// The form.
    #[schema(value_type = String, example = "hello/1")]
    form: Form,
    /// The fields of the form.
    #[schema(example = json!({ "text": "Good morning." }))]
    fields: serde_json::Value,
    /// Codes of the recipients.
    #[schema(value_type = Vec<String>, example = json!(["kps"]))]
    to: Vec<OrgCode>,
    /// The marking.
    #[schema(value_type = String, example = "TLP:AMBER")]
    label: Label,
    /// Until when it may be sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<Timestamp>,
}

/// Drafts a document.
#[utoipa::path(post, path = "/api/v1/documents", tag = "documents", request_body = NewDocument,
    responses((status = 200, description = "As `comity document draft --json`, with what the author signs.", body = serde_json::Value)))]
pub(crate) async fn draft(State(desk): State<Arc<Desk>>, caller: Caller, Body(new): Body<NewDocument>) -> Answer {
    let draft = DocumentDraftRequest {
        author: Some(officer(&caller)?),
        form: new.form,
        fields: new.fields,
        to: new.to,
        label: new.label.into(),
        expires: new.expires,
    };
    ask_naming(&desk, &caller, Request::DocumentDraft(draft)).await
}

/// Shows a document, ours or one that arrived.
#[utoipa::path(get, path = "/api/v1/documents/{document}", tag = "documents", params(("document" = String, Path)),
    responses((status = 200, description = "As `comity document show --json`.", body = serde_json::Value)))]
pub(crate) async fn show(State(desk): State<Arc<Desk>>, caller: Caller, Named(document): Named<String>) -> Answer {
    ask(&desk, &caller, Request::DocumentShow(DocumentNamed { document })).await
}

/// Says what a partner and we can receive.
#[utoipa::path(get, path = "/api/v1/links/{partner}/features", tag = "links", params(("partner" = String, Path)),
    responses((status = 200, description = "As `comity partner features --json`.", body = serde_json::Value)))]
pub(crate) async fn features(State(desk): State<Arc<Desk>>, caller: Caller, Named(partner): Named<OrgCode>) -> Answer {
    ask(&desk, &caller, Request::LinkFeatures(PartnerNamed { partner })).await
}
