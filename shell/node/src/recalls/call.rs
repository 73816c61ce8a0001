//! The call that sends a recall, answered in batches between which others have the node.

use crate::apart::{hold, verb};
use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
use crate::request::Request;
use comity_vocab::Timestamp;
use serde_json::Value;
use std::sync::Mutex;
use std::time::Duration;

/// How long the node is left to others between two batches: a lock that is taken again at once would never be theirs.
pub(crate) const PAUSE: Duration = Duration::from_millis(1);

/// Answers a call that sends a recall, holding the node for one batch at a time; `None` for every other call. `tell` hands on what a
/// batch left for the gate, while the node is held. `remote`: over the network, where the one who shows nothing is nobody.
pub fn send_recall(
    node: &Mutex<Node>,
    now: Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Option<Result<Value, Failure>> {
    (verb(call)? == SEND).then(|| sent(node, now, call, remote, tell))
}

/// The verb of a call that sends a recall.
pub(crate) const SEND: &str = "recall_send";

/// Answers a call that sends a recall.
pub(crate) fn sent(
    node: &Mutex<Node>,
    now: Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Result<Value, Failure> {
    let recall = {
        let mut node = hold(node);
        let (asker, request) = node.admit(now, call, remote)?;
        let Request::RecallSend { recall } = request else {
            return Err(Failure::usage("not a call that sends a recall"));
        };
        node.recall_begin(now, asker.officer(), &recall)?;
        recall
    };
    loop {
        let mut held = hold(node);
        if let Some(outcome) = held.recall_outcome(&recall) {
            return outcome;
        }
        let stepped = held.recall_step(now);
        tell(&mut held);
        drop(held);
        stepped?;
        std::thread::sleep(PAUSE);
    }
}
