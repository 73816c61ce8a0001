//! Cyrillic that was read in the wrong charset of one byte: windows-1251 as Latin (`Êîðìîðàí`), KOI8 as windows-1251 (`лПТНПТБО`).
//!
//! Guarantees: only words that no language writes so are undone: of accented Latin letters alone, or with the capitals where small letters
//! belong. Does not know: words in KOI8 that were all capitals or all small; those are words of Russian, too.

use crate::Text;
use crate::words::is_letter;
use encoding_rs::{Encoding, KOI8_U, WINDOWS_1251, WINDOWS_1252};

/// Shorter words are passed over, for Latin languages have some.
const LEAST: usize = 4;

/// Returns the text undone, where it has such words.
pub(super) fn undo(text: &Text) -> Vec<Text> {
    let letters = text.letters();
    let (mut western, mut turned) = (false, false);
    let mut accented = 0;
    let mut before = ' ';
    for letter in letters {
        accented = if is_accented(*letter) { accented + 1 } else { 0 };
        western |= accented >= LEAST;
        turned |= is_cyrillic(*letter) && is_cyrillic(before) && before.is_lowercase() && letter.is_uppercase();
        before = *letter;
    }
    let mut out = Vec::new();
    if western {
        out.extend(words(text, &|word| word.iter().all(|it| is_accented(*it)), WINDOWS_1252, WINDOWS_1251));
    }
    if turned {
        out.extend(words(text, &|word| word.iter().all(|it| is_cyrillic(*it)), WINDOWS_1251, KOI8_U));
    }
    out
}

fn is_accented(letter: char) -> bool {
    matches!(letter, '\u{c0}'..='\u{ff}' | '\u{bf}')
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{491}')
}

/// Reads the bytes that words were in `read` as letters of `meant`; none where nothing changes.
fn words(
    text: &Text,
    fits: &dyn Fn(&[char]) -> bool,
    read: &'static Encoding,
    meant: &'static Encoding,
) -> Option<Text> {
    let letters = text.letters();
    let mut out = Text::new();
    let (mut at, mut changed) = (0, false);
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|it| is_letter(**it) || is_accented(**it)).count();
        let word = rest.get(..length).unwrap_or_default();
        let undone = if length > 0 && fits(word) { again(word, read, meant) } else { None };
        match undone {
            Some(undone) => {
                changed = true;
                for (offset, letter) in undone.into_iter().enumerate() {
                    let (start, end) = text.spans.get(at + offset).copied().unwrap_or_default();
                    out.push(letter, start, end);
                }
            }
            None => (at..at + length.max(1)).for_each(|at| out.copy(text, at)),
        }
        at += length.max(1);
    }
    changed.then_some(out)
}

fn again(word: &[char], read: &'static Encoding, meant: &'static Encoding) -> Option<Vec<char>> {
    let written: String = word.iter().collect();
    let (bytes, _, wrong) = read.encode(&written);
    let text = meant.decode_without_bom_handling_and_without_replacement(&bytes).filter(|_| !wrong)?;
    let letters: Vec<char> = text.chars().collect();
    (letters.len() == word.len()).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_the_wrong_charset() {
        for (text, expected) in [
            ("it was Êîðìîðàí, too", "it was Корморан, too"),
            ("лПТНПТБО Й бОФПО", "Корморан и Антон"),
            ("Корморан и Антон", ""),
            ("Äöü Ñandú façade", ""),
        ] {
            let found: Vec<String> = undo(&Text::of(text)).iter().map(|it| it.letters().iter().collect()).collect();
            assert_eq!(found.concat(), expected, "{text}");
        }
    }
}
