//! What the desk decides: facts that were read go in, what is to be written comes out.
//!
//! Guarantees: a decision depends on its arguments alone, so it runs the same in a test, in a simulation and in the node. Nothing here
//! reads a row, a clock or a file, and nothing here writes.
//!
//! Does not know: where facts come from, in which transaction a decision is carried out.

pub mod inbound;
pub mod recall;
