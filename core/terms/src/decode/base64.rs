//! Undoes base64: both alphabets, any padding, any of the four alignments, one or two separators between pieces, glued to neighbours.
//!
//! Guarantees: words of a language, which are letters of base64 too, are told from it before anything is allocated; all that is readable
//! inside is given back: UTF-8, UTF-16, charsets from before Unicode where a piece is one as a whole, and texts of documents.
//!
//! Does not know: a term shorter than seven characters that is encoded and glued to other letters of base64.

use super::readable::{self, CHARACTERS_IN_NOISE, Classes};
use super::signs::Signs;
use super::words::{Range, Words, is_padded, looks_encoded};
use super::{Decoded, documents, plain};
use crate::Text;

/// The shortest run of letters that is undone: four bytes.
pub(super) const LEAST: usize = 6;
/// The shortest piece that is looked at for text that is not UTF-8, and for documents.
const LEAST_OTHER: usize = 8;
/// How many bytes tell whether a piece may be text in another charset.
const HEAD: usize = 24;
/// How far behind the end of a run its letters cannot be those of a neighbouring word.
const FAR: usize = 64;
/// A byte that is no letter.
const NONE: u8 = 0xff;
/// The first two of three bytes can be text side by side.
const FRONT: u8 = 1;
/// The last two can.
const BACK: u8 = 2;
const BOTH: u8 = FRONT | BACK;

/// Which of the characters that are both letters of an alphabet and separators are read as letters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Neither,
    Standard,
    UrlSafe,
    Both,
}

/// A piece between separators: its first letter, by number and by character of the text.
#[derive(Clone, Copy)]
struct Token {
    first: usize,
    at: usize,
    /// A sign that is a letter only in some alphabets stands in it.
    sign: bool,
    /// It is no word of a language.
    encoded: bool,
}

/// Tables and buffers.
pub(super) struct Base64 {
    /// For each alphabet, the value of each byte.
    values: [[u8; 256]; 4],
    run: Run,
}

/// The letters of pieces that only separators part.
#[derive(Default)]
struct Run {
    classes: Classes,
    values: Vec<u8>,
    flags: Vec<u8>,
    tokens: Vec<Token>,
}

pub(super) fn value(alphabet: Alphabet, byte: usize) -> u8 {
    let byte = u8::try_from(byte).unwrap_or(0);
    match (alphabet, byte) {
        (_, b'A'..=b'Z') => byte - b'A',
        (_, b'a'..=b'z') => byte - b'a' + 26,
        (_, b'0'..=b'9') => byte - b'0' + 52,
        (Alphabet::Standard | Alphabet::Both, b'+') | (Alphabet::UrlSafe | Alphabet::Both, b'-') => 62,
        (Alphabet::Standard | Alphabet::Both, b'/') | (Alphabet::UrlSafe | Alphabet::Both, b'_') => 63,
        _ => NONE,
    }
}

impl Default for Base64 {
    fn default() -> Self {
        let table = |alphabet| std::array::from_fn(|byte| value(alphabet, byte));
        Base64 {
            values: [Alphabet::Neither, Alphabet::Both, Alphabet::Standard, Alphabet::UrlSafe].map(table),
            run: Run::default(),
        }
    }
}

pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'_' | b'.' | b'/' | b':' | b',' | b';' | b'|')
}

impl Base64 {
    /// Undoes all base64 of a text; false where the work was too much.
    pub fn decode(
        &mut self,
        text: &Text,
        clean: &[u8],
        signs: Signs,
        words: &Words,
        out: &mut Vec<Decoded>,
        spend: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let slash = signs.has(b'/') || signs.has(b'+');
        let dash = signs.has(b'-') || signs.has(b'_');
        let Base64 { values: tables, run } = self;
        words.plain.iter().for_each(|word| plain::decode(text, clean, *word, out));
        let needed = [true, slash || dash, slash && dash, slash && dash];
        for (number, (values, needed)) in tables.iter().zip(needed).enumerate() {
            let (mut at, mut found) = (0, words.base64.as_slice());
            // In the alphabets with signs only the pieces around signs are read.
            while let (true, Some((first, _))) = (needed, found.split_first()) {
                let (from, to) = around(values, clean, at, *first, found);
                let is_sign = |byte: &u8| matches!(values.get(usize::from(*byte)), Some(62 | 63));
                let wanted = number == 0 || clean.get(from..to).unwrap_or_default().iter().any(is_sign);
                if wanted && !walk(values, run, text, clean, (from, to), number == 0, out, spend) {
                    return false;
                }
                at = to;
                found = found.get(found.partition_point(|(_, end)| *end <= to)..).unwrap_or_default();
            }
        }
        true
    }
}

