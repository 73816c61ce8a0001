//! Recalls that wait for somebody, ours and partners', for those whose roles let them act.
//!
//! Guarantees: an officer who may not read the recall board is told nothing, not even a number; the number is of what is listed. Does not
//! know: names, words, pages.

use super::Reader;
use crate::access::{BASIS_DECIDERS, RECALL_READERS, RECALLERS};
use crate::failure::Failure;
use comity_release::{RecallAcknowledgement, RecallDraft, RecallKind};
use comity_store::desk::{Desk, RecallRecipient, RecallRow};
use comity_vocab::{OrgCode, RecallAnswer, RecallState, Role, Roles, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// How long an answer to a recall that needs nothing more stands there, and a refusal counts, in seconds.
const SHOWN_SECONDS: i64 = 7 * 86_400;
const REFUSAL_SECONDS: i64 = 30 * 86_400;

/// Where a partner stands with a recall of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It says that all of it is done.
    Confirmed,
    /// It has not said so yet.
    Outstanding,
    /// It has not said so in time.
    Overdue,
    /// It keeps what it has.
    Refused,
    /// It was told nothing.
    NotSent,
}

/// What one partner says to a recall of ours.
#[derive(Clone, Debug)]
pub struct PartnerAnswer {
    /// Who.
    pub recipient: String,
    /// How many items it was asked about.
    pub items: u64,
    /// Where it stands.
    pub state: Answered,
    /// Since when.
    pub at: String,
    /// What it said.
    pub said: Option<RecallAcknowledgement>,
    /// Whether somebody has to do something about it.
    pub acts: bool,
}

/// A recall of ours about which something is open.
#[derive(Clone, Debug)]
pub struct OurRecall {
    /// The recall.
    pub recall: String,
    /// Why.
    pub kind: RecallKind,
    /// Where it stands.
    pub state: RecallState,
    /// Until when two officers confirm what a duty officer sent alone.
    pub confirm_by: Option<String>,
    /// What its recipients say.
    pub answers: Vec<PartnerAnswer>,
    /// Whether somebody has to do something.
    pub acts: bool,
}

/// A recall of a partner's.
#[derive(Clone, Debug)]
pub struct TheirRecall {
    /// The recall.
    pub recall: String,
    /// From whom.
    pub from: String,
    /// Why, where the notice says it in a word that is known.
    pub kind: Option<RecallKind>,
    /// How many items it names.
    pub items: u64,
    /// Objects of ours that are not released before somebody decides.
    pub to_decide: u64,
    /// Objects of ours to be looked at.
    pub to_look_at: u64,
    /// When it came.
    pub at: String,
}

impl TheirRecall {
    /// Tells whether somebody has to do something.
    pub fn acts(&self) -> bool {
        self.to_decide > 0 || self.to_look_at > 0
    }
}

/// What waits about recalls.
#[derive(Clone, Debug, Default)]
pub struct RecallsWaiting {
    /// Ours, newest first.
    pub ours: Vec<OurRecall>,
    /// Partners', newest first.
    pub theirs: Vec<TheirRecall>,
}

impl RecallsWaiting {
    /// Returns how many recalls wait for an act.
    pub fn count(&self) -> u64 {
        let ours = self.ours.iter().filter(|recall| recall.acts).count();
        (ours + self.theirs.iter().filter(|recall| recall.acts()).count()) as u64
    }
}

/// What is read of a draft here.
#[derive(Deserialize)]
struct Draft {
    kind: RecallKind,
    recipients: BTreeMap<OrgCode, Vec<IgnoredAny>>,
    receipt_due: Timestamp,
}

/// What is read of a notice here.
#[derive(Deserialize)]
struct Notice {
    kind: Option<String>,
    #[serde(default)]
    items: Vec<IgnoredAny>,
}

