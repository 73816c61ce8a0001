//! The table holds: each spelling is one value, a normal form is its own, what is no value stays.

mod forms;
mod rows;