/// Tells whether a run of readable letters says all that a piece of it would say: it is the same, or reaches far beyond it. At its ends
/// letters of neighbouring words may be glued to what was encoded.
fn covers((low, high): (usize, usize), start: usize, end: usize) -> bool {
    let inside = low <= start && end <= high && (start - low).is_multiple_of(4);
    inside && ((low == start && high == end) || (low + FAR <= start && end + FAR <= high))
}

/// The length of a UUID.
pub(super) const UUID: usize = 36;

/// Tells whether a UUID stands here: its letters are of base64 too, and by far too many of them are hexadecimal digits.
pub(super) fn is_uuid(rest: &[u8]) -> bool {
    let dash = |at: usize| rest.get(at) == Some(&b'-');
    dash(8)
        && dash(13)
        && dash(18)
        && dash(23)
        && rest.get(..UUID).is_some_and(|uuid| uuid.iter().filter(|byte| byte.is_ascii_hexdigit()).count() == 32)
}

/// Returns the pieces around words: up to where five characters that are no letters were passed.
fn around(values: &[u8; 256], clean: &[u8], at: usize, (start, end): Range, words: &[Range]) -> Range {
    const GAPS: usize = 5;
    let none = |byte: &u8| values.get(usize::from(*byte)) == Some(&NONE);
    let before = clean.get(at..start).unwrap_or_default();
    let from = before.iter().enumerate().rev().filter(|(_, byte)| none(byte)).nth(GAPS);
    let (mut to, mut gaps) = (end.max(at), 0);
    let mut next = words.iter().skip(1).peekable();
    for byte in clean.get(to..).unwrap_or_default() {
        while next.next_if(|(start, _)| *start <= to).is_some() {
            gaps = 0;
        }
        gaps += usize::from(none(byte));
        if gaps > GAPS {
            break;
        }
        to += 1;
    }
    (from.map_or(at.min(start), |(offset, _)| at + offset), to)
}

/// Goes through the text and undoes each run.
#[allow(clippy::too_many_arguments, reason = "one loop over borrowed parts of one buffer")]
fn walk(
    values: &[u8; 256],
    run: &mut Run,
    text: &Text,
    clean: &[u8],
    (from, to): (usize, usize),
    all: bool,
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    run.clear();
    let clean = clean.get(..to).unwrap_or(clean);
    let mut at = from;
    let mut go = true;
    while at < clean.len() && go {
        let rest = clean.get(at..).unwrap_or_default();
        if is_uuid(rest) {
            go = run.undo(text, all, out, spend);
            run.clear();
            at += UUID;
            continue;
        }
        let before = run.values.len();
        let value = |byte: &u8| values.get(usize::from(*byte)).copied().unwrap_or(NONE);
        let length = rest.iter().position(|byte| value(byte) == NONE).unwrap_or(rest.len());
        if length > 0 {
            let token = rest.get(..length).unwrap_or_default();
            run.values.extend(token.iter().map(value));
            let sign = !all && token.iter().any(|byte| value(byte) >= 62);
            let padded = is_padded(token, clean.get(at + length..).unwrap_or_default());
            let encoded = padded || token.split(|byte| value(byte) >= 62).any(looks_encoded);
            run.tokens.push(Token { first: before, at, sign, encoded });
            at += length;
        }
        // What parts this piece from the next.
        let mut gap = 0;
        let mut broken = false;
        while let Some(byte) = clean.get(at).filter(|byte| values.get(usize::from(**byte)) == Some(&NONE)) {
            gap += 1;
            broken |= *byte != b'=' && !is_separator(*byte) || gap > 2;
            at += 1;
        }
        if broken || at >= clean.len() {
            go = run.undo(text, all, out, spend);
            run.clear();
        }
    }
    go
}

impl Run {
    fn clear(&mut self) {
        self.values.clear();
        self.tokens.clear();
    }

    /// Undoes a run: all of it, or the pieces around signs.
    fn undo(&mut self, text: &Text, all: bool, out: &mut Vec<Decoded>, spend: &mut dyn FnMut(usize) -> bool) -> bool {
        if self.values.len() < LEAST || (!all && !self.tokens.iter().any(|token| token.sign)) {
            return true;
        }
        self.flag();
        if all {
            return self.part(0, self.tokens.len(), text, out, spend);
        }
        let (mut from, mut to) = (0, 0);
        let mut go = true;
        for (number, _) in self.tokens.iter().enumerate().filter(|(_, token)| token.sign) {
            if number > to + 2 {
                go &= to == 0 || self.part(from, to, text, out, spend);
                from = number.saturating_sub(2);
            }
            to = (number + 3).min(self.tokens.len());
        }
        go && self.part(from, to, text, out, spend)
    }

