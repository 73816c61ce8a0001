//! Which characters that are not seen mean something where they stand, and a text without the others.
//!
//! What means something is kept: joiners between letters of scripts that join and between pictures, selectors that make a picture of a
//! sign, selectors of Han and Mongolian forms, direction marks in a text that has letters from right to left, the three flags that are
//! written with tags. A line may end in several ways and a blank be written in several: they become the plain one.

use crate::unseen::{Unseen, unseen};
use icu_properties::props::{BidiClass, EmojiModifier, ExtendedPictographic, GeneralCategory, JoiningType, Script};
use icu_properties::{CodePointMapData, CodePointSetData};

/// A text without what carries no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The text.
    pub text: String,
    /// How many characters were dropped or became a plain blank or line feed.
    pub changed: usize,
}

/// Drops characters that are not seen and mean nothing where they stand. The result cleaned once more is itself.
pub fn clean(text: &str) -> Cleaned {
    let mut cleaned = once(text);
    // What is dropped can leave neighbours together between which a joiner means nothing.
    loop {
        let again = once(&cleaned.text);
        if again.changed == 0 {
            return cleaned;
        }
        cleaned = Cleaned { text: again.text, changed: cleaned.changed + again.changed };
    }
}

/// Tells whether a text is of one line and has nothing unseen in it that means nothing where it stands.
pub fn is_plain_line(text: &str) -> bool {
    !text.contains(['\n', '\t']) && once(text).changed == 0
}

/// Drops what does not mean anything, then the blanks at the ends of lines, in whose number and kind a message can stand.
fn once(text: &str) -> Cleaned {
    let Cleaned { text, changed } = without_unseen(text);
    let trimmed: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches(BLANKS)).collect();
    let trimmed = trimmed.join("\n");
    let blanks = text.chars().count() - trimmed.chars().count();
    Cleaned { text: trimmed, changed: changed + blanks }
}

/// Blanks that are seen as such.
const BLANKS: [char; 5] = [' ', '\t', '\u{a0}', '\u{202f}', '\u{3000}'];

fn without_unseen(text: &str) -> Cleaned {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) || matches!(byte, b'\n' | b'\t')) {
        return Cleaned { text: text.to_owned(), changed: 0 };
    }
    let chars: Vec<char> = text.chars().collect();
    let flags = flags(&chars);
    let right_to_left = chars.iter().any(|c| {
        matches!(CodePointMapData::<BidiClass>::new().get(*c), BidiClass::RightToLeft | BidiClass::ArabicLetter)
            && unseen(*c).is_none()
    });
    let mut out = String::with_capacity(text.len());
    let mut changed = 0;
    for (at, character) in chars.iter().copied().enumerate() {
        let around = Around { chars: &chars, at };
        let Some(class) = unseen(character) else {
            // In another place such a blank is a plain one in disguise.
            let disguised = matches!(character, '\u{a0}' | '\u{202f}' | '\u{3000}') && !around.takes(character);
            changed += usize::from(disguised);
            out.push(if disguised { ' ' } else { character });
            continue;
        };
        let means = match class {
            Unseen::ZeroWidth => around.joins(character),
            Unseen::Variation => around.selects(character),
            Unseen::Direction => right_to_left && !matches!(character, '\u{202d}' | '\u{202e}'),
            Unseen::Tag => flags.iter().any(|flag| flag.contains(&at)),
            Unseen::Blank => character == '\u{2800}' && around.in_braille(),
            // A later version of Unicode may know it.
            Unseen::Unassigned => !is_noncharacter(character),
            Unseen::Control | Unseen::PrivateUse | Unseen::LineBreak => false,
        };
        if means {
            out.push(character);
            continue;
        }
        changed += 1;
        match (class, character) {
            (Unseen::LineBreak, _) | (Unseen::Control, '\u{85}' | '\u{b}' | '\u{c}') => out.push('\n'),
            (Unseen::Control, '\r') if around.next() != Some('\n') => out.push('\n'),
            (Unseen::Blank, _) => out.push(' '),
            _ => {}
        }
    }
    Cleaned { text: out, changed }
}

fn is_noncharacter(character: char) -> bool {
    let number = character as u32;
    (0xfdd0..=0xfdef).contains(&number) || number & 0xfffe == 0xfffe
}