impl Reader {
    /// Lists the recalls that wait for an officer with these roles, and the answers that came lately.
    ///
    /// # Errors
    /// [`Failure`] where the store cannot be read.
    pub fn recalls_waiting(&self, roles: &Roles, now: Timestamp) -> Result<RecallsWaiting, Failure> {
        let holds = |some: &[Role]| some.iter().any(|role| roles.contains(role));
        let mut waiting = RecallsWaiting::default();
        if !holds(RECALL_READERS) {
            return Ok(waiting);
        }
        let desk = self.view().desk();
        let since = now.plus_seconds(-SHOWN_SECONDS).to_string();
        if holds(RECALLERS) || holds(&[Role::LiaisonOfficer]) {
            for row in desk.open_recalls(&since)? {
                waiting.ours.extend(ours(desk, row, holds(RECALLERS), now)?);
            }
        }
        if holds(BASIS_DECIDERS) {
            for received in desk.open_received_recalls(&since)? {
                let notice: Notice = serde_json::from_str(&received.notice)?;
                let kind: Option<RecallKind> = notice.kind.and_then(|kind| kind.parse().ok());
                let (to_decide, to_look_at) = desk.undecided(&received.link, &received.recall)?;
                let recall = TheirRecall {
                    kind,
                    items: notice.items.len() as u64,
                    to_decide,
                    to_look_at,
                    recall: received.recall,
                    from: received.link,
                    at: received.at,
                };
                // What was erased, and nothing of ours rests on, asks for nothing.
                if recall.acts() || kind.is_some_and(|kind| !kind.withdraws()) {
                    waiting.theirs.push(recall);
                }
            }
        }
        Ok(waiting)
    }
}

/// What is open about a recall of ours; none where that is not for who only speaks with partners.
fn ours(desk: Desk<'_>, row: RecallRow, signs: bool, now: Timestamp) -> Result<Option<OurRecall>, Failure> {
    let draft: Draft = serde_json::from_slice(&row.draft)?;
    let mut answers = Vec::new();
    for line in desk.recall_recipients(&row.id)? {
        answers.push(answer(desk, &row, &draft, line, now)?);
    }
    let to_sign = row.state != RecallState::Sent || row.confirm_by.is_some();
    if !signs && row.state != RecallState::Sent {
        return Ok(None);
    }
    let acts = (signs && to_sign) || answers.iter().any(|answer| answer.acts);
    Ok(Some(OurRecall {
        recall: row.id,
        kind: draft.kind,
        state: row.state,
        confirm_by: row.confirm_by,
        answers,
        acts,
    }))
}

fn answer(
    desk: Desk<'_>,
    row: &RecallRow,
    draft: &Draft,
    line: RecallRecipient,
    now: Timestamp,
) -> Result<PartnerAnswer, Failure> {
    let state = match line.state {
        _ if line.log_seq.is_none() => Answered::NotSent,
        RecallAnswer::Confirmed => Answered::Confirmed,
        RecallAnswer::Refused => Answered::Refused,
        RecallAnswer::Outstanding if now > draft.receipt_due => Answered::Overdue,
        RecallAnswer::Outstanding => Answered::Outstanding,
    };
    let acts = match state {
        Answered::Confirmed | Answered::Outstanding => false,
        Answered::Overdue => true,
        Answered::Refused => Timestamp::parse(&line.at).is_ok_and(|at| at.plus_seconds(REFUSAL_SECONDS) > now),
        Answered::NotSent => !recalled_since(desk, row, &line.recipient)?,
    };
    let items =
        draft.recipients.iter().find(|(code, _)| code.as_str() == line.recipient).map_or(0, |(_, all)| all.len());
    let said = line.answer.as_deref().map(serde_json::from_str).transpose()?;
    Ok(PartnerAnswer { recipient: line.recipient, items: items as u64, state, at: line.at, said, acts })
}

/// Tells whether a later recall told this partner about all that this one could not tell it.
fn recalled_since(desk: Desk<'_>, row: &RecallRow, recipient: &str) -> Result<bool, Failure> {
    let of = |draft: RecallDraft| draft.recipients.into_iter().find(|(code, _)| code.as_str() == recipient);
    let Some((_, asked)) = of(serde_json::from_slice(&row.draft)?) else { return Ok(true) };
    for later in desk.recalls()? {
        if later.created <= row.created || later.state != RecallState::Sent {
            continue;
        }
        let told =
            desk.recall_recipients(&later.id)?.iter().any(|line| line.recipient == recipient && line.log_seq.is_some());
        if told && of(serde_json::from_slice(&later.draft)?).is_some_and(|(_, told)| asked.is_subset(&told)) {
            return Ok(true);
        }
    }
    Ok(false)
}
