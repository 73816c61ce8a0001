//! The card: how an organisation introduces its node to a partner (spec/link.md §2).
//!
//! Guarantees: a [`Card`] that was opened carries the organisation's key, a node key and a sealing key certified by
//! it, a TLS key certified by the node key, none of them past its end date at the instant given; the card itself is
//! signed by the node key over its exact bytes. A name cannot hide characters or turn the direction of writing.
//!
//! Does not know: whether the organisation's key is whose the card says it is. People compare the fingerprint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, SealingPublicKey, Signature, SigningKey, VerifyingKey};
use comity_vocab::{Blame, CountryCode, Digest, OrgCode, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest card, in bytes.
pub const CARD_BYTES_MAX: usize = 16 * 1024;
/// The longest name of an organisation, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// The most endpoints of a card.
pub const CARD_ENDPOINTS_MAX: usize = 8;
const CARD_VERSION: u32 = 1;
const KIND_BYTES_MAX: usize = 32;

/// Why a card is not accepted or not issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Longer than [`CARD_BYTES_MAX`].
    #[error("the card has {bytes} bytes, at most {CARD_BYTES_MAX} allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not the JSON of a card.
    #[error("not a card: {reason} at line {line}, column {column}")]
    Malformed {
        /// What is wrong, without content.
        reason: &'static str,
        /// The line, from 1; 0 where it is not known.
        line: usize,
        /// The column, from 1; 0 where it is not known.
        column: usize,
    },
    /// A version that this node does not speak.
    #[error("the card has version {found}, only {CARD_VERSION} is spoken here")]
    Version {
        /// The version found.
        found: u32,
    },
    /// A field is over its limit or has characters that are not allowed.
    #[error("the card's {field} is not acceptable: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// A certificate or the card's own signature does not hold.
    #[error("the {what} is not signed by the key that should have signed it")]
    BadSignature {
        /// The statement.
        what: &'static str,
    },
    /// A certificate is past its end date.
    #[error("the {what} ended on {not_after}")]
    Expired {
        /// The statement.
        what: &'static str,
        /// Its end date.
        not_after: Timestamp,
    },
    /// The node key given is not the one that the card names.
    #[error("the card names another node key")]
    OtherNodeKey,
}

impl CardError {
    /// Says whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::OtherNodeKey => Blame::Bug,
            Self::TooLong { .. }
            | Self::Malformed { .. }
            | Self::Version { .. }
            | Self::Field { .. }
            | Self::BadSignature { .. }
            | Self::Expired { .. } => Blame::Peer,
        }
    }
}

/// The organisation that a card introduces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardOrganisation {
    /// The short name it suggests for itself.
    pub code: OrgCode,
    /// Its full name.
    pub name: String,
    /// Its country.
    pub country: CountryCode,
    /// What it is, in lower case with `_`, such as `intelligence_service` or `police`.
    pub kind: String,
    /// Its key: its identity.
    pub key: VerifyingKey,
}

/// A key or digest that another key vouches for until an end date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certified<K> {
    /// What is certified.
    pub key: K,
    /// The instant from which the certificate no longer holds.
    pub not_after: Timestamp,
    /// The signature of the certifying key.
    pub signature: Signature,
}

/// A verified card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    version: u32,
    /// Who it is.
    pub organisation: CardOrganisation,
    /// The key that signs its entries and notes, certified by the organisation key.
    pub node: Certified<VerifyingKey>,
    /// The key that content is sealed to, certified by the organisation key.
    pub sealing: Certified<SealingPublicKey>,
    /// SHA-256 of the subject public key info of its gate's TLS certificate, certified by the node key.
    pub tls: Certified<Digest>,
    /// Where its gate listens: `host:port`, `1.2.3.4:port` or `[::1]:port`.
    pub endpoints: Vec<String>,
    /// When the card was issued.
    pub issued: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedCard {
    card: String,
    signature: Signature,
}

