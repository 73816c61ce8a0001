//! Values that are numbers: hashes, hardware addresses, serial numbers, autonomous systems, telephones.
//!
//! Guarantees: how a number is written (case of its digits, marks between them, zeros in front) makes no difference.

use std::borrow::Cow;

const MAC_DIGITS: usize = 12;
/// Its length with colons.
const MAC_TEXT: usize = 17;
/// TLSH has one or three bytes of checksum and 128 or 256 buckets.
const TLSH_DIGITS: [usize; 4] = [70, 74, 134, 138];

fn is_small_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn small(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_small_hex) { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) }
}

/// Returns a hash in small digits. Fingerprints of certificates are written with a colon behind each second digit too.
pub(crate) fn digits(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if text.contains(':') {
        let pairs = text.split(':').all(|pair| pair.len() == 2 && is_hex(pair));
        return pairs.then(|| Cow::Owned(text.replace(':', "").to_ascii_lowercase()));
    }
    is_hex(text).then(|| small(text))
}

/// Returns a TLSH in small digits, without the `T1` that newer programs write in front.
pub(crate) fn tlsh(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let digits = text.strip_prefix("T1").or_else(|| text.strip_prefix("t1")).unwrap_or(text);
    (TLSH_DIGITS.contains(&digits.len()) && is_hex(digits)).then(|| small(digits))
}

/// Returns a hardware address with colons (STIX 2.1 §6.10), whatever marks stand between its digits.
pub(crate) fn mac(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let is_mark = |byte: u8| matches!(byte, b':' | b'-' | b'.');
    let mut digits = [0_u8; MAC_DIGITS];
    let mut places = digits.iter_mut();
    for byte in text.bytes().filter(|byte| !is_mark(*byte)) {
        if !byte.is_ascii_hexdigit() {
            return None;
        }
        *places.next()? = byte.to_ascii_lowercase();
    }
    if places.next().is_some() {
        return None;
    }
    let is_normal = |(place, byte): (usize, u8)| if place % 3 == 2 { byte == b':' } else { is_small_hex(byte) };
    if text.len() == MAC_TEXT && text.bytes().enumerate().all(is_normal) {
        return Some(Cow::Borrowed(text));
    }
    let mut written = String::with_capacity(MAC_TEXT);
    for (place, digit) in digits.iter().enumerate() {
        if place > 0 && place % 2 == 0 {
            written.push(':');
        }
        written.push(char::from(*digit));
    }
    Some(Cow::Owned(written))
}

/// Returns a serial number in small hexadecimal digits without marks and zeros in front. A number in decimal digits cannot be told from
/// one in hexadecimal: it is read as hexadecimal, as STIX writes serial numbers.
pub(crate) fn serial(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().all(is_small_hex) && !text.is_empty() && (!text.starts_with('0') || text == "0") {
        return Some(Cow::Borrowed(text));
    }
    let mut digits = text.trim().to_ascii_lowercase();
    digits.retain(|mark| !matches!(mark, ':' | ' ' | '-'));
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    if !is_hex(digits) {
        return None;
    }
    let short = digits.trim_start_matches('0');
    Some(Cow::Owned(if short.is_empty() { "0" } else { short }.to_owned()))
}

/// Returns the number of an autonomous system in decimal digits (RFC 5396), without the `AS` in front.
pub(crate) fn autonomous_system(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let digits = match text.get(..2) {
        Some(start) if start.eq_ignore_ascii_case("as") => {
            let rest = text.get(2..)?;
            rest.strip_prefix(['N', 'n']).unwrap_or(rest).trim_start()
        }
        _ => text,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let short = digits.trim_start_matches('0');
    let short = if short.is_empty() { "0" } else { short };
    // The digits are borrowed even behind `AS`: they are the end of the text.
    short.parse::<u32>().is_ok().then_some(Cow::Borrowed(short))
}

/// Returns a telephone number as E.164 writes it: a plus and digits.
pub(crate) fn phone(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let digits = text.strip_prefix('+')?;
    let is_number = |digits: &str| (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(digits) {
        return Some(Cow::Borrowed(text));
    }
    let digits: String = digits.chars().filter(|mark| !matches!(mark, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
    is_number(&digits).then(|| Cow::Owned(format!("+{digits}")))
}
