//! Undoes UTF-8 that was read as windows-1252, Latin-1 or windows-1251: `MÃ¶we`, `РљРѕСЂ`.
//!
//! Guarantees: only runs that are UTF-8 throughout are undone, up to two times over.
//!
//! Does not know: bytes of which nothing is left to see, such as control characters; the letter is guessed where all guesses look alike.

use super::spliced::{Part, With, splice};
use crate::Text;
use std::collections::HashMap;

/// What the bytes above ASCII look like in both charsets, after compatibility forms are resolved.
pub(super) struct Mojibake {
    western: HashMap<String, u8>,
    cyrillic: HashMap<String, u8>,
}

impl Default for Mojibake {
    fn default() -> Self {
        let table = |charset: &'static encoding_rs::Encoding| {
            let bytes = (0x80..=0xffu8).rev();
            let mut table: HashMap<String, u8> = bytes.map(|byte| (seen(charset, byte), byte)).collect();
            table.remove("");
            table
        };
        Mojibake { western: table(encoding_rs::WINDOWS_1252), cyrillic: table(encoding_rs::WINDOWS_1251) }
    }
}

/// Returns what a text keeps of a byte read in a charset.
fn seen(charset: &'static encoding_rs::Encoding, byte: u8) -> String {
    let bytes = [byte];
    let character = charset.decode_without_bom_handling(&bytes).0;
    let mut text = Text::new();
    character.chars().for_each(|character| text.push(character, 0, 2));
    text.letters().iter().collect()
}

impl Mojibake {
    /// Returns the text undone once and twice, where something can be undone.
    pub fn undo(&self, text: &Text) -> Vec<Text> {
        let mut out = Vec::new();
        if !may_be_broken(text) {
            return out;
        }
        for table in [&self.western, &self.cyrillic] {
            let once = splice(text, &parts(text, table));
            let twice = once.as_ref().and_then(|once| splice(once, &parts(once, table)));
            out.extend(once.into_iter().chain(twice));
        }
        out
    }
}

/// Tells whether two characters that ASCII has not, or came out of one, stand side by side; or one behind which something is not seen.
pub(super) fn may_be_broken(text: &Text) -> bool {
    let mut last: Option<&(u32, u32)> = None;
    let mut wide = false;
    for span in &text.spans {
        let now = span.1.wrapping_sub(span.0) != 1;
        let gap = last.is_some_and(|last| span.0 != last.1);
        if wide && (now || gap) {
            return true;
        }
        (wide, last) = (now, Some(span));
    }
    false
}

/// Finds the runs that are UTF-8.
fn parts(text: &Text, table: &HashMap<String, u8>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut run: Vec<(usize, usize, u8)> = Vec::new();
    let mut at = 0;
    let length = text.chars.len();
    while at < length {
        // All that one character was resolved into has the same span.
        let span = text.spans.get(at);
        let same =
            text.spans.get(at..).unwrap_or_default().iter().take_while(|other| Some(*other) == span).count().max(1);
        let wide = text.letter(at) as u32 >= 0x80 || same > 1 || span.is_some_and(|(start, end)| end - start == 2);
        let byte = if wide {
            let letters: String = text.letters().get(at..at + same).unwrap_or_default().iter().collect();
            table.get(&letters).copied()
        } else {
            None
        };
        // A byte of which nothing is seen leaves a gap: a soft hyphen behind the first byte of a Latin letter.
        let gap = run.last().is_some_and(|(_, to, lead)| {
            *lead == 0xc3 && text.spans.get(*to - 1).zip(span).is_some_and(|(last, next)| next.0 > last.1)
        });
        if gap {
            let last = run.last().map_or(at, |(_, to, _)| *to);
            run.push((last.saturating_sub(1), last, 0xad));
        }
        match byte {
            Some(byte) => run.push((at, at + same, byte)),
            None => end(&mut run, &mut out),
        }
        at += same;
    }
    end(&mut run, &mut out);
    out
}

fn end(run: &mut Vec<(usize, usize, u8)>, out: &mut Vec<Part>) {
    let bytes: Vec<u8> = run.iter().map(|(_, _, byte)| *byte).collect();
    if bytes.len() >= 2 && std::str::from_utf8(&bytes).is_ok() {
        out.extend(run.iter().map(|(from, to, byte)| (*from, (*to).max(*from), With::Bytes(vec![*byte]))));
    }
    run.clear();
}
