//! The vocabularies and enumerations of the standard (§10), word by word.

mod enumeration;
mod open;

pub use enumeration::*;
pub use open::*;

/// A list of words.
#[derive(Debug)]
pub struct Vocabulary {
    /// What the standard calls it.
    pub name: &'static str,
    /// Its clause.
    pub clause: &'static str,
    /// Its words.
    pub words: &'static [&'static str],
}

impl Vocabulary {
    /// Says whether a word is of it.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}
