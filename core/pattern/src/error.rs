//! Why a text is not a pattern, and where.

/// A text that is not a pattern: the first thing wrong, at the byte where it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct PatternError {
    /// Byte of the text, from 0.
    pub offset: usize,
    /// What is wrong there.
    pub kind: PatternErrorKind,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternErrorKind {
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What may stand here.
        expected: &'static str,
        /// What stands here.
        found: &'static str,
    },
    /// A string that does not end.
    #[error("the string that begins here has no closing quote")]
    UnterminatedString,
    /// A backslash before something other than a quote or a backslash.
    #[error("the string that begins here has a backslash at byte {at} that escapes neither ' nor \\; write it as \\\\")]
    BadEscape {
        /// Byte of the backslash.
        at: usize,
    },
    /// A comment that does not end.
    #[error("the comment that begins here does not end")]
    UnterminatedComment,
    /// `h'…'` with something other than pairs of hexadecimal digits.
    #[error("not a hex literal: pairs of hexadecimal digits are expected between the quotes")]
    BadHex,
    /// `b'…'` with something other than padded base64.
    #[error("not a binary literal: padded base64 is expected between the quotes")]
    BadBinary,
    /// `t'…'` with something other than a timestamp of RFC 3339 that ends with Z.
    #[error("not a timestamp literal: YYYY-MM-DDThh:mm:ss[.fraction]Z is expected, of a day that exists")]
    BadTimestamp,
    /// `==` or `<>`.
    #[error("not an operator of the standard; write {write}")]
    ForeignOperator {
        /// What the standard has in its place.
        write: &'static str,
    },
    /// A property name with a hyphen and without quotes.
    #[error("a property name with a hyphen needs quotes")]
    UnquotedHyphen,
    /// A whole number outside 128 bits.
    #[error("the number is too large")]
    NumberTooLarge,
    /// A limit of ours.
    #[error("too much: at most {max} {unit} are accepted")]
    Limit {
        /// What is bounded.
        unit: &'static str,
        /// The bound.
        max: u64,
    },
    /// A regular expression outside the safe subset.
    #[error("the regular expression uses {construct}, which is not supported: {hint}")]
    UnsupportedRegex {
        /// What it uses.
        construct: &'static str,
        /// Why not, or what to write instead.
        hint: &'static str,
    },
    /// The right side of ISSUBSET or ISSUPERSET is neither an address nor a range.
    #[error("not an IPv4 or IPv6 address or CIDR range, without a zone")]
    BadAddress,
    /// A regular expression that is none.
    #[error("not a regular expression: {reason}")]
    BadRegex {
        /// In words.
        reason: &'static str,
    },
    /// The same qualifier twice on one observation expression.
    #[error("{qualifier} stands twice on the same observation expression")]
    DuplicateQualifier {
        /// Its keyword.
        qualifier: &'static str,
    },
}

impl PatternError {
    /// Tells whether the pattern is too much rather than malformed.
    pub fn is_limit(&self) -> bool {
        matches!(self.kind, PatternErrorKind::Limit { .. })
    }
}
