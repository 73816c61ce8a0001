//! Every encoding with what it hides, each inside each, and input made to break them.
//!
//! Guarantees: a class that is listed here is found alone and inside every other.
//!
//! Does not know: terms; a letter sequence stands for one.

mod documents;
mod encode;
mod nasty;
mod table;

use super::{Decoder, decode};
use crate::Text;

/// Tells whether a word comes out of a text, decoding at most so many levels deep; says in which encodings.
pub(super) fn found(text: &str, word: &str, depth: usize) -> Option<String> {
    let wanted: String = Text::of(word).chars.iter().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    look(&Text::of(text), &wanted, depth, &mut Decoder::default())
}

fn look(text: &Text, wanted: &str, depth: usize, decoder: &mut Decoder) -> Option<String> {
    let letters: String = text.chars.iter().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    if letters.contains(wanted) {
        return Some(String::new());
    }
    if depth == 0 {
        return None;
    }
    decode(text, decoder, &mut |_| true).into_iter().find_map(|decoded| {
        let deeper = if decoded.trusted { depth - 1 } else { 0 };
        look(&decoded.text, wanted, deeper, decoder).map(|path| format!("{}+{path}", decoded.how))
    })
}
