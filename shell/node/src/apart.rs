//! Calls that take long, answered while others have the node: it is held for their beginning and their end, or for one batch at a time.
//!
//! Guarantees: what such a call may do is decided with the node held; what was worked out without it counts only where the node is then still
//! as it was. Does not know: what the calls do.

use crate::call::Call;
use crate::failure::Failure;
use crate::node::Node;
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

/// The verb of a call; none of what is no call.
pub(crate) fn verb(call: &Call) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Verb<'_>>(&call.request).ok().map(|it| it.verb)
}

pub(crate) fn hold(node: &Mutex<Node>) -> MutexGuard<'_, Node> {
    node.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a call that takes long without holding the node all the time; `None` for every other call. `tell` hands on what was left for
/// the gate, while the node is held. `remote`: over the network, where who shows nothing is nobody.
pub fn answer_apart(
    node: &Mutex<Node>,
    clock: &dyn Fn() -> Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Option<Result<Value, Failure>> {
    // Read once: a call may be long.
    let verb = verb(call)?;
    if verb == crate::recalls::call::SEND {
        return Some(crate::recalls::call::sent(node, clock(), call, remote, tell));
    }
    crate::detection::observe_as(&verb, node, clock(), call, remote)
        .or_else(|| crate::releases::apart::check(&verb, node, clock, call, remote, tell))
}
