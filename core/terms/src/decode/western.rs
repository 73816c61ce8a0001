//! Latin texts with accents in the charsets from before Unicode.
//!
//! Guarantees: what is given back is words of Latin letters in ordinary case, most of them of ASCII; random bytes seldom are. Does not know:
//! which charset was meant; every one that fits is given.

use super::charsets::letters_in;
use encoding_rs::Encoding;

/// Windows-1252 and what differs from it: Central Europe in its two charsets, Turkish, Baltic.
const ALL: [&Encoding; 5] = [
    encoding_rs::WINDOWS_1252,
    encoding_rs::WINDOWS_1250,
    encoding_rs::ISO_8859_2,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1257,
];
/// Fewer bytes are written by chance.
const LEAST: usize = 6;
/// So many bytes are looked at first.
const HEAD: usize = 24;

/// Tells from the first bytes whether they may be such a text: two of three are of ASCII.
pub(super) fn may_be(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let accented = head.iter().filter(|byte| **byte >= 0x80).count();
    accented * 3 <= head.len()
        && head.iter().all(|byte| byte.is_ascii_alphanumeric() || is_between(*byte) || *byte >= 0x8a)
}

fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'\'' | b'.' | b',' | b'\n' | b'\r')
}

/// Reads bytes in every charset in which they make such a text.
pub(super) fn texts(bytes: &[u8]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let accented = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let other = |byte: &u8| !(byte.is_ascii_alphanumeric() || is_between(*byte) || *byte >= 0x8a);
    if bytes.len() < LEAST
        || accented == 0
        || accented * 2 > letters
        || letters * 2 < bytes.len()
        || bytes.iter().any(other)
    {
        return out;
    }
    for charset in ALL {
        let text = letters_in(bytes, charset);
        let plain = |text: &String| text.chars().all(|it| it.is_ascii() || it.is_alphabetic());
        if let Some(text) = text.filter(|text| plain(text) && !out.contains(text)) {
            out.push(text);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_accents() {
        for (text, charset) in [
            ("Jörgen Weißmüllner", encoding_rs::WINDOWS_1252),
            ("Nyárfi Zsófia", encoding_rs::ISO_8859_2),
            ("Gülşen Karayağız", encoding_rs::WINDOWS_1254),
        ] {
            let (bytes, ..) = charset.encode(text);
            assert!(may_be(&bytes));
            assert!(texts(&bytes).iter().any(|found| found == text), "{text}: {:?}", texts(&bytes));
        }
        assert!(texts(b"Anton Bielawski").is_empty(), "it is readable as it is");
        assert!(texts(&[0xe4, 0xf6, 0xfc, b'a', b'b', 0xe4, 0xf6]).is_empty(), "mostly accents");
        assert!(texts(b"aB\xe4Cd\xf6Ef").is_empty(), "no ordinary case");
    }
}
