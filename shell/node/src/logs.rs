//! The two logs of a link as the node holds them: the pure state of `comity-link` and its rows.
//!
//! Guarantees: what is signed was stored in the same transaction; the state in memory is swapped only after the commit, so a
//! failed call leaves both as they were.

use crate::failure::Failure;
use crate::keys::HomeKeys;
use comity_crypto::{Entropy, SigningKey, VerifyingKey};
use comity_ledger::{Checkpoint, CompactTree};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{
    Card, Ends, HistoryEntry, InboundLog, Kept, LogError, OutboundLog, Outgoing, OwnControl, Proof, SealContext,
    kind_rules, log_origin, seal_control, seal_document, seal_history, seal_recall, seal_release,
};
use comity_release::{Delivery, DocumentDelivery, Released, SignedNotice};
use comity_store::desk::{Desk, Direction, LinkRow, LogHead, NewLogRow};
use comity_vocab::{EntryKind, EntryState, OrgCode, Timestamp};

/// The most entries sent again at once.
const AGAIN_MAX: usize = 64;
/// The most bytes sent again at once.
const AGAIN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A link, ready to send and to take in.
#[derive(Clone)]
pub(crate) struct LinkLogs {
    pub code: OrgCode,
    pub card: Card,
    pub out: OutboundLog,
    pub inbound: InboundLog,
    /// A checkpoint about entries that have not arrived yet.
    pub later: Option<String>,
    /// The sequence that could not be opened, and how often it was asked for.
    pub spoiled: (u64, u32),
}

/// What goes into a log.
pub(crate) enum Content {
    Release(Box<Released<Delivery>>),
    /// A document, with its proof.
    Document(Box<Sent>),
    /// The notice of a recall that officers signed.
    Recall(Box<SignedNotice>),
    /// A control entry that needs no officers.
    Control(OwnControl),
    /// An entry of an ended generation, with the node keys of that time.
    History(Box<OldEntry>),
}

impl Content {
    fn kind(&self) -> EntryKind {
        match self {
            Self::Release(_) => EntryKind::Release,
            Self::Document(_) => EntryKind::Document,
            Self::Recall(_) => EntryKind::RecallNotice,
            Self::Control(control) => control.kind(),
            Self::History(_) => EntryKind::HistoryEntry,
        }
    }
}

/// A document for one partner, and the proof that all who receive it get.
pub(crate) struct Sent {
    pub delivery: Released<DocumentDelivery>,
    pub proof: Option<Proof>,
}

/// An entry of an ended generation, and who signed in it.
pub(crate) struct OldEntry {
    pub entry: HistoryEntry,
    pub own_node: VerifyingKey,
    pub partner_node: VerifyingKey,
}

fn log_failure(error: &LogError) -> Failure {
    Failure::from_error(error).hint("run `comity verify`; nothing is signed on this link until people have looked")
}

/// What is said where rows of a log are missing or are not those that were written: it is our own damage, and evidence against nobody.
pub(crate) fn not_whole(name: &str) -> Failure {
    Failure::operational(format!("the stored logs of the link with {name} are not whole"))
        .hint("comity verify names the first bad entry; nothing of this link is sent or taken until it is restored")
}

/// The tree of a log, where its rows are without a gap and its last root is the one that was stored with it.
fn whole_tree(desk: Desk<'_>, name: &str, direction: Direction) -> Result<CompactTree, Failure> {
    let tree = CompactTree::from_leaves(desk.log_leaves(name, direction)?);
    let stored = desk.log_root(name, direction, tree.size())?;
    if tree.size() > 0 && stored != Some(tree.root()) {
        return Err(not_whole(name));
    }
    Ok(tree)
}

