//! Names of hosts, and e-mail addresses, which end in one.
//!
//! Guarantees: case does not count (RFC 4343), nor does one dot at the end (RFC 1034 §3.1); letters of other scripts are what stands for
//! them in ASCII (RFC 5891, UTS 46). An address in a name's place is the address. Does not know: whether a name exists.

use crate::{address, text::lower};
use idna::AsciiDenyList;
use std::borrow::Cow;

/// Tells whether a text is a name in normal form, quickly: false for a few that are.
pub(crate) fn is_plain(text: &str) -> bool {
    let mut before = b'.';
    let mut lettered = false;
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'-' | b'_' => lettered = true,
            b'0'..=b'9' => {}
            b'.' if before != b'.' => {}
            _ => return false,
        }
        before = byte;
    }
    // Digits and dots alone may be an address.
    lettered && before != b'.'
}

/// Returns the normal form of a host's name; the text itself where none can stand there.
pub(crate) fn domain(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    name(text).unwrap_or(Cow::Borrowed(text))
}

/// Returns the normal form of what is a name by its letters: with something in it, without blanks.
pub(crate) fn read(text: &str) -> Option<Cow<'_, str>> {
    let name = name(text)?;
    (name.contains(char::is_alphanumeric) && !name.contains(char::is_whitespace)).then_some(name)
}

/// Returns the name without the dot that says that it is whole.
pub(crate) fn without_dot(name: &str) -> &str {
    match name.strip_suffix('.') {
        Some(rest) if !rest.is_empty() && !rest.ends_with(|last: char| last == '.' || last.is_whitespace()) => rest,
        _ => name,
    }
}

fn name(text: &str) -> Option<Cow<'_, str>> {
    let name = without_dot(text.trim());
    if let Some(address) = address::read(name) {
        return Some(address);
    }
    if name.is_empty() || name.contains(['/', '@', ':']) {
        return None;
    }
    // Names in ASCII are their own normal form but for case, those with Punycode too.
    if name.is_ascii() {
        return Some(lower(name));
    }
    if let Some(ascii) = ascii(name) {
        return Some(Cow::Owned(ascii));
    }
    let lower = lower(name);
    Some(ascii(&lower).map_or(lower, Cow::Owned))
}

fn ascii(name: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL).ok()?;
    let ascii = without_dot(&ascii);
    if ascii.is_empty() {
        return None;
    }
    Some(address::read(ascii).map_or_else(|| ascii.to_owned(), Cow::into_owned))
}

/// What every label begins with that stands for one in another script (RFC 5890 §2.3.2.1).
pub(crate) const ACE: &str = "xn--";

/// Returns a name with the letters of its own script; `None` where it has none, or stands for nothing.
pub(crate) fn in_own_script(name: &str) -> Option<String> {
    if !name.contains(ACE) {
        return None;
    }
    let (own, whole) = idna::domain_to_unicode(name);
    (whole.is_ok() && own != name).then_some(own)
}

/// Returns the normal form of an e-mail address: whether the part before the sign differs by case is the host's affair (RFC 5321 §2.4).
pub(crate) fn email(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@')?;
    if local.is_empty() {
        return None;
    }
    let normal = read(host)?;
    if normal == host { Some(Cow::Borrowed(text)) } else { Some(Cow::Owned(format!("{local}@{normal}"))) }
}
