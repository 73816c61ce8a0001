//! Which characters are not seen, or look like nothing that can be told from something else.

use icu_properties::props::{
    BidiControl, DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Why a character is not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unseen {
    /// C0 and C1 controls but the line feed and the tabulator.
    Control,
    /// Changes the direction in which text runs: marks, embeddings, overrides, isolates.
    Direction,
    /// Tag characters, each of which stands for a letter.
    Tag,
    /// Variation selectors.
    Variation,
    /// Joiners, zero-width blanks, fillers and other characters without width.
    ZeroWidth,
    /// Means what two parties agreed on; shown as anything or nothing.
    PrivateUse,
    /// A blank that cannot be told from the plain one.
    Blank,
    /// Ends a line without being a line feed.
    LineBreak,
    /// Not assigned by Unicode: every one is shown as the same box.
    Unassigned,
}

impl Unseen {
    /// Returns the word used in rules of findings.
    pub fn as_str(self) -> &'static str {
        match self {
            Unseen::Control => "control",
            Unseen::Direction => "direction",
            Unseen::Tag => "tag",
            Unseen::Variation => "variation",
            Unseen::ZeroWidth => "zero-width",
            Unseen::PrivateUse => "private-use",
            Unseen::Blank => "blank",
            Unseen::LineBreak => "line-break",
            Unseen::Unassigned => "unassigned",
        }
    }
}

/// Tells whether and why a character is not seen. Line feed and tabulator are layout; the no-break blanks of French and the wide blank of
/// Chinese and Japanese are writing: they are seen.
pub fn unseen(character: char) -> Option<Unseen> {
    if character.is_ascii() {
        let layout = matches!(character, '\n' | '\t');
        return (character.is_ascii_control() && !layout).then_some(Unseen::Control);
    }
    if matches!(character, '\u{e0000}'..='\u{e007f}') {
        return Some(Unseen::Tag);
    }
    if CodePointSetData::new::<VariationSelector>().contains(character) {
        return Some(Unseen::Variation);
    }
    if CodePointSetData::new::<BidiControl>().contains(character) {
        return Some(Unseen::Direction);
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character) {
        return Some(Unseen::ZeroWidth);
    }
    match CodePointMapData::<GeneralCategory>::new().get(character) {
        GeneralCategory::Control => Some(Unseen::Control),
        GeneralCategory::PrivateUse => Some(Unseen::PrivateUse),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(Unseen::LineBreak),
        GeneralCategory::SpaceSeparator if !matches!(character, '\u{a0}' | '\u{202f}' | '\u{3000}') => {
            Some(Unseen::Blank)
        }
        // The one pattern of Braille without a dot.
        _ if character == '\u{2800}' => Some(Unseen::Blank),
        // Signs that stand before numbers, such as U+0600, have the category and are seen.
        GeneralCategory::Format if !CodePointSetData::new::<PrependedConcatenationMark>().contains(character) => {
            Some(Unseen::ZeroWidth)
        }
        GeneralCategory::Unassigned | GeneralCategory::Surrogate => Some(Unseen::Unassigned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_characters() {
        for (character, expect) in [
            ('\u{0}', Some(Unseen::Control)),
            ('\r', Some(Unseen::Control)),
            ('\u{7f}', Some(Unseen::Control)),
            ('\u{85}', Some(Unseen::Control)),
            ('\u{9b}', Some(Unseen::Control)),
            ('\u{61c}', Some(Unseen::Direction)),
            ('\u{200e}', Some(Unseen::Direction)),
            ('\u{202e}', Some(Unseen::Direction)),
            ('\u{2066}', Some(Unseen::Direction)),
            ('\u{e0001}', Some(Unseen::Tag)),
            ('\u{e0041}', Some(Unseen::Tag)),
            ('\u{fe0f}', Some(Unseen::Variation)),
            ('\u{e0100}', Some(Unseen::Variation)),
            ('\u{180b}', Some(Unseen::Variation)),
            ('\u{ad}', Some(Unseen::ZeroWidth)),
            ('\u{34f}', Some(Unseen::ZeroWidth)),
            ('\u{200b}', Some(Unseen::ZeroWidth)),
            ('\u{200d}', Some(Unseen::ZeroWidth)),
            ('\u{2060}', Some(Unseen::ZeroWidth)),
            ('\u{3164}', Some(Unseen::ZeroWidth)),
            ('\u{feff}', Some(Unseen::ZeroWidth)),
            ('\u{fff9}', Some(Unseen::ZeroWidth)),
            ('\u{e0fff}', Some(Unseen::ZeroWidth)),
            ('\u{e000}', Some(Unseen::PrivateUse)),
            ('\u{10fffd}', Some(Unseen::PrivateUse)),
            ('\u{2003}', Some(Unseen::Blank)),
            ('\u{2800}', Some(Unseen::Blank)),
            ('\u{2028}', Some(Unseen::LineBreak)),
            ('\u{2029}', Some(Unseen::LineBreak)),
            ('\u{378}', Some(Unseen::Unassigned)),
            ('\u{ffff}', Some(Unseen::Unassigned)),
            ('\n', None),
            ('\t', None),
            (' ', None),
            ('a', None),
            ('\u{a0}', None),
            ('\u{3000}', None),
            ('\u{600}', None),
            ('\u{301}', None),
            ('\u{fffd}', None),
            ('ж', None),
            ('字', None),
            ('😀', None),
        ] {
            assert_eq!(unseen(character), expect, "U+{:04X}", character as u32);
        }
    }

    /// Of the default-ignorable, bidirectional, control and private-use characters none is taken for seen.
    #[test]
    fn no_class_of_unicode_is_left_out() {
        let (ignorable, bidi) =
            (CodePointSetData::new::<DefaultIgnorableCodePoint>(), CodePointSetData::new::<BidiControl>());
        let category = CodePointMapData::<GeneralCategory>::new();
        let mut counted = 0;
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            let must = ignorable.contains(character)
                || bidi.contains(character)
                || matches!(category.get(character), GeneralCategory::Control | GeneralCategory::PrivateUse);
            if must && !matches!(character, '\n' | '\t') {
                counted += 1;
                assert!(unseen(character).is_some(), "U+{:04X}", character as u32);
            }
        }
        assert!(counted > 137_000, "{counted}");
    }
}