fn statement(what: &str, by: &VerifyingKey, key: &str, not_after: Timestamp) -> Vec<u8> {
    format!("comity-{what}/1\n{by}\n{key}\n{not_after}\n").into_bytes()
}

/// Certifies a node key with the organisation key.
pub fn certify_node(organisation: &SigningKey, node: VerifyingKey, not_after: Timestamp) -> Certified<VerifyingKey> {
    let bytes = statement("node", &organisation.verifying_key(), &node.to_string(), not_after);
    Certified { key: node, not_after, signature: organisation.sign(Purpose::OrgCertifiesNode, &bytes) }
}

/// Tells whether the organisation key certified this node key, whenever that was.
pub fn is_certified_node(organisation: &VerifyingKey, node: &Certified<VerifyingKey>) -> bool {
    let bytes = statement("node", organisation, &node.key.to_string(), node.not_after);
    organisation.verify(Purpose::OrgCertifiesNode, &bytes, &node.signature).is_ok()
}

/// Certifies a sealing key with the organisation key.
pub fn certify_sealing(
    organisation: &SigningKey,
    sealing: SealingPublicKey,
    not_after: Timestamp,
) -> Certified<SealingPublicKey> {
    let bytes = statement("sealing", &organisation.verifying_key(), &sealing.to_string(), not_after);
    let signature = organisation.sign(Purpose::OrgCertifiesSealing, &bytes);
    Certified { key: sealing, not_after, signature }
}

/// Certifies the SHA-256 of a TLS certificate's subject public key info with the node key.
pub fn certify_tls(node: &SigningKey, spki: Digest, not_after: Timestamp) -> Certified<Digest> {
    let bytes = statement("tls", &node.verifying_key(), &spki.to_string(), not_after);
    Certified { key: spki, not_after, signature: node.sign(Purpose::NodeCertifiesTls, &bytes) }
}

impl Card {
    /// Signs a card and returns its text: one line of JSON.
    ///
    /// # Errors
    /// [`CardError`] where a partner would refuse the card at the instant it is issued.
    pub fn issue(
        organisation: CardOrganisation,
        node: Certified<VerifyingKey>,
        sealing: Certified<SealingPublicKey>,
        tls: Certified<Digest>,
        endpoints: Vec<String>,
        issued: Timestamp,
        node_key: &SigningKey,
    ) -> Result<String, CardError> {
        let card = Self { version: CARD_VERSION, organisation, node, sealing, tls, endpoints, issued };
        if card.node.key != node_key.verifying_key() {
            return Err(CardError::OtherNodeKey);
        }
        let bytes = serde_json::to_vec(&card).map_err(|error| malformed(&error))?;
        let signature = node_key.sign(Purpose::Card, &bytes);
        let signed = SignedCard { card: STANDARD.encode(&bytes), signature };
        let text = serde_json::to_string(&signed).map_err(|error| malformed(&error))?;
        Self::open(&text, issued)?;
        Ok(text)
    }

    /// Verifies a card: its form, its own signature, every certificate, and that none has ended at `now`.
    ///
    /// # Errors
    /// [`CardError`], the first thing found.
    pub fn open(text: &str, now: Timestamp) -> Result<Self, CardError> {
        if text.len() > CARD_BYTES_MAX {
            return Err(CardError::TooLong { bytes: text.len() });
        }
        let signed: SignedCard = serde_json::from_str(text.trim_ascii()).map_err(|error| malformed(&error))?;
        let not_base64 = CardError::Malformed { reason: "the signed part is not base64", line: 0, column: 0 };
        let bytes = STANDARD.decode(&signed.card).map_err(|_| not_base64)?;
        let card: Self = serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?;
        // The node key is inside the card, so the form is read before the signature; nothing else is, until every
        // signature from the organisation key down to the card holds.
        card.check_signatures(&bytes, &signed.signature)?;
        if card.version != CARD_VERSION {
            return Err(CardError::Version { found: card.version });
        }
        card.check_fields()?;
        card.check_dates(now)?;
        Ok(card)
    }

