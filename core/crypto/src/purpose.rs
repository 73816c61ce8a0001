//! What a signature is for, bound into the signature itself.
//!
//! Does not know: what the signed message means.

macro_rules! purposes {
    ($($(#[$doc:meta])* $variant:ident => $tag:literal,)*) => {
        /// What a signature is for. A signature covers `len(tag) as u8 ‖ tag ‖ message` (spec/signatures.md §1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Purpose { $($(#[$doc])* $variant,)* }

        impl Purpose {
            /// Every purpose.
            pub const ALL: &'static [Purpose] = &[$(Purpose::$variant,)*];

            /// Returns the domain tag, `comity/v1/…`.
            pub fn tag(&self) -> &'static str {
                match self { $(Purpose::$variant => concat!("comity/v1/", $tag),)* }
            }
        }
    };
}

purposes! {
    /// The organisation's key says which node key speaks for it.
    OrgCertifiesNode => "org-certifies-node",
    /// The organisation's key says which sealing key opens what is sent to it.
    OrgCertifiesSealing => "org-certifies-sealing",
    /// The node's key says which TLS key its gate uses.
    NodeCertifiesTls => "node-certifies-tls",
    /// A card, by which an organisation introduces its node.
    Card => "card",
    /// An entry of a link's log.
    Entry => "entry",
    /// A document that others than the link partner must be able to check.
    Document => "document",
    /// An officer agrees to a release.
    Approval => "approval",
    /// A custodian agrees to a change of the officer registry.
    RegistryAct => "registry-act",
    /// An officer proves to the node who asks.
    OfficerProof => "officer-proof",
    /// An officer declares objects to be public knowledge.
    PublicDeclaration => "public-declaration",
    /// A partner is made a TAXII recipient.
    TaxiiRecipient => "taxii-recipient",
    /// An officer agrees to an act about a link.
    LinkAct => "link-act",
    /// An officer agrees to a recall.
    RecallApproval => "recall-approval",
    /// The node vouches for a backup.
    Backup => "backup",
    /// The head of the audit chain.
    Audit => "audit",
    /// An officer's key lets its officer make a passkey, once.
    PasskeyGrant => "passkey-grant",
    /// A passkey that counts lets another one count.
    PasskeyBinding => "passkey-binding",
}

impl Purpose {
    /// Returns the exact bytes that a signature over `message` covers.
    pub(crate) fn framed(&self, message: &[u8]) -> Vec<u8> {
        let tag = self.tag().as_bytes();
        let mut framed = Vec::with_capacity(1 + tag.len() + message.len());
        // INVARIANT: every tag is shorter than 32 bytes (tested), so the cast is exact and the first byte is a control
        // character; a signed note never begins with one, so notes and tagged messages cannot be taken for each other.
        framed.push(tag.len() as u8);
        framed.extend_from_slice(tag);
        framed.extend_from_slice(message);
        framed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn tags_are_distinct_and_begin_with_a_control_character_that_no_note_begins_with() {
        let tags: BTreeSet<_> = Purpose::ALL.iter().map(Purpose::tag).collect();
        assert_eq!(tags.len(), Purpose::ALL.len());
        for purpose in Purpose::ALL {
            let framed = purpose.framed(b"message");
            assert_eq!(framed[0] as usize, purpose.tag().len());
            assert!(framed[0] < 0x20 && framed[0] != b'\n', "{}", purpose.tag());
            assert!(purpose.tag().is_ascii() && framed.ends_with(b"message"));
        }
    }
}
