//! Test cases for a leak check: what people of the field really write when a protected term is meant.
//!
//! Guarantees: the same seed and count give the same cases; every case is a STIX bundle in JSON; all names are invented; no other
//! crate of Comity is read or used, so that the yardstick does not know what it measures.
//!
//! Does not know: how the check works, which writings it promises to find.

mod benign;
mod bundle;
mod cases;
mod class;
mod expected;
mod letters;
mod listed;
mod pages;
mod rng;
mod romanise;
mod score;
mod table;
mod world;
mod write;

pub use cases::{Case, Tier, cases, class_names};
pub use pages::{NativePage, native_pages};
pub use score::{Check, Score, Undetermined, score};
pub use world::{TermSpec, terms};
