//! Letters that look like others: texts and terms in the form in which what looks alike is one.
//!
//! Guarantees: text and terms go through the same steps, so whatever two writings have in common here makes them equal. Look-alikes and
//! case do not commute: `В` looks like B, but its small form `в` looks like nothing Latin. Text with such letters is therefore compared
//! in three forms: folded first, look-alikes first, and raised first. The tables are those of UTS 39.

use crate::text::Text;
use hashbrown::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// In which order look-alikes and case are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Case first.
    Folded,
    /// Look-alikes first.
    LookAlike,
    /// Capitals, then look-alikes.
    Raised,
}

/// The forms, the plain one first.
pub const FORMS: [Form; 3] = [Form::Folded, Form::LookAlike, Form::Raised];

/// Text as compared: no separators, one spelling. Three arrays of one length.
#[derive(Clone, Debug, Default)]
pub struct Compact {
    /// Letters and digits.
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
pub struct Normaliser {
    resolved: HashMap<char, [String; 3]>,
    clean: HashMap<char, char>,
}

impl std::fmt::Debug for Normaliser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Normaliser")
    }
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
    let parts: Vec<char> = unicode_security::skeleton(text).filter(|c| !crate::text::is_accent(*c)).collect();
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
            mark if crate::text::is_accent(mark) => {}
            kept if crate::words::is_letter(kept) => out.push(kept),
            _ => {}
        }
    }
    out
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
