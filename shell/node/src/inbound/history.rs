//! What a partner tells and gives back of an ended generation of the link.
//!
//! Guarantees: an entry enters an old log only behind the last one held, with the signature of the one who wrote it, and with the
//! content it committed to; a partner can so neither invent nor reorder what we wrote. An erased content comes back as a header.

use super::Taking;
use crate::failure::Failure;
use crate::generation::{Ended, tree};
use crate::node::audit;
use comity_crypto::{commitment, sha256};
use comity_ledger::CompactTree;
use comity_link::{
    Control, Expect, History, HistoryEntry, OwnControl, Parked, Payload, Refused, log_origin, verify_stored,
};
use comity_release::{ReleaseId, document_ref};
use comity_store::desk::{Direction, NewLogRow, ReleaseRow, ReleasedItem};
use comity_vocab::{EntryKind, EntryState, OrgCode, ReleaseState, Suspension};
use serde_json::{Value, json};

impl Taking<'_, '_> {
    /// Keeps the partner's view of an ended generation; outside quarantine also gives it what it lacks.
    pub(super) fn apply_history(&mut self, peer: &OrgCode, view: &History) -> Result<Option<Parked>, Failure> {
        let desk = self.tx.view().desk();
        let ended = match desk.generation(peer.as_str(), view.generation)? {
            Some(row) => Ended::open(row)?,
            None => {
                let own = self.keys.organisation.verifying_key();
                let Some(link) = desk.link(peer.as_str())? else { return Ok(Some(Parked::Unrelated)) };
                match Ended::learn(desk, &link, view, &own, self.now)? {
                    Some(ended) => {
                        // What it holds comes when we say that we hold nothing; in quarantine, when that ends.
                        if !self.quarantined {
                            let ours = ended.history(desk)?;
                            self.answer(peer, OwnControl::History(ours), None)?;
                        }
                        ended
                    }
                    None => return Ok(Some(Parked::Unrelated)),
                }
            }
        };
        let kept = serde_json::to_string(&History { your_card: None, ..view.clone() })?;
        desk.put_view(peer.as_str(), view.generation, &kept, &self.now.to_string())?;
        let detail = format!("holds {} of ours, {} of its own", view.yours_size, view.mine_size);
        audit(desk, self.now, None, "link.history", peer.as_str(), &detail)?;
        if self.quarantined {
            return Ok(None);
        }
        if let Some(whose) = ended.contradiction(desk, view)? {
            self.suspend(peer, Suspension::History { log: whose })?;
            return Ok(None);
        }
        let link = self.logs.get_mut(peer).ok_or_else(|| Failure::operational("a link vanished"))?;
        let mut given = link.give_history(desk, self.keys, self.entropy, self.now, &ended, view)?;
        if !given.is_empty() {
            self.batch.effects.append(&mut given);
            self.batch.answered.insert(peer.clone());
        }
        Ok(None)
    }

    /// Takes one entry of an ended generation behind those held.
    pub(super) fn apply_history_entry(
        &mut self,
        peer: &OrgCode,
        entry: &HistoryEntry,
    ) -> Result<Option<Parked>, Failure> {
        let desk = self.tx.view().desk();
        let Some(row) = desk.generation(peer.as_str(), entry.generation)? else { return Ok(Some(Parked::Unrelated)) };
        let ended = Ended::open(row)?;
        let own = self.keys.organisation.verifying_key();
        let partner = ended.card.organisation.key;
        // "Yours" is said by the partner: the log is ours.
        let (direction, origin, sender) = if entry.yours {
            (Direction::Out, log_origin(&own, &partner, entry.generation), ended.own_node)
        } else {
            (Direction::In, log_origin(&partner, &own, entry.generation), ended.card.node.key)
        };
        let next = desk.log_size(&ended.name, direction)?;
        let expect = Expect { origin: &origin, next_seq: next, sender: &sender };
        let leaf = match verify_stored(&entry.header, &entry.signature, &expect) {
            Ok((header, leaf)) => {
                let content = entry.content.as_ref();
                if content.is_some_and(|(salt, payload)| commitment(salt, payload) != header.commitment) {
                    return Ok(Some(Parked::BadContent));
                }
                leaf
            }
            Err(Refused::Replay { seq, leaf, .. }) => {
                let held = desk.log_from(&ended.name, direction, seq, 1)?;
                match held.first().filter(|row| row.seq == seq) {
                    Some(row) if row.leaf == leaf => {}
                    Some(_) => self.suspend(peer, Suspension::TwoEntries { seq, ended: Some(entry.generation) })?,
                    None => return Err(crate::logs::not_whole(&ended.name)),
                }
                return Ok(None);
            }
            Err(_) => return Ok(Some(Parked::Unrelated)),
        };
        let root = self.append_to(&ended.name, direction, leaf)?;
        let payload = entry.content.as_ref().map(|(_, bytes)| Payload::parse(bytes));
        let (kind, subject) = comity_desk::inbound::named(payload.as_ref());
        let at = self.now.to_string();
        let withheld = entry.content.is_none();
        desk.append_log(
            &ended.name,
            direction,
            &NewLogRow {
                seq: next,
                header: &entry.header,
                signature: entry.signature.as_bytes(),
                leaf,
                root,
                salt: entry.content.as_ref().map(|(salt, _)| &salt[..]),
                payload: entry.content.as_ref().map(|(_, bytes)| bytes.as_slice()),
                envelope: None,
                kind,
                subject: subject.as_deref(),
                state: if withheld {
                    EntryState::Erased
                } else if entry.yours {
                    EntryState::Sent
                } else {
                    EntryState::Applied
                },
                reason: None,
                at: &at,
            },
        )?;
        if kind == EntryKind::Unreadable {
            self.desk().drop_log_payload(&ended.name, direction, next)?;
        }
        if let Some(payload) = &payload {
            let parked = match direction {
                Direction::In => self.apply(peer, &ended.name, next, payload)?,
                Direction::Out => self.recover(peer, next, payload)?,
            };
            if let Some(reason) = parked {
                self.desk().set_log_state(&ended.name, direction, next, EntryState::Parked, Some(reason.as_str()))?;
            }
        }
        if entry.more {
            let view = ended.history(self.desk())?;
            self.answer(peer, OwnControl::History(view), None)?;
        }
        self.compare_when_whole(peer, &ended)?;
        Ok(None)
    }

