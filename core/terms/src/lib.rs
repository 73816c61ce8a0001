//! Protected terms, as people write them: the kinds of terms, and where one of them stands in a text.
//!
//! Guarantees: a term is found in every class of writing that its kind names (docs/RELEASE.md), in time linear in the text, or the search
//! says that it did not come to an end; neither a term nor anything made from one can be printed or serialised from here.
//!
//! Does not know: where terms come from, who may see a hit, what a release is.

mod decode;
mod endings;
mod fold;
mod heard;
mod kind;
mod known;
mod lexicon;
mod literal;
mod lookalike;
mod name;
mod neighbours;
pub mod number;
mod register;
pub mod romanise;
mod sequence;
mod sounds;
mod spoken;
mod tables;
mod term;
mod text;
mod words;

pub use decode::{Decoded, Decoder, decode, documents};
pub use heard::{Heard, heard};
pub use kind::{TermKind, UnknownKind};
pub use known::WordMap;
pub use literal::Origin;
pub use lookalike::{Compact, FORMS, Form, Normaliser};
pub use register::{Hit, Register, RegisterBuilder, Searcher};
pub use tables::ORDINARY_WORDS;
pub use term::{Term, infer, is_common_given_name, is_personal_name};
pub use text::{Text, is_accent};
