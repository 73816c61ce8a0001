//! What the words of a text sound like, so that a word is known again in another script.
//!
//! Guarantees: a word and its romanisation have a number in common. Does not know: which words are terms.

use crate::fold;
use crate::romanise::{Script, latin_key, native_keys, script_of};
use crate::sounds::ascii;
use crate::tables;
use crate::text::Text;
use crate::words::Words;

/// Shorter words, and keys of fewer symbols, are those of too many words.
const LETTERS_MIN: usize = 4;
const SYMBOLS_MIN: usize = 3;

/// The sound of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Heard {
    /// It was written in Latin letters.
    pub latin: bool,
    /// One number for each sound.
    pub number: u64,
}

/// Returns the sounds of the words of a text; words that every text has are left out.
pub fn heard(text: &Text) -> Vec<Heard> {
    let mut words = Words::default();
    words.read(text);
    let mut out = Vec::new();
    for word in words.words.iter().filter(|word| !word.noise && word.to - word.from >= LETTERS_MIN) {
        let letters = text.letters().get(word.from..word.to).unwrap_or_default();
        let small = fold::small(letters);
        let plain = fold::plain_word(&small);
        if tables::is_ordinary(&plain.iter().collect::<String>()) {
            continue;
        }
        let latin = plain.iter().find_map(|letter| script_of(*letter)) == Some(Script::Latin);
        let keys = if latin { vec![latin_key(&ascii(&plain))] } else { native_keys(&small) };
        let long = keys.into_iter().filter(|key| key.len() >= SYMBOLS_MIN);
        out.extend(long.map(|key| Heard { latin, number: key.number() }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_and_its_romanisation_sound_alike() {
        let (latin, native) = (heard(&Text::of("met Bielawski")), heard(&Text::of("видел Белявский")));
        assert!(
            latin.iter().any(|it| it.latin && native.iter().any(|other| !other.latin && other.number == it.number))
        );
        assert!(heard(&Text::of("the and with")).is_empty());
    }
}
