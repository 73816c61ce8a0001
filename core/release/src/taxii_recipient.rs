//! Making a partner a TAXII recipient: its tools may read at our gate, in clear, what was released to it (design.md §7.14).
//!
//! Guarantees: an [`AuthorisedRecipient`] exists only once two different officers, an author and a releasing officer, signed for
//! exactly this partner and key. Does not know: tokens, what was released.

use crate::approval::{Approval, OfficerView, Refusal, author_and_releasing};
use comity_crypto::{Purpose, VerifyingKey};
use comity_vocab::{OfficerCode, OrgCode, Timestamp};
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

impl RecipientSwitch {
    /// Returns the exact bytes that officers sign (with their role appended, [`approval_message`]).
    pub fn statement(&self) -> Vec<u8> {
        let Self { organisation, partner, key, made } = self;
        format!(
            "comity-taxii-recipient/1\norganisation {organisation}\npartner {partner}\nkey {}\nmade {made}\n",
            key.digest()
        )
        .into_bytes()
    }
}

/// A switch that two officers signed.
#[must_use = "an authorised switch is to be recorded"]
#[derive(Debug)]
pub struct AuthorisedRecipient(RecipientSwitch);

impl AuthorisedRecipient {
    /// Returns the switch, to be recorded.
    pub fn into_switch(self) -> RecipientSwitch {
        self.0
    }
}

/// Returns the switch once an analyst or desk officer and a releasing officer, two persons, signed it.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn authorise_recipient<'o>(
    switch: RecipientSwitch,
    author: &Approval,
    releasing: &Approval,
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<AuthorisedRecipient, Refusal> {
    author_and_releasing(Purpose::TaxiiRecipient, &switch.statement(), author, releasing, officers)?;
    Ok(AuthorisedRecipient(switch))
}
