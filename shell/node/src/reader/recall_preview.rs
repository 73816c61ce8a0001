//! Whom a recall reaches, before anybody drafts it: what would be recalled by name, from whom, and who of them really has it.
//!
//! Guarantees: names what the draft would name, for both ask the same; what is not shown is counted. Does not know: who may draft.

use super::Reader;
use crate::failure::Failure;
use crate::recalls::{RecallNamed, reach};
use comity_crypto::sha256;
use comity_release::RecallDraft;
use comity_store::desk::{Desk, Direction, ReleasedItem};
use comity_store::{Glimpse, Presence};
use comity_vocab::{Digest, SecurityLabel};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many items are shown where nobody says how many.
pub const RECALL_ITEMS: usize = 200;
/// How many items are shown at most.
pub const RECALL_ITEMS_MAX: usize = 10_000;

/// What a preview is about.
#[derive(Clone, Debug)]
pub enum RecallOf {
    /// What an officer names.
    Named(RecallNamed),
    /// A recall of ours, as it was drafted.
    Drafted(String),
}

/// Whether a recipient has an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Had {
    /// Its receipt covers the entry that carried it.
    Received,
    /// It lies here and was not receipted.
    Queued,
    /// It was recalled before.
    Recalled,
}

/// One recipient of an item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemAt {
    /// Who.
    pub recipient: String,
    /// Whether it has the item.
    pub state: Had,
}

/// One object of ours that would be recalled.
#[derive(Clone, Debug, Serialize)]
pub struct RecallItem {
    /// Our id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub object_type: String,
    /// What it is called.
    pub name: Option<String>,
    /// Its label; none is unmarked.
    #[serde(serialize_with = "as_text")]
    pub label: Option<SecurityLabel>,
    /// Whether we hold it.
    pub held: bool,
    /// Under which ids recipients know it.
    pub known_as: BTreeSet<String>,
    /// Who was given it.
    pub recipients: Vec<ItemAt>,
    /// Whether it went out exactly as it was published: the one who has it from there is not reached.
    pub public: bool,
}

fn as_text<S: serde::Serializer>(label: &Option<SecurityLabel>, to: S) -> Result<S::Ok, S::Error> {
    label.as_ref().map(ToString::to_string).serialize(to)
}

/// One release in which some of it went.
#[derive(Clone, Debug, Serialize)]
pub struct RecallRelease {
    /// The release.
    pub release: String,
    /// To whom.
    pub to: Vec<String>,
    /// How many items, those that are not recalled here too.
    pub items: u64,
    /// When it was drafted.
    pub created: String,
}

/// One partner that would be told.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RecallPartner {
    /// Its code.
    pub recipient: String,
    /// Its name; none where there is no link any more.
    pub name: Option<String>,
    /// Items it was given.
    pub items: u64,
    /// Of these, those that its receipt covers.
    pub received: u64,
    /// Of these, those that wait here.
    pub queued: u64,
    /// Of these, those that were recalled before.
    pub recalled: u64,
    /// Items beside these that lie in the same entries and wait: what withdraws keeps them back too.
    pub withheld: u64,
    /// Whether its tools read at our gate over TAXII what it was given.
    pub taxii: bool,
    /// Whether the link is stopped: it is told when the link is resumed.
    pub suspended: bool,
}

/// Whom a recall reaches.
#[derive(Clone, Debug, Serialize)]
pub struct RecallPreview {
    /// How many objects of ours.
    pub total: u64,
    /// The first of them, or those from where it was asked for.
    pub items: Vec<RecallItem>,
    /// Everybody who would be told.
    pub recipients: Vec<RecallPartner>,
    /// The releases in which the items went.
    pub releases: Vec<RecallRelease>,
    /// How many of the objects went out as they were published.
    pub public: u64,
    /// Of exactly these items at exactly these recipients.
    pub digest: Digest,
}

/// What went out of one object of ours.
#[derive(Default)]
struct Gone<'l> {
    /// By recipient, the best of what went there.
    at: BTreeMap<&'l str, Had>,
    known_as: BTreeSet<&'l str>,
    public: bool,
}

