//! How much of a text fits into a line of a list.

use crate::unseen::unseen;

/// The characters of the longest mark, such as `⟨U+E0041⟩`.
const MARK_CHARACTERS: usize = 10;

/// Returns the beginning of a text of which at most `shown_max` characters are shown, where what is not seen takes as many as the
/// longest mark has; `None` where the whole text fits.
pub fn shortened(text: &str, shown_max: usize) -> Option<&str> {
    let mut shown = 0usize;
    for (at, character) in text.char_indices() {
        let hidden = unseen(character).is_some() || matches!(character, '\n' | '\t');
        shown += if hidden { MARK_CHARACTERS } else { 1 };
        if shown > shown_max {
            return text.get(..at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visible_line;

    #[test]
    fn what_is_shown_of_the_beginning_fits() {
        for (text, expect) in [
            ("plain", None),
            ("exactly ten", Some("exactly te")),
            ("0123456789", None),
            ("", None),
            ("\u{e0041}", None),
            ("a\u{e0041}b", Some("a")),
            ("字字字字字字字字字字字", Some("字字字字字字字字字字")),
        ] {
            assert_eq!(shortened(text, 10), expect, "{text}");
        }
        let long = "\u{e0041}\u{202e}x".repeat(1_000);
        let shown = visible_line(shortened(&long, 200).unwrap()).chars().count();
        assert!(shown <= 200 && shown > 150, "{shown}");
    }
}
