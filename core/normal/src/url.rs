//! URLs (RFC 3986 §6.2.2, §6.2.3; RFC 3987 §3.1).
//!
//! Guarantees: scheme and host do not differ by case; a name or an address as host has its own normal form; the usual port and an empty
//! path say nothing; percent-encoding has capital digits and stands only where it must; dot segments are taken out. User and password
//! stay to the letter. Where host or port cannot be read, small letters for the host and the usual port are all that is done; what has no
//! scheme with `//` stays as it is.
//!
//! Written here rather than left to a library for browsers: that one takes out tabs, turns backslashes, and keeps `%41` apart from `A`,
//! none of which RFC 3986 does. Does not know: what a server makes of a path.

use crate::text::lower;
use crate::{address, host};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// Schemes and their usual ports (RFC 9110 §4.2, RFC 1738 §3.2, RFC 6455 §3).
const PORTS: [(&str, u16); 5] = [("http", 80), ("https", 443), ("ftp", 21), ("ws", 80), ("wss", 443)];

/// Returns the normal form of a URL; what is none is returned without the blanks around it. `None` where there is nothing.
pub(crate) fn read(text: &str) -> Option<Cow<'_, str>> {
    if is_plain(text.as_bytes()) {
        return Some(Cow::Borrowed(text));
    }
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let normal = normal(text).or_else(|| {
        let small = unreadable(text)?;
        Some(self::normal(&small).unwrap_or(small))
    });
    match normal {
        Some(normal) if normal != text => Some(Cow::Owned(normal)),
        _ => Some(Cow::Borrowed(text)),
    }
}

/// What can be said of a URL whose host nobody can look up, such as `http://quay[.]example`.
fn unreadable(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rfind('@').map_or(authority, |at| authority.get(at + 1..).unwrap_or_default());
    let user = authority.get(..authority.len() - host.len())?;
    let usual = PORTS.iter().find(|(name, _)| *name == scheme).map(|(_, port)| format!(":{port}"));
    let host = usual.map_or(host, |usual| host.trim_end_matches(usual.as_str()));
    let tail = if tail.is_empty() { "/" } else { tail };
    Some(format!("{scheme}://{user}{}{tail}", lower(host)))
}

/// What may stand in a URL (RFC 3986 §2.2, §2.3) beside the percent sign.
fn is_allowed(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b':' | b'/'
                | b'?'
                | b'#'
                | b'['
                | b']'
                | b'@'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Tells whether a URL is in normal form, in one pass; false for some that are.
fn is_plain(text: &[u8]) -> bool {
    let Some(scheme) = [&b"https://"[..], b"http://", b"ftp://"].into_iter().find(|scheme| text.starts_with(scheme))
    else {
        return false;
    };
    let usual: &[u8] = match scheme.len() {
        8 => b":443",
        7 => b":80",
        _ => b":21",
    };
    let rest = text.get(scheme.len()..).unwrap_or_default();
    let Some(end) = rest.iter().position(|byte| *byte == b'/') else { return false };
    let (authority, path) = rest.split_at(end);
    let name = authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len());
    let (name, port) = authority.split_at(name);
    let is_port = match port {
        [] => true,
        [b':', first, more @ ..] => {
            matches!(first, b'1'..=b'9') && more.len() < 4 && more.iter().all(u8::is_ascii_digit) && port != usual
        }
        _ => false,
    };
    let name = std::str::from_utf8(name).unwrap_or_default();
    is_port && (host::is_plain(name) || name.parse::<Ipv4Addr>().is_ok()) && is_plain_path(path)
}

/// Tells whether there is nothing to encode, decode or take out.
fn is_plain_path(path: &[u8]) -> bool {
    let mut before = b' ';
    let mut bytes = path.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let (Some(&high), Some(&low)) = (bytes.next(), bytes.next()) else { return false };
            match (digit(high), digit(low)) {
                (Some(ten), Some(one))
                    if !is_unreserved(ten * 16 + one) && !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {}
                _ => return false,
            }
        } else if !is_allowed(byte) || (before == b'/' && byte == b'.') {
            // A dot behind a slash may be a dot segment.
            return false;
        }
        before = byte;
    }
    true
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn normal(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !is_scheme || text.contains(char::is_control) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (tail, fragment) = tail.split_at(tail.find('#').unwrap_or(tail.len()));
    let (path, query) = tail.split_at(tail.find('?').unwrap_or(tail.len()));
    let mut url = format!("{scheme}://");
    push_authority(&mut url, &scheme, authority)?;
    url.push_str(&without_dots(&percent(path)));
    url.push_str(&percent(query));
    url.push_str(&percent(fragment));
    Some(url)
}

fn push_authority(url: &mut String, scheme: &str, authority: &str) -> Option<()> {
    let host = authority.rfind('@').map_or(authority, |at| authority.get(at + 1..).unwrap_or_default());
    url.push_str(authority.get(..authority.len() - host.len())?);
    let (host, port) = match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => (host.get(..colon)?, host.get(colon + 1..)?),
        _ => (host, ""),
    };
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').filter(|inner| !inner.contains('/')).and_then(address::read)?;
        if address.contains(':') {
            url.push_str(&format!("[{address}]"));
        } else {
            url.push_str(&address);
        }
    } else if !host.is_empty() {
        url.push_str(&name(host)?);
    }
    if port.is_empty() {
        return Some(());
    }
    let number: u16 = port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()))?;
    if !PORTS.contains(&(scheme, number)) {
        url.push_str(&format!(":{number}"));
    }
    Some(())
}

/// Returns the normal form of a name as host; letters of other scripts may be percent-encoded in it (RFC 3986 §3.2.2).
fn name(host: &str) -> Option<String> {
    let decoded = if host.contains('%') { Cow::Owned(decoded(host)?) } else { Cow::Borrowed(host) };
    // A URL with blanks around its host is none that could be told apart from another.
    let stands = |name: &str| !name.contains(|one: char| one.is_whitespace() || "/@:?#[]\\%".contains(one));
    let name = Some(&*decoded).filter(|name| stands(name)).and_then(host::read)?;
    stands(&name).then(|| name.into_owned())
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { digit(rest.next()?)? * 16 + digit(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

/// Writes percent-encoding in one way: capital digits, unreserved characters plain, what may not stand in a URL encoded. A part with a
/// percent sign that begins no encoding stays as it is.
fn percent(part: &str) -> Cow<'_, str> {
    let mut written = String::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            let value = bytes.next().and_then(digit).zip(bytes.next().and_then(digit));
            let Some((ten, one)) = value else { return Cow::Borrowed(part) };
            let value = ten * 16 + one;
            if !is_unreserved(value) {
                written.push_str(&format!("%{value:02X}"));
                continue;
            }
            value
        } else {
            byte
        };
        if is_allowed(byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(written)
}

/// Takes out the dot segments of a path (RFC 3986 §5.2.4); an empty path is `/`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut open = false;
    for segment in path.split('/').skip(1) {
        open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let mut written = String::with_capacity(path.len() + 1);
    for segment in &kept {
        written.push('/');
        written.push_str(segment);
    }
    // `/a/..` ends as a folder does.
    if open || kept.is_empty() {
        written.push('/');
    }
    written
}
