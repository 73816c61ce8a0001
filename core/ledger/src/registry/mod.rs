//! The registry of officers: a chain of acts, each carrying the signatures of two custodians.
//!
//! Guarantees: nobody enters, leaves or changes alone; the one who has a copy of the acts derives the same officers, or
//! learns which act is the first bad one (spec/registry.md).
//!
//! Does not know: where acts are stored, what time it is, what a role permits.

mod act;
mod state;

pub use act::{ActFault, ActKind, RegistryAct, SignedAct};
pub use state::{Officer, Registry, RegistryError};