/// What was given, read once for all lines.
struct Given<'v> {
    desk: Desk<'v>,
    /// By release: by recipient, whether its receipts cover all that carried it in one of its logs.
    received: BTreeMap<String, BTreeMap<String, bool>>,
    cosigned: BTreeMap<String, u64>,
    /// By release, what is listed of it.
    summaries: BTreeMap<String, Summary>,
}

/// What is read of a release's summary here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary {
    mode: String,
    to: Vec<String>,
    items: u64,
    #[serde(skip)]
    created: String,
}

impl Given<'_> {
    fn cosigned(&mut self, log: &str) -> Result<u64, Failure> {
        if let Some(size) = self.cosigned.get(log) {
            return Ok(*size);
        }
        let size = self.desk.log_head(log, Direction::Out)?.cosigned;
        self.cosigned.insert(log.to_owned(), size);
        Ok(size)
    }

    fn state(&mut self, line: &ReleasedItem) -> Result<Had, Failure> {
        if line.recalled {
            return Ok(Had::Recalled);
        }
        if !self.received.contains_key(&line.release) {
            let mut by_log: BTreeMap<String, bool> = BTreeMap::new();
            for entry in self.desk.carried(&line.release)? {
                let covered = entry.seq < self.cosigned(&entry.link)?;
                // Of a release in parts one receipt is enough: what of it has it, the partner may have.
                *by_log.entry(entry.link).or_insert(false) |= covered;
            }
            let mut by_recipient: BTreeMap<String, bool> = BTreeMap::new();
            for (log, covered) in by_log {
                let recipient = log.split('/').next().unwrap_or_default().to_owned();
                *by_recipient.entry(recipient).or_default() |= covered;
            }
            self.received.insert(line.release.clone(), by_recipient);
        }
        let received = self.received.get(&line.release).and_then(|by| by.get(&line.recipient)).copied();
        Ok(if received.unwrap_or_default() { Had::Received } else { Had::Queued })
    }

    fn as_published(&mut self, release: &str) -> Result<bool, Failure> {
        if let Some(summary) = self.summaries.get(release) {
            return Ok(summary.mode == "as_published");
        }
        let row = self.desk.release(release)?;
        let row = row.ok_or_else(|| Failure::operational("a release is not in the store; run `comity verify`"))?;
        let summary = Summary { created: row.created, ..serde_json::from_str(&row.summary)? };
        let published = summary.mode == "as_published";
        self.summaries.insert(release.to_owned(), summary);
        Ok(published)
    }
}

impl RecallRelease {
    fn of((release, summary): (String, Summary)) -> Self {
        Self { release, to: summary.to, items: summary.items, created: summary.created }
    }
}

impl Reader {
    /// Says whom a recall reaches: its recipients, and `limit` of its items from the one at `from` on.
    ///
    /// # Errors
    /// [`Failure`] where nothing is named, or something that was never sent.
    pub fn recall_preview(&self, of: &RecallOf, from: usize, limit: usize) -> Result<RecallPreview, Failure> {
        let desk = self.view().desk();
        let lines = match of {
            RecallOf::Named(named) => reach::named(desk, named)?,
            RecallOf::Drafted(recall) => {
                let row = desk.recall(recall)?.ok_or_else(|| {
                    Failure::no(format!("there is no recall {recall}")).code("unknown").hint("comity recall board")
                })?;
                reach::of_draft(desk, &serde_json::from_slice::<RecallDraft>(&row.draft)?)?
            }
        };
        let mut given =
            Given { desk, received: BTreeMap::new(), cosigned: BTreeMap::new(), summaries: BTreeMap::new() };
        let mut objects: BTreeMap<&str, Gone<'_>> = BTreeMap::new();
        let mut at: BTreeMap<&str, BTreeMap<&str, Had>> = BTreeMap::new();
        let mut waiting: BTreeSet<(&str, &str)> = BTreeSet::new();
        for line in &lines {
            let state = given.state(line)?;
            let best = |held: &mut Had| *held = (*held).min(state);
            let gone = objects.entry(&line.original_id).or_default();
            gone.at.entry(&line.recipient).and_modify(best).or_insert(state);
            gone.known_as.insert(&line.released_id);
            gone.public |= given.as_published(&line.release)?;
            at.entry(&line.recipient).or_default().entry(&line.released_id).and_modify(best).or_insert(state);
            if state == Had::Queued {
                waiting.insert((&line.recipient, &line.release));
            }
        }
        let mut recipients = Vec::new();
        for (recipient, items) in &at {
            recipients.push(self.recall_partner(desk, recipient, items, &waiting)?);
        }
        let mut shown = Vec::new();
        for (id, gone) in objects.iter().skip(from).take(limit) {
            shown.push(self.recall_item(id, gone)?);
        }
        let exact: BTreeMap<_, BTreeSet<_>> = at.iter().map(|(to, items)| (*to, items.keys().collect())).collect();
        Ok(RecallPreview {
            total: objects.len() as u64,
            items: shown,
            recipients,
            releases: given.summaries.into_iter().map(RecallRelease::of).collect(),
            public: objects.values().filter(|gone| gone.public).count() as u64,
            digest: sha256(&[&serde_json::to_vec(&exact)?]),
        })
    }

