//! The leak check: what in the final bytes must not leave (domain.md §2.5, R2.16; security.md I5, I6).
//!
//! Guarantees: it reads the bytes that would leave, not the model they came from; it finds the terms it was given in the
//! classes that `comity-terms` names, encodings alone and one inside the other; it never repeats a protected term;
//! where it runs out of steps, or something could not be read, it says so, and that cannot be overridden. A [`Checked`] is made here
//! and nowhere else.
//!
//! Does not know: what is released (it is told), where terms come from, who may see a finding.

mod candidates;
mod check;
mod checked;
mod clean;
mod configuration;
mod corpus;
mod excerpt;
mod facts;
mod finding;
mod held;
mod hidden;
mod json;
mod kept;
mod marks;
mod neighbours;
mod partners;
mod pending;
mod personal;
mod pieces;
mod places;
mod position;
mod print;
mod protected;
mod said;
mod terms;

pub use check::{leak_check, search};
pub use checked::{Checked, Coverage};
pub use comity_terms::{Term, TermKind, UnknownKind, infer, is_common_given_name, is_personal_name};
pub use configuration::{CheckConfiguration, TABLES};
pub use corpus::{LeakCorpus, LeakCorpusBuilder, is_matchable, is_matchable_host};
pub use excerpt::Excerpt;
pub use finding::{Finding, FindingClass};
pub use held::{Held, NotRead};
pub use kept::KeptCheck;
pub use pieces::Pieces;
pub use print::{PRINTS, PrintKey, Printer, each_text};
pub use protected::{LookedFor, ProtectedTerms, TermPlaces, VaultTerms, term_places};
pub use terms::{TermFinding, TermList, TermsFound};
