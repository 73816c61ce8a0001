//! Whether a request target is written in its only form.
//!
//! Guarantees: nothing is normalised. A target with two readings is refused, so that no rule about paths can be passed by another
//! spelling (security.md §5 G, case 148).

use crate::refusal::Refusal;

/// Checks path and query of a target in origin form.
pub(crate) fn check(target: &[u8]) -> Result<(), Refusal> {
    if target.first() != Some(&b'/') {
        return Err(Refusal::Syntax("the target is not a path"));
    }
    let cut = target.iter().position(|byte| *byte == b'?').unwrap_or(target.len());
    let (path, query) = target.split_at_checked(cut).unwrap_or((target, &[]));
    check_path(path)?;
    check_query(query)
}

fn check_path(path: &[u8]) -> Result<(), Refusal> {
    decode(path, is_path_byte, Refusal::Path)?;
    check_escapes(path)?;
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        // The last may be empty: a path may end with a slash.
        if segment.is_empty() && segments.peek().is_some() {
            return Err(Refusal::Path("an empty segment"));
        }
        if matches!(segment, b"." | b"..") {
            return Err(Refusal::Path("a dot segment"));
        }
    }
    Ok(())
}

/// Only what has to be escaped may be: anything else is a second spelling of the same path. The escapes are well formed.
fn check_escapes(path: &[u8]) -> Result<(), Refusal> {
    for window in path.windows(3) {
        let [b'%', high, low] = window else { continue };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { continue };
        match high * 16 + low {
            0..=0x1f | 0x7f => return Err(Refusal::Path("a control character")),
            b'/' | b'\\' | b'%' | b';' => return Err(Refusal::Path("an escaped delimiter")),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                return Err(Refusal::Path("a needless escape"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_query(query: &[u8]) -> Result<(), Refusal> {
    let decoded = decode(query, is_query_byte, Refusal::Syntax)?;
    if decoded.contains(&0) {
        return Err(Refusal::Syntax("a NUL in the query"));
    }
    Ok(())
}

/// Decodes percent escapes; refuses malformed ones, bytes that may not be, and what is not UTF-8.
fn decode(text: &[u8], may: fn(u8) -> bool, refuse: fn(&'static str) -> Refusal) -> Result<Vec<u8>, Refusal> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'%' {
            let (high, low) = (bytes.next().and_then(|b| digit(*b)), bytes.next().and_then(|b| digit(*b)));
            let (Some(high), Some(low)) = (high, low) else { return Err(refuse("a malformed escape")) };
            decoded.push(high * 16 + low);
        } else if may(*byte) {
            decoded.push(*byte);
        } else {
            return Err(refuse("a character that must be escaped"));
        }
    }
    if std::str::from_utf8(&decoded).is_err() {
        return Err(refuse("escapes that are not UTF-8"));
    }
    Ok(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// RFC 3986 `pchar` and `/`, without `;`, whose parameters some readers cut off.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@/".contains(&byte)
}

/// What browsers leave unescaped in a query (WHATWG URL, query percent-encode set).
fn is_query_byte(byte: u8) -> bool {
    (0x21..=0x7e).contains(&byte) && !b"\"#<>".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_path_has_one_spelling() {
        for target in [
            "/",
            "/a",
            "/a/",
            "/api/v1/objects/indicator--6f1a7f0e-8e5c-4b1e-9d5e-2d8f3a0c1b2a",
            "/a%20b",
            "/%C3%A9",
            "/a@b:c,d",
            "/?",
            "/?a=b&match[id]=x&y=%2F%2e%25&z={|}",
            "/a?x=//..;\\",
        ] {
            assert!(check(target.as_bytes()).is_ok(), "{target}");
        }
        for target in [
            "",
            "*",
            "a",
            "http://host/",
            "//",
            "//host/",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/a/./b",
            "/a/../b",
            "/%2e%2e/a",
            "/%2E",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/a;b",
            "/a%3Bb",
            "/%00",
            "/%0a",
            "/%7f",
            "/%252e",
            "/%41",
            "/%7e",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/a b",
            "/a\tb",
            "/é",
            "/a#b",
            "/?a#b",
            "/?a b",
            "/?%",
            "/?%zz",
            "/?%00",
            "/?%ff",
            "/?\"",
            "/{x}",
            "/a|b",
        ] {
            assert!(check(target.as_bytes()).is_err(), "{target}");
        }
    }
}
