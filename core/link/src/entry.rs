//! The header of an entry, its envelope, and the names of links and logs (spec/link.md §3, §4).
//!
//! Guarantees: a header has one spelling, so signed bytes and fields are the same thing; a padded content has one of
//! ten sizes.
//!
//! Does not know: what the content is, who signed.

use crate::wire::{Reader, WireError, Writer};
use comity_crypto::{Purpose, Signature, SigningKey, VerifyingKey};
use comity_ledger::leaf_hash;
use comity_vocab::Digest;

/// The sizes that a padded content can have, in bytes: an observer learns one of ten.
pub const SIZE_CLASSES: [usize; 10] = {
    const KIB: usize = 1024;
    [KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB, 2048 * KIB, 4096 * KIB, 8192 * KIB, 16384 * KIB]
};
/// What sealing adds to a padded content, in bytes: the encapsulated key and the tag.
pub const SEAL_OVERHEAD_BYTES: usize = 1120 + 16;
/// What stands before the payload inside the padding: its length and the salt.
pub(crate) const PLAIN_HEAD_BYTES: usize = 4 + 32;
/// The longest payload, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 16 * 1024 * 1024 - PLAIN_HEAD_BYTES;
/// The longest header, in bytes.
pub const HEADER_BYTES_MAX: usize = 512;
/// The first sequence that is never used, so that one more than a sequence always exists.
pub const MAX_SEQ: u64 = 1 << 62;
const MAGIC: &str = "comity-entry/1";
const STUB_MAGIC: &[u8] = b"comity-stub/1\n";
/// A day, in seconds: headers tell the day of sending only.
const DAY_S: i64 = 86_400;

pub(crate) fn short(key: &VerifyingKey) -> String {
    key.digest().to_string().chars().take(16).collect()
}

/// Returns the name of the log from one organisation to another: `comity.link/<sender>/<recipient>/<generation>`.
pub fn log_origin(sender: &VerifyingKey, recipient: &VerifyingKey, generation: u32) -> String {
    format!("comity.link/{}/{}/{generation}", short(sender), short(recipient))
}

/// Returns the name of the link of two organisations, whichever of them asks.
pub fn link_id(a: &VerifyingKey, b: &VerifyingKey) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    format!("{}-{}", short(first), short(second))
}

/// The signed part of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The log it stands in.
    pub origin: String,
    /// Its position, from 0.
    pub seq: u64,
    /// The salted commitment to its payload.
    pub commitment: Digest,
    /// The day of sending, as unix seconds of its beginning.
    pub created: i64,
}

impl Header {
    /// Returns the exact bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { origin, seq, commitment, created } = self;
        format!("{MAGIC}\n{origin}\n{seq}\n{commitment}\n{created}\n").into_bytes()
    }

    /// Reads a header; only the one spelling that [`Header::to_bytes`] writes is read.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= HEADER_BYTES_MAX && text.is_ascii())?;
        let mut lines = text.split('\n');
        let [magic, origin, seq, commitment, created, rest] = std::array::from_fn(|_| lines.next());
        let header = Self {
            origin: origin?.to_owned(),
            seq: seq?.parse().ok()?,
            commitment: commitment?.parse().ok()?,
            created: created?.parse().ok()?,
        };
        let whole_day = header.created.rem_euclid(DAY_S) == 0;
        let same = magic == Some(MAGIC) && rest == Some("") && lines.next().is_none() && header.to_bytes() == bytes;
        (same && whole_day && header.seq < MAX_SEQ).then_some(header)
    }
}

/// Returns the beginning of the day of an instant, in unix seconds.
pub(crate) fn day(unix_seconds: i64) -> i64 {
    unix_seconds - unix_seconds.rem_euclid(DAY_S)
}

/// Returns the leaf of an entry: RFC 6962's leaf hash over header and signature. It outlives the payload.
pub fn leaf(header: &[u8], signature: &Signature) -> Digest {
    leaf_hash(&[header, signature.as_bytes()].concat())
}

/// The parts of an envelope, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The header's exact bytes.
    pub header: &'a [u8],
    /// The sender's signature over them.
    pub signature: Signature,
    /// What is in it.
    pub content: Content<'a>,
}

/// The part of an envelope that the header's signature covers only through the commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The sealed payload.
    Sealed(&'a [u8]),
    /// The sender withdrew the payload before delivery and signed that it did.
    Stub(Signature),
}