    fn append_to(
        &mut self,
        name: &str,
        direction: Direction,
        leaf: comity_vocab::Digest,
    ) -> Result<comity_vocab::Digest, Failure> {
        let key = (name.to_owned(), direction == Direction::Out);
        let tree: &mut CompactTree = match self.batch.trees.entry(key) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(tree(self.tx.view().desk(), name, direction)?)
            }
        };
        tree.append(leaf);
        Ok(tree.root())
    }

    /// Once as much is held as the partner said, both must have the same history.
    fn compare_when_whole(&mut self, peer: &OrgCode, ended: &Ended) -> Result<(), Failure> {
        let desk = self.tx.view().desk();
        let Some((view, _)) = ended.view(desk)? else { return Ok(()) };
        let held = ended.history(desk)?;
        if held.mine_size < view.yours_size || held.yours_size < view.mine_size {
            return Ok(());
        }
        if let Some(whose) = ended.contradiction(desk, &view)? {
            return self.suspend(peer, Suspension::History { log: whose });
        }
        let detail =
            format!("generation {} whole: {} of ours, {} of theirs", view.generation, held.mine_size, held.yours_size);
        audit(desk, self.now, None, "link.recovered", peer.as_str(), &detail)
    }

    /// Takes up from an own entry that came back what this node must know of it: whom it gave what, and what it recalled.
    fn recover(&mut self, peer: &OrgCode, seq: u64, payload: &Payload) -> Result<Option<Parked>, Failure> {
        let desk = self.tx.view().desk();
        match payload {
            Payload::Release(release) => {
                let header = &release.header;
                let id = header.release.to_string();
                for (item, version) in &header.items {
                    // Which of our objects it was went with the draft, unless it was given under this id before. Under the id
                    // that the partner knows it can be recalled all the same.
                    let before = desk.released_under(item)?.into_iter().next();
                    let original = before.map_or_else(|| item.clone(), |given| given.original_id);
                    desk.put_released_item(&ReleasedItem {
                        recipient: peer.to_string(),
                        released_id: item.clone(),
                        released_version: version.clone(),
                        original_id: original,
                        original_version: version.clone(),
                        release: id.clone(),
                        log_seq: seq,
                        recalled: false,
                    })?;
                }
                let summary = json!({ "release": id, "label": header.label.to_string(), "recovered_from": peer });
                self.recover_release(&id, summary)?;
                audit(desk, self.now, None, "release.recovered", &id, &format!("entry {seq} for {peer}"))?;
            }
            Payload::Document(document) => {
                let header = &document.header;
                let (id, name) = (header.document.to_string(), document_ref(ReleaseId(header.document)));
                desk.put_released_item(&ReleasedItem {
                    recipient: peer.to_string(),
                    released_id: name.clone(),
                    released_version: String::new(),
                    original_id: name,
                    original_version: String::new(),
                    release: id.clone(),
                    log_seq: seq,
                    recalled: false,
                })?;
                let summary = json!({ "release": id, "label": header.label.to_string(), "form": header.form,
                    "recovered_from": peer });
                self.recover_release(&id, summary)?;
                audit(desk, self.now, None, "document.recovered", &id, &format!("entry {seq} for {peer}"))?;
            }
            Payload::Control(Control::RecallNotice(notice)) if notice.recall_kind.withdraws() => {
                for item in &notice.item_refs {
                    desk.mark_recalled(item)?;
                }
                let detail = format!("{} items, entry {seq} for {peer}", notice.item_refs.len());
                audit(desk, self.now, None, "recall.recovered", &notice.recall_id.to_string(), &detail)?;
            }
            Payload::Control(_) | Payload::History(_) | Payload::Unreadable(_) => {}
        }
        Ok(None)
    }

    /// Takes up that something was sent, where nothing of it is held any more.
    fn recover_release(&mut self, id: &str, summary: Value) -> Result<(), Failure> {
        let desk = self.tx.view().desk();
        if desk.release(id)?.is_none() {
            desk.put_release(&ReleaseRow {
                id: id.to_owned(),
                state: ReleaseState::Sent,
                author: String::new(),
                digest: sha256(&[id.as_bytes()]),
                draft: None,
                summary: summary.to_string(),
                approvals: "[]".into(),
                overrides: "[]".into(),
                created: self.now.to_string(),
                changed: self.now.to_string(),
            })?;
        }
        Ok(())
    }
}
