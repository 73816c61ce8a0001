//! Undoes encodings in which a term may hide, one level at a time.
//!
//! Guarantees: what comes out carries the bytes of the part it came from; work is counted before it is done, and is linear in the text;
//! malformed input gives less text, never an error.
//!
//! Does not know: terms; how deep encodings lie in each other, for the caller decodes again what is trusted.

mod base32;
mod base64;
mod charsets;
mod codes;
mod cyrillic;
mod documents;
mod escapes;
mod hex;
mod markup;
mod masks;
mod mojibake;
mod plain;
mod readable;
mod replace;
mod short;
mod signs;
mod spliced;
mod western;
mod words;

use crate::Text;
pub use documents::documents;
use replace::Replaced;
use signs::Signs;

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

/// The encoding of a text that was written from its end.
const REVERSED: &str = "reversed";

impl Decoded {
    /// Tells whether it is nothing but the text from its end: its words are then no words that somebody wrote.
    pub fn is_backwards(&self) -> bool {
        self.how == REVERSED
    }
}

/// The shortest text in which something can be encoded.
const LEAST: usize = 6;
/// The longest text that is read backwards too.
const BACKWARDS: usize = 200;

/// Tables and buffers for decoding, made once and used for many texts.
#[derive(Default)]
pub struct Decoder {
    looks: signs::Looks,
    table: words::Table,
    words: words::Words,
    clean: Vec<u8>,
    base64: base64::Base64,
    classes: readable::Classes,
    mojibake: Option<Box<mojibake::Mojibake>>,
}

/// Undoes every encoding found in a text. `spend(steps)` is told how much work it is, one step about one character, before it is done;
/// false: stop, and what was found so far is given.
pub fn decode(text: &Text, decoder: &mut Decoder, spend: &mut dyn FnMut(usize) -> bool) -> Vec<Decoded> {
    let mut out = Vec::new();
    if text.chars.len() < LEAST || !spend(text.chars.len()) {
        return out;
    }
    let mut clean = std::mem::take(&mut decoder.clean);
    let mut words = std::mem::take(&mut decoder.words);
    decoder.looks.read(text, &mut clean);
    let signs = words.read(&decoder.table, text, &clean);
    let _ = codes::decode(text, &clean, &mut out, spend)
        && short::decode(text, &clean, &mut out, spend)
        && escapes(text, &clean, signs, &mut out, spend)
        && markup::decode(text, &clean, &words.marks, &mut out, spend)
        && whole_words(text, &clean, signs, &words, decoder, &mut out, spend)
        && decoder.base64.decode(text, &clean, signs, &words, &mut out, spend)
        && hex::decode(text, &clean, &words, &mut out, spend)
        && base32::decode(text, &clean, &words, &decoder.classes, &mut out, spend);
    decoder.clean = clean;
    decoder.words = words;
    out
}

fn escapes(
    text: &Text,
    clean: &[u8],
    signs: Signs,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    if !signs.any(escapes::SIGNS) {
        return true;
    }
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

/// Tells whether a text is short enough to be read backwards, and not an identifier or a time.
fn may_be_backwards(clean: &[u8]) -> bool {
    (LEAST..=BACKWARDS).contains(&clean.len())
        && clean.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 < clean.len()
        && memchr::memmem::find(clean, b"--").is_none()
}

/// Undoes what is encoded in whole words, and a short text that is written backwards.
fn whole_words(
    text: &Text,
    clean: &[u8],
    signs: Signs,
    found: &words::Words,
    decoder: &mut Decoder,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let mut add = |how, parts: &[spliced::Part], out: &mut Vec<Decoded>| {
        if parts.is_empty() {
            return true;
        }
        if let Some(text) = spliced::splice(text, parts) {
            readable::push_new(out, Decoded { text, how, trusted: true });
        }
        spend(clean.len())
    };
    let mut go = true;
    if found.numbers >= spliced::LEAST_NUMBERS {
        let [decimal, octal] = spliced::lists(clean);
        go = add("list", &decimal, out) && add("list", &octal, out);
    }
    if signs.has(b'=') {
        go = go && add("mime-word", &spliced::mime_words(clean), out);
    }
    if signs.has(b'+') {
        go = go && add("utf-7", &spliced::utf7(clean), out);
    }
    if signs.has(b'-') {
        go = go && add("punycode", &spliced::punycode(clean), out);
    }
    if signs.has(b'~') {
        go = go && add("ascii85", &spliced::ascii85(clean), out);
    }
    if go && signs.other() {
        go = spend(clean.len() * 2);
        // Where no two such letters stand side by side, nothing was read in a wrong charset.
        let wrong = mojibake::may_be_broken(text).then(|| cyrillic::undo(text));
        for text in wrong.into_iter().flatten() {
            readable::push_new(out, Decoded { text, how: "charset", trusted: true });
        }
        let mojibake = decoder.mojibake.get_or_insert_default();
        for text in mojibake.undo(text) {
            readable::push_new(out, Decoded { text, how: "mojibake", trusted: true });
        }
    }
    if go && may_be_backwards(clean) {
        let mut backwards = Text::new();
        if text.ascii {
            backwards.chars.extend(text.chars.iter().rev());
            backwards.spans.extend(text.spans.iter().rev());
        } else {
            (0..text.chars.len()).rev().for_each(|at| backwards.copy(text, at));
        }
        out.push(Decoded { text: backwards, how: REVERSED, trusted: false });
    }
    go
}

#[cfg(test)]
mod tests;
