//! Recalls that are done in part: which come next, and their batches one by one.
//!
//! Guarantees: a partner's recall comes before ours, and both before everything else that waits for the node; what was begun before a
//! restart goes on after it. In quarantine nothing goes on. Does not know: who holds the node between two batches.

use crate::failure::{Failure, FailureKind};
use crate::node::{Node, audit};
use comity_release::RecallNotice;
use comity_store::desk::{Desk, RecallWork};
use comity_vocab::{OfficerCode, RecallState, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A recall of ours that is being sent.
#[derive(Clone)]
pub(crate) struct Sending {
    pub work: RecallWork,
    /// What the officer is told once all is done; none yet, or none any more after a restart.
    pub answer: Option<Value>,
    /// Whether a call waits for it.
    pub waited_for: bool,
}

/// A partner's recall that is being applied.
#[derive(Clone)]
pub(crate) struct Applying {
    pub work: RecallWork,
    /// What it names; read from the log when first it is needed.
    pub notice: Option<Arc<RecallNotice>>,
}

/// The recalls that are done in part.
#[derive(Default)]
pub(crate) struct UnderWay {
    pub applying: VecDeque<Applying>,
    pub sending: VecDeque<Sending>,
    /// How recalls ended that a call waits for.
    outcomes: BTreeMap<String, Result<Value, Failure>>,
}

impl UnderWay {
    /// Takes up what was under way when this node last ran.
    pub fn load(desk: Desk<'_>) -> Result<Self, Failure> {
        let (theirs, ours): (Vec<_>, Vec<_>) = desk.recall_works()?.into_iter().partition(|work| work.link.is_some());
        Ok(Self {
            applying: theirs.into_iter().map(|work| Applying { work, notice: None }).collect(),
            sending: ours.into_iter().map(|work| Sending { work, answer: None, waited_for: false }).collect(),
            outcomes: BTreeMap::new(),
        })
    }

    pub fn is_sending(&self, recall: &str) -> bool {
        self.sending.iter().any(|sending| sending.work.recall == recall)
    }
}

impl Node {
    /// Tells whether a recall is done in part and may go on.
    pub fn recall_waits(&self) -> bool {
        let waits = !self.recalls.applying.is_empty() || !self.recalls.sending.is_empty();
        waits && self.quarantine.is_none() && self.unfit.is_none()
    }

    /// Does one batch of what waits, and tells whether more does. Others may have the node between two batches.
    ///
    /// # Errors
    /// [`Failure`] where the stores fail; that batch was not done then, and is the next one.
    pub fn recall_step(&mut self, now: Timestamp) -> Result<bool, Failure> {
        if !self.recall_waits() {
            return Ok(false);
        }
        if let Some(applying) = self.recalls.applying.pop_front() {
            let mut next = applying.clone();
            match self.apply_some(now, &mut next) {
                Ok(true) => {}
                Ok(false) => self.recalls.applying.push_front(next),
                Err(failure) => {
                    self.recalls.applying.push_front(applying);
                    return Err(failure);
                }
            }
        } else if let Some(sending) = self.recalls.sending.pop_front() {
            let mut next = sending.clone();
            match self.send_some(now, &mut next) {
                Ok(true) => self.recall_ended(next, None),
                Ok(false) => self.recalls.sending.push_front(next),
                Err(failure) if failure.kind == FailureKind::No => {
                    // It may not be sent any more. What is marked stays marked: nothing is told to be known that may not be.
                    let tx = self.holdings.transaction()?;
                    let desk = tx.view().desk();
                    desk.end_recall_work(None, &sending.work.recall)?;
                    audit(desk, now, None, "recall.not_sent", &sending.work.recall, &failure.message)?;
                    tx.commit()?;
                    tracing::warn!(recall = sending.work.recall, error = %failure, "a recall was not sent");
                    self.recall_ended(sending, Some(failure));
                }
                Err(failure) => {
                    self.recalls.sending.push_front(sending);
                    return Err(failure);
                }
            }
        }
        Ok(self.recall_waits())
    }

    fn recall_ended(&mut self, sending: Sending, failure: Option<Failure>) {
        if !sending.waited_for {
            return;
        }
        let recall = sending.work.recall;
        let outcome = match (failure, sending.answer) {
            (Some(failure), _) => Err(failure),
            (None, Some(answer)) => Ok(answer),
            (None, None) => Ok(json!({ "recall": recall, "state": RecallState::Sent })),
        };
        self.recalls.outcomes.insert(recall, outcome);
    }

    /// Says how the sending of a recall ended; none while it goes on.
    pub(super) fn recall_outcome(&mut self, recall: &str) -> Option<Result<Value, Failure>> {
        if let Some(outcome) = self.recalls.outcomes.remove(recall) {
            return Some(outcome);
        }
        if !self.recalls.is_sending(recall) {
            // Another call saw it end.
            let row = self.recall_row(recall).and_then(|(row, ..)| match row.state {
                RecallState::Sent => Ok(json!({ "recall": recall, "state": row.state })),
                state @ (RecallState::Draft | RecallState::Approved) => Err(Failure::no(format!(
                    "recall {recall} was not sent; it is {state}"
                ))
                .hint(
                    "comity recall board says who was told; comity recall send tries again and says what is in the way",
                )),
            });
            return Some(row);
        }
        if self.recall_waits() {
            return None;
        }
        Some(Err(Failure::operational(format!("recall {recall} is sent in part and cannot go on now"))
            .hint("it goes on by itself once the node may send again")))
    }

    /// Sends a recall whole, where nobody else waits for the node.
    pub(crate) fn recall_send(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        recall: &str,
    ) -> Result<Value, Failure> {
        self.recall_begin(now, by, recall)?;
        loop {
            if let Some(outcome) = self.recall_outcome(recall) {
                return outcome;
            }
            self.recall_step(now)?;
        }
    }
}