    fn recall_item(&self, id: &str, gone: &Gone<'_>) -> Result<RecallItem, Failure> {
        let glimpse = self.view().glimpse(id)?;
        let at = |(recipient, state): (&&str, &Had)| ItemAt { recipient: (*recipient).to_owned(), state: *state };
        Ok(RecallItem {
            id: id.to_owned(),
            object_type: id.split_once("--").map_or("", |(prefix, _)| prefix).to_owned(),
            held: glimpse.as_ref().is_some_and(|glimpse| glimpse.presence == Presence::Held),
            label: glimpse.as_ref().and_then(|glimpse| glimpse.label.clone()),
            name: glimpse.and_then(|glimpse| glimpse.title),
            known_as: gone.known_as.iter().map(|id| (*id).to_owned()).collect(),
            recipients: gone.at.iter().map(at).collect(),
            public: gone.public,
        })
    }

    fn recall_partner(
        &self,
        desk: Desk<'_>,
        recipient: &str,
        items: &BTreeMap<&str, Had>,
        waiting: &BTreeSet<(&str, &str)>,
    ) -> Result<RecallPartner, Failure> {
        let count = |wanted: Had| items.values().filter(|state| **state == wanted).count() as u64;
        let mut beside = BTreeSet::new();
        for (_, release) in waiting.iter().filter(|(to, _)| *to == recipient) {
            let lines = desk.released_in(release)?.into_iter();
            let others = lines.filter(|line| line.recipient == recipient && !line.recalled);
            beside.extend(others.map(|line| line.released_id).filter(|id| !items.contains_key(id.as_str())));
        }
        let link = desk.link(recipient)?;
        Ok(RecallPartner {
            recipient: recipient.to_owned(),
            name: link
                .as_ref()
                .and_then(|row| crate::releases::pinned_card(row).ok())
                .map(|card| card.organisation.name),
            items: items.len() as u64,
            received: count(Had::Received),
            queued: count(Had::Queued),
            recalled: count(Had::Recalled),
            withheld: beside.len() as u64,
            taxii: crate::taxii_recipients::is_recipient(desk, recipient)?,
            suspended: link.is_none_or(|row| !row.standing.is_active()),
        })
    }

    /// Returns what our own objects are called that recipients know by these ids; none where nothing was given under one.
    ///
    /// # Errors
    /// [`Failure`] where the store fails.
    pub fn given_as(&self, known: &[String]) -> Result<Vec<Option<Glimpse>>, Failure> {
        let view = self.view();
        let mut found = Vec::new();
        for id in known {
            let line = view.desk().released_under(id)?.into_iter().next();
            found.push(line.map(|line| view.glimpse_or_mention(&line.original_id)).transpose()?);
        }
        Ok(found)
    }

    /// Returns the name of a partner, as its card says it; none where there is no link with it.
    ///
    /// # Errors
    /// [`Failure`] where the store fails.
    pub fn partner_name(&self, code: &str) -> Result<Option<String>, Failure> {
        let link = self.view().desk().link(code)?;
        Ok(link.and_then(|row| crate::releases::pinned_card(&row).ok()).map(|card| card.organisation.name))
    }
}