impl LinkLogs {
    /// Takes up both logs from their rows.
    pub fn load(
        desk: Desk<'_>,
        row: &LinkRow,
        own: &comity_crypto::VerifyingKey,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let code: OrgCode = row.code.parse().map_err(|_| Failure::operational("a stored partner code is damaged"))?;
        // The card was verified when it was added; an end date that has passed since stops sending, not reading.
        let card = Card::open(&row.card, now)
            .or_else(|_| Card::open(&row.card, Timestamp::parse(&row.added).unwrap_or(now)))
            .map_err(|error| Failure::from_error(&error))?;
        let partner = card.organisation.key;
        let node = card.node.key;
        let out_tree = whole_tree(desk, &row.code, Direction::Out)?;
        let in_tree = whole_tree(desk, &row.code, Direction::In)?;
        let out_head = desk.log_head(&row.code, Direction::Out)?;
        let in_head = desk.log_head(&row.code, Direction::In)?;
        let out_origin = log_origin(own, &partner, row.generation);
        let in_origin = log_origin(&partner, own, row.generation);
        let cosigned = in_head.cosignature.as_deref().map(own_checkpoint).transpose()?;
        let out = OutboundLog::resume(out_origin, out_tree, node, out_head.cosigned).map_err(|e| log_failure(&e))?;
        let inbound = InboundLog::resume(in_origin, in_tree, node, cosigned).map_err(|e| log_failure(&e))?;
        Ok(Self { code, card, out, inbound, later: None, spoiled: (0, 0) })
    }

    /// Seals one entry, appends it to the log and to its rows, and returns its position and what the gate gets.
    pub fn post(
        &mut self,
        desk: Desk<'_>,
        keys: &HomeKeys,
        entropy: &mut Entropy,
        now: Timestamp,
        content: Content,
        subject: Option<&str>,
    ) -> Result<(u64, DeskToGate), Failure> {
        // A recall must reach also whom nothing is released to any more; content is sealed only to keys that still hold.
        let rules = kind_rules(content.kind());
        let ended = if rules.content { self.card.check_dates(now) } else { Ok(()) };
        ended.map_err(|error| {
            Failure::refusal(&error).hint(format!("ask {} for a new card and add it with comity link add", self.code))
        })?;
        let origin = self.out.origin().to_owned();
        let context = SealContext {
            origin: &origin,
            seq: self.out.next_seq(),
            partner: &self.code,
            partner_key: &self.card.organisation.key,
            partner_sealing: &self.card.sealing.key,
            node_key: &keys.node,
            now,
        };
        let sealed = match content {
            Content::Release(delivery) => seal_release(*delivery, &context, entropy),
            Content::Document(sent) => seal_document(sent.delivery, sent.proof.as_ref(), &context, entropy),
            Content::Recall(notice) => seal_recall(*notice, &context, entropy),
            Content::Control(control) => seal_control(&control, &context, entropy),
            Content::History(old) => {
                let own = keys.organisation.verifying_key();
                let ends = Ends {
                    own: &own,
                    own_node: &old.own_node,
                    partner: &self.card.organisation.key,
                    partner_node: &old.partner_node,
                };
                seal_history(&old.entry, &ends, &context, entropy)
            }
        };
        let sealed = sealed.map_err(|error| Failure::refusal(&error))?;
        let root = self.out.append(sealed.leaf).map_err(|e| log_failure(&e))?;
        let at = now.to_string();
        desk.append_log(
            self.code.as_str(),
            Direction::Out,
            &NewLogRow {
                seq: sealed.seq,
                header: &sealed.header,
                signature: sealed.signature.as_bytes(),
                leaf: sealed.leaf,
                root,
                // What was carried over is held in its own log; a second copy here would be out of reach of a recall.
                salt: rules.payload_kept.then_some(&sealed.salt[..]),
                payload: rules.payload_kept.then_some(sealed.payload.as_slice()),
                envelope: Some(sealed.outgoing.envelope()),
                kind: rules.kind,
                subject,
                state: EntryState::Sent,
                reason: None,
                at: &at,
            },
        )?;
        Ok((sealed.seq, DeskToGate::Send { peer: self.code.clone(), outgoing: sealed.outgoing }))
    }

    /// Signs the checkpoint of our log as it is now, stores it, and returns what the gate gets.
    pub fn checkpoint(&self, desk: Desk<'_>, node_key: &SigningKey) -> Result<DeskToGate, Failure> {
        let note = self.out.sign_checkpoint(node_key).map_err(|e| log_failure(&e))?;
        let head = desk.log_head(self.code.as_str(), Direction::Out)?;
        let head = LogHead { checkpoint: Some(note.as_str().to_owned()), ..head };
        desk.put_log_head(self.code.as_str(), Direction::Out, &head)?;
        Ok(DeskToGate::SendCheckpoint { peer: self.code.clone(), note })
    }

