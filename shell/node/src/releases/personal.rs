//! Persons in a release: which selected objects are of one, and the data protection officer's answer to words of special categories.
//!
//! Guarantees: an account counts as a person's where the holdings say so or say too much to be read; the answer is signed over the draft
//! and covers findings of that class only. Does not know: what must be said before a person leaves (`comity_release` does).

use super::record::Kept;
use crate::failure::Failure;
use crate::leak_corpus::Sources;
use crate::node::{Node, audit};
use crate::request::FindingsAnswered;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_release::{
    Approval, ApprovalProof, Draft, Override, ReadSource, Record as _, by_role, is_account, is_person, may_be_person,
    refers_to, release_message,
};
use comity_store::View;
use comity_store::desk::ReleaseRow;
use comity_vocab::{OfficerCode, ReleaseState, Role, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The role that answers.
const ROLE: Role = Role::DataProtectionOfficer;
/// So many relations of an account are looked at; one with more counts as a person's.
const RELATIONS_MAX: usize = 200;

/// What is held of objects beside the selection.
struct Around<'a> {
    view: View<'a>,
    groups: &'a BTreeSet<String>,
    known: BTreeMap<String, bool>,
}

impl Around<'_> {
    fn read(&self, id: &str) -> Result<Option<Map<String, Value>>, Failure> {
        let Some(object) = self.view.get(id)? else { return Ok(None) };
        let damaged = |_| Failure::operational(format!("{id} cannot be read; run `comity verify`"));
        Ok(Some(serde_json::from_slice(&object.bytes).map_err(damaged)?))
    }

    /// Tells whether an object is a person; one that is not held is what its identifier lets it be.
    fn is_person(&self, id: &str) -> Result<bool, Failure> {
        Ok(match self.read(id)? {
            Some(object) => is_person(&object, self.groups),
            None => may_be_person(id, self.groups),
        })
    }

    /// Tells whether a held object is a person, or an account of one.
    fn is_somebody(&mut self, id: &str) -> Result<bool, Failure> {
        if let Some(known) = self.known.get(id) {
            return Ok(*known);
        }
        let account = self.read(id)?.is_some_and(|object| is_account(&object));
        let is = self.is_person(id)? || (account && self.is_owned(id)?);
        self.known.insert(id.to_owned(), is);
        Ok(is)
    }

    /// Tells whether an account or address is held as a person's: by a reference or by a relationship.
    fn is_owned(&self, id: &str) -> Result<bool, Failure> {
        let relations = self.view.relations(id, RELATIONS_MAX)?;
        if relations.cut {
            return Ok(true);
        }
        for relation in relations.outgoing.iter().chain(&relations.incoming) {
            let other = relation.through.as_ref().map_or(relation.id.as_str(), |through| through.id.as_str());
            if self.is_person(other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Node {
    /// Returns which of the selected objects are one reference away from a person who is held and not selected, and which accounts
    /// are held as a person's. Of what could not be read nothing is told here; it is refused as such.
    pub(super) fn of_persons(
        &self,
        objects: &[ReadSource<'_>],
        groups: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Failure> {
        let selected: BTreeSet<&str> = objects.iter().map(ReadSource::id).collect();
        let mut around = Around { view: self.holdings.view(), groups, known: BTreeMap::new() };
        let mut found = BTreeSet::new();
        for object in objects {
            let Some(read) = object.object() else { continue };
            let mut of_person = is_account(read) && around.is_owned(object.id())?;
            for target in refers_to(read) {
                of_person = of_person || (!selected.contains(target.as_str()) && around.is_somebody(&target)?);
            }
            if of_person {
                found.insert(object.id().to_owned());
            }
        }
        Ok(found)
    }

    /// The data protection officer's signature over a draft, or what is to be signed.
    pub(crate) fn release_answer(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        asked: FindingsAnswered,
    ) -> Result<Value, Failure> {
        let FindingsAnswered { release, overrides, proof } = asked;
        self.require_role(officer, &[ROLE])?;
        let (row, draft) = self.unsent(&release)?;
        if row.author == officer.as_str() {
            return Err(Failure::no("who drafted a release does not answer for the personal data in it")
                .hint("another data_protection_officer answers"));
        }
        let overrides = self.overrides_of(&release, &draft, &overrides, officer, ROLE)?;
        self.spend_check(now, &super::check::APPROVALS)?;
        self.are_answerable(&draft, &overrides)?;
        match proof {
            None => self.answer_prepared(&release, &draft, officer, &overrides),
            Some(proof) => self.answer_signed(now, row, &draft, officer, overrides, proof),
        }
    }

    /// Refuses answers to anything but findings of this draft that a data protection officer may answer for.
    fn are_answerable(&mut self, draft: &Draft, overrides: &[Override]) -> Result<(), Failure> {
        let checked = self.leak_checked(draft, Sources::Unread)?;
        let answerable: BTreeSet<String> =
            checked.findings().iter().filter(|it| it.answered_by() == Some(ROLE)).map(|it| it.id()).collect();
        if overrides.is_empty() {
            let count = answerable.len();
            return Err(Failure::usage(format!("no finding is answered for; {count} of this draft wait for you"))
                .hint("comity release check shows them; answer with --override FINDING=REASON"));
        }
        for entry in overrides {
            if !answerable.contains(&entry.finding) {
                return Err(Failure::no(format!(
                    "finding {} is none that a {ROLE} answers for in this draft",
                    entry.finding
                )));
            }
            if entry.reason.trim().is_empty() {
                return Err(Failure::usage(format!("the answer to finding {} has no reason", entry.finding)));
            }
        }
        Ok(())
    }

    fn answer_prepared(
        &mut self,
        release: &str,
        draft: &Draft,
        officer: &OfficerCode,
        overrides: &[Override],
    ) -> Result<Value, Failure> {
        let tx = self.holdings.transaction()?;
        let heads = Self::prepared_heads(tx.view().desk(), release, officer, ROLE)?;
        tx.commit()?;
        let message = release_message(&draft.statement(), ROLE, overrides, &heads);
        Ok(json!({ "release": release, "role": ROLE, "digest": draft.digest(), "statement": STANDARD.encode(message) }))
    }

    fn answer_signed(
        &mut self,
        now: Timestamp,
        row: ReleaseRow,
        draft: &Draft,
        officer: &OfficerCode,
        overrides: Vec<Override>,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let release = row.id.clone();
        let heads = self.heads_to_sign(&release, officer, ROLE)?;
        let approval = Approval { officer: officer.clone(), role: ROLE, proof, anchors: Some(heads), at: now };
        let message = release_message(&draft.statement(), ROLE, &overrides, &heads);
        self.check_approval(now, &approval, Purpose::Approval, &message)?;
        if !Kept(self.holdings.view().desk()).goes_on_from(&heads).unwrap_or(false) {
            return Err(Failure::no("audit chain and registry do not go on from what you signed; run `comity verify`"));
        }
        let mut approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
        // One data protection officer answers for a draft; a later answer takes the place of the earlier one.
        approvals.retain(|kept| kept.role != ROLE && kept.role != Role::ReleasingOfficer);
        approvals.push(approval);
        let answered = overrides.len();
        let row = ReleaseRow {
            // What was approved with another answer is to be approved again.
            state: ReleaseState::Draft,
            approvals: serde_json::to_string(&approvals)?,
            overrides: serde_json::to_string(&overrides)?,
            changed: now.to_string(),
            ..row
        };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.put_release(&row)?;
        for entry in &overrides {
            let detail = format!("{}: {}", entry.finding, entry.reason);
            audit(desk, now, Some(officer), "release.answer", &release, &detail)?;
        }
        tx.commit()?;
        Ok(json!({ "release": release, "digest": draft.digest(), "answered": answered }))
    }
}

/// The signatures that are kept of a release, by what each is for.
pub(super) struct Signatures {
    pub author: Option<Approval>,
    pub releasing: Option<Approval>,
    pub protection: Option<Approval>,
    pub overrides: Vec<Override>,
}

impl Signatures {
    pub fn of(row: &ReleaseRow) -> Result<Self, Failure> {
        let approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
        let overrides: Vec<Override> = serde_json::from_str(&row.overrides)?;
        let (mut author, mut releasing, mut protection) = (None, None, None);
        for approval in approvals {
            let place = match approval.role {
                ROLE => &mut protection,
                Role::ReleasingOfficer => &mut releasing,
                _ => &mut author,
            };
            if place.replace(approval).is_some() {
                return Err(Failure::operational(format!("release {} has two signatures in one role", row.id)));
            }
        }
        Ok(Self { author: author.filter(|it| it.officer.as_str() == row.author), releasing, protection, overrides })
    }

    /// The answers of the data protection officer.
    pub fn answers(&self) -> Vec<Override> {
        by_role(&self.overrides, ROLE)
    }
}
