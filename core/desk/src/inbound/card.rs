//! A partner's new card that comes over the link.
//!
//! Guarantees: over the link only sealing and TLS keys change. Entries and notes of the log so far verify under the node key they were
//! signed with, so another one needs a new generation, which people begin; name, country and endpoints change only by people, who are
//! shown what a card changes.

use comity_crypto::VerifyingKey;
use comity_link::Card;
use comity_vocab::Timestamp;

/// Returns the card where it may take the place of the one that is held. `pinned`: the organisation key that two people pinned.
pub fn renewed_card(text: &str, now: Timestamp, pinned: &VerifyingKey, held: Option<&Card>) -> Option<Card> {
    let card = Card::open(text, now).ok()?;
    let held = held?;
    let same = card.organisation.key == *pinned
        && held.organisation == card.organisation
        && held.endpoints == card.endpoints
        && held.node.key == card.node.key
        && held.issued <= card.issued;
    same.then_some(card)
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_crypto::{SealingKey, SigningKey};
    use comity_link::{CardOrganisation, certify_node, certify_sealing, certify_tls};
    use comity_vocab::Digest;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    struct Changes {
        organisation: u8,
        node: u8,
        name: &'static str,
        endpoint: &'static str,
        sealing: u8,
        issued: &'static str,
    }

    const SAME: Changes = Changes {
        organisation: 1,
        node: 2,
        name: "Kestrian Police",
        endpoint: "gate.kps.example:7400",
        sealing: 3,
        issued: "2026-03-01T00:00:00Z",
    };

    fn card(changes: &Changes) -> String {
        let key = |seed: u8| SigningKey::from_seed(&[seed; 32]);
        let (organisation, node) = (key(changes.organisation), key(changes.node));
        let end = at("2027-01-01T00:00:00Z");
        let who = CardOrganisation {
            code: "kps".parse().unwrap(),
            name: changes.name.to_owned(),
            country: "KST".parse().unwrap(),
            kind: "police".to_owned(),
            key: organisation.verifying_key(),
        };
        Card::issue(
            who,
            certify_node(&organisation, node.verifying_key(), end),
            certify_sealing(&organisation, SealingKey::from_seed(&[changes.sealing; 32]).public(), end),
            certify_tls(&node, Digest([7; 32]), end),
            vec![changes.endpoint.to_owned()],
            at(changes.issued),
            &node,
        )
        .unwrap()
    }

    #[test]
    fn only_a_newer_card_with_other_sealing_or_tls_keys_is_taken() {
        let now = at("2026-04-01T00:00:00Z");
        let held = Card::open(&card(&SAME), now).unwrap();
        let pinned = SigningKey::from_seed(&[1; 32]).verifying_key();
        let taken = |changes: Changes| renewed_card(&card(&changes), now, &pinned, Some(&held)).is_some();
        assert!(taken(SAME), "the same card again");
        assert!(taken(Changes { sealing: 4, issued: "2026-03-02T00:00:00Z", ..SAME }));
        assert!(!taken(Changes { issued: "2026-02-28T00:00:00Z", ..SAME }), "an older one");
        assert!(!taken(Changes { organisation: 9, ..SAME }), "another organisation");
        assert!(!taken(Changes { node: 9, ..SAME }), "another node key");
        assert!(!taken(Changes { name: "Kestrian Post", ..SAME }));
        assert!(!taken(Changes { endpoint: "other.example:7400", ..SAME }));
        let renewed = card(&Changes { sealing: 4, ..SAME });
        assert!(renewed_card(&renewed, now, &pinned, None).is_none(), "without a card that is held");
        assert!(renewed_card(&renewed, at("2027-06-01T00:00:00Z"), &pinned, Some(&held)).is_none(), "ended");
        assert!(renewed_card("{}", now, &pinned, Some(&held)).is_none());
        let stranger = SigningKey::from_seed(&[8; 32]).verifying_key();
        assert!(renewed_card(&renewed, now, &stranger, Some(&held)).is_none(), "another key was pinned");
    }
}
