//! Which bytes are text.
//!
//! Guarantees: a few readable characters between other bytes count only from seven on, for chance writes shorter words; bytes that are
//! readable as a whole count from four characters on.
//!
//! Does not know: how the bytes were encoded.

use super::replace::character_at;
use super::{Decoded, charsets};
use crate::Text;
use crate::words::information;
use comity_text::Unseen;
use unicode_normalization::char::is_combining_mark;

/// A run of readable characters inside other bytes counts as text from this length on.
pub(super) const READABLE_RUN: usize = 12;
/// Shorter runs between other bytes are not looked at; chance would find them.
pub(super) const CHARACTERS_IN_NOISE: usize = 7;
/// Fewer characters are no text, even alone.
const CHARACTERS_ALONE: usize = 4;

/// In scripts that say more with each character, so many are.
const CHARACTERS_DENSE: usize = 2;

/// Which two bytes can stand side by side in a readable text, as bits.
pub(super) struct Classes(Vec<u32>);

const ASCII: u8 = 1;
const LEAD: u8 = 2;
const CONTINUATION: u8 = 4;

impl Default for Classes {
    fn default() -> Self {
        let is = |byte: usize| match byte {
            0 | 9 | 10 | 13 | 0x20..=0x7e => ASCII,
            0x80..=0xbf => CONTINUATION,
            0xc2..=0xf4 => LEAD,
            _ => 0,
        };
        let next = |byte: usize| match is(byte) {
            ASCII => ASCII | LEAD,
            LEAD => CONTINUATION,
            CONTINUATION => ASCII | LEAD | CONTINUATION,
            _ => 0,
        };
        let pair = |pair: usize| u32::from(next(pair >> 8) & is(pair & 0xff) != 0);
        Classes((0..0x800).map(|word| (0..32).fold(0, |bits, bit| bits | pair(word << 5 | bit) << bit)).collect())
    }
}

impl Classes {
    /// Tells whether two bytes, one behind the other in one number, can stand side by side in a readable text: 1 or 0.
    #[inline]
    pub fn pair(&self, pair: u16) -> u8 {
        let word = self.0.get(usize::from(pair >> 5)).copied().unwrap_or(0);
        (word >> (pair & 31) & 1) as u8
    }
}

/// Returns where the readable run that begins here ends, and how many characters it has. Zero bytes are what UTF-16 leaves between Latin
/// letters: they are no characters, and break nothing.
fn run(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut at, mut count) = (start, 0usize);
    while let Some((character, length)) = character_at(bytes, at) {
        if character.is_control() && !matches!(character, '\0' | '\n' | '\r' | '\t') {
            break;
        }
        count += usize::from(character != '\0');
        at += length;
    }
    (at, count)
}

