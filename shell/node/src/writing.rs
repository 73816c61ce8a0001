//! What officers write: raw reports, notes, markings, and declarations that something is public knowledge.
//!
//! Guarantees: a raw report's source is joined to it inside the vault only; the report itself names none. Credibility 1 is refused
//! here, for nothing yet shows that two items are independent (domain.md R3.3).

use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::reader::origins;
use crate::request::Selection;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_release::{
    Approval, ApprovalProof, PublicDeclaration, RAW_REPORT_TYPE, approval_message, authorise_public, version_digest,
};
use comity_store::desk::DeclarationRow;
use comity_store::{Filter, SearchQuery, Tx};
use comity_vocab::{Digest, Grading, OfficerCode, Role, SecurityLabel, StixId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The longest title, in bytes.
const TITLE_BYTES_MAX: usize = 500;
/// The longest text, in bytes.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// The extension by which the type of raw reports is defined, ours.
const RAW_REPORT_EXTENSION: &str = "extension-definition--2f1b7c1e-6a0d-4a57-9d53-3f0c1f6f6d0a";

/// A raw report as an officer brings it.
pub(crate) struct Report {
    pub title: String,
    pub body: String,
    pub grading: Grading,
    pub source: Option<String>,
    pub label: Option<SecurityLabel>,
}

/// An object that an officer wrote.
struct Written<'a> {
    act: &'static str,
    id: &'a StixId,
    object: &'a Value,
    label: Option<&'a SecurityLabel>,
    officer: &'a OfficerCode,
}

impl Written<'_> {
    fn put(&self, tx: &Tx<'_>, now: Timestamp) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self.object)?;
        tx.put_own(&[bytes], self.label, self.officer, now).map_err(|error| Failure::refusal(&error))?;
        audit(tx.view().desk(), now, Some(self.officer), self.act, self.id.as_str(), "")
    }
}

fn check_text(what: &str, text: &str, bytes_max: usize) -> Result<(), Failure> {
    if text.trim().is_empty() {
        return Err(Failure::usage(format!("the {what} is empty")));
    }
    if text.len() > bytes_max {
        return Err(Failure::usage(format!("the {what} has {} bytes, the limit is {bytes_max}", text.len())));
    }
    if text.contains('\0') {
        return Err(Failure::usage(format!("the {what} holds a NUL character")));
    }
    Ok(())
}