/// The tags of the flags of England, Scotland and Wales, the only pictures that are written with tags.
fn flags(chars: &[char]) -> Vec<std::ops::Range<usize>> {
    const BLACK_FLAG: char = '\u{1f3f4}';
    const ENDS: char = '\u{e007f}';
    let tags = |name: &str| -> Vec<char> {
        let tag = |byte: u8| char::from_u32(0xe_0000 + u32::from(byte));
        name.bytes().filter_map(tag).chain([ENDS]).collect()
    };
    let known = ["gbeng", "gbsct", "gbwls"].map(tags);
    let mut found = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, character)| **character == BLACK_FLAG) {
        let from = at + 1;
        let rest = chars.get(from..).unwrap_or_default();
        found.extend(known.iter().find(|tags| rest.starts_with(tags)).map(|tags| from..from + tags.len()));
    }
    found
}

struct Around<'a> {
    chars: &'a [char],
    at: usize,
}

impl Around<'_> {
    fn next(&self) -> Option<char> {
        self.chars.get(self.at + 1).copied()
    }

    fn previous(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|before| self.chars.get(before)).copied()
    }

    /// The letter or picture before, over marks and selectors.
    fn base_before(&self) -> Option<char> {
        let before = self.chars.get(..self.at).unwrap_or_default();
        let base = before.iter().rev().copied().find(|c| !is_mark(*c) && !is_selector(*c) && !is_modifier(*c));
        base.filter(|c| unseen(*c).is_none())
    }

    fn base_after(&self) -> Option<char> {
        self.next().filter(|c| unseen(*c).is_none())
    }

    /// Whether a blank of French or Chinese writing stands beside what it is written with.
    fn takes(&self, blank: char) -> bool {
        let beside = |takes: fn(char) -> bool| self.previous().is_some_and(takes) || self.next().is_some_and(takes);
        match blank {
            '\u{3000}' => beside(|c| {
                matches!(
                    script(c),
                    Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo
                ) || matches!(c, '\u{3001}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}')
            }),
            _ => beside(|c| {
                c.is_numeric()
                    || matches!(
                        c,
                        ':' | ';' | '!' | '?' | '%' | '«' | '»' | '–' | '—' | '€' | '$' | '£' | '§' | '°' | '№'
                    )
            }),
        }
    }

    fn joins(&self, character: char) -> bool {
        let (Some(before), after) = (self.base_before(), self.base_after()) else { return false };
        match character {
            // An emoji of several.
            '\u{200d}' if is_picture(before) => after.is_some_and(is_picture),
            '\u{200c}' | '\u{200d}' => shapes(before) && after.is_some_and(shapes),
            // Where a line may break, in scripts without blanks.
            '\u{200b}' => without_blanks(before) && after.is_some_and(without_blanks),
            '\u{115f}' | '\u{1160}' => is_jamo(before) || after.is_some_and(is_jamo),
            '\u{180e}' => script(before) == Script::Mongolian,
            _ => false,
        }
    }

    fn selects(&self, selector: char) -> bool {
        let Some(before) = self.previous() else { return false };
        match selector {
            '\u{fe0e}' | '\u{fe0f}' => is_picture(before) || matches!(before, '#' | '*' | '0'..='9'),
            '\u{180b}'..='\u{180d}' | '\u{180f}' => script(before) == Script::Mongolian,
            '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => script(before) == Script::Han,
            _ => false,
        }
    }

    fn in_braille(&self) -> bool {
        let dots = |c: Option<char>| c.is_some_and(|c| matches!(c, '\u{2801}'..='\u{28ff}'));
        dots(self.previous()) || dots(self.next())
    }
}

fn script(character: char) -> Script {
    CodePointMapData::<Script>::new().get(character)
}

fn is_mark(character: char) -> bool {
    !character.is_ascii()
        && unseen(character).is_none()
        && matches!(
            CodePointMapData::<GeneralCategory>::new().get(character),
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
        )
}

fn is_selector(character: char) -> bool {
    unseen(character) == Some(Unseen::Variation)
}

fn is_modifier(character: char) -> bool {
    CodePointSetData::new::<EmojiModifier>().contains(character)
}

fn is_picture(character: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(character)
}

fn is_jamo(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115e}' | '\u{1161}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

