//! Cursors of the API: a place in a list that only its owner can use, with the filter it was made for, for a day.
//!
//! Guarantees: a cursor that was changed, that another got, that was made for another filter, or that is too old is refused, and all
//! of these by the same answer. Does not know: what the place means.

use crate::problem::Problem;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::MacKey;
use comity_vocab::{Digest, Timestamp};

const DOMAIN: &str = "comity/v1/api-cursor";
const CURSOR_SECONDS: i64 = 24 * 3600;
const CHARS_MAX: usize = 512;

/// Whose cursor it is, and for what.
pub(crate) struct Owner<'a> {
    pub secret: &'a [u8; 32],
    pub subject: &'a str,
    pub filter: &'a [u8],
    pub now: Timestamp,
}

impl Owner<'_> {
    /// Writes a cursor.
    pub(crate) fn seal(&self, place: &str) -> String {
        let mut bytes = self.now.unix_seconds().saturating_add(CURSOR_SECONDS).to_be_bytes().to_vec();
        bytes.extend_from_slice(place.as_bytes());
        let tag = MacKey::new(self.secret).tag(DOMAIN, &[&bytes, self.subject.as_bytes(), self.filter]);
        let mut whole = tag.as_bytes().to_vec();
        whole.extend_from_slice(&bytes);
        URL_SAFE_NO_PAD.encode(whole)
    }

    /// Reads a cursor.
    pub(crate) fn open(&self, text: &str) -> Result<String, Problem> {
        self.opened(text).ok_or_else(|| {
            Problem::new(StatusCode::BAD_REQUEST, "invalid-cursor", "invalid cursor")
                .place("query cursor")
                .todo("begin again without a cursor, and keep the other parameters the same from page to page")
        })
    }

    fn opened(&self, text: &str) -> Option<String> {
        if text.len() > CHARS_MAX {
            return None;
        }
        let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, bytes) = whole.split_at_checked(32)?;
        let tag = Digest(tag.try_into().ok()?);
        if !MacKey::new(self.secret).accepts(DOMAIN, &[bytes, self.subject.as_bytes(), self.filter], &tag) {
            return None;
        }
        let (until, place) = bytes.split_at_checked(8)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        (self.now.unix_seconds() <= until).then(|| String::from_utf8_lossy(place).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{CURSOR_SECONDS, Owner};
    use comity_vocab::Timestamp;

    #[test]
    fn only_its_owner_goes_on_with_it() {
        let now = Timestamp::from_unix(1_000_000, 0);
        let owner = Owner { secret: &[7; 32], subject: "token:a", filter: b"q=x", now };
        let text = owner.seal("00ff-12");
        assert_eq!(owner.open(&text).ok().as_deref(), Some("00ff-12"));
        let late = now.plus_seconds(CURSOR_SECONDS + 1);
        for (what, other) in [
            ("another's", Owner { subject: "token:b", ..owner_of(now) }),
            ("another filter", Owner { filter: b"q=y", ..owner_of(now) }),
            ("another node's", Owner { secret: &[8; 32], ..owner_of(now) }),
            ("too old", owner_of(late)),
        ] {
            assert!(other.open(&text).is_err(), "{what}");
        }
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            if let Some(byte) = changed.get_mut(place) {
                *byte = if *byte == b'A' { b'B' } else { b'A' };
            }
            assert!(owner.open(&String::from_utf8_lossy(&changed)).is_err(), "{place}");
        }
        for text in ["", "x", &"A".repeat(10_240), "ü"] {
            assert!(owner.open(text).is_err());
        }
    }

    fn owner_of(now: Timestamp) -> Owner<'static> {
        Owner { secret: &[7; 32], subject: "token:a", filter: b"q=x", now }
    }
}