impl Node {
    /// The ids of a selection, each once: those named, and everything current from the origins named.
    pub(crate) fn selected(&self, selection: &Selection) -> Result<Vec<String>, Failure> {
        let view = self.holdings.view();
        let mut seen = BTreeSet::new();
        let mut ids = Vec::new();
        for id in &selection.objects {
            let id =
                view.resolve(id).map_err(|error| Failure::no(error.to_string()).hint("find ids with comity search"))?;
            if seen.insert(id.clone()) {
                ids.push(id);
            }
        }
        let named = ids.len();
        if !selection.origins.is_empty() {
            let filter = Filter { origins: origins(&selection.origins)?, ..Filter::default() };
            let mut query = SearchQuery { filter, limit: comity_store::PAGE_MAX, ..SearchQuery::default() };
            loop {
                let page = view.search(&query)?;
                ids.extend(page.hits.into_iter().map(|hit| hit.id).filter(|id| seen.insert(id.clone())));
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
            // The order of a search tells when things came and changed; nothing that leaves may rest on it.
            if let Some(found) = ids.get_mut(named..) {
                found.sort_unstable();
            }
        }
        if ids.is_empty() { Err(Failure::no("the selection is empty")) } else { Ok(ids) }
    }

    fn new_id(&mut self, object_type: &str) -> Result<StixId, Failure> {
        let draw = self.draw();
        let uuid = self.entropy.stream("own-object", object_type, draw).uuid_v4();
        StixId::new(object_type, uuid).map_err(|error| Failure::operational(error.to_string()))
    }

    /// Puts an object that was written here, alone or, where it has a source, with the vault's promise to join the two.
    fn put_written(
        &mut self,
        now: Timestamp,
        written: &Written<'_>,
        source: Option<uuid::Uuid>,
    ) -> Result<(), Failure> {
        match source {
            None => {
                let tx = self.holdings.transaction()?;
                written.put(&tx, now)?;
                tx.commit()?;
            }
            // One entry in the audit log for both: a second one would tell everybody who reads it which reports have a source.
            Some(source) => {
                let objects = [written.id.to_string()];
                self.vault_act(
                    |vault, before| vault.attach(source, &objects, written.officer, now, before),
                    |tx| written.put(tx, now),
                )?;
            }
        }
        while self.holdings.index_pending(1_000)? > 0 {}
        Ok(())
    }

    pub(crate) fn write_report(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        report: Report,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer, Role::SourceHandler])?;
        check_text("title", &report.title, TITLE_BYTES_MAX)?;
        check_text("text", &report.body, TEXT_BYTES_MAX)?;
        if report.grading.information_grade() == '1' {
            return Err(Failure::no(
                "credibility 1 needs an independent confirmation, which a new report does not have",
            )
            .hint("grade it 2, and grade it again when an independent item confirms it"));
        }
        // The source is looked up before anything is written, so that a wrong cryptonym leaves no orphan.
        let source = match &report.source {
            Some(source) => Some(self.source_for(&officer, source)?),
            None => None,
        };
        let id = self.new_id(RAW_REPORT_TYPE)?;
        let mut object = json!({
            "type": RAW_REPORT_TYPE,
            "spec_version": "2.1",
            "id": id,
            "created": now,
            "modified": now,
            "created_by_ref": self.home.configuration.organisation.identity,
            "name": report.title.trim(),
            "title": report.title.trim(),
            "body": report.body,
            "grading": { "grading_scheme": "admiralty", "source_grade": report.grading.source_grade().to_string(),
                "information_grade": report.grading.information_grade().to_string() },
            "extensions": { RAW_REPORT_EXTENSION: { "extension_type": "new-sdo" } },
        });
        if let (Some(confidence), Value::Object(fields)) = (report.grading.stix_confidence(), &mut object) {
            fields.insert("confidence".into(), confidence.into());
        }
        let label = report.label.as_ref();
        let written = Written { act: "write.report", id: &id, object: &object, label, officer: &officer };
        self.put_written(now, &written, source)?;
        Ok(json!({ "id": id, "grading": report.grading, "label": report.label.map(|label| label.to_string()) }))
    }

    pub(crate) fn write_note(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        selection: &Selection,
        text: &str,
        label: Option<SecurityLabel>,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer, Role::SourceHandler])?;
        check_text("text", text, TEXT_BYTES_MAX)?;
        let about = self.selected(selection)?;
        let id = self.new_id("note")?;
        let object = json!({
            "type": "note",
            "spec_version": "2.1",
            "id": id,
            "created": now,
            "modified": now,
            "created_by_ref": self.home.configuration.organisation.identity,
            "content": text,
            "object_refs": about,
        });
        let written = Written { act: "write.note", id: &id, object: &object, label: label.as_ref(), officer: &officer };
        self.put_written(now, &written, None)?;
        Ok(json!({ "id": id, "objects": about.len() }))
    }

    pub(crate) fn write_mark(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        selection: &Selection,
        label: SecurityLabel,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer])?;
        let ids = self.selected(selection)?;
        for id in &ids {
            let held = self.holdings.view().get(id)?.and_then(|object| object.label);
            if held.is_some_and(|held| !label.is_at_least(&held)) {
                // A marking is lowered by the one who answers for disclosure, never by an analyst alone.
                self.require_role(&officer, &[Role::ReleasingOfficer]).map_err(|failure| {
                    failure.hint(format!("{id} is marked more strictly; lowering a marking needs a releasing officer"))
                })?;
            }
        }
        let tx = self.holdings.transaction()?;
        for id in &ids {
            tx.mark(id, &label, &officer, now)?;
        }
        let subject = match ids.as_slice() {
            [one] => one.clone(),
            many => format!("{} objects", many.len()),
        };
        audit(tx.view().desk(), now, Some(&officer), "write.mark", &subject, &label.to_string())?;
        tx.commit()?;
        Ok(json!({ "marked": ids.len(), "label": label.to_string() }))
    }

    fn declaration_of(&self, selection: &Selection) -> Result<PublicDeclaration, Failure> {
        let view = self.holdings.view();
        let mut versions = BTreeSet::new();
        for id in self.selected(selection)? {
            let object = view.get(&id)?.ok_or_else(|| Failure::no(format!("{id} is not held")))?;
            if matches!(object.origin(), comity_store::Origin::Link(_)) {
                return Err(Failure::no(format!("{id} was received from a partner; it is not ours to declare public")));
            }
            versions.insert(version_digest(&object.id, &object.version_text, &object.bytes));
        }
        Ok(PublicDeclaration { organisation: self.home.configuration.organisation.code.clone(), versions })
    }

    pub(crate) fn public_prepare(&mut self, selection: &Selection) -> Result<Value, Failure> {
        let declaration = self.declaration_of(selection)?;
        let digest = declaration.digest();
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if desk.declaration(&digest)?.is_none() {
            desk.put_declaration(&digest, &serde_json::to_vec(&declaration)?, "[]", false)?;
        }
        tx.commit()?;
        Ok(json!({
            "declaration": digest,
            "objects": declaration.versions.len(),
            "statement": STANDARD.encode(declaration.statement()),
        }))
    }

    pub(crate) fn public_sign_prepare(
        &self,
        digest: &Digest,
        officer: &OfficerCode,
        role: Role,
    ) -> Result<Value, Failure> {
        self.require_role(officer, &[role])?;
        let row = self.holdings.view().desk().declaration(digest)?;
        let row = row.ok_or_else(|| Failure::no(format!("there is no declaration {digest}")).code("unknown"))?;
        let declaration: PublicDeclaration = serde_json::from_slice(&row.bytes)?;
        Ok(json!({
            "declaration": digest,
            "objects": declaration.versions.len(),
            "role": role,
            "statement": STANDARD.encode(approval_message(&declaration.statement(), role, &[])),
        }))
    }

    pub(crate) fn public_sign(
        &mut self,
        now: Timestamp,
        digest: &Digest,
        officer: OfficerCode,
        role: Role,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let DeclarationRow { bytes, approvals, .. } = desk
            .declaration(digest)?
            .ok_or_else(|| Failure::no(format!("there is no declaration {digest}")).code("unknown"))?;
        let declaration: PublicDeclaration = serde_json::from_slice(&bytes)?;
        let mut approvals: Vec<Approval> = serde_json::from_str(&approvals)?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: None, at: now };
        self.check_approval(
            now,
            &approval,
            comity_crypto::Purpose::PublicDeclaration,
            &approval_message(&declaration.statement(), role, &[]),
        )?;
        approvals.retain(|earlier| earlier.officer != officer);
        approvals.push(approval);
        let releasing = approvals.iter().find(|a| a.role == Role::ReleasingOfficer);
        let author = approvals.iter().find(|a| a.role != Role::ReleasingOfficer);
        let effective = match (author, releasing) {
            (Some(author), Some(releasing)) => Some(
                authorise_public(declaration.clone(), author, releasing, &|code| self.officer_view(code))
                    .map_err(|refusal| Failure::refusal(&refusal))?,
            ),
            _ => None,
        };
        let stored = serde_json::to_string(&approvals)?;
        let state = if effective.is_some() { "effective" } else { "signed" };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.put_declaration(digest, &bytes, &stored, effective.is_some())?;
        if let Some(effective) = &effective {
            for version in &effective.declaration().versions {
                desk.put_public_version(version, digest)?;
            }
        }
        audit(desk, now, Some(&officer), "write.public", &digest.to_string(), state)?;
        tx.commit()?;
        Ok(json!({ "declaration": digest, "objects": declaration.versions.len(), "state": state }))
    }
}
