//! Carrying out a recall of ours, in batches: mark what it names, hold back what is under way, tell the recipients, erase our copies.
//!
//! Guarantees: a batch is one transaction, and what it did stays done. Nobody is told before everything that the recall names is marked
//! and what was not delivered is a stub; the recall is sent once the notices stand in the logs, and the officer is told so once our own
//! copies are gone too: the draft, the salts and payloads of the log, the gate's envelopes. A notice is sealed only to the organisation
//! key that the officers signed for; who has another one now gets nothing, and the others get theirs.

use super::{Sending, may_be_signed};
use crate::failure::{Failure, FailureKind};
use crate::keys::HomeKeys;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, audit};
use comity_crypto::{Entropy, Signature};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{Kept, Outgoing};
use comity_release::{AuthorisedRecall, RecallDraft, authorise_recall};
use comity_store::desk::{Desk, RecallRecipient, RecallRow, RecallStage, RecallWork, ReleaseRow};
use comity_vocab::{OfficerCode, OrgCode, RecallAnswer, RecallState, ReleaseState, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How much one batch does: items marked, or entries erased four times.
pub(super) const BATCH: usize = 240;
/// What an entry that is erased weighs beside an item that is marked.
const ENTRY_WEIGHT: usize = 4;

impl Node {
    /// Checks that a recall may be sent, and takes it up. Nothing is changed yet. One that was taken up before goes on.
    pub(crate) fn recall_begin(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        recall: &str,
    ) -> Result<(), Failure> {
        if self.recalls.is_sending(recall) {
            return Ok(());
        }
        let (row, draft, approvals) = self.recall_row(recall)?;
        may_be_sent(&row, &draft)?;
        nobody_was_added(self.holdings.view().desk(), &draft)?;
        let stage = if draft.kind.withdraws() { RecallStage::Mark } else { RecallStage::Hold };
        let authorised =
            authorise_recall(draft, &comity_desk::recall::deciding(&approvals), &|code| self.officer_view(code), now)
                .map_err(|refusal| Failure::refusal(&refusal))?;
        self.recipients_with_another_key(&authorised)?;
        self.recalls.sending.push_back(Sending {
            work: RecallWork {
                link: None,
                recall: recall.to_owned(),
                notice: (String::new(), 0),
                stage,
                done: 0,
                found: 0,
                officer: by.map(ToString::to_string),
                begun: now.to_string(),
            },
            answer: None,
            waited_for: true,
        });
        Ok(())
    }

    /// Does the next batch of a recall of ours, and tells whether it was the last.
    pub(super) fn send_some(&mut self, now: Timestamp, sending: &mut Sending) -> Result<bool, Failure> {
        let Sending { work, answer, .. } = sending;
        let (row, draft, approvals) = self.recall_row(&work.recall)?;
        self.keys()?;
        self.load_logs(now)?;
        let items: Vec<String> = draft.items().into_iter().collect();
        let releases: Vec<String> = draft.releases.iter().map(ToString::to_string).collect();
        let withdraws = draft.kind.withdraws();
        if work.stage != RecallStage::Erase {
            may_be_sent(&row, &draft)?;
        }
        // The batch that may tell the recipients asks again whether it may: an officer who was disabled meanwhile signs nothing.
        let (mut authorised, mut refused) = (None, BTreeMap::new());
        let marked = work.stage == RecallStage::Mark && work.done.saturating_add(BATCH as u64) >= items.len() as u64;
        if marked || work.stage == RecallStage::Hold {
            let signed = authorise_recall(
                draft,
                &comity_desk::recall::deciding(&approvals),
                &|code| self.officer_view(code),
                now,
            )
            .map_err(|refusal| Failure::refusal(&refusal))?;
            refused = self.recipients_with_another_key(&signed)?;
            authorised = Some(signed);
        }
        // A suspended link is told when it is resumed; its gate does not know the partner now.
        let active = self.active_partners()?;
        let mut logs = self.logs.clone();
        let mut effects: Vec<DeskToGate> = Vec::new();
        let mut left = BATCH;
        let Self { holdings, keys, entropy, .. } = self;
        let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let tx = holdings.transaction()?;
        let desk = tx.view().desk();
        let last = loop {
            let done = usize::try_from(work.done).unwrap_or(usize::MAX);
            match work.stage {
                RecallStage::Mark => {
                    for item in items.iter().skip(done).take(left) {
                        desk.mark_recalled(item)?;
                        work.done += 1;
                        left -= 1;
                    }
                    if work.done >= items.len() as u64 {
                        (work.stage, work.done) = (RecallStage::Hold, 0);
                    }
                }
                RecallStage::Hold | RecallStage::Erase => {
                    // A correction leaves the item with its recipients, under the id they know, until the new version comes.
                    for release in releases.iter().skip(done).filter(|_| withdraws) {
                        if left == 0 {
                            break;
                        }
                        let waiting = work.stage == RecallStage::Hold;
                        let (entries, withheld) = erase_entries(desk, keys, &logs, release, waiting, &mut effects)?;
                        if !waiting {
                            forget_draft(desk, release, now)?;
                        }
                        work.found += withheld;
                        work.done += 1;
                        left = left.saturating_sub(1 + entries * ENTRY_WEIGHT);
                    }
                    if !withdraws || work.done >= releases.len() as u64 {
                        if work.stage == RecallStage::Erase {
                            break true;
                        }
                        let Some(authorised) = authorised.take() else { break false };
                        nobody_was_added(desk, authorised.draft())?;
                        let sent = Announce { work, now, refused: &refused, withheld: work.found };
                        *answer =
                            Some(sent.announce(desk, keys, entropy, &mut logs, &row, &authorised, &mut effects)?);
                        (work.stage, work.done) = (RecallStage::Erase, 0);
                    }
                }
                RecallStage::Apply => {
                    return Err(Failure::operational("a recall under way is damaged; run `comity verify`"));
                }
            }
            if left == 0 {
                break false;
            }
        };
        if last {
            desk.end_recall_work(None, &work.recall)?;
        } else {
            desk.put_recall_work(work)?;
        }
        tx.commit()?;
        effects.retain(|effect| effect_peer(effect).is_none_or(|peer| active.contains(peer)));
        effects.retain(|effect| !matches!(effect, DeskToGate::Send { peer, .. } if refused.contains_key(peer)));
        self.logs = logs;
        self.effects.append(&mut effects);
        self.unscrubbed = true;
        if last {
            self.scrub()?;
        }
        Ok(last)
    }

    /// The recipients whose link does not have the key that was signed for, each with the reason. It is an error where that is all of them:
    /// then nothing is done.
    fn recipients_with_another_key(
        &mut self,
        authorised: &AuthorisedRecall,
    ) -> Result<BTreeMap<OrgCode, Failure>, Failure> {
        let keys = &authorised.draft().keys;
        let mut refused = BTreeMap::new();
        for (recipient, key) in keys {
            match self.is_who_was_signed_for(recipient, Some(key), "recall") {
                Ok(()) => {}
                Err(why) if why.kind == FailureKind::No => drop(refused.insert(recipient.clone(), why)),
                Err(failure) => return Err(failure),
            }
        }
        match refused.first_key_value() {
            Some((_, why)) if refused.len() == keys.len() => Err(why.clone()),
            _ => Ok(refused),
        }
    }
}

/// What is said when the recipients are told.
struct Announce<'a> {
    work: &'a RecallWork,
    now: Timestamp,
    refused: &'a BTreeMap<OrgCode, Failure>,
    withheld: u64,
}

