//! Which bytes are letters in which charset from before Unicode, as bits.
//!
//! Guarantees: bytes that pass in no charset are text in none; the tables are made once, from the decoders themselves.
//!
//! Does not know: what a text says; passing is not being one.

use super::charsets::{ALL, is_east_asian, script};
use std::sync::LazyLock;

/// How many of the charsets have one byte for each character; they come first.
const SINGLE: usize = 10;

/// What stands between words in such texts.
pub(super) fn is_between(character: char) -> bool {
    character.is_ascii_alphanumeric() || " .,-'\"!?():;/\n\r\t、。「」・ー".contains(character)
}

#[derive(Clone, Copy, Default)]
struct Byte {
    lower: u16,
    upper: u16,
    /// Letters without case, and what stands between words.
    other: u16,
    /// Letters of the script of the charset.
    own: u16,
    /// Letters of ASCII.
    ascii: u16,
}

struct Masks {
    bytes: Vec<Byte>,
    /// For each two bytes, the charsets in which they are one East Asian character.
    pairs: Vec<u8>,
    /// For each character up to U+FFFF, whether it is in the first level of a national standard.
    common: Vec<bool>,
}

static MASKS: LazyLock<Masks> = LazyLock::new(|| {
    let mut masks =
        Masks { bytes: vec![Byte::default(); 256], pairs: vec![0; 0x1_0000], common: vec![false; 0x1_0000] };
    for (number, charset) in ALL.iter().enumerate().take(SINGLE) {
        let bit = 1u16 << number;
        for (byte, mask) in masks.bytes.iter_mut().enumerate() {
            let byte = [byte as u8];
            let text = charset.decode_without_bom_handling_and_without_replacement(&byte);
            let Some(character) = text.as_ref().and_then(|text| text.chars().next()) else { continue };
            let own = script(character) > 1 && character.is_alphabetic();
            mask.own |= if own { bit } else { 0 };
            mask.ascii |= if character.is_ascii_alphanumeric() { bit } else { 0 };
            if own && character.is_lowercase() || character.is_ascii_lowercase() {
                mask.lower |= bit;
            } else if own && character.is_uppercase() || character.is_ascii_uppercase() {
                mask.upper |= bit;
            } else if own || is_between(character) {
                mask.other |= bit;
            }
        }
    }
    // The leads and trails of the first level: JIS X 0208, the same in another form, GB 2312, Big5, KS X 1001.
    let first = [
        Some((0x82..=0x97u8, 0x40u8)),
        None,
        Some((0xb0..=0xd7, 0xa1)),
        Some((0xa4..=0xc6, 0x40)),
        Some((0xb0..=0xc8, 0xa1)),
    ];
    for ((number, charset), level) in ALL.iter().skip(SINGLE).enumerate().zip(first) {
        for pair in 0x8140..=0xfefeu16 {
            let [lead, trail] = pair.to_be_bytes();
            let bytes = [lead, trail];
            let text = charset.decode_without_bom_handling_and_without_replacement(&bytes);
            let Some(text) = text else { continue };
            let mut characters = text.chars();
            let (Some(character), None) = (characters.next(), characters.next()) else { continue };
            let between = is_between(character);
            if !is_east_asian(character) && !between {
                continue;
            }
            if let Some(mask) = masks.pairs.get_mut(usize::from(pair)) {
                *mask |= 1 << number;
            }
            let common = between || level.as_ref().is_some_and(|(leads, from)| leads.contains(&lead) && trail >= *from);
            if let Some(slot) = masks.common.get_mut(character as usize) {
                *slot |= common;
            }
        }
    }
    masks
});

/// Tells whether a character is in the first level of a national standard.
pub(super) fn is_common(character: char) -> bool {
    MASKS.common.get(character as usize).copied().unwrap_or(false)
}

/// Returns the charsets, as bits, in which all bytes may be a text that is mostly letters of its script.
pub(super) fn fitting(bytes: &[u8]) -> u16 {
    // The common case of random bytes: something that is in no text.
    if bytes.iter().take(6).any(|byte| matches!(byte, 0..=8 | 0xe..=0x1f | 0x7f)) {
        return 0;
    }
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    if high < 3 || high * 2 < bytes.len() {
        return 0;
    }
    let masks = &*MASKS;
    let mut single = (1u16 << SINGLE) - 1;
    let (mut before, mut last) = (Byte::default(), Byte::default());
    for byte in bytes {
        let mask = masks.bytes.get(usize::from(*byte)).copied().unwrap_or_default();
        // No word of two scripts, no capital behind a small letter, no small letter behind two capitals.
        single &= mask.lower | mask.upper | mask.other;
        single &= !(last.own & mask.ascii) & !(last.ascii & mask.own);
        single &= !(last.lower & mask.upper) & !(before.upper & last.upper & mask.lower);
        if single == 0 {
            break;
        }
        (before, last) = (last, mask);
    }
    single | pairs(masks, bytes) << SINGLE
}

fn pairs(masks: &Masks, bytes: &[u8]) -> u16 {
    let (mut fits, mut at) = (0x1fu8, 0);
    while let Some(lead) = bytes.get(at) {
        if *lead < 0x80 {
            if lead.is_ascii_alphanumeric() {
                return 0;
            }
            at += 1;
            continue;
        }
        let Some(trail) = bytes.get(at + 1) else {
            // What is looked at may be a beginning.
            return u16::from(if bytes.len() <= 24 { fits } else { 0 });
        };
        let pair = usize::from(*lead) << 8 | usize::from(*trail);
        fits &= masks.pairs.get(pair).copied().unwrap_or(0);
        if fits == 0 {
            return 0;
        }
        at += 2;
    }
    u16::from(fits)
}
