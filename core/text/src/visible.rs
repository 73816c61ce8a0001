//! A text as a person is shown it: what is not seen is written out.
//!
//! Guarantees: no character that is not seen is left in the result, and each stands in it as a mark such as `⟨U+202E⟩`. Where a text has no
//! such character and no stack of marks, it comes back as it is. A text that has these marks typed into it shows its brackets as
//! `⟨U+27E8⟩`, so that nobody can write a mark that stands for nothing.

use crate::unseen::unseen;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Combining marks shown on one letter; of more the number is shown.
pub const MARKS_SHOWN: usize = 8;

/// The bracket with which a mark begins.
const OPENING: char = '⟨';

/// Writes out what is not seen. Line feeds and tabulators stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// Writes out what is not seen, line feeds and tabulators too: for a place that has one line.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

fn shown(text: &str, one_line: bool) -> Cow<'_, str> {
    let layout = |character: char| one_line && matches!(character, '\n' | '\t');
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) || (!one_line && matches!(byte, b'\n' | b'\t'));
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let category = CodePointMapData::<GeneralCategory>::new();
    let mut out = String::with_capacity(text.len());
    let mut stacked = 0usize;
    for (at, character) in text.char_indices() {
        let is_mark = !character.is_ascii()
            && matches!(category.get(character), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark);
        let hidden = unseen(character).is_some() || layout(character);
        if is_mark && !hidden {
            stacked += 1;
            if stacked > MARKS_SHOWN {
                continue;
            }
        } else if stacked > 0 && !hidden {
            close_stack(&mut out, &mut stacked);
        }
        let imitates = character == OPENING && text.get(at + OPENING.len_utf8()..).is_some_and(begins_like_a_mark);
        if hidden || imitates {
            close_stack(&mut out, &mut stacked);
            // Writing to a string cannot fail.
            let _ = write!(out, "⟨U+{:04X}⟩", character as u32);
        } else {
            out.push(character);
        }
    }
    close_stack(&mut out, &mut stacked);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn close_stack(out: &mut String, stacked: &mut usize) {
    if let Some(more) = stacked.checked_sub(MARKS_SHOWN).filter(|more| *more > 0) {
        let _ = write!(out, "⟨+{more} marks⟩");
    }
    *stacked = 0;
}

fn begins_like_a_mark(rest: &str) -> bool {
    rest.starts_with("U+") || rest.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a shown text back: the text it stands for.
    fn read_back(shown: &str) -> String {
        let mut out = String::new();
        let mut rest = shown;
        while let Some(at) = rest.find("⟨U+") {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let (number, after) = from.strip_prefix("⟨U+").unwrap().split_once('⟩').unwrap();
            out.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
            rest = after;
        }
        out + rest
    }

    #[test]
    fn marks_stand_where_something_is_not_seen() {
        for (text, expect) in [
            ("Тавен Орлиск", "Тавен Орлиск"),
            ("a\u{202e}b", "a⟨U+202E⟩b"),
            ("\u{e0041}", "⟨U+E0041⟩"),
            ("a\u{1b}[31mb", "a⟨U+001B⟩[31mb"),
            ("a\nb\tc", "a\nb\tc"),
            ("x\u{fe0f}", "x⟨U+FE0F⟩"),
            ("⟨U+202E⟩", "⟨U+27E8⟩U+202E⟩"),
            ("⟨a|b⟩", "⟨a|b⟩"),
        ] {
            assert_eq!(visible(text), expect);
        }
        assert_eq!(visible_line("a\nb\tc"), "a⟨U+000A⟩b⟨U+0009⟩c");
    }

    #[test]
    fn a_stack_of_marks_is_cut_and_counted() {
        let stacked = format!("e{}x", "\u{301}".repeat(100));
        let shown = visible(&stacked);
        assert_eq!(shown, format!("e{}⟨+92 marks⟩x", "\u{301}".repeat(MARKS_SHOWN)));
        let few = format!("e{}x", "\u{301}".repeat(MARKS_SHOWN));
        assert_eq!(visible(&few), few);
    }

    /// Each code point alone, at both ends and between letters: what is shown has no unseen character, and is another text
    /// exactly where one was there.
    #[test]
    fn every_code_point_is_seen_or_marked() {
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            for text in
                [character.to_string(), format!("{character}ab"), format!("a{character}b"), format!("ab{character}")]
            {
                let shown = visible(&text);
                assert!(shown.chars().all(|c| unseen(c).is_none()), "U+{:04X}", character as u32);
                assert_eq!(shown != text, unseen(character).is_some(), "U+{:04X}", character as u32);
                assert_eq!(read_back(&shown), text, "U+{:04X}", character as u32);
            }
        }
    }
}
