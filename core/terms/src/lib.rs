//! Protected terms, as people write them: the kinds of terms, and where one of them stands in a text.
//!
//! Guarantees: a term is found in every class of writing that its kind names (docs/RELEASE.md), in time linear in the text, or the search
//! says that it did not come to an end; neither a term nor anything made from one can be printed or serialised from here.
//!
//! Does not know: where terms come from, who may see a hit, what a release is.

mod kind;
mod number;
mod text;

pub use kind::{TermKind, UnknownKind};
pub use number::{Numbers, NumbersBuilder, infer};
pub use text::Text;
