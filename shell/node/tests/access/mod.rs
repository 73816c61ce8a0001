//! Sign-in, sessions, approvals and tokens at one node in process, with a browser and an authenticator in software.
mod approvals;
use crate::common;
pub(crate) mod desk;
mod enrolment;
mod links;
mod sessions;
mod tokens;
