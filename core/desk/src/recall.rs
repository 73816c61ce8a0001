//! Recalls: whose signatures decide, what an answer means, what is answered.
//!
//! Guarantees: a duty officer decides alone only where the two roles have not both signed; an answer tells the originator only of what it
//! gave (how many of its copies there were, which of its identifiers something rests on), never of notes of our own.

use comity_release::{Approval, RecallAcknowledgement, RecallAction, RecallNotice};
use comity_vocab::{RecallAnswer, Role, Timestamp};
use std::collections::BTreeSet;

/// Returns the approvals that decide: the two roles where both signed, else a duty officer's alone, else all that there are.
pub fn deciding(approvals: &[Approval]) -> Vec<Approval> {
    let of = |role| approvals.iter().find(|approval| approval.role == role).cloned();
    match (of(Role::DeskOfficer), of(Role::ReleasingOfficer), of(Role::DutyOfficer)) {
        (Some(desk), Some(releasing), _) => vec![desk, releasing],
        (_, _, Some(duty)) => vec![duty],
        _ => approvals.to_vec(),
    }
}

/// Returns what a partner's answer makes of its line on the board.
pub fn answered(answer: &RecallAcknowledgement) -> RecallAnswer {
    if answer.actions_taken.contains(&RecallAction::KeptByLaw) {
        RecallAnswer::Refused
    } else if answer.completed_at.is_some() {
        RecallAnswer::Confirmed
    } else {
        RecallAnswer::Outstanding
    }
}

/// Returns the answer to a notice of which everything is done. `copies`: how many copies of what it names were found; `derived`: those of
/// its identifiers that something of ours rests on.
pub fn acknowledge(
    notice: &RecallNotice,
    copies: u64,
    derived: BTreeSet<String>,
    at: Timestamp,
) -> RecallAcknowledgement {
    let withdraws = notice.recall_kind.withdraws();
    RecallAcknowledgement {
        recall_id: notice.recall_id,
        received: true,
        located_copies: copies,
        derived_products: derived.len() as u64,
        derived_released_ids: derived,
        actions_taken: if withdraws { BTreeSet::from([RecallAction::Erased]) } else { BTreeSet::new() },
        completed_at: Some(at),
    }
}

/// Returns the answer to a notice that was received and is not done yet.
pub fn under_way(notice: &RecallNotice, at: Timestamp) -> RecallAcknowledgement {
    RecallAcknowledgement { completed_at: None, ..acknowledge(notice, 0, BTreeSet::new(), at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_crypto::{Purpose, SigningKey};
    use comity_release::{ApprovalProof, RecallKind};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn approval(officer: &str, role: Role) -> Approval {
        let signature = SigningKey::from_seed(&[1; 32]).sign(Purpose::RecallApproval, b"x");
        let proof = ApprovalProof::OfficerKey { signature };
        let at = at("2026-03-01T00:00:00Z");
        Approval { officer: officer.parse().unwrap(), role, proof, anchors: None, at }
    }

    #[test]
    fn two_roles_decide_before_a_duty_officer_alone() {
        let (desk, releasing, duty) = (
            approval("carol", Role::DeskOfficer),
            approval("bob", Role::ReleasingOfficer),
            approval("dora", Role::DutyOfficer),
        );
        let all = [duty.clone(), releasing.clone(), desk.clone()];
        assert_eq!(deciding(&all), [desk.clone(), releasing.clone()]);
        assert_eq!(deciding(&[duty.clone(), desk.clone()]), std::slice::from_ref(&duty));
        assert_eq!(deciding(&[releasing.clone(), duty.clone()]), [duty]);
        assert_eq!(deciding(std::slice::from_ref(&desk)), [desk]);
        assert_eq!(deciding(&[]), []);
    }

    fn notice(recall_kind: RecallKind) -> RecallNotice {
        RecallNotice {
            recall_id: uuid::Uuid::nil(),
            recall_kind,
            precedence: Default::default(),
            item_refs: BTreeSet::from(["tool--a".to_owned(), "tool--b".to_owned()]),
            instruction: recall_kind.instruction().to_owned(),
            receipt_due: at("2026-03-01T00:00:00Z"),
            action_due: at("2026-03-02T00:00:00Z"),
        }
    }

    #[test]
    fn an_answer_says_what_was_done_and_counts_only_what_was_given() {
        let now = at("2026-03-01T10:00:00Z");
        let derived = BTreeSet::from(["tool--a".to_owned()]);
        let done = acknowledge(&notice(RecallKind::WithdrawError), 2, derived.clone(), now);
        assert_eq!((done.located_copies, done.derived_products, &done.derived_released_ids), (2, 1, &derived));
        assert_eq!(done.actions_taken, BTreeSet::from([RecallAction::Erased]));
        assert_eq!(answered(&done), RecallAnswer::Confirmed);
        // A correction leaves the copy: nothing is said to be erased.
        let kept = acknowledge(&notice(RecallKind::Correct), 2, BTreeSet::new(), now);
        assert!(kept.actions_taken.is_empty() && answered(&kept) == RecallAnswer::Confirmed);
        let begun = under_way(&notice(RecallKind::WithdrawError), now);
        assert_eq!((begun.completed_at, begun.located_copies, answered(&begun)), (None, 0, RecallAnswer::Outstanding));
        let by_law = RecallAcknowledgement { actions_taken: BTreeSet::from([RecallAction::KeptByLaw]), ..done };
        assert_eq!(answered(&by_law), RecallAnswer::Refused, "a refusal is not a confirmation, whatever time it names");
    }
}
