//! How much of everything a pattern may use, checked while it is read (security.md §5, cases 98–113).

/// Bounds of one pattern. All are checked before memory is taken for what they bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub text_bytes_max: usize,
    /// Comparisons in the whole pattern.
    pub terms_max: usize,
    /// Parentheses inside each other.
    pub depth_max: usize,
    /// Steps of one object path.
    pub steps_max: usize,
    /// Bytes of the regular expression after MATCHES.
    pub regex_bytes_max: usize,
    /// Bytes that a compiled regular expression may take.
    pub regex_compiled_bytes_max: usize,
    /// The largest REPEATS count; nested counts multiply and are bounded by this too.
    pub repeats_max: u64,
    /// The longest WITHIN, in seconds: a hundred years.
    pub within_seconds_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes_max: 64 << 10,
            terms_max: 1_000,
            depth_max: 32,
            steps_max: 32,
            regex_bytes_max: 1 << 10,
            regex_compiled_bytes_max: 256 << 10,
            repeats_max: 10_000,
            within_seconds_max: 3_155_760_000,
        }
    }
}
