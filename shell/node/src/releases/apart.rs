//! Calls that need the leak check of a release: begun with the node held, checked without it, answered with it again.
//!
//! Guarantees: what was checked apart is used only where draft, sources, configuration and holdings are still those that it read
//! ([`crate::leak_corpus`]); otherwise the call checks once more by itself. Does not know: what the calls decide.

use crate::apart::{hold, verb};
use crate::call::Call;
use crate::failure::Failure;
use crate::home::Home;
use crate::leak_corpus::{Gathered, Sources};
use crate::node::Node;
use crate::protected::Uncompiled;
use crate::request::Request;
use comity_release::Draft;
use comity_store::{Holdings, Mode};
use comity_vocab::Timestamp;
use serde_json::Value;
use std::sync::Mutex;

/// Of a shorter draft the check is over before another connection to the store is open.
const APART_BYTES_MIN: usize = 16 << 10;

/// What is checked without the node.
struct Apart {
    home: Home,
    draft: Draft,
    gathered: Gathered,
}

/// Answers a call that needs a leak check; `None` for every other call, and for one that is wrong: its answer says what is wrong.
pub(crate) fn check(
    node: &Mutex<Node>,
    now: Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Option<Result<Value, Failure>> {
    let verb = verb(call)?;
    match verb.as_ref() {
        "vault_add" | "vault_change" => {
            let answer = hold(node).handled(now, call, remote, tell);
            // What is looked for from now on is made ready at once, for whoever checks next.
            compile(node);
            Some(answer)
        }
        "release_draft"
        | "release_check"
        | "release_answer"
        | "release_approve_prepare"
        | "release_approve"
        | "release_send" => Some(checked(node, now, call, remote, tell)),
        _ => None,
    }
}

fn checked(
    node: &Mutex<Node>,
    now: Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Result<Value, Failure> {
    let (asker, request) = hold(node).admit(now, call, remote)?;
    compile(node);
    let (release, sources) = match &request {
        Request::ReleaseCheck { release } => (release.clone(), None),
        Request::ReleaseApprovePrepare { release, .. }
        | Request::ReleaseApprove { release, .. }
        | Request::ReleaseSend { release } => (release.clone(), Some(Sources::Read)),
        Request::ReleaseAnswer(answer) => (answer.release.clone(), Some(Sources::Unread)),
        _ => (String::new(), None),
    };
    // What goes wrong here goes wrong in the call itself too, which says it.
    let apart = match release.is_empty() {
        true => None,
        false => hold(node).gathered_for(&release, sources).ok().flatten(),
    };
    if let Some(Apart { home, draft, gathered }) = apart
        && let Ok(holdings) = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadOnly)
        && let Ok(Ok(Some(kept))) = holdings.still(|view| gathered.kept(view, &draft))
    {
        hold(node).checks.keep(kept);
    }
    let mut held = hold(node);
    let answer = held.act(now, &asker, request);
    tell(&mut held);
    answer
}

/// Makes the vault's terms ready where they are not, without holding the node.
pub(crate) fn compile(node: &Mutex<Node>) {
    // Where the vault cannot be read, the call that needs it says why.
    let Ok(Some(uncompiled)) = hold(node).uncompiled() else { return };
    let protected = Uncompiled::compile(uncompiled);
    hold(node).keep_protected(protected);
}

impl Node {
    fn handled(
        &mut self,
        now: Timestamp,
        call: &Call,
        remote: bool,
        tell: &mut dyn FnMut(&mut Node),
    ) -> Result<Value, Failure> {
        let answer = if remote { self.handle_remote(now, call) } else { self.handle(now, call) };
        tell(self);
        answer
    }

    /// What the check of a release needs of the node; none where the check is short, or was made already.
    fn gathered_for(&mut self, release: &str, sources: Option<Sources>) -> Result<Option<Apart>, Failure> {
        let (_, draft) = self.unsent(release)?;
        if draft.parts().iter().map(Vec::len).sum::<usize>() < APART_BYTES_MIN {
            return Ok(None);
        }
        let sources = match sources {
            Some(sources) => sources,
            None if self.kept_answer(release, &draft)?.is_some() => Sources::Unread,
            None => Sources::Read,
        };
        let gathered = self.gather(&draft, sources)?;
        let tag = gathered.tag(self.holdings.view(), &draft)?;
        if tag.is_some_and(|tag| self.checks.has(&tag)) {
            return Ok(None);
        }
        Ok(Some(Apart { home: self.home.clone(), draft, gathered }))
    }
}