/// A letter or mark of a script whose letters change with their neighbours.
fn shapes(character: char) -> bool {
    let joining = CodePointMapData::<JoiningType>::new().get(character);
    let joins = matches!(
        joining,
        JoiningType::DualJoining | JoiningType::RightJoining | JoiningType::LeftJoining | JoiningType::JoinCausing
    );
    joins
        || matches!(
            script(character),
            Script::Arabic
                | Script::Syriac
                | Script::Mongolian
                | Script::Nko
                | Script::Devanagari
                | Script::Bengali
                | Script::Gurmukhi
                | Script::Gujarati
                | Script::Oriya
                | Script::Tamil
                | Script::Telugu
                | Script::Kannada
                | Script::Malayalam
                | Script::Sinhala
                | Script::Khmer
                | Script::Myanmar
                | Script::Tibetan
                | Script::Balinese
                | Script::Javanese
        )
}

fn without_blanks(character: char) -> bool {
    matches!(
        script(character),
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar | Script::Tibetan | Script::Javanese
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tags(text: &str) -> String {
        text.bytes().filter_map(|byte| char::from_u32(0xe_0000 + u32::from(byte))).collect()
    }

    #[test]
    fn what_means_something_stays() {
        for text in [
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "👩\u{200d}💻",
            "❤\u{fe0f}",
            "❤\u{fe0f}\u{200d}🔥",
            "👩🏽\u{200d}🚀",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}城",
            "ᠠ\u{180b}",
            "שלום\u{200f}!",
            "\u{2067}שלום\u{2069} abc",
            "ไทย\u{200b}ภาษา",
            &format!("🏴{}\u{e007f}", tags("gbsct")),
            "⠓\u{2800}⠊",
            "a\nb\tc",
            "prix\u{a0}: 3",
            "12\u{202f}000 €",
            "東京\u{3000}港区",
            "two  blanks",
            "a\u{378}",
        ] {
            assert_eq!(clean(text), Cleaned { text: text.to_owned(), changed: 0 });
        }
    }

    #[test]
    fn a_plain_line_has_nothing_hidden_and_no_second_line() {
        for (line, plain) in [
            ("Anna Bielawska", true),
            ("می\u{200c}خواهم", true),
            ("Anna\nBielawska", false),
            ("Anna\u{200b}Bielawska", false),
            ("Anna\u{e0041}", false),
            ("\u{202e}annA", false),
        ] {
            assert_eq!(is_plain_line(line), plain, "{line:?}");
        }
    }

    #[test]
    fn what_means_nothing_goes() {
        for (text, expect) in [
            (format!("Harmless{}", tags("Anton Bielawski")), "Harmless"),
            (format!("🏴{}\u{e007f}", tags("secret")), "🏴"),
            (format!("🏴{}", tags("gbsct")), "🏴"),
            ("a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f".to_owned(), "abcdef"),
            ("a\u{fe0f}\u{e0100}b".to_owned(), "ab"),
            ("葛\u{e0100}\u{e0101}\u{e0102}".to_owned(), "葛\u{e0100}"),
            ("invoice\u{202e}fdp.exe".to_owned(), "invoicefdp.exe"),
            ("שלום\u{202e}abc".to_owned(), "שלוםabc"),
            ("one\r\ntwo\rthree\u{2028}four\u{85}five".to_owned(), "one\ntwo\nthree\nfour\nfive"),
            ("a\u{2003}b\u{1680}c\u{2800}d".to_owned(), "a b c d"),
            ("a\u{0}\u{1b}[31m\u{9b}b".to_owned(), "a[31mb"),
            ("a\u{e000}b\u{ffff}".to_owned(), "ab"),
            ("\u{200d}💻".to_owned(), "💻"),
            ("می\u{200c}\u{200c}\u{200c}خ".to_owned(), "میخ"),
            ("a\u{3164}b\u{115f}\u{ad}".to_owned(), "ab"),
            ("one \t \ntwo\u{a0}\nthree  ".to_owned(), "one\ntwo\nthree"),
            ("a\u{a0}b\u{202f}c\u{3000}d".to_owned(), "a b c d"),
        ] {
            assert_eq!(clean(&text).text, expect, "{text:?}");
            assert!(clean(&text).changed > 0, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn once_is_enough_and_nothing_seen_is_lost(text in any::<String>()) {
            let cleaned = clean(&text);
            prop_assert_eq!(clean(&cleaned.text), Cleaned { text: cleaned.text.clone(), changed: 0 });
            let seen = |text: &str| text.chars().filter(|c| unseen(*c).is_none() && !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(seen(&cleaned.text), seen(&text));
            prop_assert!(cleaned.text.lines().all(|line| !line.ends_with(BLANKS)));
        }
    }
}
