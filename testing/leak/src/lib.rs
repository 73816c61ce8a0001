//! Test cases for a leak check: what people of the field really write when a protected term is meant.
//!
//! Guarantees: the same seed and count give the same cases; every case is a STIX bundle in JSON; all names are invented; no other
//! crate of Comity is read or used, so that the yardstick does not know what it measures.
//!
//! Does not know: how the check works, which writings it promises to find.
//!
//! A check is measured so:
//!
//! ```
//! use comity_leak_cases::{cases, score};
//!
//! let score = score(cases(1, 400), |terms| {
//!     let names: Vec<String> = terms.iter().map(|term| term.term.clone()).collect();
//!     Box::new(move |bundle| {
//!         let text = String::from_utf8_lossy(bundle);
//!         Ok((0..names.len()).filter(|at| names.get(*at).is_some_and(|name| text.contains(name))).collect())
//!     })
//! });
//! assert!(score.markdown().starts_with("## listed"));
//! ```

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
