//! Generations of a link: when a node key changes, both logs end and new ones begin; what the old ones hold is compared.
//!
//! Guarantees: a node key signs in one generation of a link only, so a restored node can never sign another entry at a position
//! that was signed before. The old logs stay, verify, and are filled up from the partner entry by entry, each checked against
//! the signature of the one who wrote it. Does not know: why a key changed.

use crate::failure::Failure;
use crate::logs::{Content, LinkLogs, OldEntry};
use comity_crypto::{Signature, VerifyingKey};
use comity_ledger::{CompactTree, empty_root};
use comity_link::gate_protocol::DeskToGate;
use comity_link::{Card, History, HistoryEntry, generation};
use comity_store::desk::{Desk, Direction, GenerationRow, LinkRow, LogRow};
use comity_vocab::{Digest, Timestamp, Whose};
use serde_json::{Value, json};

/// The most entries given back before the partner says again how far it is.
const BATCH_ENTRIES_MAX: usize = 200;
/// The most bytes of content given back before the partner says again how far it is.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Keys and origins of a generation that has ended.
pub(crate) struct Ended {
    pub row: GenerationRow,
    pub name: String,
    pub own_node: VerifyingKey,
    pub card: Card,
}

impl Ended {
    pub fn open(row: GenerationRow) -> Result<Self, Failure> {
        let damaged =
            || Failure::operational(format!("the ended generation of {} is damaged; run `comity verify`", row.link));
        let own_node: VerifyingKey = row.own_node.parse().map_err(|_| damaged())?;
        let read_at = Timestamp::parse(&row.read_at).map_err(|_| damaged())?;
        let card = Card::open(&row.card, read_at).map_err(|_| damaged())?;
        Ok(Self { name: row.log_name(), own_node, card, row })
    }

    /// The generations of a link that ended, the newest first.
    pub fn all(desk: Desk<'_>, link: &str) -> Result<Vec<Self>, Failure> {
        desk.generations(link)?.into_iter().map(Self::open).collect()
    }

    /// Keeps a generation that began and ended after what this node was restored from. The partner gives our card of that time: our
    /// own organisation key certified the node key in it, and the number of the generation follows from both node keys.
    pub fn learn(
        desk: Desk<'_>,
        row: &LinkRow,
        view: &History,
        own: &VerifyingKey,
        now: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        let Some(ours) = view.your_card.as_ref().and_then(|text| Card::open(text, now).ok()) else { return Ok(None) };
        let damaged = || Failure::operational(format!("the card of {} is damaged; run `comity verify`", row.code));
        let read_at = Timestamp::parse(&row.added).map_err(|_| damaged())?;
        let theirs = Card::open(&row.card, read_at).map_err(|_| damaged())?;
        let named = generation(&ours.node.key, &theirs.node.key);
        if ours.organisation.key != *own || named != view.generation || view.generation == row.generation {
            return Ok(None);
        }
        let ended = GenerationRow {
            link: row.code.clone(),
            generation: view.generation,
            card: row.card.clone(),
            read_at: row.added.clone(),
            own_node: ours.node.key.to_string(),
            ended: now.to_string(),
        };
        desk.end_generation_unseen(&ended)?;
        Self::open(ended).map(Some)
    }

    /// Size and root of one of its logs, as we hold it.
    pub fn head(&self, desk: Desk<'_>, direction: Direction) -> Result<(u64, Digest), Failure> {
        let size = desk.log_size(&self.name, direction)?;
        let root = self.root_at(desk, direction, size)?.ok_or_else(|| self.not_whole())?;
        Ok((size, root))
    }

    fn not_whole(&self) -> Failure {
        Failure::operational(format!("the stored logs of {} are not whole; run `comity verify`", self.name))
    }

    /// The root that one of its logs had at a size, where we hold that much.
    pub fn root_at(&self, desk: Desk<'_>, direction: Direction, size: u64) -> Result<Option<Digest>, Failure> {
        if size == 0 {
            return Ok(Some(empty_root()));
        }
        let root = desk.log_root(&self.name, direction, size)?;
        // A gap in our own store is no history that the partner could contradict.
        if root.is_none() && size <= desk.log_size(&self.name, direction)? {
            return Err(self.not_whole());
        }
        Ok(root)
    }

    /// How far we hold both logs, as the partner is told.
    pub fn history(&self, desk: Desk<'_>) -> Result<History, Failure> {
        let (mine_size, mine_root) = self.head(desk, Direction::Out)?;
        let (yours_size, yours_root) = self.head(desk, Direction::In)?;
        let (generation, your_card) = (self.row.generation, Some(self.row.card.clone()));
        Ok(History { generation, mine_size, mine_root, yours_size, yours_root, your_card })
    }

    /// What the partner said it holds, and when.
    pub fn view(&self, desk: Desk<'_>) -> Result<Option<(History, String)>, Failure> {
        let Some((view, at)) = desk.view_of(&self.row.link, self.row.generation)? else { return Ok(None) };
        Ok(Some((serde_json::from_str(&view)?, at)))
    }

    /// Names the log in which the partner holds another history than we do, where there is one.
    pub fn contradiction(&self, desk: Desk<'_>, view: &History) -> Result<Option<Whose>, Failure> {
        let theirs = self.root_at(desk, Direction::In, view.mine_size)?;
        let ours = self.root_at(desk, Direction::Out, view.yours_size)?;
        Ok(match (ours, theirs) {
            (Some(root), _) if root != view.yours_root => Some(Whose::Ours),
            (_, Some(root)) if root != view.mine_root => Some(Whose::Theirs),
            _ => None,
        })
    }

