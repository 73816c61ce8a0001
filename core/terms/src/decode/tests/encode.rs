//! Encoders, for tests.
//!
//! Guarantees: each writes what the standard of its encoding says, or the named deviation from it.
//!
//! Does not know: how any of it is decoded.

/// Writes base64 in an alphabet given by its last two letters.
pub(crate) fn base64_bytes(bytes: &[u8], last: &str, pad: bool) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(last.chars()).collect();
    bits(bytes, 6, &alphabet, if pad { 4 } else { 1 })
}

pub(crate) fn base64(text: &str) -> String {
    base64_bytes(text.as_bytes(), "+/", true)
}

pub(crate) fn base32(text: &str) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('2'..='7').collect();
    bits(text.as_bytes(), 5, &alphabet, 8)
}

pub(crate) fn base32_hex(text: &str) -> String {
    let alphabet: Vec<char> = ('0'..='9').chain('A'..='V').collect();
    bits(text.as_bytes(), 5, &alphabet, 1)
}

fn bits(bytes: &[u8], width: usize, alphabet: &[char], pad: usize) -> String {
    let all: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let letter = |group: &[u8]| {
        let value = (0..width).fold(0, |value, at| value << 1 | usize::from(*group.get(at).unwrap_or(&0)));
        alphabet[value]
    };
    let mut out: String = all.chunks(width).map(letter).collect();
    while !out.len().is_multiple_of(pad) {
        out.push('=');
    }
    out
}

pub(crate) fn hex_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hex(text: &str) -> String {
    hex_bytes(text.as_bytes())
}

pub(crate) fn bytes(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

pub(crate) fn chars(text: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

pub(crate) fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

pub(crate) fn charset(text: &str, label: &str) -> Vec<u8> {
    let (bytes, _, errors) = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
    assert!(!errors, "{text} in {label}");
    bytes.into_owned()
}

pub(crate) fn joined(text: &str, between: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(between)
}

pub(crate) fn deflate(bytes: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 256);
    let mut packer = flate2::Compress::new(flate2::Compression::default(), header);
    packer.compress_vec(bytes, &mut out, flate2::FlushCompress::Finish).unwrap();
    out
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    deflate(bytes, true)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    out.extend(deflate(bytes, false));
    out.extend([0; 8]);
    out
}