impl Announce<'_> {
    /// Posts the notices, writes the board, and returns what the officer is told.
    #[expect(clippy::too_many_arguments, reason = "the parts of a node that its transaction leaves free")]
    fn announce(
        &self,
        desk: Desk<'_>,
        keys: &HomeKeys,
        entropy: &mut Entropy,
        logs: &mut BTreeMap<OrgCode, LinkLogs>,
        row: &RecallRow,
        authorised: &AuthorisedRecall,
        effects: &mut Vec<DeskToGate>,
    ) -> Result<Value, Failure> {
        let (recall, now) = (self.work.recall.as_str(), self.now);
        let by: Option<OfficerCode> = self.work.officer.as_deref().and_then(|code| code.parse().ok());
        let mut sent: Vec<Value> = Vec::new();
        for notice in authorised.notices() {
            let recipient = notice.recipient().clone();
            if self.refused.contains_key(&recipient) {
                desk.put_recall_recipient(&line_of(recall, &recipient, String::new(), None, now))?;
                let why = format!("{recipient}: not the key signed for");
                audit(desk, now, by.as_ref(), "recall.not_sent", recall, &why)?;
                continue;
            }
            let link = logs
                .get_mut(&recipient)
                .ok_or_else(|| Failure::no(format!("there is no link with {recipient} any more")))?;
            // Another id for each: one for all would tell two recipients that they were given the same item.
            let known_as = entropy.stream("recall-notice", link.out.origin(), link.out.next_seq()).uuid_v4();
            let notice = Content::Recall(Box::new(notice.known_as(known_as)));
            let (seq, effect) = link.post(desk, keys, entropy, now, notice, Some(recall))?;
            effects.push(effect);
            effects.push(link.checkpoint(desk, &keys.node)?);
            desk.put_recall_recipient(&line_of(recall, &recipient, known_as.to_string(), Some(seq), now))?;
            sent.push(json!({ "to": recipient, "seq": seq }));
        }
        let confirm_by = authorised.confirm_by().map(|at| at.to_string());
        desk.put_recall(&RecallRow { state: RecallState::Sent, confirm_by: confirm_by.clone(), ..row.clone() })?;
        audit(desk, now, by.as_ref(), "recall.send", recall, &format!("to {} recipients", sent.len()))?;
        let not_sent = self.refused.iter().map(|(to, why)| json!({ "to": to, "why": why.message }));
        Ok(json!({
            "recall": recall,
            "state": RecallState::Sent,
            "recipients": sent,
            "not_sent": not_sent.collect::<Vec<_>>(),
            "confirm_by": confirm_by,
            // Items that were not recalled but went in the same, not yet delivered entry: they must be released again.
            "withheld": self.withheld,
        }))
    }
}