    /// Both sides' sizes, for people: what is missing here, what is missing there.
    pub fn compared(&self, desk: Desk<'_>) -> Result<Value, Failure> {
        let held = self.history(desk)?;
        let view = self.view(desk)?;
        let against = match &view {
            None => Value::Null,
            Some((view, at)) => json!({
                "at": at,
                "ours": { "size": view.yours_size, "root": view.yours_root },
                "theirs": { "size": view.mine_size, "root": view.mine_root },
                "missing_here": view.mine_size.saturating_sub(held.yours_size) + view.yours_size.saturating_sub(held.mine_size),
                "missing_there": held.mine_size.saturating_sub(view.yours_size),
                "contradiction": self.contradiction(desk, view)?,
            }),
        };
        Ok(json!({
            "generation": self.row.generation,
            "ended": self.row.ended,
            "held": {
                "ours": { "size": held.mine_size, "root": held.mine_root },
                "theirs": { "size": held.yours_size, "root": held.yours_root },
            },
            "partner": against,
        }))
    }
}

/// Ends the generation of a link and begins the one of these two node keys, with the partner's card as given.
pub(crate) fn begin(
    desk: Desk<'_>,
    row: LinkRow,
    card: &Card,
    card_text: &str,
    own_nodes: (&VerifyingKey, &VerifyingKey),
    now: Timestamp,
) -> Result<LinkRow, Failure> {
    let (before, after) = own_nodes;
    let next = generation(after, &card.node.key);
    if next == row.generation || desk.generation(&row.code, next)?.is_some() {
        return Err(Failure::no(format!("the link with {} had this generation before", row.code))
            .hint("a node key is never used again: make a new one and issue a new card"));
    }
    let ended = GenerationRow {
        link: row.code.clone(),
        generation: row.generation,
        card: row.card.clone(),
        read_at: row.added.clone(),
        own_node: before.to_string(),
        ended: now.to_string(),
    };
    // What a recall erases in part stands in the log under its present name.
    if desk.recall_works()?.iter().any(|work| work.link.as_deref() == Some(row.code.as_str())) {
        return Err(
            Failure::no(format!("a recall of {} is just being applied", row.code)).hint("try again in a moment")
        );
    }
    desk.end_generation(&ended)?;
    let begun = LinkRow { card: card_text.trim().to_owned(), generation: next, ..row };
    desk.put_link(&begun)?;
    Ok(begun)
}

impl LinkLogs {
    /// Posts every entry of an ended generation that the partner lacks, up to a batch, and returns what the gate gets.
    pub fn give_history(
        &mut self,
        desk: Desk<'_>,
        keys: &crate::keys::HomeKeys,
        entropy: &mut comity_crypto::Entropy,
        now: Timestamp,
        ended: &Ended,
        view: &History,
    ) -> Result<Vec<DeskToGate>, Failure> {
        let held = ended.history(desk)?;
        let lacks =
            [(Direction::Out, view.yours_size, held.mine_size), (Direction::In, view.mine_size, held.yours_size)];
        let mut entries = Vec::new();
        let mut bytes = 0;
        for (direction, from, to) in lacks {
            for row in desk.log_from(&ended.name, direction, from, BATCH_ENTRIES_MAX + 1)? {
                if row.seq >= to || entries.len() > BATCH_ENTRIES_MAX || bytes > BATCH_BYTES_MAX {
                    break;
                }
                bytes += row.payload.as_ref().map_or(0, Vec::len);
                entries.push((direction, row));
            }
        }
        let whole = lacks.iter().map(|(_, from, to)| to.saturating_sub(*from)).sum::<u64>() == entries.len() as u64;
        let mut messages = Vec::new();
        let last = entries.len();
        for (at, (direction, row)) in entries.into_iter().enumerate() {
            let subject = row.subject.clone();
            let entry = history_entry(row, ended, direction == Direction::In, !whole && at + 1 == last)?;
            let old = OldEntry { entry, own_node: ended.own_node, partner_node: ended.card.node.key };
            let content = Content::History(Box::new(old));
            let (_, effect) = self.post(desk, keys, entropy, now, content, subject.as_deref())?;
            messages.push(effect);
        }
        Ok(messages)
    }
}

fn history_entry(row: LogRow, ended: &Ended, yours: bool, more: bool) -> Result<HistoryEntry, Failure> {
    let damaged = || Failure::operational(format!("entry {} of {} is damaged; run `comity verify`", row.seq, row.link));
    let signature: &[u8; 64] = row.signature.as_slice().try_into().map_err(|_| damaged())?;
    let signature = Signature::from_bytes(signature);
    let content = match (row.salt.as_deref(), row.payload) {
        (Some(salt), Some(payload)) => Some((
            salt.try_into().map_err(|_| {
                Failure::operational(format!("the salt of entry {} is damaged; run `comity verify`", row.seq))
            })?,
            payload,
        )),
        _ => None,
    };
    let entry = HistoryEntry { generation: ended.row.generation, yours, more, header: row.header, signature, content };
    // What fits into an entry may not fit into one that carries it: then header and signature go alone.
    Ok(if entry.fits() { entry } else { entry.without_content() })
}

/// The tree of a log of an ended generation, to be appended to.
pub(crate) fn tree(desk: Desk<'_>, name: &str, direction: Direction) -> Result<CompactTree, Failure> {
    Ok(CompactTree::from_leaves(desk.log_leaves(name, direction)?))
}
