//! Whether two items say something independently of each other (domain.md R2.11), so that one report does not confirm itself.
//!
//! Guarantees: `Yes` only where both sides show where they come from, and neither originators nor upstream ids meet. What is hidden
//! gives `Unknown`, never `Yes`; what meets gives `No`, hidden or not. Symmetric. Does not know: how provenance was gathered.

use std::collections::BTreeSet;

/// Where an item comes from, as far as it can be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The nodes and feeds it came from, and the identities that made it and what it was made from.
    pub originators: BTreeSet<String>,
    /// Its own id where that says who made it, what it refers to as where it was read, and what it was derived from.
    pub upstream: BTreeSet<String>,
    /// Whether something of it cannot be seen: no author, a partner's rewritten text, a chain that leads out of what is held.
    pub hidden: bool,
    /// Whether the item only repeats a number of a catalogue.
    pub catalogue: bool,
}

/// Whether two items are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Independence {
    /// They share nothing, and both show where they come from.
    Yes,
    /// It cannot be told.
    Unknown,
    /// They share an originator or what they were made from.
    No,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing is shared.
    NothingShared,
    /// At least one side hides where it comes from.
    Hidden,
    /// The value is a number of a catalogue: to name it is no report.
    Catalogue,
    /// Both go back to one originator.
    SameOriginator,
    /// Both go back to one item or publication.
    SameUpstream,
}

/// An answer with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    /// Whether.
    pub independence: Independence,
    /// Why.
    pub reason: Reason,
}

impl Independence {
    /// Returns `yes`, `unknown` or `no`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Unknown => "unknown",
            Self::No => "no",
        }
    }
}

impl Reason {
    /// Returns the reason in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::NothingShared => "at least two items share neither originator nor source",
            Self::Hidden => "where an item comes from cannot be seen",
            Self::Catalogue => "a number of a catalogue: naming it is no report",
            Self::SameOriginator => "every two items go back to one originator",
            Self::SameUpstream => "every two items go back to one item or publication",
        }
    }
}

/// Tells whether two items are independent.
pub fn independence(one: &Provenance, other: &Provenance) -> Verdict {
    let (independence, reason) = if !one.originators.is_disjoint(&other.originators) {
        (Independence::No, Reason::SameOriginator)
    } else if !one.upstream.is_disjoint(&other.upstream) {
        (Independence::No, Reason::SameUpstream)
    } else if one.hidden || other.hidden || one.originators.is_empty() || other.originators.is_empty() {
        (Independence::Unknown, Reason::Hidden)
    } else if one.catalogue || other.catalogue {
        (Independence::Unknown, Reason::Catalogue)
    } else {
        (Independence::Yes, Reason::NothingShared)
    };
    Verdict { independence, reason }
}

/// Sums up all pairs of items: `Yes` where one pair is, else `Unknown` where one is, else `No`. `None` where there is no pair.
pub fn summary(items: &[Provenance]) -> Option<Verdict> {
    let mut best: Option<Verdict> = None;
    for (place, one) in items.iter().enumerate() {
        for other in items.iter().skip(place + 1) {
            let verdict = independence(one, other);
            if verdict.independence == Independence::Yes {
                return Some(verdict);
            }
            best = Some(best.map_or(verdict, |best| best.min(verdict)));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use Independence::{No, Unknown, Yes};

    fn item(originators: &[&str], upstream: &[&str]) -> Provenance {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Provenance { originators: set(originators), upstream: set(upstream), ..Provenance::default() }
    }

    fn hidden(item: Provenance) -> Provenance {
        Provenance { hidden: true, ..item }
    }

    fn catalogue(item: Provenance) -> Provenance {
        Provenance { catalogue: true, ..item }
    }

    #[test]
    fn the_table() {
        let check = |one: &Provenance, other: &Provenance, expected: (Independence, Reason)| {
            for (one, other) in [(one, other), (other, one)] {
                let verdict = independence(one, other);
                assert_eq!((verdict.independence, verdict.reason), expected, "{one:?} {other:?}");
            }
        };
        let own = item(&["own", "identity--us"], &["indicator--1"]);
        let feed = item(&["feed-a", "identity--a"], &["indicator--2", "url https://a.example/1"]);
        check(&own, &feed, (Yes, Reason::NothingShared));
        check(&own, &own, (No, Reason::SameOriginator));
        // Two feeds that carry one author.
        check(&feed, &item(&["feed-b", "identity--a"], &["indicator--3"]), (No, Reason::SameOriginator));
        // One feed that carries two authors: one way in.
        check(&feed, &item(&["feed-a", "identity--b"], &["indicator--3"]), (No, Reason::SameOriginator));
        // Two authors who read the same publication, or one who was derived from the other.
        check(&feed, &item(&["feed-b", "identity--b"], &["url https://a.example/1"]), (No, Reason::SameUpstream));
        check(&feed, &item(&["feed-b", "identity--b"], &["indicator--3", "indicator--2"]), (No, Reason::SameUpstream));
        // Hidden on one side or both is never yes; what meets is no, hidden or not.
        check(&own, &hidden(item(&["link:abc", "identity--abc"], &["indicator--4"])), (Unknown, Reason::Hidden));
        check(&hidden(own.clone()), &hidden(feed.clone()), (Unknown, Reason::Hidden));
        check(&hidden(feed.clone()), &item(&["feed-b", "identity--a"], &[]), (No, Reason::SameOriginator));
        check(&hidden(feed.clone()), &item(&["feed-b"], &["indicator--2"]), (No, Reason::SameUpstream));
        // Nothing known at all.
        check(&own, &Provenance::default(), (Unknown, Reason::Hidden));
        check(&Provenance::default(), &Provenance::default(), (Unknown, Reason::Hidden));
        // A number of a catalogue.
        check(&own, &catalogue(feed.clone()), (Unknown, Reason::Catalogue));
        check(&own, &hidden(catalogue(feed.clone())), (Unknown, Reason::Hidden));
    }

    #[test]
    fn all_pairs_summed_up() {
        let own = item(&["own"], &["a"]);
        let feed = item(&["feed"], &["b"]);
        let said = |items: &[Provenance]| summary(items).map(|verdict| verdict.independence);
        assert_eq!(said(&[]), None);
        assert_eq!(said(std::slice::from_ref(&own)), None);
        assert_eq!(said(&[own.clone(), own.clone()]), Some(No));
        assert_eq!(said(&[own.clone(), own.clone(), hidden(feed.clone())]), Some(Unknown));
        assert_eq!(said(&[hidden(own.clone()), own.clone(), feed.clone()]), Some(Yes));
    }
}
