//! Names of hosts: case does not count (RFC 4343), nor does a dot at the end; Punycode is what it stands for (RFC 5890, UTS 46).

use std::borrow::Cow;

/// Returns the normal form of a host's name.
pub fn domain(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    if !text.ends_with('.') && !text.contains("xn--") && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let name = text.trim();
    let name = name.strip_suffix('.').unwrap_or(name);
    match idna::domain_to_ascii(name) {
        Ok(ascii) if !ascii.is_empty() => Cow::Owned(ascii),
        _ => Cow::Owned(name.to_lowercase()),
    }
}
