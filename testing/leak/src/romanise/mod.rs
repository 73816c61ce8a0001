//! To come.
use crate::class::Classes;
pub(crate) fn add(_: &mut Classes) {}
