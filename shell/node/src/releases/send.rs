//! Sending: the decision of the moment, the entries, the dissemination record.

use super::personal::Signatures;
use super::record::Kept;
use crate::failure::Failure;
use crate::leak_corpus::Sources;
use crate::logs::{Content, Sent};
use crate::node::{Node, audit};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{Author, Proof};
use comity_release::{
    Bundle, Coverage, Delivery, Document, DocumentDelivery, Mode, Refusal, Released, SignedBy, WITHDRAWN_ACT, authorise,
};
use comity_store::desk::{ReleaseRow, ReleasedItem};
use comity_vocab::{OfficerCode, OrgCode, ReleaseState, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Node {
    pub(crate) fn release_send(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        release: &str,
    ) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        if row.state != ReleaseState::Approved {
            return Err(Failure::no(format!("release {release} is {}, not approved", row.state))
                .hint("a second officer approves it: comity release approve"));
        }
        let draft = self.open_draft(&row)?;
        self.still_releasable(&draft)?;
        self.recipients_are_who_they_were(&draft)?;
        let Signatures { author: Some(author), releasing: Some(releasing), protection, overrides } =
            Signatures::of(&row)?
        else {
            return Err(Failure::no(format!("release {release} lacks an approval")));
        };
        let (of, sent) = self.sent_pieces(&draft)?;
        let (items, audience, as_published) =
            (draft.items().to_vec(), draft.audience().clone(), draft.mode() == Mode::AsPublished);
        let is_document = draft.form().is_some();
        self.recipients_can_receive(&draft)?;
        self.vault_is_clear(release, &draft)?;
        self.nobody_weakened_a_source_for_it(release, &releasing.officer)?;
        let checked = self.leak_checked(&draft, Sources::Read)?;
        if checked.findings().iter().any(|finding| finding.matter.is_some()) {
            return Err(self.blocked());
        }
        let coverage = checked.coverage();
        self.record_is_whole()?;
        let signed =
            SignedBy { author: &author, releasing: &releasing, protection: protection.as_ref(), overrides: &overrides };
        let record = Kept(self.holdings.view().desk());
        let officers = |code: &OfficerCode| self.officer_view(code);
        let refused = |refusal: Refusal| Failure::refusal(&refusal);
        let deliveries: Vec<(OrgCode, Content)> = if draft.form().is_some() {
            let released = authorise::<Document>(draft, checked, &signed, &officers, &record, now).map_err(refused)?;
            let certificate = crate::links::node_certificate(&self.home)?;
            self.keys()?;
            let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            let organisation = keys.organisation.verifying_key();
            let author = Author { organisation: &organisation, certificate: &certificate };
            let proof = Proof::of(&released, &author, &keys.node, &mut self.entropy);
            let for_one = |delivery: Released<DocumentDelivery>| {
                let recipient = delivery.get().recipient.clone();
                (recipient, Content::Document(Box::new(Sent { delivery, proof: proof.clone() })))
            };
            released.into_deliveries().into_iter().map(for_one).collect()
        } else {
            let released = authorise::<Bundle>(draft, checked, &signed, &officers, &record, now).map_err(refused)?;
            let for_one =
                |delivery: Released<Delivery>| (delivery.get().recipient.clone(), Content::Release(Box::new(delivery)));
            released.into_deliveries().into_iter().map(for_one).collect()
        };
        self.keys()?;
        self.load_logs(now)?;
        let mut logs = self.logs.clone();
        let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let tx = self.holdings.transaction()?;
        // What came in after the check was not compared with: nothing of it may be sent beside.
        if coverage != (Coverage::Whole { act: tx.view().corpus_act()? }) {
            return Err(Failure::no(format!("something came in while release {release} was checked; nothing is sent"))
                .hint("send it again"));
        }
        let desk = tx.view().desk();
        let mut effects: Vec<DeskToGate> = Vec::new();
        let mut first: BTreeMap<OrgCode, (u64, u64)> = BTreeMap::new();
        for (recipient, content) in deliveries {
            let link =
                logs.get_mut(&recipient).ok_or_else(|| Failure::no(format!("there is no link with {recipient}")))?;
            let (seq, effect) = link.post(desk, keys, &mut self.entropy, now, content, Some(release))?;
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
                if !is_document && crate::taxii_recipients::is_recipient(desk, recipient.as_str())? {
                    let node_key = keys.node.verifying_key();
                    let entries = first.get(recipient).map_or(0, |(_, entries)| *entries);
                    effects.extend(crate::taxii_recipients::puts(desk, link, &node_key, *seq, entries)?);
                }
                effects.push(link.checkpoint(desk, &keys.node)?);
            }
        }
        let digest = row.digest;
        desk.put_release(&ReleaseRow { state: ReleaseState::Sent, changed: now.to_string(), ..row })?;
        desk.forget_prepared(release)?;
        desk.add_leak_clear(&of, &sent)?;
        let to: Vec<&str> = audience.iter().map(OrgCode::as_str).collect();
        let detail = format!("{} to {}{}", digest, to.join(","), if as_published { " as published" } else { "" });
        audit(desk, now, by, "release.send", release, &detail)?;
        tx.commit()?;
        self.logs = logs;
        self.effects.append(&mut effects);
        let recipients: Vec<Value> = first
            .iter()
            .map(|(to, (seq, entries))| json!({ "to": to, "first_seq": seq, "entries": entries }))
            .collect();
        Ok(json!({ "release": release, "digest": digest, "state": ReleaseState::Sent, "recipients": recipients }))
    }

    pub(crate) fn release_withdraw(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        release: &str,
    ) -> Result<Value, Failure> {
        let (row, _) =
            self.unsent(release).map_err(|failure| failure.hint("what was sent is recalled: comity recall draft"))?;
        let tx = self.holdings.transaction()?;
        let row = ReleaseRow { state: ReleaseState::Withdrawn, draft: None, changed: now.to_string(), ..row };
        tx.view().desk().put_release(&row)?;
        tx.view().desk().forget_prepared(release)?;
        audit(tx.view().desk(), now, by, WITHDRAWN_ACT, release, "")?;
        tx.commit()?;
        Ok(json!({ "release": release, "state": ReleaseState::Withdrawn }))
    }
}
