//! A text as its letters, each with the bytes of the part that it stands for.
//!
//! Guarantees: compatibility forms such as full width are resolved (NFKC for each letter); accents are not letters of their own, vowel
//! signs of Indic and Thai scripts are; what nobody sees is not there; line ends and every kind of blank are one blank.

use comity_text::{Unseen, unseen};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{compose, is_combining_mark};

/// Characters with the bytes of the part that each stands for.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The letters without accents.
    pub chars: Vec<char>,
    /// The bytes of the part of each letter: from, to.
    pub spans: Vec<(u32, u32)>,
    /// No character outside ASCII.
    pub ascii: bool,
    /// The letters with their accents; empty where all are ASCII.
    accented: Vec<char>,
}

impl Text {
    /// Starts an empty text.
    pub fn new() -> Self {
        Text { ascii: true, ..Text::default() }
    }

    /// Takes a text of its own, whose bytes are counted from its beginning.
    pub fn of(text: &str) -> Self {
        let mut out = Text::new();
        for (at, character) in text.char_indices() {
            out.push(character, at as u32, (at + character.len_utf8()) as u32);
        }
        out
    }

    /// Takes bytes instead of what it holds: such that are printable ASCII throughout, as they stand in a part from one place on; `false` where they are not.
    pub fn read_plain(&mut self, bytes: &[u8], start: u32) -> bool {
        self.chars.clear();
        self.spans.clear();
        self.accented.clear();
        self.ascii = true;
        if !bytes.iter().all(|byte| (0x20..0x7f).contains(byte) && *byte != b'\\') {
            return false;
        }
        self.chars.extend(bytes.iter().map(|byte| char::from(*byte)));
        self.spans.extend((0..bytes.len() as u32).map(|at| (start + at, start + at + 1)));
        true
    }

    /// Adds a character in NFKD, without accents and what is not seen; control characters that end a line or a word become blanks.
    #[inline]
    pub fn push(&mut self, character: char, start: u32, end: u32) {
        if self.ascii && (' '..='~').contains(&character) {
            self.chars.push(character);
            self.spans.push((start, end));
        } else {
            self.push_other(character, start, end);
        }
    }

    fn push_other(&mut self, character: char, start: u32, end: u32) {
        if character.is_ascii() {
            match character {
                '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' => self.put(' ', start, end),
                control if control.is_ascii_control() => {}
                plain => self.put(plain, start, end),
            }
            return;
        }
        if let Some(why) = unseen(character) {
            // What looks like a blank or ends a line keeps words apart; the rest is as if it were not there.
            if character == '\u{85}' || matches!(why, Unseen::Blank | Unseen::LineBreak) {
                self.put(' ', start, end);
            }
            return;
        }
        if self.ascii {
            self.ascii = false;
            self.accented.clone_from(&self.chars);
        }
        // The strokes of a syllable of Hangul, one by one.
        if matches!(character, '\u{1100}'..='\u{11ff}')
            && let (Some(last), Some(plain), Some(span)) =
                (self.accented.last_mut(), self.chars.last_mut(), self.spans.last_mut())
            && let Some(one) = compose(*last, character)
        {
            (*last, *plain, span.1) = (one, one, end);
            return;
        }
        // A syllable of Hangul is one letter, not the strokes that it is made of.
        if matches!(character, '\u{ac00}'..='\u{d7a3}') {
            return self.put(character, start, end);
        }
        for part in std::iter::once(character).nfkd() {
            if part.is_whitespace() {
                self.put(' ', start, end);
            } else if is_accent(part) {
                if let Some(last) = self.accented.last_mut()
                    && let Some(one) = compose(*last, part)
                {
                    *last = one;
                }
            } else if unseen(part).is_none() {
                self.put(part, start, end);
            }
        }
    }

    fn put(&mut self, character: char, start: u32, end: u32) {
        self.chars.push(character);
        self.spans.push((start, end));
        if !self.ascii {
            self.accented.push(character);
        }
    }

    /// Adds a character that is in this form already.
    pub fn copy(&mut self, from: &Text, at: usize) {
        if let (Some(character), Some((start, end))) = (from.chars.get(at), from.spans.get(at)) {
            let accented = from.letter(at);
            if self.ascii && !(character.is_ascii() && accented.is_ascii()) {
                self.ascii = false;
                self.accented.clone_from(&self.chars);
            }
            self.put(*character, *start, *end);
            if let (false, Some(last)) = (self.ascii, self.accented.last_mut()) {
                *last = accented;
            }
        }
    }

    /// Returns a letter with its accents; a blank behind the end.
    pub fn letter(&self, at: usize) -> char {
        self.accented.get(at).or(self.chars.get(at)).copied().unwrap_or(' ')
    }

    /// Returns the letters with their accents.
    pub fn letters(&self) -> &[char] {
        if self.ascii { &self.chars } else { &self.accented }
    }

    /// Returns the bytes of the part that characters `from..to` stand for.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let covered = self.spans.get(from..to).unwrap_or_default();
        let start = covered.iter().map(|span| span.0).min().unwrap_or(0);
        let end = covered.iter().map(|span| span.1).max().unwrap_or(start);
        (start as usize, end as usize)
    }
}

/// Tells whether a mark is an accent on a letter. The vowel signs and tone marks of Indic scripts, Thai, Lao, Tibetan, Burmese and Khmer
/// are letters; the dot of a borrowed sound (nukta) is an accent.
pub fn is_accent(character: char) -> bool {
    let nukta = matches!(character, '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}' | '\u{cbc}');
    let vowel_signs = matches!(character, '\u{900}'..='\u{1cff}' | '\u{a800}'..='\u{abff}');
    is_combining_mark(character) && (nukta || !vowel_signs || matches!(character, '\u{1ab0}'..='\u{1aff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_kept_beside_the_letters() {
        let text = Text::of("Jo\u{308}rg Müller \u{fb01}x Ｋ");
        assert_eq!(text.chars.iter().collect::<String>(), "Jorg Muller fix K");
        assert_eq!(text.letters().iter().collect::<String>(), "Jörg Müller fix K");
        assert_eq!(text.letter(1), 'ö');
        assert_eq!(text.span(1, 2), (1, 2));
        let plain = Text::of("Jorg");
        assert!(plain.ascii);
        assert_eq!(plain.letters(), &['J', 'o', 'r', 'g']);
    }

    #[test]
    fn vowel_signs_are_letters_and_accents_are_not() {
        assert_eq!(Text::of("किरण").chars.len(), 4, "two consonants and a vowel sign, ra, na");
        assert_eq!(Text::of("กิน").chars.len(), 3);
        assert_eq!(Text::of("שָׁלוֹם").chars.iter().collect::<String>(), "שלום");
        assert_eq!(Text::of("й").chars, ['и']);
        assert_eq!(Text::of("и\u{306}").letters(), ['й']);
    }

    #[test]
    fn a_copy_has_its_accents() {
        let from = Text::of("aé");
        let mut to = Text::new();
        to.copy(&from, 0);
        assert!(to.ascii);
        to.copy(&from, 1);
        assert_eq!(to.letters(), ['a', 'é']);
    }
}
