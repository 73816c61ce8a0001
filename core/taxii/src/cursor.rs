//! Cursors (`next`, §3.4.2): a place in the order of addition that only its owner can use, with its filter, for a while.
//!
//! Guarantees: a cursor that was changed, that another got, that was made for another filter, or that is too old is no cursor; all
//! of these are told by the same answer. Does not know: what time it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::MacKey;
use comity_vocab::{Digest, Timestamp};

const DOMAIN: &str = "comity/v1/taxii-cursor";
/// How long a cursor counts, in seconds. Somebody who comes later goes on with `added_after`.
pub const CURSOR_SECONDS: i64 = 24 * 3600;

/// Makes and reads cursors.
pub struct CursorKey(MacKey);

/// A place in the order of addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Everything up to here has been handed out.
    pub sequence: i64,
}

impl CursorKey {
    /// Makes a key of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(MacKey::new(secret))
    }

    /// Writes a cursor for `subject`, who asked with `filter`.
    pub fn seal(&self, cursor: Cursor, subject: &str, filter: &[u8], now: Timestamp) -> String {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(&cursor.sequence.to_be_bytes());
        bytes.extend_from_slice(&now.unix_seconds().saturating_add(CURSOR_SECONDS).to_be_bytes());
        let tag = self.0.tag(DOMAIN, &[&bytes, subject.as_bytes(), filter]);
        bytes.extend_from_slice(tag.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that `subject` brings with `filter`; `None` where it does not count.
    pub fn open(&self, text: &str, subject: &str, filter: &[u8], now: Timestamp) -> Option<Cursor> {
        if text.len() != 64 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, tag) = bytes.split_at_checked(16)?;
        let tag = Digest(tag.try_into().ok()?);
        if !self.0.accepts(DOMAIN, &[body, subject.as_bytes(), filter], &tag) {
            return None;
        }
        let (sequence, until) = body.split_at_checked(8)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        (now.unix_seconds() <= until).then_some(Cursor { sequence: i64::from_be_bytes(sequence.try_into().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_counts() {
        let key = CursorKey::new(&[7; 32]);
        let now = Timestamp::from_unix(1_000_000, 0);
        let cursor = Cursor { sequence: 41 };
        let text = key.seal(cursor, "token:a", b"filter", now);
        assert_eq!(key.open(&text, "token:a", b"filter", now), Some(cursor));
        assert_eq!(key.open(&text, "token:a", b"filter", now.plus_seconds(CURSOR_SECONDS)), Some(cursor));
        assert_eq!(key.open(&text, "token:a", b"filter", now.plus_seconds(CURSOR_SECONDS + 1)), None, "expired");
        assert_eq!(key.open(&text, "token:b", b"filter", now), None, "another's");
        assert_eq!(key.open(&text, "token:a", b"filtes", now), None, "another filter");
        assert_eq!(CursorKey::new(&[8; 32]).open(&text, "token:a", b"filter", now), None, "another node's");
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key.open(&changed, "token:a", b"filter", now), None, "{place}");
        }
        let (shorter, _) = text.split_at(63);
        for text in ["", "x", shorter, &"A".repeat(64), &"A".repeat(10_240), "ü"] {
            assert_eq!(key.open(text, "token:a", b"filter", now), None);
        }
    }
}
