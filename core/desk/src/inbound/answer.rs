//! What an entry is called in the log, and what its sender is told of it.
//!
//! Guarantees: a status is not answered by a status, or two nodes would answer each other for ever; what is done in part is not said to
//! be done; in quarantine nothing is said.

use comity_link::{Control, Parked, Payload, Status, kind_rules};
use comity_vocab::{EntryKind, EntryState};

/// How the node stands when an entry was taken in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// It was restored and waits for its officers.
    pub quarantined: bool,
    /// What the entry asks for is done in part, and goes on.
    pub under_way: bool,
}

/// Returns the kind of an entry and what it is about, as both stand in the log.
pub fn named(payload: Option<&Payload>) -> (EntryKind, Option<String>) {
    match payload {
        Some(Payload::Release(release)) => (EntryKind::Release, Some(release.header.release.to_string())),
        Some(Payload::Document(document)) => (EntryKind::Document, Some(document.header.document.to_string())),
        Some(Payload::Control(control)) => {
            let subject = match control {
                Control::RecallNotice(notice) => Some(notice.recall_id.to_string()),
                Control::RecallAcknowledgement(answer) => Some(answer.recall_id.to_string()),
                Control::EntryStatus(_) | Control::KeyChange(_) | Control::History(_) | Control::Features(_) => None,
            };
            (control.kind(), subject)
        }
        Some(Payload::History(_)) => (EntryKind::HistoryEntry, None),
        Some(Payload::Unreadable(_)) | None => (EntryKind::Unreadable, None),
    }
}

/// Decides what the sender of an entry is told; nothing where that is not for now.
pub fn answer_to(payload: Option<&Payload>, parked: Option<Parked>, moment: Moment) -> Option<Status> {
    let (kind, _) = named(payload);
    let silent = moment.quarantined || moment.under_way || !kind_rules(kind).answered;
    (!silent).then(|| parked.map_or(Status::Applied, Status::Parked))
}

/// Tells whether an entry is taken in while the node waits for its officers: only what says how far the partner holds both logs.
pub fn is_heard_in_quarantine(payload: Option<&Payload>) -> bool {
    matches!(payload, Some(Payload::Control(Control::History(_))))
}

/// Returns the state of our entry that a partner's status says, with the reason.
pub fn state_said(status: Status) -> (EntryState, Option<Parked>) {
    match status {
        Status::Applied => (EntryState::Applied, None),
        Status::Parked(reason) => (EntryState::Parked, Some(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_link::{EntryStatus, Features, History, KeyChange};
    use comity_vocab::Digest;

    fn history() -> Control {
        Control::History(History {
            generation: 0,
            mine_size: 1,
            mine_root: Digest([0; 32]),
            yours_size: 1,
            yours_root: Digest([0; 32]),
            your_card: None,
        })
    }

    fn status() -> Control {
        Control::EntryStatus(EntryStatus { seq: 1, status: Status::Applied })
    }

    #[test]
    fn a_status_and_what_is_said_of_the_past_are_answered_by_nothing() {
        let now = Moment::default();
        for control in [status(), history()] {
            let payload = Payload::Control(control);
            assert_eq!(answer_to(Some(&payload), None, now), None);
            assert_eq!(answer_to(Some(&payload), Some(Parked::Unrelated), now), None);
        }
        let features = Payload::Control(Control::Features(Features::ours()));
        assert_eq!(answer_to(Some(&features), None, now), Some(Status::Applied));
        let change = Payload::Control(Control::KeyChange(KeyChange { card: String::new() }));
        let parked = Some(Parked::Unrelated);
        assert_eq!(answer_to(Some(&change), parked, now), Some(Status::Parked(Parked::Unrelated)));
        // What is not understood is answered: its sender is to know.
        let parked = Some(Parked::UnknownKind);
        assert_eq!(answer_to(None, parked, now), Some(Status::Parked(Parked::UnknownKind)));
        let unknown = Payload::Unreadable(Parked::Malformed);
        assert_eq!(answer_to(Some(&unknown), Some(Parked::Malformed), now), Some(Status::Parked(Parked::Malformed)));
    }

    #[test]
    fn nothing_is_said_in_quarantine_nor_of_what_is_done_in_part() {
        let features = Payload::Control(Control::Features(Features::ours()));
        for moment in [Moment { quarantined: true, under_way: false }, Moment { quarantined: false, under_way: true }] {
            assert_eq!(answer_to(Some(&features), None, moment), None);
        }
        assert!(is_heard_in_quarantine(Some(&Payload::Control(history()))));
        for payload in [None, Some(Payload::Control(status())), Some(features)] {
            assert!(!is_heard_in_quarantine(payload.as_ref()));
        }
    }

    #[test]
    fn a_status_says_a_state() {
        assert_eq!(state_said(Status::Applied), (EntryState::Applied, None));
        assert_eq!(state_said(Status::Parked(Parked::OverLimit)), (EntryState::Parked, Some(Parked::OverLimit)));
        assert_eq!(named(Some(&Payload::Control(status()))), (EntryKind::EntryStatus, None));
        assert_eq!(named(None), (EntryKind::Unreadable, None));
    }
}