    fn check_signatures(&self, bytes: &[u8], signature: &Signature) -> Result<(), CardError> {
        let bad = |what| move |_| CardError::BadSignature { what };
        let (organisation, node) = (&self.organisation.key, &self.node.key);
        let node_bytes = statement("node", organisation, &node.to_string(), self.node.not_after);
        organisation.verify(Purpose::OrgCertifiesNode, &node_bytes, &self.node.signature).map_err(bad("node key"))?;
        let sealing = statement("sealing", organisation, &self.sealing.key.to_string(), self.sealing.not_after);
        organisation
            .verify(Purpose::OrgCertifiesSealing, &sealing, &self.sealing.signature)
            .map_err(bad("sealing key"))?;
        let tls = statement("tls", node, &self.tls.key.to_string(), self.tls.not_after);
        node.verify(Purpose::NodeCertifiesTls, &tls, &self.tls.signature).map_err(bad("TLS key"))?;
        node.verify(Purpose::Card, bytes, signature).map_err(bad("card"))
    }

    /// Checks that no certificate of the card has ended at `now`.
    ///
    /// # Errors
    /// [`CardError::Expired`], naming the first that has.
    pub fn check_dates(&self, now: Timestamp) -> Result<(), CardError> {
        let dates = [
            ("node key", self.node.not_after),
            ("sealing key", self.sealing.not_after),
            ("TLS key", self.tls.not_after),
        ];
        match dates.into_iter().find(|(_, not_after)| *not_after <= now) {
            Some((what, not_after)) => Err(CardError::Expired { what, not_after }),
            None => Ok(()),
        }
    }

    fn check_fields(&self) -> Result<(), CardError> {
        let field = |field, reason| Err(CardError::Field { field, reason });
        if let Err(reason) = check_name(&self.organisation.name) {
            return field("name", reason);
        }
        let kind = &self.organisation.kind;
        let kind_ok = kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if kind.is_empty() || kind.len() > KIND_BYTES_MAX || !kind_ok {
            return field("kind", "expected up to 32 of a-z and _");
        }
        if self.endpoints.len() > CARD_ENDPOINTS_MAX {
            return field("endpoints", "more than 8");
        }
        if !self.endpoints.iter().all(|endpoint| is_endpoint(endpoint)) {
            return field("endpoints", "expected host:port");
        }
        Ok(())
    }
}

fn malformed(error: &serde_json::Error) -> CardError {
    let reason = match error.classify() {
        serde_json::error::Category::Eof => "the text is cut off",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "a field is missing, unknown or malformed"
        }
    };
    CardError::Malformed { reason, line: error.line(), column: error.column() }
}

/// Checks that a name shows what it is: no control characters, no characters that cannot be seen, none that turn the
/// direction of writing, no heaps of accents (security.md §5 J, case 187).
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.trim() != name || name.is_empty() {
        return Err("empty, or with blanks at its ends");
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err("more than 120 characters");
    }
    if name.chars().any(is_hidden) {
        return Err("a character that cannot be seen or turns the direction of writing");
    }
    let accents = name.chars().fold((0usize, 0usize), |(run, longest), c| {
        let run = if is_accent(c) { run + 1 } else { 0 };
        (run, longest.max(run))
    });
    if accents.1 > 3 { Err("more than 3 accents on one letter") } else { Ok(()) }
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}'
        )
}

/// Tells whether a text is `host:port`, `1.2.3.4:port` or `[::1]:port`, with a port above 0.
pub fn is_endpoint(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let port_ok = !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
    let host_ok = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_host_name(host),
    };
    port_ok && host_ok
}

fn is_host_name(host: &str) -> bool {
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.len() <= 253 && host.split('.').all(label_ok)
}
