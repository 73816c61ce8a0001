//! Brings text into the form in which it is compared.
//!
//! Listed classes: case, diacritics, compatibility forms such as full width (NFKD), look-alike letters (UTS 39
//! skeletons), zero-width, bidirectional and control characters, and separators. Text and terms go through the same
//! steps, so whatever two writings have in common here makes them equal.
//!
//! Look-alikes and case do not commute: `В` looks like B, but its small form `в` looks like nothing Latin. Text with such
//! letters is therefore compared in three forms: folded first, look-alikes first, and raised first.

use comity_text::{Unseen, unseen};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Characters with the bytes of the part that each stands for.
#[derive(Default)]
pub(super) struct Text {
    pub chars: Vec<char>,
    pub spans: Vec<(u32, u32)>,
    /// No character outside ASCII.
    pub ascii: bool,
}

impl Text {
    pub fn new() -> Self {
        Text { ascii: true, ..Text::default() }
    }

    pub fn of(text: &str) -> Self {
        let mut out = Text::new();
        for (at, character) in text.char_indices() {
            out.push(character, at as u32, (at + character.len_utf8()) as u32);
        }
        out
    }

    /// Adds a character in NFKD, without marks and what is not seen; control characters that end a line or a word
    /// become blanks.
    pub fn push(&mut self, character: char, start: u32, end: u32) {
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
        self.ascii = false;
        for part in std::iter::once(character).nfkd() {
            if part.is_whitespace() {
                self.put(' ', start, end);
            } else if !is_combining_mark(part) && unseen(part).is_none() {
                self.put(part, start, end);
            }
        }
    }

    fn put(&mut self, character: char, start: u32, end: u32) {
        self.chars.push(character);
        self.spans.push((start, end));
    }

    /// Adds a character that is in this form already.
    pub fn copy(&mut self, from: &Text, at: usize) {
        if let (Some(character), Some((start, end))) = (from.chars.get(at), from.spans.get(at)) {
            self.ascii &= character.is_ascii();
            self.put(*character, *start, *end);
        }
    }

    /// Returns the bytes of the part that characters `from..to` stand for.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let covered = self.spans.get(from..to).unwrap_or_default();
        let start = covered.iter().map(|span| span.0).min().unwrap_or(0);
        let end = covered.iter().map(|span| span.1).max().unwrap_or(start);
        (start as usize, end as usize)
    }
}

/// In which order look-alikes and case are resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Folded,
    LookAlike,
    Raised,
}

/// The forms, the plain one first.
pub(super) const FORMS: [Form; 3] = [Form::Folded, Form::LookAlike, Form::Raised];

/// Text as compared: no separators, one spelling. Three arrays of one length.
#[derive(Default)]
pub(super) struct Compact {
    pub bytes: Vec<u8>,
    /// Which character of the text each byte comes from.
    pub at: Vec<u32>,
    /// Whether a word begins with this byte.
    pub begins: Vec<bool>,
}

impl Compact {
    /// Returns the characters of the text that bytes `start..end` come from.
    pub fn characters(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.at.get(start).map_or(0, |at| *at as usize);
        let to = end.checked_sub(1).and_then(|last| self.at.get(last)).map_or(from, |at| *at as usize + 1);
        (from, to)
    }
}

/// Resolves characters, remembering those that needed work.
#[derive(Default)]
pub(super) struct Normaliser {
    resolved: HashMap<char, [String; 3]>,
    clean: HashMap<char, char>,
}

impl Normaliser {
    /// Brings a text into one form.
    pub fn compact(&mut self, text: &Text, form: Form, out: &mut Compact) {
        out.bytes.clear();
        out.at.clear();
        out.begins.clear();
        let mut begins = true;
        for (at, character) in text.chars.iter().enumerate() {
            let mut plain = [0u8; 4];
            let piece: &str = if character.is_ascii() {
                match character.to_ascii_lowercase() {
                    'm' => "rn",
                    'i' | '1' => "l",
                    '0' => "o",
                    other if other.is_ascii_alphanumeric() => other.encode_utf8(&mut plain),
                    _ => "",
                }
            } else {
                let forms =
                    self.resolved.entry(*character).or_insert_with(|| FORMS.map(|form| resolve(*character, form)));
                match form {
                    Form::Folded => &forms[0],
                    Form::LookAlike => &forms[1],
                    Form::Raised => &forms[2],
                }
            };
            if piece.is_empty() {
                begins = true;
                continue;
            }
            for byte in piece.bytes() {
                out.bytes.push(byte);
                out.at.push(at as u32);
                out.begins.push(begins);
                begins = false;
            }
        }
    }

    /// Returns the character that encodings are read in: look-alikes of ASCII become it.
    pub fn clean(&mut self, character: char) -> char {
        if character.is_ascii() {
            return character;
        }
        *self.clean.entry(character).or_insert_with(|| {
            let mut seen = skeleton(&character.to_string());
            match (seen.next(), seen.next()) {
                (Some(one), None) if one.is_ascii() => one,
                _ => character,
            }
        })
    }
}

fn skeleton(text: &str) -> std::vec::IntoIter<char> {
    let parts: Vec<char> = unicode_security::skeleton(text).filter(|c| !is_combining_mark(*c)).collect();
    parts.into_iter()
}

fn fold(text: &str) -> String {
    // Raising first makes ß and ſ meet ss and s, and final sigma meet sigma.
    text.to_uppercase().to_lowercase()
}

fn resolve(character: char, form: Form) -> String {
    let text = character.to_string();
    let seen: String = match form {
        Form::Folded => skeleton(&fold(&text)).collect(),
        Form::LookAlike => skeleton(&text).collect(),
        Form::Raised => skeleton(&text.to_uppercase()).collect(),
    };
    let mut out = String::new();
    for part in fold(&seen).nfkd() {
        match part {
            'm' => out.push_str("rn"),
            'i' | '1' => out.push('l'),
            '0' => out.push('o'),
            mark if is_combining_mark(mark) => {}
            kept if is_kept(kept) => out.push(kept),
            _ => {}
        }
    }
    out
}

/// Letters and digits of any script, and pictures; not separators and punctuation.
fn is_kept(character: char) -> bool {
    character.is_alphanumeric()
        || (character >= '\u{2190}'
            && !character.is_whitespace()
            && !matches!(character, '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        let (mut normaliser, text) = (Normaliser::default(), Text::of(text));
        FORMS
            .iter()
            .map(|form| {
                let mut out = Compact::default();
                normaliser.compact(&text, *form, &mut out);
                String::from_utf8(out.bytes).unwrap()
            })
            .collect()
    }

    #[test]
    fn writings_of_one_word_meet() {
        for (a, b) in [
            ("Kormoran", "KORMORAN"),
            ("Kormoran", "Ｋｏｒｍｏｒａｎ"),
            ("Kormoran", "Kor-mo\u{200b}r_an"),
            ("Kormoran", "Ko\u{301}rmorän"),
            ("Kormoran", "Коrmоrаn"),
            ("Bravo", "Вravo"),
            ("bravo", "Βrανο"),
            ("Straße", "STRASSE"),
            ("Вова", "BOBA"),
            ("Łódź", "lodz"),
        ] {
            let (a_forms, b_forms) = (forms(a), forms(b));
            assert!(a_forms.iter().any(|form| b_forms.contains(form)), "{a} {a_forms:?} {b} {b_forms:?}");
        }
        let (a, b) = (forms("Kormoran"), forms("Reiher"));
        assert!(!a.iter().any(|form| b.contains(form)));
    }
}