/// Tells whether readable bytes are what people write, and not by chance: mostly letters and digits, each word of one script. What is
/// long and ASCII throughout is no chance; between other bytes, seven letters of one script side by side are none.
fn is_plausible(bytes: &[u8], whole: bool) -> bool {
    if bytes.len() >= READABLE_RUN && bytes.is_ascii() {
        return true;
    }
    let (mut at, mut all, mut blank, mut plain) = (0, 0usize, 0usize, 0usize);
    let (mut scripts, mut last, mut mixed) = (0u32, None, false);
    let (mut side_by_side, mut of) = (0usize, None);
    let (mut signs, mut dense, mut count) = (0usize, 0usize, 0usize);
    while let Some((character, length)) = character_at(bytes, at) {
        at += length;
        if character == '\0'
            || crate::text::is_accent(character)
            || comity_text::unseen(character).is_some_and(|why| !matches!(why, Unseen::Blank | Unseen::LineBreak))
        {
            continue;
        }
        let says = information(character);
        all += says;
        dense += usize::from(says > 1);
        count += 1;
        blank += usize::from(character.is_whitespace());
        // Marks are letters of Indic scripts and of Thai.
        let letter = character.is_alphabetic() || is_combining_mark(character);
        plain += says * usize::from(letter || character.is_numeric());
        let other = !letter && !character.is_numeric() && !character.is_whitespace();
        signs += usize::from(
            whole
                && matches!(
                    character,
                    '.' | '-'
                        | ':'
                        | '/'
                        | '@'
                        | '_'
                        | '+'
                        | '('
                        | ')'
                        | ','
                        | '"'
                        | '{'
                        | '}'
                        | '&'
                        | '#'
                        | ';'
                        | '%'
                        | '\\'
                        | '='
                ),
        );
        // Letters that look like Latin ones stand in Latin words.
        let alike = character.is_ascii() || matches!(character, '\u{370}'..='\u{52f}');
        let script = letter.then(|| if alike { 1 } else { charsets::script(character).max(1) });
        if let Some(script) = script {
            scripts |= 1 << script;
            mixed |= last.is_some_and(|last| last != script);
        }
        last = script;
        let changed = other || script.zip(of).is_some_and(|(script, of)| script != of);
        (side_by_side, of) = if changed { (usize::from(!other), script) } else { (side_by_side + 1, script.or(of)) };
        if !whole && side_by_side >= CHARACTERS_IN_NOISE {
            return true;
        }
    }
    let east = scripts & (1 << 6 | 1 << 7) != 0;
    let few = count < CHARACTERS_ALONE && dense < count;
    !few && (plain + blank + signs) * 4 >= all * 3 && plain * 2 >= all && scripts.count_ones() <= 2 && (!mixed || east)
}

/// Returns all bytes as text, if they are one.
pub(super) fn whole(bytes: &[u8], span: &dyn Fn(usize) -> (usize, usize)) -> Option<Text> {
    let (end, count) = run(bytes, 0);
    (end == bytes.len() && count >= CHARACTERS_DENSE && is_plausible(bytes, true)).then(|| text(bytes, 0, end, span))
}

/// Takes the readable runs out of bytes; returns the end of each run that is trusted, with its beginning.
pub(super) fn runs(
    bytes: &[u8],
    how: &'static str,
    least: usize,
    out: &mut Vec<Decoded>,
    span: &dyn Fn(usize) -> (usize, usize),
) -> Vec<(usize, usize)> {
    let (mut at, mut long) = (0, Vec::new());
    while at < bytes.len() {
        let (end, count) = run(bytes, at);
        let trusted = count >= READABLE_RUN;
        let plausible = count >= least && bytes.get(at..end).is_some_and(|bytes| is_plausible(bytes, false));
        if plausible {
            out.push(Decoded { text: text(bytes, at, end, span), how, trusted });
        }
        if trusted && plausible {
            long.push((at, end));
        }
        at = end + 1;
    }
    long
}

fn text(bytes: &[u8], start: usize, end: usize, span: &dyn Fn(usize) -> (usize, usize)) -> Text {
    let (mut text, mut byte) = (Text::new(), start);
    while byte < end {
        let Some((character, length)) = character_at(bytes, byte) else { break };
        text.push(character, span(byte).0 as u32, span(byte + length - 1).1 as u32);
        byte += length;
    }
    text
}

/// Adds a decoded string, each character with the span of the whole, unless the same is there already.
pub(super) fn push_whole(out: &mut Vec<Decoded>, string: &str, how: &'static str, trusted: bool, span: (usize, usize)) {
    let mut text = Text::new();
    for character in string.chars() {
        text.push(character, span.0 as u32, span.1 as u32);
    }
    push_new(out, Decoded { text, how, trusted });
}

/// Adds a decoded text, unless one of the last few is the same.
pub(super) fn push_new(out: &mut Vec<Decoded>, new: Decoded) {
    let same = |old: &Decoded| old.text.chars == new.text.chars && old.text.spans.first() == new.text.spans.first();
    match out.iter_mut().rev().take(8).find(|old| same(old)) {
        Some(old) => old.trusted |= new.trusted,
        None if new.text.chars.is_empty() => {}
        None => out.push(new),
    }
}
