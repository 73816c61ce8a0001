//! Documents: drafting one, and showing what was sent and what arrived.
//!
//! Guarantees: a document is drafted into the same table as a release of objects, so that the same check, the same two officers and the
//! same `send` follow; nobody is sent a form that it has not said it can receive. Does not know: how a document is approved or sent,
//! which is as for a release.

use crate::asked::{DocumentDraftRequest, DocumentsAsked};
use crate::failure::Failure;
use crate::given;
use crate::node::Node;
use comity_link::Features;
use comity_release::{DocumentRequest, Draft, ReleaseId, draft_document};
use comity_store::desk::{ReceivedDocument, ReleasedItem};
use comity_vocab::{Form, OfficerCode, OrgCode, Timestamp};
use comity_work::{Body, rules};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const DAY_SECONDS: i64 = 86_400;
/// The most documents that are listed at once, of ours and of those that arrived.
const LISTED_MAX: usize = 1_000;
/// The most that are left out before them.
const SKIP_MAX: u64 = 1_000_000;

impl Node {
    pub(crate) fn document_draft(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        request: DocumentDraftRequest,
    ) -> Result<Value, Failure> {
        let row = rules(request.form);
        self.require_role(&officer, row.first)?;
        let fields = serde_json::to_vec(&request.fields)?;
        let body = Body::parse(request.form, &fields).map_err(|fault| Failure::usage(fault.to_string()))?;
        let recipients = self.recipient_keys(&request.to)?;
        let audience: BTreeSet<OrgCode> = recipients.keys().cloned().collect();
        self.can_receive(&audience, request.form)?;
        let check = self.check_basis()?.configuration();
        let days = i64::from(self.home.configuration.policy.draft_valid_days.max(1));
        let organisation = self.home.configuration.organisation.code.clone();
        let mut wanted = DocumentRequest {
            release: ReleaseId(Uuid::nil()),
            body: &body,
            recipients,
            organisation: &organisation,
            label: request.label,
            check,
            now,
            expires: request.expires.unwrap_or_else(|| now.plus_seconds(days * DAY_SECONDS)),
        };
        // As for a release: what is drawn depends on whom it is for and on what leaves, and on nothing else.
        let outline = draft_document(&wanted).map_err(|fault| Failure::refusal(&fault))?;
        let to = audience.iter().map(OrgCode::as_str).collect::<Vec<_>>().join(",");
        let (label, body_bytes) = (outline.label().to_string(), outline.parts().concat());
        let content = comity_crypto::sha256(&[label.as_bytes(), b"\n", &body_bytes]);
        let context = format!("{to} {} {content}", request.form);
        let mut position = 0;
        loop {
            let id = self.entropy.stream("document-id", &context, position).uuid_v4();
            if self.holdings.view().desk().release(&id.to_string())?.is_none() {
                wanted.release = ReleaseId(id);
                break;
            }
            position += 1;
        }
        let draft = draft_document(&wanted).map_err(|fault| Failure::refusal(&fault))?;
        self.store_draft(now, officer, &draft)
    }

    /// Refuses to send a document to somebody who has not said that it can receive its form.
    pub(super) fn recipients_can_receive(&self, draft: &Draft) -> Result<(), Failure> {
        draft.form().map_or(Ok(()), |form| self.can_receive(draft.audience(), form))
    }

    fn can_receive(&self, audience: &BTreeSet<OrgCode>, form: Form) -> Result<(), Failure> {
        for recipient in audience {
            let features = self.features_of(recipient)?;
            if !features.as_ref().is_some_and(|theirs| theirs.has_form(form)) {
                let why = match features {
                    Some(_) => "its node does not know the form",
                    None => "its node has not said what it can receive",
                };
                return Err(Failure::no(format!("{recipient} cannot receive {form}: {why}")).hint(format!(
                    "a node says it when the link connects, and again after it was updated: comity partner features {recipient}"
                )));
            }
        }
        Ok(())
    }

    /// Refuses to recall a document of a form that is withdrawn or ended instead.
    pub(crate) fn may_be_recalled(&self, item: &ReleasedItem) -> Result<(), Failure> {
        if !item.released_id.starts_with("document--") {
            return Ok(());
        }
        let row = self.holdings.view().desk().release(&item.release)?;
        let summary: Value = row.map(|row| serde_json::from_str(&row.summary)).transpose()?.unwrap_or_default();
        let form = summary.get("form").and_then(Value::as_str).and_then(|form| form.parse::<Form>().ok());
        match form.map(rules) {
            Some(rules) if rules.recallable => Ok(()),
            Some(rules) => Err(Failure::no(format!("a document of the form {} cannot be recalled", rules.form))),
            None => Err(Failure::operational(format!("the record of document {} is damaged", item.release))
                .hint("run `comity verify`")),
        }
    }

    /// What a partner said in this generation of the link that it can receive.
    pub(crate) fn features_of(&self, partner: &OrgCode) -> Result<Option<Features>, Failure> {
        let link = self.link_row(partner)?;
        let (_, theirs) = self.holdings.view().desk().link_features(partner.as_str(), link.generation)?;
        let damaged =
            |_| Failure::operational(format!("what {partner} can receive is stored damaged; run `comity verify`"));
        theirs.map(|text| serde_json::from_str(&text).map_err(damaged)).transpose()
    }

