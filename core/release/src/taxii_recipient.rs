//! Making a partner a TAXII recipient: its tools may read at our gate, in clear, what was released to it (design.md §7.14).
//!
//! Guarantees: what two different officers, an author and a releasing officer, agree to is exactly this partner and key. Does not
//! know: tokens, what was released.

use crate::agreement::{Agreement, Pair, author_and_releasing};
use comity_crypto::{Purpose, VerifyingKey};
use comity_vocab::{OrgCode, Timestamp};
use serde::{Deserialize, Serialize};

/// What officers sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientSwitch {
    /// The organisation that decides.
    pub organisation: OrgCode,
    /// The partner.
    pub partner: OrgCode,
    /// The partner's organisation key, so that it counts for no other under the same code.
    pub key: VerifyingKey,
    /// When it was prepared, so that an earlier signature does not count for a later switch.
    pub made: Timestamp,
}

impl Agreement for RecipientSwitch {
    fn pair(&self) -> Pair {
        author_and_releasing(Purpose::TaxiiRecipient)
    }

    fn statement(&self) -> Vec<u8> {
        let Self { organisation, partner, key, made } = self;
        format!(
            "comity-taxii-recipient/1\norganisation {organisation}\npartner {partner}\nkey {}\nmade {made}\n",
            key.digest()
        )
        .into_bytes()
    }
}
