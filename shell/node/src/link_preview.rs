//! What a card says, before anything is kept: the words are compared first.

use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::fingerprint_words;
use comity_link::Card;
use comity_vocab::Timestamp;
use serde_json::{Value, json};

impl Node {
    pub(crate) fn link_preview(&self, now: Timestamp, text: &str) -> Result<Value, Failure> {
        let card = Card::open(text, now).map_err(|error| {
            Failure::refusal(&error).hint("ask the partner for a new card; cards go by a way you trust")
        })?;
        let own = self.organisation_key()?;
        let known = self.holdings.view().desk().link(card.organisation.code.as_str())?;
        Ok(json!({
            "partner": card.organisation.code,
            "name": card.organisation.name,
            "country": card.organisation.country,
            "kind": card.organisation.kind,
            "issued": card.issued,
            "known": known.is_some_and(|link| link.partner == card.organisation.key.to_bytes()),
            "fingerprint": fingerprint_words(&own, &card.organisation.key).join(" "),
            "endpoints": card.endpoints,
        }))
    }
}
