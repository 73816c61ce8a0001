//! From what a person typed to an FTS5 expression.

use super::fold::fold;

/// More words than this do not narrow a search any further; FTS5 bounds the depth of an expression (256).
const TERMS_MAX: usize = 64;
/// Characters of one term that are looked at.
const TERM_CHARS_MAX: usize = 256;

/// Returns an FTS5 MATCH expression for what a person typed: all words must occur; `"quoted words"` must occur side by
/// side; a word that ends in `*` stands for every word that begins so, and so does a last word in Hangul: Korean joins endings and
/// further nouns to a word without a blank. `None` where there is nothing to look for.
///
/// Nothing typed is an operator: each term becomes a quoted string of letters, digits and blanks.
pub fn fts_query(text: &str) -> Option<String> {
    let mut terms: Vec<String> = Vec::new();
    for piece in pieces(text) {
        if terms.len() == TERMS_MAX {
            break;
        }
        if let Some(term) = phrase(&piece)
            && !terms.contains(&term)
        {
            terms.push(term);
        }
    }
    (!terms.is_empty()).then(|| terms.join(" "))
}

/// Splits at blanks, except inside double quotes (also the typographic ones that keyboards put in).
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut quoted = false;
    for c in text.chars() {
        let quote = matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}');
        if quote || (c.is_whitespace() && !quoted) {
            if !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
            }
            quoted = quote && !quoted;
        } else if piece.len() < 4 * TERM_CHARS_MAX {
            piece.push(c);
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn phrase(piece: &str) -> Option<String> {
    let folded = fold(piece);
    let words: String = folded.chars().take(TERM_CHARS_MAX).map(|c| if is_word(c) { c } else { ' ' }).collect();
    let words =
        words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect::<Vec<_>>().join(" ");
    let prefix = piece.ends_with('*') || words.chars().next_back().is_some_and(is_hangul);
    (!words.is_empty()).then(|| format!("\"{words}\"{}", if prefix { "*" } else { "" }))
}

/// Letters, digits and the marks on them; everything else separates words for the tokenizer too.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// Whether a folded character is Hangul, whole or in its letters.
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}
