//! A place in the bytes that would leave, with what stands around it.
//!
//! Does not know: who may see it.

/// How many bytes around a place are shown.
const AROUND: usize = 60;

/// A place and its surroundings, as they are written; what is cut in the middle of a character is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// What stands before it.
    pub before: String,
    /// The place itself.
    pub found: String,
    /// What stands behind it.
    pub after: String,
}

impl Excerpt {
    /// Cuts out the place of so many bytes from an offset.
    pub fn of(bytes: &[u8], offset: usize, length: usize) -> Self {
        let end = offset.saturating_add(length).min(bytes.len());
        let piece =
            |from: usize, to: usize| String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).into_owned();
        let cut = '\u{fffd}';
        Self {
            before: piece(offset.saturating_sub(AROUND), offset).trim_start_matches(cut).to_owned(),
            found: piece(offset, end),
            after: piece(end, bytes.len().min(end.saturating_add(AROUND))).trim_end_matches(cut).to_owned(),
        }
    }
}

impl std::fmt::Display for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\u{27e6}{}\u{27e7}{}", self.before, self.found, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_with_what_stands_around_it() {
        let text = format!("{}é Bielawski é{}", "x".repeat(57), "y".repeat(99));
        let at = text.find('B').unwrap_or_default();
        let excerpt = Excerpt::of(text.as_bytes(), at, 9);
        assert_eq!(excerpt.found, "Bielawski");
        assert!(excerpt.before.ends_with("xé ") && excerpt.after.starts_with(" éy"));
        assert!(excerpt.to_string().contains("é \u{27e6}Bielawski\u{27e7} é"));
        // A place beyond the end is empty, not a fault.
        assert_eq!(Excerpt::of(b"ab", 5, 9), Excerpt::default());
    }
}