    /// Cosigns the partner's log as it is held, stores the cosignature, and returns what the gate gets.
    pub fn receipt(&mut self, desk: Desk<'_>, node_key: &SigningKey, now: Timestamp) -> Result<DeskToGate, Failure> {
        let unix = u64::try_from(now.unix_seconds()).unwrap_or_default();
        let note = self.inbound.cosign(node_key, unix).map_err(|e| log_failure(&e))?;
        let head = desk.log_head(self.code.as_str(), Direction::In)?;
        let head = LogHead {
            cosignature: Some(note.as_str().to_owned()),
            cosigned: self.inbound.next_seq(),
            checkpoint: head.checkpoint,
        };
        desk.put_log_head(self.code.as_str(), Direction::In, &head)?;
        Ok(DeskToGate::SendCosignature { peer: self.code.clone(), note })
    }

    /// Everything that the partner has not yet given a receipt for, as the gate gets it after a start.
    pub fn unreceipted(&self, desk: Desk<'_>, keys: &HomeKeys) -> Result<Vec<DeskToGate>, Failure> {
        let mut messages = Vec::new();
        let mut next = self.out.cosigned();
        loop {
            let rows = desk.log_from(self.code.as_str(), Direction::Out, next, 256)?;
            let Some(last) = rows.last() else { break };
            next = last.seq + 1;
            for row in &rows {
                let envelope = row.envelope.as_deref().ok_or_else(|| {
                    Failure::operational(format!(
                        "entry {} for {} has no envelope; run `comity verify`",
                        row.seq, self.code
                    ))
                })?;
                let outgoing = Outgoing::resume(envelope, self.out.origin(), row.seq, &keys.node.verifying_key())
                    .map_err(|error| Failure::from_error(&error))?;
                messages.push(DeskToGate::Send { peer: self.code.clone(), outgoing });
            }
        }
        Ok(messages)
    }
}

impl LinkLogs {
    /// Entries that the partner gave a receipt for and says it wants again, such as after it lost its disk.
    pub fn again(
        &self,
        desk: Desk<'_>,
        keys: &HomeKeys,
        entropy: &mut Entropy,
        from: u64,
    ) -> Result<Vec<DeskToGate>, Failure> {
        let mut messages = Vec::new();
        let mut bytes = 0;
        for row in desk.log_from(self.code.as_str(), Direction::Out, from, AGAIN_MAX)? {
            bytes += row.payload.as_ref().map_or(0, Vec::len);
            if row.seq >= self.out.cosigned() || (bytes > AGAIN_BYTES_MAX && !messages.is_empty()) {
                break;
            }
            let damaged =
                || Failure::operational(format!("entry {} for {} is damaged; run `comity verify`", row.seq, self.code));
            let signature =
                comity_crypto::Signature::from_bytes(row.signature.as_slice().try_into().map_err(|_| damaged())?);
            let kept = Kept { header: &row.header, signature: &signature };
            let outgoing = match (&row.salt, &row.payload) {
                (Some(salt), Some(payload)) => {
                    let salt = salt.as_slice().try_into().map_err(|_| damaged())?;
                    Outgoing::reseal(&kept, salt, payload, &self.card.sealing.key, &keys.node.verifying_key(), entropy)
                }
                _ => Outgoing::stub(&kept, &keys.node),
            };
            let outgoing = outgoing.map_err(|error| Failure::from_error(&error))?;
            messages.push(DeskToGate::Send { peer: self.code.clone(), outgoing });
        }
        Ok(messages)
    }
}

/// Reads the checkpoint of a cosignature that we made and stored.
pub(crate) fn own_checkpoint(note: &str) -> Result<Checkpoint, Failure> {
    let damaged = || Failure::operational("a stored cosignature is damaged; run `comity verify`");
    let (body, _) = note.split_once("\n\n").ok_or_else(damaged)?;
    Checkpoint::parse(&format!("{body}\n")).map_err(|_| damaged())
}
