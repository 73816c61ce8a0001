//! What a person sees of a text, and what is in it all the same.
//!
//! Guarantees: one table says which characters are not seen; what shows texts to people, what looks for such characters in what
//! leaves, and what drops them from a tearline all ask it. Which characters these are comes from the Unicode Character Database
//! (ICU4X), not from a list of ours.
//!
//! Does not know: where a text comes from, who reads it, whether it may leave.

mod hidden;
mod lookalike;
mod meaning;
mod shortened;
mod unseen;
mod visible;

pub use hidden::{Hidden, hidden};
pub use lookalike::{Look, mixed_scripts, plain_look};
pub use meaning::{Cleaned, clean, is_plain_line};
pub use shortened::shortened;
pub use unseen::{Unseen, unseen};
pub use visible::{MARKS_SHOWN, visible, visible_line};
