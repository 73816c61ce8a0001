//! Recalls in words: why, what partners answer, who has what.
//!
//! Guarantees: nothing of an answer is interpreted beyond what it says. Does not know: who may read it.

use crate::pages::line::counted;
use comity_node::{Answered, PartnerAnswer, Reader};
use comity_release::{RecallAcknowledgement, RecallAction, RecallKind};
use std::collections::BTreeMap;

/// Why something is recalled, in a few words.
pub fn reason(kind: RecallKind) -> &'static str {
    match kind {
        RecallKind::Correct => "it is corrected",
        RecallKind::DowngradeConfidence => "believe it less",
        RecallKind::WithdrawPermission => "the permission has ended",
        RecallKind::WithdrawError => "wrong person or fact",
        RecallKind::WithdrawFabricated => "it was made up",
        RecallKind::WithdrawUnlawful => "it must not be held",
    }
}

/// Returns a count with its noun.
pub fn number(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", counted(count), if count == 1 { one } else { many })
}

/// Names of partners by code.
pub type Names = BTreeMap<String, String>;

/// Reads the names of these partners; a code without a link has none.
///
/// # Errors
/// [`comity_node::Failure`] where the store fails.
pub fn names<'c>(reader: &Reader, codes: impl IntoIterator<Item = &'c str>) -> Result<Names, comity_node::Failure> {
    let mut names = Names::new();
    for code in codes {
        if let std::collections::btree_map::Entry::Vacant(place) = names.entry(code.to_owned())
            && let Some(name) = reader.partner_name(code)?
        {
            place.insert(name);
        }
    }
    Ok(names)
}

/// Returns what a partner is called: its name and its code.
pub fn called(code: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} ({code})"),
        None => code.to_owned(),
    }
}

/// Says in words what a partner answered to a recall of ours; `since` is when that was.
pub fn answered(answer: &PartnerAnswer, kind: RecallKind, who: &str, since: &str) -> String {
    match (answer.state, &answer.said) {
        (Answered::NotSent, _) => {
            format!("{who} was told nothing: it has another key than the one that was signed for")
        }
        (Answered::Confirmed | Answered::Refused, Some(said)) => format!("{who} {}", did(said, kind, answer.items)),
        (Answered::Confirmed, None) => format!("{who} confirmed"),
        (Answered::Refused, None) => format!("{who} refused"),
        (Answered::Outstanding | Answered::Overdue, Some(_)) => {
            format!("{who} has begun, and is not done since {since}")
        }
        (Answered::Outstanding | Answered::Overdue, None) => format!("{who} has not answered since {since}"),
    }
}

/// Says what somebody did about a recall of so many items.
pub fn did(said: &RecallAcknowledgement, kind: RecallKind, items: u64) -> String {
    let of = format!("{} of {}", counted(said.located_copies), number(items, "item", "items"));
    let mut words = if said.actions_taken.contains(&RecallAction::KeptByLaw) {
        format!("refused: a law makes it keep {of}")
    } else if said.completed_at.is_none() {
        return "began, and is not done".to_owned();
    } else if kind.withdraws() {
        format!("erased {of}")
    } else {
        format!("keeps {of}, with the notice")
    };
    for (action, more) in [
        (RecallAction::WatchlistRemoved, "took it off its watch lists"),
        (RecallAction::ProductCorrected, "corrected what it made of it"),
        (RecallAction::ThirdPartiesNotified, "told those it had passed it on to"),
    ] {
        if said.actions_taken.contains(&action) {
            words.push_str("; ");
            words.push_str(more);
        }
    }
    match said.derived_products {
        0 => {}
        1 => words.push_str("; one of the products that it sent refers to it"),
        many => words.push_str(&format!("; {} of the products that it sent refer to it", counted(many))),
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(actions: &[RecallAction], copies: u64, products: u64, done: bool) -> RecallAcknowledgement {
        RecallAcknowledgement {
            recall_id: uuid(),
            received: true,
            located_copies: copies,
            derived_products: products,
            derived_released_ids: Default::default(),
            actions_taken: actions.iter().copied().collect(),
            completed_at: done.then(|| comity_vocab::Timestamp::parse("2026-03-05T10:00:00Z").unwrap()),
        }
    }

    fn uuid<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
        "3b0c0f0e-0000-4000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn answers_in_words() {
        use Answered::{Confirmed, NotSent, Outstanding, Overdue, Refused};
        use RecallKind::{Correct, WithdrawError};
        let erased = |copies, products| Some(said(&[RecallAction::Erased], copies, products, true));
        for (state, kind, items, answer, expected) in [
            (Confirmed, WithdrawError, 12, erased(12, 0), "B erased 12 of 12 items"),
            (Confirmed, WithdrawError, 1, erased(0, 0), "B erased 0 of 1 item"),
            (
                Confirmed,
                WithdrawError,
                2,
                erased(2, 3),
                "B erased 2 of 2 items; 3 of the products that it sent refer to it",
            ),
            (
                Confirmed,
                Correct,
                2,
                Some(said(&[], 2, 1, true)),
                "B keeps 2 of 2 items, with the notice; one of the products that it sent refers to it",
            ),
            (
                Refused,
                WithdrawError,
                2,
                Some(said(&[RecallAction::KeptByLaw], 2, 0, false)),
                "B refused: a law makes it keep 2 of 2 items",
            ),
            (Outstanding, WithdrawError, 2, None, "B has not answered since noon"),
            (Overdue, WithdrawError, 2, Some(said(&[], 0, 0, false)), "B has begun, and is not done since noon"),
            (
                NotSent,
                WithdrawError,
                2,
                None,
                "B was told nothing: it has another key than the one that was signed for",
            ),
        ] {
            let answer =
                PartnerAnswer { recipient: "b".into(), items, state, at: String::new(), said: answer, acts: false };
            assert_eq!(answered(&answer, kind, "B", "noon"), expected);
        }
        assert_eq!((called("b", Some("B")), called("b", None)), ("B (b)".into(), "b".into()));
    }
}
