//! What the check asks of the holdings while it runs.
//!
//! Guarantees: an answer that could not be had is an error, never "no". Does not know: how anything is stored.

use comity_correlate::CorrelatedValue;
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// The holdings could not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the holdings could not be read")]
pub struct NotRead;

/// What is held, as the check asks about it.
pub trait Held {
    /// Returns the highest act of the corpus that the answers take in; no answer may leave out an earlier one.
    ///
    /// # Errors
    /// [`NotRead`] where the answers do not take in all that is held, or it cannot be told.
    fn act(&self) -> Result<u64, NotRead>;

    /// Tells whether a UUID is that of something of ours that is not released.
    ///
    /// # Errors
    /// [`NotRead`].
    fn is_unreleased(&self, uuid: &Uuid) -> Result<bool, NotRead>;

    /// Returns which of these runs of words stand in a text that must not leave.
    ///
    /// # Errors
    /// [`NotRead`].
    fn texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead>;

    /// Returns which of these runs of words stand in a text that two officers declared public.
    ///
    /// # Errors
    /// [`NotRead`].
    fn public_texts(&self, prints: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead>;

    /// Returns which of these values are held in observations only, of which none is public, and were not sent to every recipient.
    ///
    /// # Errors
    /// [`NotRead`].
    fn values(&self, values: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead>;
}
