//! Special categories of personal data that arrive: set aside, not held, and erased in time.
//!
//! Guarantees: an object that says what a person believes, where their people come from, how they vote, whether they are ill or whom they
//! love is in no index and no list of what is held; what the partner's log holds of it goes after [`DAYS`] days, with a recall, or with a
//! version that says nothing of the kind. Does not know: what is done about it; the sender corrects.

use super::Taking;
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_link::gate_protocol::DeskToGate;
use comity_release::special_property;
use comity_store::desk::SetAside;
use comity_store::{Outcome, Stored};
use comity_vocab::{OrgCode, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How long a copy is kept aside, so that the sender can correct it.
const DAYS: i64 = 30;
/// How often it is looked for what is due.
const LOOKED_SECONDS: i64 = 3_600;
/// So many are listed.
const LISTED_MAX: usize = 1_000;

/// Says by which property an object must not be held, with its identifier; nothing where it may. What stands in text is for people to read.
fn set_aside_for(bytes: &[u8]) -> Option<(String, String)> {
    let object: Value = serde_json::from_slice(bytes).ok()?;
    let property = special_property(&object)?.to_owned();
    Some((object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(), property))
}

/// Objects of one entry that are set aside: identifier, and the property for which.
#[derive(Default)]
pub(super) struct Aside(pub Vec<(String, String)>);

impl Aside {
    /// Takes an object that must not be held, and says whether it did.
    pub fn takes(&mut self, bytes: &[u8]) -> bool {
        let found = set_aside_for(bytes);
        let takes = found.is_some();
        self.0.extend(found);
        takes
    }
}

impl Taking<'_, '_> {
    /// Notes what of an entry was set aside, and forgets what the sender corrected.
    pub(super) fn note_set_aside(
        &mut self,
        peer: &OrgCode,
        (log, seq, release): (&str, u64, &str),
        Aside(aside): &Aside,
        stored: &[Stored],
    ) -> Result<(), Failure> {
        let desk = self.tx.view().desk();
        for one in stored.iter().filter(|one| !matches!(one.outcome, Outcome::Refused(_))) {
            if desk.end_set_aside(peer.as_str(), &one.id)? > 0 {
                self.batch.wal_dirty = true;
                self.batch.effects.push(DeskToGate::Erase { peer: peer.clone(), seqs: Vec::new() });
                audit(
                    desk,
                    self.now,
                    None,
                    "link.corrected",
                    release,
                    &format!("1 object of {peer} that was set aside"),
                )?;
            }
        }
        if aside.is_empty() {
            return Ok(());
        }
        let due = self.now.plus_seconds(DAYS * 86_400);
        for (object, property) in aside {
            desk.put_set_aside(&SetAside {
                link: peer.to_string(),
                object: object.clone(),
                release: release.to_owned(),
                log: log.to_owned(),
                seq,
                property: property.clone(),
                at: self.now.to_string(),
                due: due.to_string(),
            })?;
        }
        let detail = format!("{} objects of {peer}, special categories of personal data; erased {due}", aside.len());
        audit(desk, self.now, None, "link.set_aside", release, &detail)?;
        Ok(())
    }
}

impl Node {
    /// Erases what was set aside long enough; looks at most once an hour.
    pub(crate) fn erase_set_aside(&mut self, now: Timestamp) -> Result<(), Failure> {
        // A store that does not fit says nothing that is acted upon, and a restored home waits for its officers.
        if self.unfit().is_some() || self.quarantine.is_some() {
            return Ok(());
        }
        let since = self.looked_aside.map(|looked| now.unix_seconds().saturating_sub(looked.unix_seconds()));
        if since.is_some_and(|seconds| (0..LOOKED_SECONDS).contains(&seconds)) {
            return Ok(());
        }
        self.looked_aside = Some(now);
        let listed = self.holdings.view().desk().set_aside(LISTED_MAX)?;
        let is_due = |one: &&SetAside| Timestamp::parse(&one.due).is_ok_and(|due| due <= now);
        let due: Vec<&SetAside> = listed.iter().filter(is_due).collect();
        if due.is_empty() {
            return Ok(());
        }
        let more = due.len() == LISTED_MAX;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        for one in &due {
            desk.end_set_aside_entry(one)?;
            audit(desk, now, None, "link.set_aside_erased", &one.release, &format!("1 object of {}", one.link))?;
        }
        tx.commit()?;
        // What carried it lay in the gate's store too; without sequences this empties the gate's write-ahead log.
        let peers: BTreeSet<OrgCode> = due.iter().filter_map(|one| one.link.parse().ok()).collect();
        self.effects.extend(peers.into_iter().map(|peer| DeskToGate::Erase { peer, seqs: Vec::new() }));
        if more {
            self.looked_aside = None;
        }
        self.scrub()
    }

    /// Lists what was set aside: from whom, by which property, until when. Of the object itself nothing.
    pub(crate) fn set_aside_list(&self) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let rows: Vec<Value> = desk
            .set_aside(LISTED_MAX)?
            .into_iter()
            .map(|one| {
                json!({ "from": one.link, "object": one.object, "release": one.release, "property": one.property,
                    "at": one.at, "erased_at": one.due })
            })
            .collect();
        Ok(json!({ "set_aside": rows, "total": desk.set_aside_count()?, "days": DAYS }))
    }
}

#[cfg(test)]
mod tests {
    use super::set_aside_for;

    #[test]
    fn what_is_set_aside() {
        for (text, property) in [
            (r#"{"id":"a","x_religion":"hill"}"#, Some("x_religion")),
            (r#"{"id":"a","extensions":{"e":{"list":[{"glaube":1}]}}}"#, Some("glaube")),
            (r#"{"id":"a","type":"malware","description":"aims at religious and political parties"}"#, None),
            (r#"{"id":"a","x_rank":"captain"}"#, None),
            (r#"{"id":"a","x_race_condition":true}"#, Some("x_race_condition")),
            ("not JSON", None),
        ] {
            assert_eq!(set_aside_for(text.as_bytes()).map(|(_, property)| property).as_deref(), property, "{text}");
        }
    }
}