    /// Notes for each four letters which of their three bytes can be text.
    fn flag(&mut self) {
        let classes = &self.classes;
        self.flags.clear();
        let mut bits = self.values.iter().take(3).fold(0u32, |bits, value| bits << 6 | u32::from(*value));
        self.flags.extend(self.values.iter().skip(3).map(|value| {
            bits = bits << 6 | u32::from(*value);
            (classes.pair((bits >> 8) as u16) * FRONT) | (classes.pair(bits as u16) * BACK)
        }));
    }

    fn flag_at(&self, at: usize) -> u8 {
        self.flags.get(at).copied().unwrap_or(BOTH)
    }

    /// Returns the number of the first letter of a piece.
    fn first(&self, token: usize) -> usize {
        self.tokens.get(token).map_or(self.values.len(), |token| token.first)
    }

    /// Returns the character of the text that a letter is.
    fn place(&self, letter: usize) -> usize {
        let token = self.tokens.partition_point(|token| token.first <= letter);
        self.tokens.get(token.wrapping_sub(1)).map_or(0, |token| token.at + letter - token.first)
    }

    fn span(&self, text: &Text, start: usize, byte: usize) -> (usize, usize) {
        let first = self.place(start + byte * 8 / 6);
        let last = self.place((start + (byte * 8 + 7) / 6).min(self.values.len().saturating_sub(1)));
        text.span(first, last + 1)
    }

    /// Undoes some pieces as one run, and each alone and with the one before.
    fn part(
        &self,
        from: usize,
        to: usize,
        text: &Text,
        out: &mut Vec<Decoded>,
        spend: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let (low, high) = (self.first(from), self.first(to));
        if high.saturating_sub(low) < LEAST {
            return true;
        }
        if !spend(high - low) {
            return false;
        }
        let mut trusted: Vec<(usize, usize)> = Vec::new();
        self.noise(low, high, text, out, &mut trusted);
        for token in from..to {
            let start = self.first(token);
            let encoded = |token: usize| self.tokens.get(token).is_some_and(|token| token.encoded);
            let (alone, two) = (self.first(token + 1), self.first((token + 2).min(to)));
            if !encoded(token) && !encoded(token + 1) {
                continue;
            }
            if two < start + LEAST {
                continue;
            }
            for start in (start..start + 4).filter(|start| self.flag_at(*start) == BOTH) {
                self.closed(start, alone, &trusted, text, out);
                if two != alone {
                    self.closed(start, two, &trusted, text, out);
                }
            }
            // All that follows is read from long pieces only: lines of one document.
            if encoded(token) && alone >= start + LEAST_OTHER {
                let all = if start == low || alone - start >= 2 * LEAST_OTHER { high } else { alone };
                if !self.other(start, alone, all, &trusted, text, out, spend) {
                    return false;
                }
            }
        }
        true
    }

    /// Looks for readable runs between other bytes, in every alignment.
    fn noise(&self, low: usize, high: usize, text: &Text, out: &mut Vec<Decoded>, trusted: &mut Vec<(usize, usize)>) {
        const AT_ONCE: usize = 16;
        let flags = self.flags.get(low..high.saturating_sub(3)).unwrap_or_default();
        let mut done = [low; 4];
        for (chunk, offset) in flags.chunks(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
            // Seven readable bytes hold one group of three, and two bytes behind or before it; most chunks hold none.
            let four = low + offset;
            let before = offset.checked_sub(4).and_then(|from| flags.get(from..from + AT_ONCE));
            let behind = flags.get(offset + 4..offset + 4 + AT_ONCE);
            let none = before.zip(behind).is_some_and(|(before, behind)| {
                let around = chunk.iter().zip(before).zip(behind);
                let any = around.fold(0, |any, ((one, before), next)| {
                    any | ((one & one >> 1) & (next & (next >> 1 | before >> 1)))
                });
                any & 1 == 0
            });
            if none {
                continue;
            }
            for at in (four..four + chunk.len()).filter(|at| self.flag_at(*at) == BOTH) {
                if let Some(done) = done.get_mut(at % 4).filter(|done| **done <= at) {
                    *done = self.run_at(at, low, high, text, out, trusted);
                }
            }
        }
    }

    /// Looks for a readable run in which a group of four letters stands; returns where the next may be.
    fn run_at(
        &self,
        at: usize,
        low: usize,
        high: usize,
        text: &Text,
        out: &mut Vec<Decoded>,
        trusted: &mut Vec<(usize, usize)>,
    ) -> usize {
        let before = if at >= low + 4 { self.flag_at(at - 4) & BACK != 0 } else { true };
        let behind = self.flag_at(at + 4);
        if !(behind == BOTH || (before && behind & FRONT != 0)) {
            return at + 4;
        }
        // The run, with one more group on both sides.
        let mut end = at;
        while end + 4 <= high && self.flag_at(end) == BOTH {
            end += 4;
        }
        let start = if at >= low + 4 { at - 4 } else { at };
        let stop = (end + 4).min(high);
        if (stop - start) * 6 / 8 >= CHARACTERS_IN_NOISE && self.may_be_long(start, stop) {
            let bytes = self.bytes(start, stop);
            for (one, other) in
                readable::runs(&bytes, "base64", CHARACTERS_IN_NOISE, out, &|byte| self.span(text, start, byte))
            {
                trusted.push((start + one * 8 / 6, start + (other * 8).div_ceil(6)));
            }
        }
        end.max(at + 4)
    }

