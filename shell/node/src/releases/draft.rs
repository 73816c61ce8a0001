//! Drafting: from a selection to exact bytes that an author signs.

use super::personal::Signatures;
use super::recipients_own::{named, recipients_own};
use crate::declared::Declared;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::request::ReleaseDraftRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_release::{
    Approval, ApprovalProof, Coarse, Draft, DraftError, DraftRequest, Organisation, Origin, Outline, PersonalData,
    ReadSource, ReleaseId, SourceObject, WrittenText, release_message,
};
use comity_stix::marking::{MarkingKind, kind};
use comity_store::desk::DeskError;
use comity_store::desk::{ReleaseRow, ReleasedItem};
use comity_store::{Object, Origin as StoredOrigin};
use comity_vocab::time::Precision;
use comity_vocab::{OfficerCode, OrgCode, ReleaseState, Role, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY_SECONDS: i64 = 86_400;
/// The most objects of one release.
const OBJECTS_MAX: usize = 10_000;
/// A longer draft is checked when somebody asks: others wait meanwhile.
const CHECKED_WITH_DRAFT_BYTES_MAX: usize = 2 << 20;

fn refused(error: &DraftError) -> Failure {
    let failure = Failure::refusal(error);
    match error {
        DraftError::NotReleasable { objects } => failure
            .with(json!({
                "not_releasable": objects.iter().map(|one| json!({ "object": one.object, "reason": one.reason.to_string() })).collect::<Vec<_>>()
            }))
            .hint("mark what is unmarked with comity write mark, and leave out what is not yours to release"),
        DraftError::PersonalData { missing, first, objects } => failure
            .code("personal_data")
            .with(json!({ "missing": missing, "first": first, "objects": objects }))
            .hint(
                "give --purpose, --basis, --necessity and --erase-by; of a threat actor that is a group and no single person, say --group ID",
            ),
        _ => failure,
    }
}

pub(super) fn stored_origin(origin: &StoredOrigin) -> Origin {
    match origin {
        StoredOrigin::Own => Origin::Own,
        StoredOrigin::Feed(name) => Origin::Feed(name.clone()),
        StoredOrigin::Link(code) => Origin::Link(code.clone()),
    }
}

/// Tells whether a rule only notes something; what is noted may be released.
pub(super) fn is_note(rule: &str) -> bool {
    comity_stix::inspect::rules::find(rule).is_some_and(|rule| rule.note)
}

/// A held object as a draft is made from it.
pub(super) fn source_of<'a>(object: &'a Object, declared: &Declared) -> SourceObject<'a> {
    SourceObject {
        id: &object.id,
        version: &object.version_text,
        bytes: &object.bytes,
        origin: stored_origin(object.origin()),
        label: object.label.clone(),
        declared_public: declared.has(object),
        has_defects: object.defects.iter().any(|defect| !is_note(&defect.rule)),
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
            return Err(Failure::no(format!(
                "{} objects are too many for one release, the limit is {OBJECTS_MAX}",
                ids.len()
            )));
        }
        let recipients = self.recipient_keys(&request.to)?;
        let audience: BTreeSet<OrgCode> = recipients.keys().cloned().collect();
        let check = self.check_basis()?.configuration();
        let objects = self.holdings.still(|view| {
            let held = |id: &String| view.get(id)?.ok_or_else(|| Failure::no(format!("{id} is not held")));
            let objects: Vec<Object> = ids.iter().map(held).collect::<Result<_, Failure>>()?;
            for id in &ids {
                crate::recalls::basis::not_recalled(view.desk(), id)?;
            }
            Ok::<_, Failure>(objects)
        })??;
        let declared = self.declared_public()?;
        let sources: Vec<SourceObject<'_>> = objects.iter().map(|object| source_of(object, &declared)).collect();
        let public_ids = sources.iter().filter(|it| it.declared_public).map(|it| it.id.to_owned()).collect();
        // Each is read once, for all that is asked of it.
        let read: Vec<ReadSource<'_>> = sources.iter().map(ReadSource::new).collect();
        let section = &self.home.configuration.organisation;
        let organisation = Organisation {
            code: section.code.clone(),
            name: section.name.clone(),
            identity_id: section.identity.clone(),
        };
        let days = i64::from(self.home.configuration.policy.draft_valid_days.max(1));
        let expires = request.expires.unwrap_or_else(|| now.plus_seconds(days * DAY_SECONDS));
        let mut wanted =
            DraftRequest::new(ReleaseId(uuid::Uuid::nil()), &sources, recipients, &organisation, check, now, expires);
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
        let policy = &self.home.configuration.policy;
        wanted.coarse = Coarse { place_decimals: policy.place_decimals, counts: policy.counts };
        wanted.personal = PersonalData {
            erase_by: request.personal.erase_by.map(|time| time.coarsened(Precision::Day)),
            ..request.personal
        };
        wanted.groups = request.groups.into_iter().collect();
        wanted.public_ids = public_ids;
        self.holdings.still(|view| {
            wanted.of_persons = self.of_persons(&read, &wanted.groups)?;
            wanted.mapped_markings = self.statements(&objects)?;
            if !request.as_published {
                self.add_known(&mut wanted, &ids)?;
                let named = named(read.iter().filter_map(ReadSource::object));
                wanted.recipients_own = recipients_own(view, &audience, named)?;
            }
            Ok::<_, Failure>(())
        })??;
        let outline = match request.as_published {
            true => Outline::as_published(&wanted),
            false => Outline::tearline_of(&wanted, &read),
        };
        let outline = outline.map_err(|error| refused(&error))?;
        // What is drawn depends on who gets the release and on what leaves, and on nothing else: neither on drafts that were
        // never sent nor on what others were sent.
        let recipients = audience.iter().map(OrgCode::as_str).collect::<Vec<_>>().join(",");
        let context = format!("{recipients} {}", outline.digest(&wanted));
        let mut position = 0;
        loop {
            let id = self.entropy.stream("release", &context, position).uuid_v4();
            if self.holdings.view().desk().release(&id.to_string())?.is_none() {
                wanted.release = ReleaseId(id);
                break;
            }
            position += 1;
        }
        let draft = outline.draft(&wanted, &mut self.entropy.stream("tearline", &context, position));
        self.store_draft(now, officer, &draft)
    }

    /// The markings of these objects that are statements, such as of copyright: they do not limit who may receive. Any other
    /// marking that is not TLP, or that is not held, makes its object unreleasable.
    fn statements(&self, objects: &[Object]) -> Result<BTreeSet<String>, Failure> {
        let mut statements = BTreeSet::new();
        for id in objects.iter().flat_map(|object| &object.unknown_markings) {
            if statements.contains(id) {
                continue;
            }
            let held = self.holdings.view().get(id)?;
            if held.is_some_and(|marking| kind(&marking.bytes) == Some(MarkingKind::Statement)) {
                statements.insert(id.clone());
            }
        }
        Ok(statements)
    }

    /// The ids under which all recipients already know an object; where they know it under different ones, the release is refused.
    fn add_known(&self, wanted: &mut DraftRequest<'_>, ids: &[String]) -> Result<(), Failure> {
        let desk = self.holdings.view().desk();
        for id in ids {
            // What others were sent must not show, not even in the version that these recipients get next.
            let mut items = desk.released_as(id)?;
            // What was recalled is behind a tombstone at the recipient; the item goes out again under another id.
            items.retain(|item| !item.recalled);
            items.retain(|item| wanted.recipients.keys().any(|code| code.as_str() == item.recipient));
            let mut by_recipient: BTreeMap<&str, &ReleasedItem> = BTreeMap::new();
            for item in &items {
                by_recipient.insert(&item.recipient, item);
            }
            let known: BTreeSet<&str> = by_recipient.values().map(|item| item.released_id.as_str()).collect();
            let mut known = known.into_iter();
            match (known.next(), known.next()) {
                (None, _) => {}
                (Some(_), Some(_)) => {
                    return Err(Failure::no(format!(
                        "recipients know {id} under different ids; release to each on its own"
                    )));
                }
                (Some(_), None) if by_recipient.len() < wanted.recipients.len() => {
                    return Err(Failure::no(format!(
                        "only some of the recipients know {id}; release to the others on their own"
                    ))
                    .hint("one id for both would let them find out that they have the same item"));
                }
                (Some(one), None) => {
                    wanted.known_ids.insert(id.clone(), one.to_owned());
                    let versions: Vec<Timestamp> = items
                        .iter()
                        // What has no version of its own was released without one.
                        .filter(|i| i.released_id == one && !i.released_version.is_empty())
                        .map(|i| Timestamp::parse(&i.released_version))
                        .collect::<Result<_, _>>()
                        .map_err(|_| DeskError::Damaged { what: "version of a released item" })?;
                    let (newest, first) = (versions.iter().max().copied(), versions.iter().min().copied());
                    if let (Some(newest), Some(first)) = (newest, first) {
                        wanted.known_versions.insert(one.to_owned(), newest);
                        wanted.known_created.insert(one.to_owned(), first);
                    }
                }
            }
        }
        Ok(())
    }

    /// Stores a draft and checks it, so that both officers see what was found before they sign.
    pub(super) fn store_draft(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        draft: &Draft,
    ) -> Result<Value, Failure> {
        let release = draft.release().to_string();
        let statement = draft.statement();
        let bytes: usize = draft.parts().iter().map(Vec::len).sum();
        let summary = json!({
            "release": release,
            "mode": draft.mode().as_str(),
            "form": draft.form(),
            "to": draft.audience(),
            "label": draft.label().to_string(),
            "items": draft.items().len(),
            "parts": draft.parts().len(),
            "bytes": bytes,
            "expires": draft.expires(),
        });
        let row = ReleaseRow {
            id: release.clone(),
            state: ReleaseState::Draft,
            author: officer.to_string(),
            digest: draft.digest(),
            draft: Some(draft.encode()),
            summary: summary.to_string(),
            approvals: "[]".into(),
            overrides: "[]".into(),
            created: now.to_string(),
            changed: now.to_string(),
        };
        let role = self.author_role(&officer);
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_release(&row)?;
        audit(tx.view().desk(), now, Some(&officer), "release.draft", &release, &draft.digest().to_string())?;
        let heads = Self::prepared_heads(tx.view().desk(), &release, &officer, role)?;
        tx.commit()?;
        let check = if bytes > CHECKED_WITH_DRAFT_BYTES_MAX {
            json!({ "not_checked": format!("it is long, and is checked when you ask: comity release check {release}") })
        } else if self.checks.apart {
            Value::Null
        } else {
            self.checked_with_draft(now, &release, &officer)
        };
        let mut answer = summary;
        if let Value::Object(fields) = &mut answer {
            fields.insert("digest".into(), json!(draft.digest()));
            fields.insert("check".into(), check);
            fields.insert("personal".into(), json!(draft.personal()));
            fields.insert("groups".into(), json!(draft.groups()));
            fields.insert("dropped".into(), serde_json::to_value(draft.dropped())?);
            fields.insert("changed".into(), serde_json::to_value(draft.sanitisation())?);
            fields.insert("item_ids".into(), draft.items().iter().map(|item| item.released_id.clone()).collect());
            fields.insert("author_role".into(), json!(role));
            fields.insert(
                "author_statement".into(),
                STANDARD.encode(release_message(&statement, role, &[], &heads)).into(),
            );
        }
        Ok(answer)
    }

    /// The check that goes with a draft. The draft is there whatever the check says.
    pub(super) fn checked_with_draft(&mut self, now: Timestamp, release: &str, officer: &OfficerCode) -> Value {
        let checked = self.unsent(release).and_then(|(row, draft)| self.checked_for(now, &row, &draft, officer));
        checked.unwrap_or_else(|failure| json!({ "not_checked": failure.message }))
    }

    /// The role that an author signs in: analyst where held, else desk officer.
    fn author_role(&self, officer: &OfficerCode) -> Role {
        let analyst = self.registry.officer(officer).is_some_and(|found| found.roles.contains(&Role::Analyst));
        if analyst { Role::Analyst } else { Role::DeskOfficer }
    }

    pub(crate) fn release_sign_prepare(&mut self, release: &str, officer: &OfficerCode) -> Result<Value, Failure> {
        let (row, draft) = self.unsent(release)?;
        if row.author != officer.as_str() {
            return Err(Failure::no(format!(
                "release {release} was drafted by another officer, who signs it as author"
            )));
        }
        let role = self.author_role(officer);
        let tx = self.holdings.transaction()?;
        let heads = Self::prepared_heads(tx.view().desk(), release, officer, role)?;
        tx.commit()?;
        let message = release_message(&draft.statement(), role, &[], &heads);
        Ok(json!({
            "release": release,
            "role": role,
            "digest": draft.digest(),
            "statement": STANDARD.encode(message),
        }))
    }

    pub(crate) fn release_sign(
        &mut self,
        now: Timestamp,
        release: &str,
        officer: OfficerCode,
        role: Role,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let (row, draft) = self.unsent(release)?;
        if row.author != officer.as_str() {
            return Err(Failure::no(format!(
                "release {release} was drafted by another officer, who signs it as author"
            )));
        }
        let heads = self.heads_to_sign(release, &officer, role)?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: Some(heads), at: now };
        self.check_approval(
            now,
            &approval,
            Purpose::Approval,
            &release_message(&draft.statement(), role, &[], &heads),
        )?;
        // What the data protection officer answered stays: it is signed over the same draft.
        let protection = Signatures::of(&row)?.protection;
        let stored = serde_json::to_string(&std::iter::once(approval).chain(protection).collect::<Vec<_>>())?;
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_release(&ReleaseRow { state: ReleaseState::Draft, approvals: stored, ..row })?;
        audit(tx.view().desk(), now, Some(&officer), "release.sign", release, role.as_str())?;
        tx.commit()?;
        Ok(json!({ "release": release, "digest": draft.digest() }))
    }
}
