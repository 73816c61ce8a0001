//! Undoes encodings in which a term may hide, one level at a time.
//!
//! Guarantees: what comes out carries the bytes of the part it came from; work is counted before it is done, and is linear in the text;
//! malformed input gives less text, never an error.
//!
//! Does not know: terms; how deep encodings lie in each other, for the caller decodes again what is trusted.

mod base32;
mod base64;
mod charsets;
mod documents;
mod escapes;
mod hex;
mod masks;
mod readable;
mod replace;
mod signs;

use crate::Text;
pub use documents::documents;
use replace::Replaced;

/// A text that came out of an encoding.
#[derive(Debug)]
pub struct Decoded {
    /// The text; each character has the bytes of the part that it was encoded in.
    pub text: Text,
    /// The encoding.
    pub how: &'static str,
    /// All of it is text, not a few readable bytes between others: short terms count in it, and it is decoded further.
    pub trusted: bool,
}

/// The shortest text in which something can be encoded.
const LEAST: usize = 6;

/// Tables and buffers for decoding, made once and used for many texts.
#[derive(Default)]
pub struct Decoder {
    looks: signs::Looks,
    clean: Vec<u8>,
    base64: base64::Base64,
    classes: readable::Classes,
}

/// Undoes every encoding found in a text. `spend(steps)` is told how much work it is, one step about one character, before it is done;
/// false: stop, and what was found so far is given.
pub fn decode(text: &Text, decoder: &mut Decoder, spend: &mut dyn FnMut(usize) -> bool) -> Vec<Decoded> {
    let mut out = Vec::new();
    if text.chars.len() < LEAST || !spend(text.chars.len()) {
        return out;
    }
    let mut clean = std::mem::take(&mut decoder.clean);
    let signs = decoder.looks.read(text, &mut clean);
    let _ = escapes(text, &clean, signs, &mut out, spend)
        && decoder.base64.decode(text, &clean, signs, &mut out, spend)
        && hex::decode(text, &clean, &mut out, spend)
        && base32::decode(text, &clean, &decoder.classes, &mut out, spend);
    decoder.clean = clean;
    out
}

fn escapes(
    text: &Text,
    clean: &[u8],
    signs: signs::Signs,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    for (how, sign, reader, rounds) in escapes::ALL {
        if !signs.has(sign) {
            continue;
        }
        let Some(mut replaced) = Replaced::start(text, clean, sign, reader) else { continue };
        for _ in 0..rounds {
            if !spend(clean.len()) {
                return false;
            }
            if !replaced.round(sign, reader) {
                break;
            }
            let plain = Decoded { text: replaced.text(text), how, trusted: true };
            readable::push_new(out, plain);
            for text in replaced.foreign(text) {
                readable::push_new(out, Decoded { text, how, trusted: true });
            }
        }
    }
    true
}

#[cfg(test)]
mod tests;
