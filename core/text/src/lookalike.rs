//! Texts that look like one another, and words that mix scripts.
//!
//! Guarantees: two texts that differ only in case, accents, blanks and dashes, in digits that look like letters, or in letters of
//! other scripts that look the same (UTS 39) are found alike; a word of one script, whichever it is, is no mix. Does not know: which
//! names are known, or what follows from being alike.

use icu_properties::props::Script;
use icu_properties::{CodePointMapData, PropertyNamesLong};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::MixedScript;

/// How a text looks as it is written, in small and in large letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Look([String; 3]);

impl Look {
    /// Returns the look of a text.
    pub fn of(text: &str) -> Self {
        let plain: String = text.nfkc().collect();
        Self([look(&plain), look(&plain.to_lowercase()), look(&plain.to_uppercase())])
    }

    /// Tells whether two texts can be taken for one another; texts without any letter or digit are all alike.
    pub fn is_like(&self, other: &Self) -> bool {
        self.0.iter().any(|look| other.0.contains(look))
    }

    /// Tells whether there is no letter or digit to look at.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}

fn look(text: &str) -> String {
    let skeleton: String = unicode_security::skeleton(text).filter(|c| !is_accent(*c)).collect();
    let seen = skeleton.to_lowercase();
    let letters = seen.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).map(|c| match c {
        '0' => 'o',
        '1' | 'i' | 'ı' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    });
    letters.collect::<String>().replace("vv", "w")
}

/// Returns the plain Latin letters, digits and signs that a text looks like, character by character; `None` where it is written in them
/// already, or has characters that look like none of them.
pub fn plain_look(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.nfkc() {
        if character.is_ascii() {
            plain.push(character);
        } else {
            plain.extend(unicode_security::skeleton(character.encode_utf8(&mut [0; 4])).filter(|c| !is_accent(*c)));
        }
    }
    plain.is_ascii().then_some(plain)
}

/// Accents of Latin, Greek and Cyrillic; marks of other scripts make other letters.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Returns the scripts of the first word that mixes letters of several, such as Latin and Cyrillic, in the order in which they stand
/// there; `None` where every word is of one script.
pub fn mixed_scripts(text: &str) -> Option<Vec<&'static str>> {
    if text.is_ascii() {
        return None;
    }
    let word = runs(text).find(|word| !word.is_single_script())?;
    let scripts = CodePointMapData::<Script>::new();
    let names = PropertyNamesLong::<Script>::new();
    let mut found: Vec<&'static str> = Vec::new();
    for letter in word.chars() {
        let script = scripts.get(letter);
        let name = names.get(script).unwrap_or("another script");
        if !matches!(script, Script::Common | Script::Inherited) && !found.contains(&name) {
            found.push(name);
        }
    }
    Some(found)
}

/// The words of a name, and within a word what stands before, between and behind characters of East Asian scripts: these are
/// written together with Latin letters, and nobody takes one for the other.
fn runs(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c) || is_east_asian(c))
        .filter(|run| !run.is_empty())
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_alike() {
        for (one, other, alike) in [
            ("paypal.example", "р\u{430}ypal.example", true),
            ("paypal.example", "PAYPAL.EXAMPLE", true),
            ("paypal.example", "paypa1.example", true),
            ("modern", "modem", true),
            ("paypal.example", "payroll.example", false),
            ("Служба", "Sluzhba", false),
            ("...", "---", true),
        ] {
            assert_eq!(Look::of(one).is_like(&Look::of(other)), alike, "{one} {other}");
        }
    }

    #[test]
    fn letters_that_look_plain_are_read_as_plain() {
        for (text, expect) in [
            ("р\u{430}yp\u{430}l.example", Some("paypal.example")),
            ("ехр\u{43e}.example", Some("expo.example")),
            ("Ｐａｙ", Some("Pay")),
            ("plain", None),
            ("Служба", None),
        ] {
            assert_eq!(plain_look(text).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn a_word_of_one_script_is_no_mix() {
        for (text, expect) in [
            ("p\u{430}ypal.example", Some(vec!["Latin", "Cyrillic"])),
            ("пример.испытание", None),
            ("почта-mail.example", None),
            ("\u{3b1}bc", Some(vec!["Greek", "Latin"])),
            ("警察庁Taverne", None),
            ("Office nº 7", None),
            ("شرطة", None),
            ("plain", None),
        ] {
            assert_eq!(mixed_scripts(text), expect, "{text}");
        }
    }
}
