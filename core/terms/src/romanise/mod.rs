//! Romanisation both ways: whether a word in another script and a Latin word are one another's spelling, in any scheme that people use.
//!
//! A word is a lattice: each letter has its spellings, of all schemes mixed freely. The lattice is walked and never written out.
//!
//! Guarantees: time grows with the letters of the words and not with the number of spellings; everything accepted has its key among the
//! keys of the word.
//!
//! Does not know: what a name is, where a word begins in a text, which words are worth a comparison.

mod cantonese;
mod han;
mod hanja;
mod japanese;
mod key;
mod keys;
mod lattice;
mod outline;
mod reach;
mod script;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod typed;

pub use han::{han_simplified, pinyin_syllables};
pub use hanja::hangul_spellings;
pub use key::{Key, latin_key};
pub use keys::{JAPANESE_KEYS_MAX, KEYS_MAX, first_letters, native_keys, native_keys_as, native_keys_up_to};
pub use lattice::Reading;
pub use outline::Outline;
pub use reach::{Reach, reach, reach_as};
pub use script::{Script, script_of};
