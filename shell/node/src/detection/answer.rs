//! Observations for a node that others wait for too: admitted with the node held, matched without it, recorded with it again.
//!
//! What is looked for is asked likewise, for it may be read from the holdings first, which takes long where there is much.

use super::observe::Admitted;
use crate::apart::{hold, verb};
use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
use crate::request::Request;
use comity_vocab::Timestamp;
use serde_json::Value;
use std::sync::Mutex;

/// Answers a call that brings observations, or asks what is looked for; `None` where it is any other call. `remote` says that it
/// comes over the network, where the one who shows nothing is nobody.
pub fn observe(node: &Mutex<Node>, now: Timestamp, call: &Call, remote: bool) -> Option<Result<Value, Failure>> {
    observe_as(&verb(call)?, node, now, call, remote)
}

/// As [`observe`], for a call of which the verb is known.
pub(crate) fn observe_as(
    verb: &str,
    node: &Mutex<Node>,
    now: Timestamp,
    call: &Call,
    remote: bool,
) -> Option<Result<Value, Failure>> {
    match verb {
        "observe" => Some(observed(node, now, call, remote)),
        "detection_status" => Some(status(node, now, call, remote)),
        _ => None,
    }
}

fn observed(node: &Mutex<Node>, now: Timestamp, call: &Call, remote: bool) -> Result<Value, Failure> {
    let admitted = hold(node).admit_observe(now, call, remote)?;
    let matched = admitted.matched(now)?;
    hold(node).record_observation(now, matched)
}

fn status(node: &Mutex<Node>, now: Timestamp, call: &Call, remote: bool) -> Result<Value, Failure> {
    let (detection, decay) = {
        let mut node = hold(node);
        node.admit(now, call, remote)?;
        (node.detection.clone(), node.home.configuration.detection.decay)
    };
    detection.status(decay, now)
}

impl Node {
    fn admit_observe(&mut self, now: Timestamp, call: &Call, remote: bool) -> Result<Admitted, Failure> {
        let (asker, request) = self.admit(now, call, remote)?;
        match request {
            Request::Observe { mapping, declaration, source, first_line, text, document } => {
                let observation = super::Observation { mapping, declaration, source, first_line, text, document };
                self.admit_observation(&asker, observation)
            }
            _ => Err(Failure::usage("not a call that brings observations")),
        }
    }
}
