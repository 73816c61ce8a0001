//! Who a recipient is: the organisation key that stands in the statement, on the card and in the pin, all three.
//!
//! Guarantees: a card is read from the store with every signature on it, each time it matters; where statement, card and pin are not of
//! one key, nothing is sent. Does not know: what is sent.

use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::VerifyingKey;
use comity_link::Card;
use comity_release::Draft;
use comity_store::desk::LinkRow;
use comity_vocab::{OrgCode, Timestamp};
use std::collections::BTreeMap;

/// Opens the card of a link as it lies in the store: its form, every signature of its chain, and that it is the card of the partner
/// that two people pinned. An end date that has passed is for the one who seals to say.
pub(crate) fn pinned_card(row: &LinkRow) -> Result<Card, Failure> {
    let code = &row.code;
    let not_theirs = |what: String| {
        Failure::no(format!("the stored card of {code} {what}; nothing is sent to it"))
            .hint("run `comity verify`, and compare fingerprints with the partner by voice")
    };
    let added = Timestamp::parse(&row.added).map_err(|_| not_theirs("has no date".into()))?;
    let card = Card::open(&row.card, added).map_err(|error| not_theirs(format!("does not hold: {error}")))?;
    if card.organisation.key.to_bytes()[..] != row.partner[..] {
        return Err(not_theirs("is of another organisation key than the one that was pinned".into()));
    }
    if card.organisation.code.as_str() != *code {
        return Err(not_theirs("is of another organisation".into()));
    }
    Ok(card)
}

impl Node {
    /// The organisation keys of these partners, by which a draft names them.
    pub(super) fn recipient_keys(&self, to: &[OrgCode]) -> Result<BTreeMap<OrgCode, VerifyingKey>, Failure> {
        let mut keys = BTreeMap::new();
        for recipient in to {
            keys.insert(recipient.clone(), pinned_card(&self.link_row(recipient)?)?.organisation.key);
        }
        Ok(keys)
    }

    /// The organisation key that two people pinned for a partner. What lies in its card beside is looked at when something is sent.
    pub(crate) fn pinned_key(&self, partner: &OrgCode) -> Result<VerifyingKey, Failure> {
        let row = self.link_row(partner)?;
        let bytes = <[u8; 32]>::try_from(row.partner.as_slice()).ok();
        bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).ok_or_else(|| {
            Failure::operational(format!("the stored pin of {partner} is damaged")).hint("run `comity verify`")
        })
    }

    /// Refuses to send where the link with a recipient is not active, or the statement, the card and the pin are not of one key.
    pub(super) fn recipients_are_who_they_were(&mut self, draft: &Draft) -> Result<(), Failure> {
        for recipient in draft.audience() {
            self.is_who_was_signed_for(recipient, draft.key_of(recipient), "release")?;
            let link = self.link_row(recipient)?;
            if !link.standing.is_active() {
                return Err(Failure::no(format!("the link with {recipient} is {}", link.standing.as_str())));
            }
        }
        Ok(())
    }

    /// Refuses where two officers did not agree to the link, or the key in the statement, the card and the pin are not one. The logs in
    /// memory are taken up again where a newer card of the same organisation came in meanwhile.
    pub(crate) fn is_who_was_signed_for(
        &mut self,
        recipient: &OrgCode,
        signed_for: Option<&VerifyingKey>,
        what: &str,
    ) -> Result<(), Failure> {
        let link = self.link_row(recipient)?;
        if !crate::links::stands(self.holdings.view().desk(), &link)? {
            return Err(
                Failure::no(format!("no two officers agreed to the link with {recipient}")).hint("comity verify")
            );
        }
        let card = pinned_card(&link)?;
        if signed_for != Some(&card.organisation.key) {
            return Err(Failure::no(format!(
                "the {what} was signed for another organisation key of {recipient} than the one this link has; nothing is sent to it"
            ))
            .hint("run `comity verify`, compare fingerprints with the partner by voice, and draft it again"));
        }
        if let Some(used) = self.logs.get(recipient).map(|logs| &logs.card)
            && *used != card
        {
            if used.organisation.key != card.organisation.key || used.issued > card.issued {
                return Err(Failure::no(format!(
                    "the stored card of {recipient} is not the one this desk uses; nothing is sent to it"
                ))
                .hint("run `comity verify`; somebody may have put an older card back"));
            }
            self.logs.remove(recipient);
        }
        Ok(())
    }
}
