//! What follows from an envelope that was refused.
//!
//! Guarantees: two entries at one position are proof against the partner only where ours is really held; an entry that is authentic
//! and cannot be opened blocks its log for a bounded number of tries; in quarantine nothing enters a log.

use comity_link::Refused;
use comity_vocab::Digest;

/// A refused entry is asked for so many times before it is parked by its header.
pub const SPOILED_TRIES_MAX: u32 = 3;

/// What is known of an envelope that was refused.
#[derive(Clone, Copy, Debug)]
pub struct RefusedFacts {
    /// How often this position was refused by now, this time included.
    pub tries: u32,
    /// The leaf that our store has at the position it claims, where it was asked for.
    pub held: Option<Digest>,
    /// Whether this node was restored and waits for its officers.
    pub quarantined: bool,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Enter it by its header: it was asked for in vain.
    Park,
    /// It is held already: the gate may forget it.
    Held,
    /// The partner signed two entries at one position: the link stops.
    TwoEntries {
        /// The position.
        seq: u64,
    },
    /// We gave a receipt for it and cannot show it: our own damage, and evidence against nobody.
    NotWhole,
    /// Note the reason, and have the gate drop what it holds from there on.
    Refuse,
}

/// Decides what follows from a refusal.
pub fn after_refusal(refused: &Refused, facts: &RefusedFacts) -> AfterRefusal {
    match refused {
        Refused::Replay { seq, leaf, .. } => match facts.held {
            Some(held) if held == *leaf => AfterRefusal::Held,
            Some(_) => AfterRefusal::TwoEntries { seq: *seq },
            None => AfterRefusal::NotWhole,
        },
        other if other.may_park() && facts.tries >= SPOILED_TRIES_MAX && !facts.quarantined => AfterRefusal::Park,
        _ => AfterRefusal::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Digest = Digest([1; 32]);
    const OTHER: Digest = Digest([2; 32]);

    fn facts(tries: u32, held: Option<Digest>, quarantined: bool) -> RefusedFacts {
        RefusedFacts { tries, held, quarantined }
    }

    #[test]
    fn a_replay_is_held_proof_or_our_own_damage() {
        let replay = Refused::Replay { seq: 4, next_seq: 9, leaf: HELD };
        for quarantined in [false, true] {
            for tries in [0, 1, SPOILED_TRIES_MAX, 100] {
                let after = |held| after_refusal(&replay, &facts(tries, held, quarantined));
                assert_eq!(after(Some(HELD)), AfterRefusal::Held);
                assert_eq!(after(Some(OTHER)), AfterRefusal::TwoEntries { seq: 4 });
                assert_eq!(after(None), AfterRefusal::NotWhole);
            }
        }
    }

    #[test]
    fn only_what_is_authentic_is_parked_and_only_after_it_was_asked_for_in_vain() {
        let authentic =
            [Refused::Stripped { seq: 4 }, Refused::CannotOpen { seq: 4 }, Refused::CommitmentMismatch { seq: 4 }];
        for refused in authentic {
            assert_eq!(after_refusal(&refused, &facts(SPOILED_TRIES_MAX - 1, None, false)), AfterRefusal::Refuse);
            assert_eq!(after_refusal(&refused, &facts(SPOILED_TRIES_MAX, None, false)), AfterRefusal::Park);
            assert_eq!(after_refusal(&refused, &facts(SPOILED_TRIES_MAX + 1, None, false)), AfterRefusal::Park);
            assert_eq!(after_refusal(&refused, &facts(SPOILED_TRIES_MAX, None, true)), AfterRefusal::Refuse);
        }
        let never = [Refused::BadSignature, Refused::Header, Refused::OtherLog, Refused::Gap { seq: 9, next_seq: 4 }];
        for refused in never {
            assert_eq!(after_refusal(&refused, &facts(100, Some(HELD), false)), AfterRefusal::Refuse, "{refused}");
        }
    }
}
