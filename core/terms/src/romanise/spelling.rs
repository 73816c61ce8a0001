//! A few Latin letters that a letter of another script is written with.
//!
//! Guarantees: only a-z; at most [`SPELLING_MAX`] of them; kept in place, so that a lattice is walked without following pointers.
//!
//! Does not know: which letter it is for, and when.

/// `schtsch`, the longest.
pub(super) const SPELLING_MAX: usize = 7;

/// Up to seven letters; none is a spelling too.
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

    /// Returns the letter of a spelling that has only one, if people ever write it twice.
    pub fn doubled(&self) -> Option<u8> {
        match self.letters() {
            [b'x'] => None,
            [one] => Some(*one),
            _ => None,
        }
    }
}
