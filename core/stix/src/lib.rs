//! STIX 2.1 as it arrives: strict JSON, objects cut out of bundles of any size, what is in them and what is wrong with them.
//!
//! Guarantees: bytes are never changed; every limit is checked before memory is spent; an object with defects is
//! described, not dropped. Does not know: time, files, databases, who may see what.

pub mod canonical;
pub mod file;
pub mod inspect;
pub mod json;
pub mod kind_of_file;
pub mod marking;
pub mod search;
pub mod splitter;
pub mod versioning;

pub use canonical::{CanonicalError, canonical};
pub use file::{Content, FileFacts, FileSplitter, Piece, RefusedObject};
pub use inspect::{Defect, ObjectFacts, Reference, Unusable, inspect};
pub use json::{JsonError, JsonErrorKind, Limits, check};
pub use kind_of_file::{KindOfFile, kind_of_file};
pub use marking::{MarkingKind, ObjectMarking, UnknownMarking};
pub use search::{fold, fts_query, is_hangul, search_text};
pub use splitter::{BundleFacts, FileKind, RawObject, Splitter};
