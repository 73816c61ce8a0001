//! The words every other crate speaks: codes, identifiers, times, markings, grades and roles.
//!
//! Guarantees: a value of one of these types is well formed; it was parsed once, at the edge, and
//! there is no `is_valid`. Two kinds of code never stand in for each other.
//!
//! Does not know: what time it is, where bytes are stored, what may be released to whom.

pub mod code;
pub mod digest;
pub mod form;
pub mod grading;
pub mod label;
pub mod link;
pub mod role;
pub mod state;
pub mod time;
pub mod tlp;

pub use code::{CountryCode, OfficerCode, OrgCode, StixId};
pub use digest::Digest;
pub use form::Form;
pub use grading::Grading;
pub use label::SecurityLabel;
pub use link::{LinkStanding, Suspension, Whose};
pub use role::{Role, Roles};
pub use state::{EntryKind, EntryState, RecallAnswer, RecallState, ReleaseState, UnknownWord};
pub use time::Timestamp;
pub use tlp::Tlp;

/// Says whose fault an error is; the command line turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The partner, or the one who made the bytes that arrived.
    Peer,
    /// The person or program that asked.
    Caller,
    /// The installation: disk, modes, configuration, another process.
    Operator,
    /// A fault of our own.
    Bug,
}
