//! Greek letters as people type them in Latin ones: by what they look like (`Giwpgos`), or by the keys where they are (`Giorgow`).
//!
//! Guarantees: only letters whose sound is another. A digit that stands for a letter has been spelled out before.
//!
//! Does not know: letters in front or behind.

use super::spelling::{Group, Spellings};
use std::sync::LazyLock;

static LETTERS: LazyLock<Vec<(char, Spellings)>> = LazyLock::new(|| {
    [
        ('β', "b v"),
        ('γ', "g y"),
        ('η', "n h"),
        ('θ', "th u"),
        ('μ', "m"),
        ('ν', "v n"),
        ('ξ', "x j ks"),
        ('ρ', "p r"),
        ('ς', "s w"),
        ('υ', "u y v"),
        ('χ', "x"),
        ('ψ', "y c ps"),
        ('ω', "w v"),
    ]
    .into_iter()
    .map(|(letter, spellings)| (letter, Spellings::of(spellings)))
    .collect()
});

/// Returns what is typed for a letter, if it is another than its sound.
pub(super) fn spellings(letter: char) -> Option<Group<'static>> {
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, spellings)| spellings.group())
}
