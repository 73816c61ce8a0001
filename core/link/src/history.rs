//! What two organisations tell each other of an earlier generation of their link, after one of them lost history
//! (spec/link.md §4.6).
//!
//! Guarantees: an entry of an earlier generation goes to nobody but the organisation at its other end, and only with the
//! content that its signed header committed to: nothing can leave in it that did not stand in that log before. What arrives
//! carries the signature of the one who signed it first, which the reader checks.
//!
//! Does not know: how a log of an earlier generation is stored, who lost what.

use crate::entry::{HEADER_BYTES_MAX, Header, PAYLOAD_BYTES_MAX, log_origin};
use crate::payload::{PayloadError, join};
use crate::seal::{SealContext, SealError, SealedEntry, seal};
use comity_crypto::{Entropy, Purpose, Signature, VerifyingKey, commitment};
use comity_vocab::{Digest, EntryKind};
use serde::{Deserialize, Serialize};

/// The longest line before a carried payload, in bytes: a header of 512 bytes, signature, salt and fields.
const CARRIER_BYTES_MAX: usize = 2048;

/// How far one side holds the two logs of an earlier generation. `mine` is the speaker's own log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The generation that is spoken of.
    pub generation: u32,
    /// The size of the speaker's log, as the speaker holds it.
    pub mine_size: u64,
    /// Its root.
    pub mine_root: Digest,
    /// The size of the listener's log, as the speaker holds it.
    pub yours_size: u64,
    /// Its root.
    pub yours_root: Digest,
    /// The listener's card of that generation, as the speaker kept it: a listener that lost the whole generation knows by it, for
    /// its own organisation key certified it, which node key it signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub your_card: Option<String>,
}

/// One entry of an earlier generation, given back or carried over.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The generation it stands in.
    pub generation: u32,
    /// Whether it stands in the listener's own log: given back. Otherwise the speaker's: carried over.
    pub yours: bool,
    /// Whether more is held back until the listener says again how far it holds the logs.
    pub more: bool,
    /// The exact signed header.
    pub header: Vec<u8>,
    /// The signature of whose log it is.
    pub signature: Signature,
    /// Salt and payload; none where they were erased.
    pub content: Option<([u8; 32], Vec<u8>)>,
}

impl std::fmt::Debug for HistoryEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HistoryEntry(generation {}, yours {}, {} bytes)", self.generation, self.yours, self.header.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    kind: EntryKind,
    generation: u32,
    yours: bool,
    more: bool,
    header: String,
    signature: Signature,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<Digest>,
}

/// The organisations at the two ends of a link, and the node keys that signed in an earlier generation of it.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// Our organisation.
    pub own: &'a VerifyingKey,
    /// Our node key of that generation.
    pub own_node: &'a VerifyingKey,
    /// The partner's organisation.
    pub partner: &'a VerifyingKey,
    /// The partner's node key of that generation.
    pub partner_node: &'a VerifyingKey,
}

/// Seals one entry of an earlier generation, to be given back (`yours`) or carried over.
///
/// # Errors
/// [`SealError::NotOurs`] where the entry does not stand in a log between these two organisations, was not signed by whose log
/// it is, has another content than it committed to, or where the log it is put into leads to somebody else.
pub fn seal_history(
    entry: &HistoryEntry,
    ends: &Ends<'_>,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    let not_ours = SealError::NotOurs { seq: context.seq };
    let header = Header::parse(&entry.header).ok_or_else(|| not_ours.clone())?;
    let (from, to, signer) = match entry.yours {
        true => (ends.partner, ends.own, ends.partner_node),
        false => (ends.own, ends.partner, ends.own_node),
    };
    let signed = signer.verify(Purpose::Entry, &entry.header, &entry.signature).is_ok();
    let committed = entry.content.as_ref().is_none_or(|(salt, payload)| commitment(salt, payload) == header.commitment);
    let in_this_link = header.origin == log_origin(from, to, entry.generation);
    // The log it goes into has the same organisations at its ends, in whatever generation.
    let own_log = log_origin(ends.own, ends.partner, 0);
    let leads_there =
        context.origin.rsplit_once('/').map(|(ends, _)| ends) == own_log.rsplit_once('/').map(|(ends, _)| ends);
    if !(signed && committed && in_this_link && leads_there) {
        return Err(not_ours);
    }
    seal(entry.to_bytes()?, context, entropy)
}

impl HistoryEntry {
    fn to_bytes(&self) -> Result<Vec<u8>, PayloadError> {
        let too_long = PayloadError::Field { field: "header" };
        let header = std::str::from_utf8(&self.header).map_err(|_| too_long)?.to_owned();
        let line = Line {
            kind: EntryKind::HistoryEntry,
            generation: self.generation,
            yours: self.yours,
            more: self.more,
            header,
            signature: self.signature,
            salt: self.content.as_ref().map(|(salt, _)| Digest(*salt)),
        };
        let line = serde_json::to_vec(&line).map_err(|_| PayloadError::Field { field: "fields" })?;
        join(line, self.content.as_ref().map_or(b"", |(_, payload)| payload))
    }

    /// Reads the header line and body of a payload of this kind.
    pub(crate) fn parse(line: &[u8], body: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(line).ok()?;
        let content = match line.salt {
            Some(salt) => Some((salt.0, body.to_vec())),
            None if body.is_empty() => None,
            None => return None,
        };
        let header = line.header.into_bytes();
        (header.len() <= HEADER_BYTES_MAX).then_some(Self {
            generation: line.generation,
            yours: line.yours,
            more: line.more,
            header,
            signature: line.signature,
            content,
        })
    }

    /// Tells whether the entry that carries this one is not longer than the largest size class holds.
    pub fn fits(&self) -> bool {
        self.content.as_ref().is_none_or(|(_, payload)| payload.len() + CARRIER_BYTES_MAX <= PAYLOAD_BYTES_MAX)
    }

    /// Keeps only what the header's signature covers, for a payload that does not fit.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self { content: None, ..self }
    }
}

/// Returns the number of the generation that begins with these two node keys: the first four bytes of the SHA-256 of both, the
/// lesser first. Both ends come to the same number from the two cards, whatever either of them forgot.
pub fn generation(a: &VerifyingKey, b: &VerifyingKey) -> u32 {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let digest = comity_crypto::sha256(&[b"comity/v1/link-generation", &first.to_bytes(), &second.to_bytes()]);
    let [w, x, y, z, ..] = digest.0;
    u32::from_be_bytes([w, x, y, z])
}