impl<'a> Envelope<'a> {
    /// Takes an envelope apart.
    ///
    /// # Errors
    /// [`WireError`] where it is cut off, over a limit, or followed by other bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let sealed_max = PAYLOAD_BYTES_MAX + PLAIN_HEAD_BYTES + SEAL_OVERHEAD_BYTES;
        let mut r = Reader::new(bytes);
        let header = r.bytes("header", HEADER_BYTES_MAX)?;
        let signature = Signature::from_bytes(&r.array("signature")?);
        let sealed = r.bytes("sealed content", sealed_max)?;
        let content = if sealed.is_empty() {
            Content::Stub(Signature::from_bytes(&r.array("stub signature")?))
        } else {
            Content::Sealed(sealed)
        };
        r.finish()?;
        Ok(Self { header, signature, content })
    }

    /// Returns the envelope's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        let sealed = match self.content {
            Content::Sealed(sealed) => sealed,
            Content::Stub(_) => &[],
        };
        // INVARIANT: headers stay below 512 bytes and sealed contents below 2^25, so both casts are exact.
        w.u32(self.header.len() as u32).raw(self.header).raw(self.signature.as_bytes());
        w.u32(sealed.len() as u32).raw(sealed);
        if let Content::Stub(signature) = &self.content {
            w.raw(signature.as_bytes());
        }
        w.bytes
    }
}

fn stub_message(header: &[u8]) -> Vec<u8> {
    [STUB_MAGIC, header].concat()
}

/// Signs that the payload of an entry was withdrawn. Without this, the one who carries an envelope could strip it and have
/// the recipient give a receipt for nothing.
pub(crate) fn sign_stub(header: &[u8], node_key: &SigningKey) -> Signature {
    // The first line differs from every header's, so one signature never holds for both.
    node_key.sign(Purpose::Entry, &stub_message(header))
}

pub(crate) fn stub_holds(header: &[u8], signature: &Signature, node_key: &VerifyingKey) -> bool {
    node_key.verify(Purpose::Entry, &stub_message(header), signature).is_ok()
}

/// Pads `length ‖ salt ‖ payload` with zeros to a size class; `None` where the payload is too long.
pub(crate) fn pad(salt: &[u8; 32], payload: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok()?;
    let wanted = payload.len() + PLAIN_HEAD_BYTES;
    let class = SIZE_CLASSES.into_iter().find(|class| *class >= wanted)?;
    let mut plain = Vec::with_capacity(class);
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(salt);
    plain.extend_from_slice(payload);
    plain.resize(class, 0);
    Some(plain)
}

/// Takes the padding off; `None` where it is not the padding that [`pad`] makes.
pub(crate) fn unpad(plain: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let (salt, rest) = rest.split_first_chunk::<32>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (payload, zeros) = rest.split_at_checked(length)?;
    let wanted = length + PLAIN_HEAD_BYTES;
    let class = SIZE_CLASSES.into_iter().find(|class| *class >= wanted)?;
    (class == plain.len() && zeros.iter().all(|byte| *byte == 0)).then_some((*salt, payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_goes_into_the_smallest_class_that_holds_it() {
        let salt = [7; 32];
        for (class, next) in SIZE_CLASSES.iter().zip(SIZE_CLASSES.iter().skip(1).map(Some).chain([None])) {
            for (bytes, expected) in [(class - PLAIN_HEAD_BYTES, Some(class)), (class - PLAIN_HEAD_BYTES + 1, next)] {
                let payload = vec![9; bytes];
                let plain = pad(&salt, &payload);
                assert_eq!(plain.as_ref().map(Vec::len), expected.copied(), "{bytes}");
                if let Some(plain) = plain {
                    assert!(unpad(&plain) == Some((salt, &payload[..])), "{bytes}");
                }
            }
        }
    }

    #[test]
    fn a_sealed_content_is_read_up_to_the_largest_class() {
        let longest = 16 * 1024 * 1024 + SEAL_OVERHEAD_BYTES;
        for (bytes, read) in [(longest, true), (longest + 1, false)] {
            let sealed = vec![1; bytes];
            let envelope = Envelope {
                header: b"h",
                signature: Signature::from_bytes(&[0; 64]),
                content: Content::Sealed(&sealed),
            };
            assert_eq!(Envelope::parse(&envelope.to_bytes()).is_ok(), read, "{bytes}");
        }
    }
}
