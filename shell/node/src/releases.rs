//! Door 2 as verbs: draft, sign, check, approve, send.
//!
//! Guarantees: what is sent is what `comity_release::authorise` released, called here inside `send` with the registry, the stored
//! approvals and a leak check of that moment. Nothing else can make what the gate accepts.

use crate::failure::Failure;
use crate::logs::Content;
use crate::node::{Node, audit};
use crate::request::ReleaseDraftRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, Signature};
use comity_link::gate_protocol::DeskToGate;
use comity_release::{
    Approval, ApprovalProof, Draft, DraftError, DraftRequest, Finding, Mode, Organisation, Origin, Override, ReleaseId,
    SourceObject, WrittenText, approval_message, authorise, draft_as_published, draft_tearline, version_digest,
};
use comity_store::desk::{ReleaseRow, ReleasedItem};
use comity_store::{Object, Origin as StoredOrigin};
use comity_vocab::{OfficerCode, OrgCode, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY_SECONDS: i64 = 86_400;
/// The most objects of one release.
const OBJECTS_MAX: usize = 10_000;

fn refused(error: &DraftError) -> Failure {
    let failure = Failure::refusal(error);
    match error {
        DraftError::NotReleasable { objects } => failure
            .with(json!({
                "not_releasable": objects.iter().map(|one| json!({ "object": one.object, "reason": one.reason.to_string() })).collect::<Vec<_>>()
            }))
            .hint("mark what is unmarked with comity write mark, and leave out what is not yours to release"),
        _ => failure,
    }
}

fn stored_origin(origin: &StoredOrigin) -> Origin {
    match origin {
        StoredOrigin::Own => Origin::Own,
        StoredOrigin::Feed(name) => Origin::Feed(name.clone()),
        StoredOrigin::Link(code) => Origin::Link(code.clone()),
    }
}

impl Node {
    pub(crate) fn release_draft(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        request: ReleaseDraftRequest,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer])?;
        let ids = self.selected(&request.selection)?;
        if ids.len() > OBJECTS_MAX {
            return Err(Failure::no(format!("{} objects are too many for one release, the limit is {OBJECTS_MAX}", ids.len())));
        }
        let audience: BTreeSet<OrgCode> = request.to.iter().cloned().collect();
        for recipient in &audience {
            self.link_row(recipient)?;
        }
        // Randomness depends on nothing but who gets the release and how many were drafted before.
        let position = self.holdings.view().desk().release_count()?;
        let release = ReleaseId(self.release_uuid(&audience, position));
        let view = self.holdings.view();
        let objects: Vec<Object> = ids
            .iter()
            .map(|id| view.get(id)?.ok_or_else(|| Failure::no(format!("{id} is not held"))))
            .collect::<Result<_, Failure>>()?;
        let mut sources = Vec::new();
        let mut public_ids = BTreeSet::new();
        for object in &objects {
            let declared_public =
                view.desk().is_public(&version_digest(&object.id, &object.version_text, &object.bytes))?;
            if declared_public {
                public_ids.insert(object.id.clone());
            }
            sources.push(SourceObject {
                id: &object.id,
                version: &object.version_text,
                bytes: &object.bytes,
                origin: stored_origin(object.origin()),
                label: object.label.clone(),
                declared_public,
                has_defects: !object.defects.is_empty(),
            });
        }
        let section = &self.home.configuration.organisation;
        let organisation = Organisation {
            code: section.code.clone(),
            name: section.name.clone(),
            identity_id: section.identity.clone(),
        };
        let days = i64::from(self.home.configuration.policy.draft_valid_days.max(1));
        let expires = request.expires.unwrap_or_else(|| now.plus_seconds(days * DAY_SECONDS));
        let mut wanted = DraftRequest::new(release, &sources, audience.clone(), &organisation, now, expires);
        wanted.label = request.label;
        wanted.descriptor = request
            .descriptor
            .map(|text| text.parse().map_err(|error| Failure::usage(format!("{error}"))))
            .transpose()?;
        wanted.written = match (request.title, request.text) {
            (_, None) => None,
            (title, Some(body)) => Some(WrittenText { title: title.unwrap_or_default(), body }),
        };
        wanted.allow_properties = request.allow.into_iter().collect();
        wanted.precision = request.precision.unwrap_or(self.home.configuration.policy.precision);
        wanted.public_ids = public_ids;
        if !request.as_published {
            self.add_known(&mut wanted, &ids)?;
        }
        let draft = if request.as_published {
            draft_as_published(&wanted)
        } else {
            let recipients: Vec<&str> = audience.iter().map(OrgCode::as_str).collect();
            draft_tearline(&wanted, &mut self.entropy.stream("tearline", &recipients.join(","), position))
        };
        let draft = draft.map_err(|error| refused(&error))?;
        self.store_draft(now, officer, &draft)
    }

    fn release_uuid(&mut self, audience: &BTreeSet<OrgCode>, position: u64) -> uuid::Uuid {
        let recipients: Vec<&str> = audience.iter().map(OrgCode::as_str).collect();
        self.entropy.stream("release", &recipients.join(","), position).uuid_v4()
    }

    /// The ids under which all recipients already know an object; where they know it under different ones, the release is refused.
    fn add_known(&self, wanted: &mut DraftRequest<'_>, ids: &[String]) -> Result<(), Failure> {
        let desk = self.holdings.view().desk();
        for id in ids {
            let items = desk.released_as(id)?;
            let mut by_recipient: BTreeMap<&str, &ReleasedItem> = BTreeMap::new();
            for item in &items {
                if wanted.audience.iter().any(|code| code.as_str() == item.recipient) {
                    by_recipient.insert(&item.recipient, item);
                }
            }
            let known: BTreeSet<&str> = by_recipient.values().map(|item| item.released_id.as_str()).collect();
            let mut known = known.into_iter();
            match (known.next(), known.next()) {
                (None, _) => {}
                (Some(_), Some(_)) => {
                    return Err(Failure::no(format!("recipients know {id} under different ids; release to each on its own")));
                }
                (Some(_), None) if by_recipient.len() < wanted.audience.len() => {
                    return Err(Failure::no(format!("only some of the recipients know {id}; release to the others on their own"))
                        .hint("one id for both would let them find out that they have the same item"));
                }
                (Some(one), None) => {
                    wanted.known_ids.insert(id.clone(), one.to_owned());
                    let newest = items.iter().filter(|i| i.released_id == one);
                    let newest = newest.filter_map(|i| Timestamp::parse(&i.released_version).ok()).max();
                    let first = items.iter().filter(|i| i.released_id == one);
                    let first = first.filter_map(|i| Timestamp::parse(&i.released_version).ok()).min();
                    if let (Some(newest), Some(first)) = (newest, first) {
                        wanted.known_versions.insert(one.to_owned(), newest);
                        wanted.known_created.insert(one.to_owned(), first);
                    }
                }
            }
        }
        Ok(())
    }

    fn store_draft(&mut self, now: Timestamp, officer: OfficerCode, draft: &Draft) -> Result<Value, Failure> {
        let release = draft.release.to_string();
        let statement = draft.statement();
        let bytes: usize = draft.parts.iter().map(Vec::len).sum();
        let summary = json!({
            "release": release,
            "mode": draft.mode.as_str(),
            "to": draft.audience,
            "label": draft.label.to_string(),
            "items": draft.items.len(),
            "parts": draft.parts.len(),
            "bytes": bytes,
            "expires": draft.expires,
        });
        let row = ReleaseRow {
            id: release.clone(),
            state: "draft".into(),
            author: officer.to_string(),
            digest: draft.digest(),
            draft: Some(serde_json::to_vec(draft)?),
            summary: summary.to_string(),
            approvals: "[]".into(),
            overrides: "[]".into(),
            created: now.to_string(),
            changed: now.to_string(),
        };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_release(&row)?;
        audit(tx.view().desk(), now, Some(&officer), "release.draft", &release, &draft.digest().to_string())?;
        tx.commit()?;
        let mut answer = summary;
        if let Value::Object(fields) = &mut answer {
            fields.insert("digest".into(), json!(draft.digest()));
            fields.insert("dropped".into(), serde_json::to_value(&draft.dropped)?);
            fields.insert("changed".into(), serde_json::to_value(&draft.sanitisation)?);
            fields.insert("item_ids".into(), draft.items.iter().map(|item| item.released_id.clone()).collect());
            let role = self.author_role(&officer);
            fields.insert("author_role".into(), json!(role));
            fields.insert("author_statement".into(), STANDARD.encode(approval_message(&statement, role, &[])).into());
        }
        Ok(answer)
    }

    /// The role that an author signs in: analyst where held, else desk officer.
    fn author_role(&self, officer: &OfficerCode) -> Role {
        let analyst = self.registry.officer(officer).is_some_and(|found| found.roles.contains(&Role::Analyst));
        if analyst { Role::Analyst } else { Role::DeskOfficer }
    }

    pub(crate) fn release_row(&self, release: &str) -> Result<ReleaseRow, Failure> {
        self.holdings
            .view()
            .desk()
            .release(release)?
            .ok_or_else(|| Failure::no(format!("there is no release {release}")).hint("comity release list"))
    }

    fn open_draft(&self, row: &ReleaseRow) -> Result<Draft, Failure> {
        let bytes = row
            .draft
            .as_deref()
            .ok_or_else(|| Failure::no(format!("the content of release {} is gone: it was recalled", row.id)))?;
        Ok(serde_json::from_slice(bytes)?)
    }

    fn unsent(&self, release: &str) -> Result<(ReleaseRow, Draft), Failure> {
        let row = self.release_row(release)?;
        match row.state.as_str() {
            "draft" | "approved" => {
                let draft = self.open_draft(&row)?;
                Ok((row, draft))
            }
            state => Err(Failure::no(format!("release {release} is {state}"))),
        }
    }

    pub(crate) fn release_sign(
        &mut self,
        now: Timestamp,
        release: &str,
        officer: OfficerCode,
        role: Role,
        signature: Signature,
    ) -> Result<Value, Failure> {
        let (row, draft) = self.unsent(release)?;
        if row.author != officer.as_str() {
            return Err(Failure::no(format!("release {release} was drafted by another officer, who signs it as author")));
        }
        let approval = Approval { officer: officer.clone(), role, proof: ApprovalProof::OfficerKey { signature }, at: now };
        self.check_signature(&approval, Purpose::Approval, &approval_message(&draft.statement(), role, &[]))?;
        let stored = serde_json::to_string(&[approval])?;
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_release(&ReleaseRow { approvals: stored, ..row })?;
        audit(tx.view().desk(), now, Some(&officer), "release.sign", release, role.as_str())?;
        tx.commit()?;
        Ok(json!({ "release": release, "digest": draft.digest() }))
    }

    pub(crate) fn release_check(
        &mut self,
        now: Timestamp,
        release: &str,
        by: Option<&OfficerCode>,
    ) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        self.spend_check(now)?;
        let findings = self.leak_findings(&draft)?;
        let shown = findings.iter().map(|finding| self.finding_json(finding, by)).collect::<Result<Vec<_>, _>>()?;
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, by, "release.check", release, &format!("{} findings", findings.len()))?;
        tx.commit()?;
        let bytes: usize = draft.parts.iter().map(Vec::len).sum();
        Ok(json!({
            "release": release,
            "digest": draft.digest(),
            "bytes": bytes,
            "findings": shown,
            "clean": findings.is_empty(),
        }))
    }

    /// A finding on a source's terms shows its place to that source's handlers only; to others it must not be an oracle.
    fn finding_json(&mut self, finding: &Finding, by: Option<&OfficerCode>) -> Result<Value, Failure> {
        if let Some(matter) = finding.matter {
            let handlers =
                self.vault()?.handlers_of(matter).map_err(|error| crate::vault_verbs::vault_failure(&error))?;
            if !by.is_some_and(|officer| handlers.contains(officer)) {
                return Ok(json!({
                    "finding": finding.class.as_str(),
                    "class": finding.class.as_str(),
                    "rule": finding.class.as_str(),
                    "overridable": false,
                    "message": "blocked, ask the handler of this matter",
                    "handlers": handlers,
                }));
            }
        }
        Ok(json!({
            "finding": finding.id(),
            "class": finding.class.as_str(),
            "rule": finding.rule,
            "part": finding.part,
            "offset": finding.offset,
            "length": finding.length,
            "object": finding.object,
            "property": finding.property,
            "overridable": finding.overridable(),
        }))
    }

    /// The leak check must not be an oracle for the vault: at most so many an hour, and each is audited.
    fn spend_check(&mut self, now: Timestamp) -> Result<(), Failure> {
        let hour_ago = now.plus_seconds(-3600);
        self.checks.retain(|at| *at > hour_ago);
        if self.checks.len() >= CHECKS_PER_HOUR {
            return Err(Failure::no(format!("the leak check ran {CHECKS_PER_HOUR} times within an hour; try again later"))
                .hint("the limit keeps the check from answering guesses about the vault"));
        }
        self.checks.push_back(now);
        Ok(())
    }

    fn overrides_of(overrides: &BTreeMap<String, String>, officer: &OfficerCode) -> Vec<Override> {
        overrides
            .iter()
            .map(|(finding, reason)| Override {
                finding: finding.clone(),
                officer: officer.clone(),
                reason: reason.clone(),
            })
            .collect()
    }

    /// Refuses findings that are neither absent nor overridden, before anybody signs.
    fn answered(&mut self, draft: &Draft, overrides: &[Override], by: &OfficerCode) -> Result<Vec<Finding>, Failure> {
        let findings = self.leak_findings(draft)?;
        let open: Vec<&Finding> = findings
            .iter()
            .filter(|finding| !(finding.overridable() && overrides.iter().any(|o| o.finding == finding.id())))
            .collect();
        if open.is_empty() {
            return Ok(findings);
        }
        let count = open.len();
        let open: Vec<Finding> = open.into_iter().cloned().collect();
        let shown = open.iter().map(|f| self.finding_json(f, Some(by))).collect::<Result<Vec<_>, _>>()?;
        Err(Failure::no(format!("the leak check found {count} places without an answer"))
            .with(json!({ "findings": shown }))
            .hint("see comity release check; change the draft, or override with a reason what may be overridden"))
    }

    pub(crate) fn release_approve_prepare(
        &mut self,
        now: Timestamp,
        release: &str,
        officer: &OfficerCode,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Value, Failure> {
        self.require_role(officer, &[Role::ReleasingOfficer])?;
        let (row, draft) = self.unsent(release)?;
        if row.author == officer.as_str() {
            return Err(Failure::no("a release is approved by another officer than its author"));
        }
        self.spend_check(now)?;
        let overrides = Self::overrides_of(overrides, officer);
        self.answered(&draft, &overrides, officer)?;
        let message = approval_message(&draft.statement(), Role::ReleasingOfficer, &overrides);
        Ok(json!({ "release": release, "digest": draft.digest(), "statement": STANDARD.encode(message) }))
    }

    pub(crate) fn release_approve(
        &mut self,
        now: Timestamp,
        release: &str,
        officer: OfficerCode,
        overrides: &BTreeMap<String, String>,
        signature: Signature,
    ) -> Result<Value, Failure> {
        let (row, draft) = self.unsent(release)?;
        let overrides = Self::overrides_of(overrides, &officer);
        let role = Role::ReleasingOfficer;
        let approval = Approval { officer: officer.clone(), role, proof: ApprovalProof::OfficerKey { signature }, at: now };
        self.check_signature(&approval, Purpose::Approval, &approval_message(&draft.statement(), role, &overrides))?;
        let findings = self.answered(&draft, &overrides, &officer)?;
        let mut approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
        let author = approvals
            .first()
            .filter(|approval| approval.officer.as_str() == row.author)
            .cloned()
            .ok_or_else(|| Failure::no(format!("the author has not signed release {release}")))?;
        // The same decision as at send, so that nobody approves what cannot be sent.
        let digest = draft.digest();
        drop(
            authorise(draft, &author, &approval, &|code| self.officer_view(code), &findings, &overrides, now)
                .map_err(|refusal| Failure::refusal(&refusal))?,
        );
        approvals.truncate(1);
        approvals.push(approval);
        let row = ReleaseRow {
            state: "approved".into(),
            approvals: serde_json::to_string(&approvals)?,
            overrides: serde_json::to_string(&overrides)?,
            changed: now.to_string(),
            ..row
        };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.put_release(&row)?;
        for entry in &overrides {
            audit(desk, now, Some(&officer), "release.override", release, &format!("{}: {}", entry.finding, entry.reason))?;
        }
        audit(desk, now, Some(&officer), "release.approve", release, &digest.to_string())?;
        tx.commit()?;
        Ok(json!({ "release": release, "digest": digest, "state": "approved" }))
    }

    pub(crate) fn release_send(&mut self, now: Timestamp, release: &str) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        if row.state != "approved" {
            return Err(Failure::no(format!("release {release} is {}, not approved", row.state))
                .hint("a second officer approves it: comity release approve"));
        }
        let draft = self.open_draft(&row)?;
        if draft.digest() != row.digest {
            return Err(Failure::no(format!("release {release} was changed after it was drafted; nothing is sent")));
        }
        for recipient in &draft.audience {
            let link = self.link_row(recipient)?;
            if link.state != "active" {
                return Err(Failure::no(format!("the link with {recipient} is {}", link.state)));
            }
        }
        let approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
        let overrides: Vec<Override> = serde_json::from_str(&row.overrides)?;
        let [author, releasing] = approvals.as_slice() else {
            return Err(Failure::no(format!("release {release} lacks an approval")));
        };
        let findings = self.leak_findings(&draft)?;
        let (items, audience, as_published) = (draft.items.clone(), draft.audience.clone(), draft.mode == Mode::AsPublished);
        let released =
            authorise(draft, author, releasing, &|code| self.officer_view(code), &findings, &overrides, now)
                .map_err(|refusal| Failure::refusal(&refusal))?;
        self.keys()?;
        self.load_logs(now)?;
        let mut logs = self.logs.clone();
        let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        let mut effects: Vec<DeskToGate> = Vec::new();
        let mut first: BTreeMap<OrgCode, (u64, u64)> = BTreeMap::new();
        for delivery in released.into_deliveries() {
            let recipient = delivery.get().recipient.clone();
            let link = logs.get_mut(&recipient).ok_or_else(|| Failure::no(format!("there is no link with {recipient}")))?;
            let (seq, effect) =
                link.post(desk, keys, &mut self.entropy, now, Content::Release(delivery), Some(release))?;
            first.entry(recipient).or_insert((seq, 0)).1 += 1;
            effects.push(effect);
        }
        for (recipient, (seq, _)) in &first {
            for item in &items {
                desk.put_released_item(&ReleasedItem {
                    recipient: recipient.to_string(),
                    released_id: item.released_id.clone(),
                    released_version: item.released_version.clone(),
                    original_id: item.original_id.clone(),
                    original_version: item.original_version.clone(),
                    release: release.to_owned(),
                    log_seq: *seq,
                    recalled: false,
                })?;
            }
            if let Some(link) = logs.get(recipient) {
                effects.push(link.checkpoint(desk, &keys.node)?);
            }
        }
        let digest = row.digest;
        desk.put_release(&ReleaseRow { state: "sent".into(), changed: now.to_string(), ..row })?;
        let to: Vec<&str> = audience.iter().map(OrgCode::as_str).collect();
        let detail = format!("{} to {}{}", digest, to.join(","), if as_published { " as published" } else { "" });
        audit(desk, now, None, "release.send", release, &detail)?;
        tx.commit()?;
        self.logs = logs;
        self.effects.append(&mut effects);
        let recipients: Vec<Value> = first
            .iter()
            .map(|(to, (seq, entries))| json!({ "to": to, "first_seq": seq, "entries": entries }))
            .collect();
        Ok(json!({ "release": release, "digest": digest, "state": "sent", "recipients": recipients }))
    }

    pub(crate) fn release_withdraw(&mut self, now: Timestamp, release: &str) -> Result<Value, Failure> {
        let (row, _) = self.unsent(release).map_err(|failure| failure.hint("what was sent is recalled: comity recall draft"))?;
        let tx = self.holdings.transaction()?;
        let row = ReleaseRow { state: "withdrawn".into(), draft: None, changed: now.to_string(), ..row };
        tx.view().desk().put_release(&row)?;
        audit(tx.view().desk(), now, None, "release.withdraw", release, "")?;
        tx.commit()?;
        Ok(json!({ "release": release, "state": "withdrawn" }))
    }

    pub(crate) fn release_show(&self, release: &str) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        let view = self.holdings.view();
        let mut items = Vec::new();
        for item in &draft.items {
            let original = view.get(&item.original_id)?.map(|o| String::from_utf8_lossy(&o.bytes).into_owned());
            items.push(json!({
                "released_id": item.released_id,
                "released_version": item.released_version,
                "original_id": item.original_id,
                "original_version": item.original_version,
                "original": original,
            }));
        }
        let parts: Vec<Value> = draft
            .parts
            .iter()
            .enumerate()
            .map(|(number, part)| {
                json!({ "part": number, "length": part.len(), "bytes": String::from_utf8_lossy(part) })
            })
            .collect();
        let mut shown: Value = serde_json::from_str(&row.summary)?;
        if let Value::Object(fields) = &mut shown {
            fields.insert("state".into(), row.state.into());
            fields.insert("author".into(), row.author.into());
            fields.insert("digest".into(), json!(row.digest));
            fields.insert("statement".into(), String::from_utf8_lossy(&draft.statement()).into());
            fields.insert("parts".into(), parts.into());
            fields.insert("items".into(), items.into());
            fields.insert("dropped".into(), serde_json::to_value(&draft.dropped)?);
            fields.insert("changed".into(), serde_json::to_value(&draft.sanitisation)?);
        }
        Ok(shown)
    }

    pub(crate) fn release_list(&self) -> Result<Value, Failure> {
        let mut releases = Vec::new();
        for row in self.holdings.view().desk().releases(1_000)? {
            let mut summary: Value = serde_json::from_str(&row.summary)?;
            if let Value::Object(fields) = &mut summary {
                fields.insert("state".into(), row.state.into());
                fields.insert("author".into(), row.author.into());
                fields.insert("digest".into(), json!(row.digest));
                fields.insert("created".into(), row.created.into());
            }
            releases.push(summary);
        }
        Ok(json!({ "releases": releases }))
    }
}

/// The most leak checks within an hour.
const CHECKS_PER_HOUR: usize = 600;
