//! The HTTP edge that desk and gate share: a strict, bounded HTTP/1.1 listener.
//!
//! Guarantees: a service behind it sees only requests whose head is unambiguous, for a host that is ours, with a path in its only
//! form and a body of announced, limited length; every wait and every count has a limit, and one caller who uses them all up leaves
//! room for the others. What is refused is answered in one place and the connection closed. HTTP/2, upgrades, chunked request
//! bodies and forwarded-for headers do not exist here (security.md §5 G, cases 139 to 153).
//!
//! Does not know: routes, who calls, what is answered.
//!
//! The guard ([`guard`]) stands between socket and hyper: hyper gets a head only after [`head::check`] let it pass. A head that is
//! refused is replaced by an empty request, so that the refusal is answered in its turn.

mod body;
mod connection;
mod floor;
mod guard;
mod head;
mod hosts;
mod limits;
mod listener;
mod patience;
mod pulse;
mod refusal;
mod target;

pub use body::{BodyError, BoundedBody, EdgeBody};
pub use connection::connection;
pub use hosts::Hosts;
pub use limits::Limits;
pub use listener::{Edge, Peer, Transport, serve};
pub use refusal::{Refusal, Refuse, problem_answer};
