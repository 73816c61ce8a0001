//! A few Latin letters that a letter of another script is written with.
//!
//! Guarantees: only a-z; at most [`SPELLING_MAX`] of them; kept in place, so that a lattice is walked without following pointers.
//!
//! Does not know: which letter it is for, and when.

use super::key::{Key, SYMBOLS_MAX};

/// `schtscho`, the longest.
pub(super) const SPELLING_MAX: usize = 8;

/// Up to eight letters; none is a spelling too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spelling {
    letters: [u8; SPELLING_MAX],
    length: u8,
}

impl Spelling {
    /// No letter.
    pub const NOTHING: Spelling = Spelling { letters: [0; SPELLING_MAX], length: 0 };

    /// Takes the letters of a text and leaves out everything else; `-` is the empty spelling. What is too long is cut off.
    pub fn of(text: &str) -> Self {
        let mut spelling = Spelling::default();
        let letters = text.bytes().map(|byte| byte.to_ascii_lowercase()).filter(u8::is_ascii_lowercase);
        for (place, letter) in spelling.letters.iter_mut().zip(letters) {
            *place = letter;
            spelling.length += 1;
        }
        spelling
    }

    /// Returns the letters.
    pub fn letters(&self) -> &[u8] {
        self.letters.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Tells whether keys do not see it.
    pub fn has_no_symbol(&self) -> bool {
        Key::default().with(self.letters(), SYMBOLS_MAX).is_empty()
    }

    /// Returns the letter of a spelling that has only one, if people ever write it twice.
    pub fn doubled(&self) -> Option<u8> {
        match self.letters() {
            [b'x'] => None,
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// Spellings of which one is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group<'a> {
    /// Every one.
    pub all: &'a [Spelling],
    /// One for each kind that keys tell apart.
    pub kinds: &'a [Spelling],
}

impl<'a> Group<'a> {
    /// Takes spellings as they are.
    pub fn plain(all: &'a [Spelling]) -> Self {
        Group { all, kinds: all }
    }

    /// Tells whether there is nothing to choose from, so that nothing is written.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// The spellings of a table.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    all: Box<[Spelling]>,
    kinds: Box<[Spelling]>,
}

impl Spellings {
    /// Takes spellings with blanks between them.
    pub fn of(text: &str) -> Self {
        text.split(' ').filter(|word| !word.is_empty()).map(Spelling::of).collect()
    }

    /// Returns them to choose from.
    pub fn group(&self) -> Group<'_> {
        Group { all: &self.all, kinds: &self.kinds }
    }
}

impl FromIterator<Spelling> for Spellings {
    fn from_iter<I: IntoIterator<Item = Spelling>>(all: I) -> Self {
        let all: Box<[Spelling]> = all.into_iter().collect();
        let mut kinds: Vec<(Key, Spelling)> = Vec::new();
        for spelling in &all {
            let key = Key::default().with(spelling.letters(), SYMBOLS_MAX);
            if kinds.iter().all(|(known, _)| *known != key) {
                kinds.push((key, *spelling));
            }
        }
        Spellings { kinds: kinds.into_iter().map(|(_, spelling)| spelling).collect(), all }
    }
}
