//! Telephone numbers that are spelled: "plus four seven, two two five five".
//!
//! Guarantees: a number is one row of words, so that a text in which no two of them stand side by side costs nothing. Does not know: other
//! languages than English; tens and hundreds; "double five".

use super::phone;
use super::sequence::{Edge, Row, Sequences};
use super::token::{Token, Tokens, gap};
use crate::Text;

const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
/// How a zero is spoken.
const ZEROS: [&str; 3] = ["zero", "oh", "o"];
const GAPS: u16 = gap::BLANK | gap::COMMA | gap::HYPHEN | gap::DOT;
/// Fewer digits are told apart by nobody.
const DIGITS_MIN: usize = 7;

/// Adds the words of a number without the code of its country: that may stand before them or not.
pub(super) fn add(text: &str, term: u32, rows: &mut Sequences) {
    let Some((_, national)) = phone::parse(text) else { return };
    if national.len() < DIGITS_MIN {
        return;
    }
    let zeros = if national.contains('0') { ZEROS.as_slice() } else { ZEROS.get(..1).unwrap_or_default() };
    for zero in zeros {
        let word = |digit: char| match digit.to_digit(10) {
            Some(0) => *zero,
            value => value.and_then(|value| WORDS.get(value as usize)).copied().unwrap_or_default(),
        };
        let spelled: Vec<&str> = national.chars().map(word).collect();
        let spelled = Text::of(&spelled.join(" "));
        let tokens: Vec<Token> = Tokens::of(&spelled).all;
        rows.add(&tokens, Row { term, class: "phone/words", gaps: GAPS, edge: Edge::Word { hyphens: true } });
    }
}