    /// Tells whether seven bytes side by side can be readable in a few groups; more groups are.
    fn may_be_long(&self, start: usize, stop: usize) -> bool {
        const FEW: usize = 20;
        if stop - start > FEW {
            return true;
        }
        let (mut bits, mut longest, mut length) = (0u32, 1usize, 1usize);
        let mut held = 0;
        for (number, value) in self.values.get(start..stop).unwrap_or_default().iter().enumerate() {
            bits = bits << 6 | u32::from(*value);
            held += 6;
            if held >= 8 {
                held -= 8;
                if number > 1 {
                    length = if self.classes.pair((bits >> held) as u16) == 1 { length + 1 } else { 1 };
                    longest = longest.max(length);
                }
            }
        }
        longest >= CHARACTERS_IN_NOISE
    }

    /// Takes letters that are text as a whole.
    fn closed(&self, start: usize, end: usize, trusted: &[(usize, usize)], text: &Text, out: &mut Vec<Decoded>) {
        let length = end.saturating_sub(start);
        // Also where a longer run covers it: a neighbour that is glued to it makes another word of it.
        if length < LEAST || trusted.contains(&(start, end)) {
            return;
        }
        let full = (start..).step_by(4).take_while(|at| at + 4 <= end);
        if full.into_iter().any(|at| self.flag_at(at) != BOTH) {
            return;
        }
        // What was really encoded leaves no bits over; chance often does.
        let last = self.values.get(end - 1).copied().unwrap_or(0);
        let left_over = match length % 4 {
            0 => false,
            1 => true,
            2 => last & 0x0f != 0,
            _ => last & 0x03 != 0,
        };
        if left_over {
            return;
        }
        let bytes = self.bytes(start, end);
        if let Some(found) = readable::whole(&bytes, &|byte| self.span(text, start, byte)) {
            readable::push_new(out, Decoded { text: found, how: "base64", trusted: true });
        }
    }

    /// Takes letters that are a text in another charset, or a document.
    #[allow(clippy::too_many_arguments, reason = "one step of a loop over borrowed parts")]
    fn other(
        &self,
        start: usize,
        alone: usize,
        all: usize,
        trusted: &[(usize, usize)],
        text: &Text,
        out: &mut Vec<Decoded>,
        spend: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let eight = self.values.get(start..start + LEAST_OTHER).unwrap_or_default();
        let bits = eight.iter().fold(0u64, |bits, value| bits << 6 | u64::from(*value));
        let [_, _, first @ ..] = bits.to_be_bytes();
        let deflated = alone - start >= documents::LEAST_DEFLATED * 4 / 3;
        if !deflated && !documents::may_be_other(&first) {
            return true;
        }
        let mut head = [0u8; HEAD];
        for (bytes, four) in head.chunks_mut(3).zip(self.values.get(start..all).unwrap_or_default().chunks(4)) {
            let bits = four.iter().fold(0u32, |bits, value| bits << 6 | u32::from(*value)) << (6 * (4 - four.len()));
            bytes.iter_mut().zip(bits.to_be_bytes().into_iter().skip(1)).for_each(|(to, from)| *to = from);
        }
        for end in [alone, all].into_iter().take(if all > alone { 2 } else { 1 }) {
            let known = head.get(..((end - start) * 6 / 8).min(HEAD)).unwrap_or(&head);
            if !(deflated && end == alone || documents::may_be_other(known))
                || (!documents::is_document(&head) && trusted.iter().any(|run| covers(*run, start, end)))
            {
                continue;
            }
            if !spend(end - start) {
                return false;
            }
            let bytes = self.bytes(start, end);
            let span = |byte| self.span(text, start, byte);
            if !documents::other(&bytes, "base64", &span, out, spend) {
                return false;
            }
        }
        true
    }

    fn bytes(&self, start: usize, end: usize) -> Vec<u8> {
        let values = self.values.get(start..end).unwrap_or_default();
        let mut bytes = Vec::with_capacity(values.len() * 3 / 4 + 3);
        for group in values.chunks(4) {
            let bits = group.iter().fold(0u32, |bits, value| bits << 6 | u32::from(*value)) << (6 * (4 - group.len()));
            let [_, a, b, c] = bits.to_be_bytes();
            bytes.extend([a, b, c].iter().take(group.len() * 6 / 8));
        }
        bytes
    }
}
