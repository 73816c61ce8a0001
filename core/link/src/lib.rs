//! The link between two organisations: cards, signed and sealed entries, the two logs, and the forms of the wire.
//!
//! Guarantees: what goes to the gate was released or is a control entry ([`outgoing`]); what is accepted is authentic,
//! next in order, and opens to what its sender committed to ([`accept`](mod@accept)); a log is never signed twice at
//! one size with two roots, and never cosigned smaller or inconsistent ([`log`]).
//!
//! Does not know: sockets, stores, the clock, what a bundle says.

pub mod exchange;
pub mod gate_protocol;
pub mod outgoing;
pub mod wire;

pub use outgoing::{Outgoing, OutgoingNote};
pub use wire::WireError;
