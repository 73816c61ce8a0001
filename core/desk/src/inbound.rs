//! Entries that arrive: what becomes of one that is refused, held, answered.

mod answer;
mod card;
mod document;
mod refused;

pub use answer::{Moment, answer_to, is_heard_in_quarantine, named, state_said};
pub use card::renewed_card;
pub use document::{COPIES_MAX, DocumentDecision, DocumentFacts, Earlier, decide_document};
pub use refused::{AfterRefusal, RefusedFacts, SPOILED_TRIES_MAX, after_refusal};