    pub(crate) fn link_features(&self, partner: &OrgCode) -> Result<Value, Failure> {
        let link = self.link_row(partner)?;
        let (ours, _) = self.holdings.view().desk().link_features(partner.as_str(), link.generation)?;
        let ours: Option<Features> = ours.map(|text| serde_json::from_str(&text)).transpose()?;
        let forms: Vec<Value> = comity_work::RULES
            .iter()
            .map(|row| {
                json!({ "form": row.form, "about": row.about, "first": row.first, "second": row.second,
                    "recallable": row.recallable, "portable": row.portable, "bytes_max": row.bytes_max })
            })
            .collect();
        Ok(json!({ "partner": partner, "generation": link.generation, "ours": ours,
            "theirs": self.features_of(partner)?, "forms": forms }))
    }

    pub(crate) fn document_list(&self, asked: &DocumentsAsked) -> Result<Value, Failure> {
        if asked.skip > SKIP_MAX {
            return Err(Failure::usage(format!("at most {SKIP_MAX} documents can be left out, not {}", asked.skip)));
        }
        let desk = self.holdings.view().desk();
        let (skip, partner) = (asked.skip, asked.partner.as_ref().map(OrgCode::as_str));
        let (rows, ours) = desk.documents_of_ours(partner, asked.form, skip, LISTED_MAX)?;
        let mut sent = Vec::new();
        for row in rows {
            let mut summary: Value = serde_json::from_str(&row.summary)?;
            if let Value::Object(fields) = &mut summary {
                fields.insert("document".into(), json!(row.id));
                fields.insert("state".into(), json!(row.state));
                fields.insert("author".into(), row.author.into());
                fields.insert("digest".into(), json!(row.digest));
                fields.insert("created".into(), row.created.into());
                sent.push(summary);
            }
        }
        let (rows, arrived) = desk.received_documents(partner, asked.form, skip, LISTED_MAX)?;
        let received: Vec<Value> = rows.iter().map(line).collect();
        Ok(json!({ "ours": sent, "ours_total": ours, "received": received, "received_total": arrived, "skip": skip }))
    }

    /// Shows a document: ours as its draft is shown, and beside it every copy that arrived under the identifier. A partner may send one
    /// under an identifier of ours; neither hides the other.
    pub(crate) fn document_show(&mut self, document: &str) -> Result<Value, Failure> {
        let unknown =
            || Failure::no(format!("there is no document {document}")).code("unknown").hint("comity document list");
        let id = Uuid::try_parse(document.strip_prefix("document--").unwrap_or(document)).map_err(|_| unknown())?;
        let name = id.to_string();
        let copies = self.holdings.view().desk().documents_named(&name)?;
        let ours = match self.holdings.view().desk().release(&name)? {
            Some(row) => {
                let summary: Value = serde_json::from_str(&row.summary)?;
                match (summary.get("form").is_some_and(Value::is_string), &row.draft) {
                    (false, _) => None,
                    (true, Some(_)) => Some(self.release_show(&name)?),
                    (true, None) => Some(json!({ "release": name, "form": summary.get("form"), "state": row.state,
                        "author": row.author, "created": row.created, "recovered_from": summary.get("recovered_from") })),
                }
            }
            None => None,
        };
        if ours.is_none() && copies.is_empty() {
            return Err(unknown());
        }
        let copies: Vec<Value> = copies.iter().map(|copy| self.copy(copy)).collect::<Result<_, Failure>>()?;
        Ok(json!({ "document": name, "ours": ours, "copies": copies }))
    }

    /// One document that arrived, with what it says as long as it is held.
    fn copy(&self, document: &ReceivedDocument) -> Result<Value, Failure> {
        let mut shown = line(document);
        let desk = self.holdings.view().desk();
        let name = format!("document--{}", document.document);
        let mut notices = Vec::new();
        for recall in desk.received_recalls()?.into_iter().filter(|recall| recall.link == document.link) {
            let notice: Value = serde_json::from_str(&recall.notice)?;
            let items = notice.get("items").and_then(Value::as_array);
            if items.is_some_and(|items| items.iter().any(|item| item.as_str() == Some(name.as_str()))) {
                notices.push(json!({ "recall": recall.recall, "kind": notice.get("kind"),
                    "instruction": notice.get("instruction"), "at": recall.at }));
            }
        }
        let Value::Object(fields) = &mut shown else { return Ok(shown) };
        fields.insert("notices".into(), notices.into());
        if let Some(row) = given::entry_of(desk, document)?
            && let Some(held) = given::document(&row.header, row.salt.as_deref(), row.payload.as_deref())
        {
            let payload = row.payload.as_deref().unwrap_or_default();
            fields.insert("body".into(), serde_json::from_slice(&held.body).unwrap_or(Value::Null));
            // The exact bytes, which another organisation can check without a link to the sender: `comity document verify`.
            fields.insert("file".into(), String::from_utf8_lossy(payload).into());
        }
        Ok(shown)
    }
}

/// What is listed of a document that arrived.
fn line(document: &ReceivedDocument) -> Value {
    json!({
        "document": document.document,
        "form": document.form,
        "from": document.link,
        "label": document.label,
        "log": document.log,
        "seq": document.seq,
        "at": document.at,
        "contradicts": document.contradicts,
        "recalled": document.recalled,
        "proof": document.proof.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()),
    })
}
