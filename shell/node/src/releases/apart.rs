//! Calls that need the leak check of a release: begun with the node held, checked without it, answered with it again.
//!
//! Guarantees: what was checked apart is used only where draft, sources, configuration and holdings are still those that it read
//! ([`crate::leak_corpus`]); otherwise the call checks once more by itself. Does not know: what the calls decide.

use super::answer::{VaultAnswer, day_of};
use super::check::{APPROVALS, APPROVED, CHECKS};
use crate::access::Asker;
use crate::apart::hold;
use crate::call::Call;
use crate::failure::Failure;
use crate::home::Home;
use crate::leak_corpus::{Gathered, Sources};
use crate::node::Node;
use crate::request::Request;
use comity_release::Draft;
use comity_store::{Holdings, Mode};
use comity_vocab::{Digest, ReleaseState, Timestamp};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Of a shorter draft the check is over before another connection to the store is open.
const APART_BYTES_MIN: usize = 16 << 10;

/// What is checked without the node.
struct Apart {
    home: Home,
    draft: Draft,
    gathered: Gathered,
    /// Of what the check reads, as the node has it.
    tag: Digest,
}

/// One check apart at a time: it is work, and what may be asked is counted by the call that ends it.
static ONE: Mutex<()> = Mutex::new(());

/// Answers a call that needs a leak check; `None` for every other call.
pub(crate) fn check(
    verb: &str,
    node: &Mutex<Node>,
    clock: &dyn Fn() -> Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Option<Result<Value, Failure>> {
    match verb {
        "vault_add" | "vault_change" => {
            let answer = hold(node).handled(clock(), call, remote, tell);
            if answer.is_ok() {
                // What is looked for from now on is made ready at once, for the one who checks next.
                make_ready(node);
            }
            Some(answer)
        }
        "release_draft"
        | "release_check"
        | "release_answer"
        | "release_approve_prepare"
        | "release_approve"
        | "release_send"
        | "leak_ask" => Some(checked(node, clock, call, remote, tell)),
        _ => None,
    }
}

fn checked(
    node: &Mutex<Node>,
    clock: &dyn Fn() -> Timestamp,
    call: &Call,
    remote: bool,
    tell: &mut dyn FnMut(&mut Node),
) -> Result<Value, Failure> {
    let (asker, request) = hold(node).admit(clock(), call, remote)?;
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    make_ready(node);
    if matches!(request, Request::ReleaseDraft(_)) {
        return drafted(node, clock, call, &asker, request, tell);
    }
    ahead(node, clock, &asker, &request);
    let (mut held, now) = (hold(node), clock());
    held.admit_again(now, call, &asker, &request)?;
    let answer = held.act(now, &asker, request);
    tell(&mut held);
    answer
}

/// Drafts, and checks what was drafted without the node.
fn drafted(
    node: &Mutex<Node>,
    clock: &dyn Fn() -> Timestamp,
    call: &Call,
    asker: &Asker,
    request: Request,
    tell: &mut dyn FnMut(&mut Node),
) -> Result<Value, Failure> {
    let mut answer = {
        let (mut held, now) = (hold(node), clock());
        held.admit_again(now, call, asker, &request)?;
        held.checks.apart = true;
        let answer = held.act(now, asker, request);
        held.checks.apart = false;
        tell(&mut held);
        answer?
    };
    let release = answer.get("release").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let (Some(check), Some(officer)) = (answer.get_mut("check").filter(|check| check.is_null()), asker.officer()) {
        ahead(node, clock, asker, &Request::ReleaseCheck { release: release.clone() });
        *check = hold(node).checked_with_draft(clock(), &release, officer);
    }
    Ok(answer)
}

/// Makes the check that a call will need, and keeps it. What goes wrong here goes wrong in the call itself too, which says it.
fn ahead(node: &Mutex<Node>, clock: &dyn Fn() -> Timestamp, asker: &Asker, request: &Request) {
    let apart = hold(node).gathered_for(clock(), asker, request).ok().flatten();
    if let Some(Apart { home, draft, gathered, tag }) = apart
        && let Ok(holdings) = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadOnly)
        && let Ok(Ok(Some(kept))) = holdings.still(|view| gathered.kept(view, &draft, &tag))
    {
        hold(node).checks.keep(kept);
    }
}

/// Makes the vault's terms ready for the leak check where they are not, without holding the node meanwhile.
pub fn make_ready(node: &Mutex<Node>) {
    // Where the vault cannot be read, the call that needs it says why.
    let Ok(Some(uncompiled)) = hold(node).uncompiled() else { return };
    let protected = uncompiled.compile();
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

    /// What the check of a release needs of the node; none where the check is short, was made already, or is not what the call comes to. The
    /// vault is read for it only where the call itself would read it.
    fn gathered_for(&mut self, now: Timestamp, asker: &Asker, request: &Request) -> Result<Option<Apart>, Failure> {
        let Some((draft, sources)) = self.checked_by(now, asker, request)? else { return Ok(None) };
        if draft.parts().iter().map(Vec::len).sum::<usize>() < APART_BYTES_MIN {
            return Ok(None);
        }
        let gathered = self.gather(&draft, sources)?;
        let tag = gathered.tag(self.holdings.view(), &draft)?.filter(|tag| !self.checks.has(tag));
        Ok(tag.map(|tag| Apart { home: self.home.clone(), draft, gathered, tag }))
    }

    /// The draft that a call will check, and for what.
    fn checked_by(
        &mut self,
        now: Timestamp,
        asker: &Asker,
        request: &Request,
    ) -> Result<Option<(Draft, Sources)>, Failure> {
        let (release, allowance) = match request {
            Request::ReleaseCheck { release } => (release, Some(&CHECKS)),
            Request::ReleaseApprovePrepare { release, .. } => (release, Some(&APPROVALS)),
            Request::ReleaseApprove { release, .. } => (release, Some(&APPROVED)),
            Request::ReleaseAnswer(answer) => (&answer.release, Some(&APPROVALS)),
            Request::ReleaseSend { release } => (release, None),
            _ => return Ok(None),
        };
        if !allowance.map_or(Ok(true), |allowance| self.may_check(now, allowance))? {
            return Ok(None);
        }
        let (row, draft) = self.unsent(release)?;
        let kept = self.kept_answer(release, &draft)?.map(|answered| answered.vault);
        let sources = match request {
            Request::ReleaseSend { .. } if row.state != ReleaseState::Approved => return Ok(None),
            Request::ReleaseAnswer(_) => Sources::Unread,
            Request::ReleaseCheck { .. } if kept.is_some() => Sources::Unread,
            Request::ReleaseCheck { .. } => {
                let Some(by) = asker.officer() else { return Ok(None) };
                let answered = self.holdings.view().desk().leak_answers(&day_of(now), by.as_str())?;
                match answered >= self.answers_a_day()? || self.stood_in_a_blocked_draft(&draft)? {
                    true => return Ok(None),
                    false => Sources::Read,
                }
            }
            // They ask nothing of the vault: it said of these bytes that they are clear.
            _ if kept == Some(VaultAnswer::Clear) => Sources::Read,
            _ => return Ok(None),
        };
        Ok(Some((draft, sources)))
    }
}
