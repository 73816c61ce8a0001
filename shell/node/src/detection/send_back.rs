//! Writing what goes back to the one who gave an indicator: a sighting, and an opinion where somebody judged it (domain.md §7.4).
//!
//! Guarantees: what is written holds no value and no evidence, and is marked for that partner alone; it leaves by a release of two
//! officers like everything else. Asked again, it gives the same objects, as new versions where something changed.

use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_store::{Judgement, Origin, SightingRecord, SightingState};
use comity_vocab::{OfficerCode, OrgCode, Role, SecurityLabel, StixId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The most that STIX lets a sighting count (STIX 2.1 §5.2.1).
const COUNT_MAX: u64 = 999_999_999;

impl Node {
    pub(crate) fn sighting_return(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        sighting: &str,
        partner: &OrgCode,
    ) -> Result<Value, Failure> {
        self.require_role(&officer, &[Role::Analyst, Role::DeskOfficer])?;
        let record = self.sighting_found(sighting)?.record;
        let label = self.returnable(&record, partner)?;
        let mut objects = Vec::new();
        let mut written = Vec::new();
        let seen =
            self.told(now, &record, partner, "sighting", |id, created| self_sighting(&record, id, created, now))?;
        written.extend(seen);
        if record.judgement != Judgement::Unreviewed {
            let opinion =
                self.told(now, &record, partner, "opinion", |id, created| self_opinion(&record, id, created, now))?;
            written.extend(opinion);
        }
        let identity = self.home.configuration.organisation.identity.clone();
        let bytes = |object: &Value| {
            let mut object = object.clone();
            if let Value::Object(fields) = &mut object {
                fields.insert("created_by_ref".into(), json!(identity));
            }
            serde_json::to_vec(&object)
        };
        let tx = self.holdings.transaction()?;
        for one in &written {
            if let Some(object) = &one.object {
                tx.put_own(&[bytes(object)?], Some(&label), &officer, now).map_err(|error| Failure::refusal(&error))?;
            }
            tx.put_sighting_return(&record, partner, one.kind, &one.id)?;
            objects.push(one.id.clone());
        }
        let id = format!("sighting--{}", record.uuid.hyphenated());
        audit(tx.view().desk(), now, Some(&officer), "sighting.return", &id, &format!("for {partner}"))?;
        tx.commit()?;
        while self.holdings.index_pending(1_000)? > 0 {}
        Ok(json!({ "sighting": id, "partner": partner, "objects": objects, "label": label.to_string() }))
    }

    /// Tells under which label a sighting may be told to this partner: it must have given us the indicator itself.
    fn returnable(&self, record: &SightingRecord, partner: &OrgCode) -> Result<SecurityLabel, Failure> {
        let view = self.holdings.view();
        if record.state == SightingState::Recalled {
            return Err(Failure::no("the indicator of this sighting was recalled; nothing goes back"));
        }
        let given = view
            .desk()
            .received(&record.indicator)?
            .iter()
            .any(|item| item.link == partner.as_str() && item.recalled.is_none());
        if !given {
            return Err(Failure::no(format!("the indicator of this sighting did not come from {partner}"))
                .hint("a sighting goes back to the partner that released the indicator to us"));
        }
        let object = view.get(&record.indicator)?;
        let label = object.filter(|object| matches!(object.origin(), Origin::Link(_))).and_then(|object| object.label);
        let tlp = label.map(|label| label.tlp).ok_or_else(|| {
            Failure::no("the indicator is not marked here").hint("mark it first with comity write mark")
        })?;
        // As strict as the indicator, and for nobody else.
        Ok(SecurityLabel { tlp, releasable_to: Some(BTreeSet::from([partner.clone()])) })
    }

    /// Gives what is to be written: a new object, a new version, or nothing where the one that was written says the same.
    fn told(
        &mut self,
        now: Timestamp,
        record: &SightingRecord,
        partner: &OrgCode,
        kind: &'static str,
        make: impl Fn(&str, Timestamp) -> Value,
    ) -> Result<Option<Written>, Failure> {
        let earlier = record.returned.iter().find(|(to, of, _)| to == partner.as_str() && of == kind);
        if let Some((.., id)) = earlier
            && let Some(held) = self.holdings.view().get(id)?
        {
            let body: Value = serde_json::from_slice(&held.bytes).unwrap_or_default();
            let created = body.get("created").and_then(Value::as_str).and_then(Timestamp::meant);
            let object = make(id, created.unwrap_or(now));
            let same =
                ["count", "first_seen", "last_seen", "opinion"].iter().all(|name| body.get(*name) == object.get(*name));
            return Ok(Some(Written { kind, id: id.clone(), object: (!same).then_some(object) }));
        }
        let draw = self.draw();
        let uuid = self.entropy.stream("own-object", kind, draw).uuid_v4();
        let id = StixId::new(kind, uuid).map_err(|error| Failure::operational(error.to_string()))?.to_string();
        let object = make(&id, now);
        Ok(Some(Written { kind, id, object: Some(object) }))
    }
}

/// An object for a partner.
struct Written {
    kind: &'static str,
    id: String,
    /// Nothing where it stands already.
    object: Option<Value>,
}

fn self_sighting(record: &SightingRecord, id: &str, created: Timestamp, now: Timestamp) -> Value {
    // Seen, and it was nothing: the count says so (domain.md §7.4).
    let count = if record.judgement == Judgement::FalsePositive { 0 } else { record.count.min(COUNT_MAX) };
    json!({
        "type": "sighting",
        "spec_version": "2.1",
        "id": id,
        "created": created,
        "modified": now,
        "first_seen": record.first_seen,
        "last_seen": record.last_seen,
        "count": count,
        "sighting_of_ref": record.indicator,
    })
}

fn self_opinion(record: &SightingRecord, id: &str, created: Timestamp, now: Timestamp) -> Value {
    let opinion = if record.judgement == Judgement::FalsePositive { "disagree" } else { "agree" };
    json!({
        "type": "opinion",
        "spec_version": "2.1",
        "id": id,
        "created": created,
        "modified": now,
        "opinion": opinion,
        "object_refs": [record.indicator],
    })
}
