//! TAXII 2.1 (OASIS Standard, 10 June 2021) as data: what a request asks, and the bytes of its answer.
//!
//! Guarantees: a request is understood whole or refused with what, where, which limit and what to do; objects enter an answer as the
//! bytes they are; a cursor counts only for whom it was made, with the filter it was made with. Clauses are those of the standard.
//! Does not know: sockets, tokens, where objects are kept, what time it is.

pub mod credentials;
pub mod cursor;
pub mod envelope;
pub mod media;
pub mod page;
pub mod query;
pub mod record;
pub mod refusal;
pub mod resource;
pub mod route;

pub use cursor::{Cursor, CursorKey};
pub use envelope::{Envelope, Manifest};
pub use query::{Asked, Query, Versions};
pub use record::Facts;
pub use refusal::Refusal;
pub use route::Route;
