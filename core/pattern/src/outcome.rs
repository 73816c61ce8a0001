//! What comes of matching a pattern.

/// What comes of matching a pattern against observed-data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It matches: the places of the observed-data that one binding has, in ascending order, each once.
    Match(Vec<usize>),
    /// It does not match.
    NoMatch,
    /// There is no answer.
    Error(EvaluationError),
    /// A bound on the work was hit before there was an answer: neither yes nor no.
    Undetermined,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The pattern cannot be evaluated ([`crate::RemarkKind::is_fatal`]).
    #[error("the pattern cannot be evaluated")]
    Pattern,
    /// A timestamp literal met a string that is no timestamp: neither true nor false would be safe.
    #[error("a timestamp literal is compared with a value that is no timestamp")]
    NotATimestamp,
}
