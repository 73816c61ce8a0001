//! Observations for a node that others wait for too: admitted with the node held, matched without it, recorded with it again.

use super::observe::Admitted;
use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
use crate::request::Request;
use comity_vocab::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Deserialize)]
struct Verb<'a> {
    #[serde(borrow)]
    verb: Cow<'a, str>,
}

fn hold(node: &Mutex<Node>) -> MutexGuard<'_, Node> {
    node.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a call that brings observations; `None` where it is any other call. `remote` says that it comes over the network, where
/// whoever shows nothing is nobody.
pub fn observe(node: &Mutex<Node>, now: Timestamp, call: &Call, remote: bool) -> Option<Result<Value, Failure>> {
    let verb: Verb<'_> = serde_json::from_str(&call.request).ok()?;
    (verb.verb == "observe").then(|| {
        let admitted = hold(node).admit_observe(now, call, remote)?;
        let matched = admitted.matched(now)?;
        hold(node).record_observation(now, matched)
    })
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
