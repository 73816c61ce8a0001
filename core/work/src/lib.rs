//! Documents: what officers' words look like when they leave, form by form.
//!
//! Guarantees: a [`Body`] is exactly what its form allows, whether it was written here or arrived; one table ([`RULES`]) says of
//! every form who signs it, how long it may be, who may verify it and whether it can be recalled. Pure: no clock, no input or output.
//!
//! Does not know: who agreed (`comity-release` does), how it travels (`comity-link` does), where it is kept.

mod body;
mod rules;

pub use body::{Body, BodyFault, HELLO_CHARS_MAX, Hello};
pub use rules::{FormRules, RULES, rules};