/// Refuses a recall that is not approved, or was sent.
fn may_be_sent(row: &RecallRow, draft: &RecallDraft) -> Result<(), Failure> {
    may_be_signed(row, draft)?;
    if row.state != RecallState::Approved {
        return Err(Failure::no(format!("recall {} is {}, not approved", row.id, row.state))
            .hint("a desk officer and a releasing officer, two persons, sign it: comity recall approve"));
    }
    Ok(())
}

/// Refuses a recall that would leave somebody out.
fn nobody_was_added(desk: Desk<'_>, draft: &RecallDraft) -> Result<(), Failure> {
    for item in draft.items() {
        for given in desk.released_under(&item)? {
            let recipient: OrgCode = given
                .recipient
                .parse()
                .map_err(|_| Failure::operational("the dissemination record is damaged; run `comity verify`"))?;
            if !draft.recipients.get(&recipient).is_some_and(|items| items.contains(&item)) {
                return Err(Failure::no("the items were given to more recipients since this recall was drafted")
                    .hint("draft it again, so that nobody is left out"));
            }
        }
    }
    Ok(())
}

/// A new line of the board; without a position where nothing was sent.
fn line_of(recall: &str, recipient: &OrgCode, notice: String, log_seq: Option<u64>, now: Timestamp) -> RecallRecipient {
    RecallRecipient {
        recall: recall.to_owned(),
        recipient: recipient.to_string(),
        notice,
        log_seq,
        state: RecallAnswer::Outstanding,
        answer: None,
        at: now.to_string(),
    }
}

/// The partner that a message to the gate is about.
fn effect_peer(effect: &DeskToGate) -> Option<&OrgCode> {
    match effect {
        DeskToGate::Send { peer, .. }
        | DeskToGate::SendCheckpoint { peer, .. }
        | DeskToGate::SendCosignature { peer, .. }
        | DeskToGate::Taken { peer, .. }
        | DeskToGate::Erase { peer, .. }
        | DeskToGate::TaxiiPut { peer, .. }
        | DeskToGate::TaxiiErase { peer, .. }
        | DeskToGate::Poke { peer } => Some(peer),
        DeskToGate::Configure(_) | DeskToGate::Stop => None,
    }
}

/// Takes the draft of a release out of our own keeping.
fn forget_draft(desk: Desk<'_>, release: &str, now: Timestamp) -> Result<(), Failure> {
    if let Some(row) = desk.release(release)? {
        let state = if desk.wholly_recalled(release)? { ReleaseState::Recalled } else { row.state };
        desk.put_release(&ReleaseRow { state, draft: None, changed: now.to_string(), ..row })?;
    }
    Ok(())
}

/// Takes the entries that carried a release out of our own keeping: log payloads and salts, the gate's envelopes; those that wait for
/// delivery, or all. What was not yet delivered travels as a stub, so that the log stays whole. Returns how many entries that were, and
/// how many items were withheld with them.
fn erase_entries(
    desk: Desk<'_>,
    keys: &HomeKeys,
    logs: &BTreeMap<OrgCode, LinkLogs>,
    release: &str,
    waiting_only: bool,
    effects: &mut Vec<DeskToGate>,
) -> Result<(usize, u64), Failure> {
    let mut erased: BTreeMap<OrgCode, Vec<u64>> = BTreeMap::new();
    let mut stubs = Vec::new();
    let (mut entries, mut withheld) = (0, 0);
    for entry in desk.entries_sent(release)? {
        // The logs of an ended generation are with no gate any more.
        let link = logs.iter().find(|(code, _)| code.as_str() == entry.link);
        let waits = link.filter(|(_, link)| entry.seq >= link.out.cosigned());
        if waiting_only && waits.is_none() {
            continue;
        }
        entries += 1;
        desk.erase_log_payload(&entry.link, comity_store::desk::Direction::Out, entry.seq)?;
        if let Some((code, _)) = link {
            erased.entry(code.clone()).or_default().push(entry.seq);
        }
        if let Some((code, _)) = waits {
            let damaged = || Failure::operational("a stored signature is damaged; run `comity verify`");
            let signature = Signature::from_bytes(entry.signature.as_slice().try_into().map_err(|_| damaged())?);
            let kept = Kept { header: &entry.header, signature: &signature };
            let outgoing = Outgoing::stub(&kept, &keys.node).map_err(|error| Failure::from_error(&error))?;
            desk.put_stub(code.as_str(), entry.seq, outgoing.envelope())?;
            stubs.push(DeskToGate::Send { peer: code.clone(), outgoing });
            withheld += desk.mark_withheld(code.as_str(), release)?;
        }
    }
    // First the content goes, then the stub takes its place.
    for (peer, seqs) in erased {
        effects.push(DeskToGate::TaxiiErase { peer: peer.clone(), seqs: seqs.clone() });
        effects.push(DeskToGate::Erase { peer, seqs });
    }
    effects.append(&mut stubs);
    Ok((entries, withheld))
}
