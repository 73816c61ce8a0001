//! Cursors of pages: a place in a list that only who was given it can use, with the filter it was made for.
//!
//! Guarantees: a cursor that was changed, that another got, or that was made for another filter is none. Does not know: what the
//! place means.

use crate::desk::Desk;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::MacKey;
use comity_vocab::Digest;

const DOMAIN: &str = "comity/v1/page-cursor";
const CHARS_MAX: usize = 4_096;

/// Writes a cursor for a subject (`officer:MIRA`) and a filter.
pub fn seal(desk: &Desk, subject: &str, filter: &str, place: &str) -> String {
    let parts = [place.as_bytes(), subject.as_bytes(), filter.as_bytes()];
    let tag = MacKey::new(&desk.cursor_key).tag(DOMAIN, &parts);
    let mut whole = tag.as_bytes().to_vec();
    whole.extend_from_slice(place.as_bytes());
    URL_SAFE_NO_PAD.encode(whole)
}

/// Reads a cursor; `None` where it is not one of ours for this subject and filter.
pub fn open(desk: &Desk, subject: &str, filter: &str, text: &str) -> Option<String> {
    if text.len() > CHARS_MAX {
        return None;
    }
    let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tag, place) = whole.split_at_checked(32)?;
    let tag = Digest(tag.try_into().ok()?);
    let parts = [place, subject.as_bytes(), filter.as_bytes()];
    let ours = MacKey::new(&desk.cursor_key).accepts(DOMAIN, &parts, &tag);
    ours.then(|| String::from_utf8_lossy(place).into_owned())
}
