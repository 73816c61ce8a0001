//! Why a pattern can never match.

/// Why a pattern can never match what is observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unmatchable {
    /// It asks for a type of object that is neither one of STIX nor made by any mapping. Observed-data in STIX may have it all the
    /// same, so that it is still looked for.
    #[error("no log line gives an object of the type {0}: only observed-data in STIX could have one")]
    UnknownType(String),
    /// It is no pattern, or one that cannot be evaluated.
    #[error("the pattern cannot be read: {0}")]
    Unreadable(String),
    /// One object would have to be of two types.
    #[error("one object cannot be of the type {0} and of the type {1}")]
    TwoObjects(String, String),
    /// A property never has a value of the kind that is asked for.
    #[error("{path} is never {asked}: it is {kind}")]
    WrongTypeOfValue {
        /// The path.
        path: String,
        /// What is asked for.
        asked: String,
        /// What its values are.
        kind: &'static str,
    },
    /// It contradicts itself.
    #[error("it can never be true: {0}")]
    NeverTrue(String),
}

impl Unmatchable {
    /// Returns the reason in one word, for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Unmatchable::UnknownType(_) => "unknown-type",
            Unmatchable::Unreadable(_) => "unreadable",
            Unmatchable::TwoObjects(..) => "two-objects",
            Unmatchable::WrongTypeOfValue { .. } => "wrong-type-of-value",
            Unmatchable::NeverTrue(_) => "never-true",
        }
    }

    /// Tells whether nothing that anybody could bring would match.
    pub fn is_certain(&self) -> bool {
        !matches!(self, Unmatchable::UnknownType(_))
    }
}
