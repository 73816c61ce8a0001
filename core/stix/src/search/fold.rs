//! Folding: one spelling for all spellings of a word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns a text in the form in which it is indexed and looked for: compatibility forms, case and diacritics removed,
/// blanks between the characters of scripts that are written without spaces.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// As [`fold`], onto the end of a text.
pub(super) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        return fold_ascii(text, out);
    }
    // Nothing is joined or reordered across a blank, so the few words that need the tables do not cost the others the way through them.
    for (number, piece) in text.split(' ').enumerate() {
        if number > 0 {
            out.push(' ');
        }
        if piece.is_ascii() {
            fold_ascii(piece, out);
        } else {
            fold_any(piece, out);
        }
    }
}

/// Folds ASCII: each control character, such as a line end, becomes one blank.
fn fold_ascii(text: &str, out: &mut String) {
    let begin = out.len();
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        out.extend(text.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }));
    } else {
        out.push_str(text);
    }
    if let Some(added) = out.get_mut(begin..) {
        added.make_ascii_lowercase();
    }
}

/// Folds any text.
fn fold_any(text: &str, out: &mut String) {
    // NFKC joins what compatibility separates, then case; NFD takes marks off their letters so that they can go.
    let lower = text.nfkc().flat_map(char::to_lowercase);
    let mut base = '\0';
    let kept = lower.nfd().filter_map(|c| {
        let keep = keep_mark(base, c);
        if !is_combining_mark(c) {
            base = c;
        }
        keep
    });
    let mut spaced = false;
    for c in kept.flat_map(simplify).nfkc() {
        if is_combining_mark(c) {
            out.push(c);
            continue;
        }
        let alone = is_unspaced(c);
        if (alone || spaced) && !out.ends_with(' ') && !out.is_empty() && !c.is_whitespace() {
            out.push(' ');
        }
        spaced = alone;
        out.push(if c.is_control() || c.is_whitespace() { ' ' } else { c });
    }
}

/// Drops a mark that only decorates its letter, and characters that cannot be seen.
fn keep_mark(base: char, c: char) -> Option<char> {
    let drop = match c {
        // Diacritics of Latin, Greek and Cyrillic; in other scripts the same marks may carry meaning.
        '\u{300}'..='\u{36f}' => {
            matches!(base, '\0'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{1e00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a640}'..='\u{a69f}' | '\u{a720}'..='\u{a7ff}')
        }
        // Arabic vowel signs and Koranic marks, hamza above and below included; tatweel.
        '\u{610}'..='\u{61a}'
        | '\u{640}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}'
        | '\u{6ea}'..='\u{6ed}' => true,
        // Hebrew accents and points; its punctuation stays.
        '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5c6}' => false,
        '\u{591}'..='\u{5c7}' => true,
        // Soft hyphen, joiners, directional controls, variation selectors, byte order mark, tags.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    };
    (!drop).then_some(c)
}

/// Writes letters that differ from another only by a stroke, or by a convention of spelling, as that other.
fn simplify(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ð' | 'đ' => ('d', None),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        // Alef wasla, alef maksura and Persian yeh, Persian kaf, teh marbuta: one word, different keyboards.
        '\u{671}' => ('\u{627}', None),
        '\u{649}' | '\u{6cc}' => ('\u{64a}', None),
        '\u{6a9}' => ('\u{643}', None),
        '\u{629}' => ('\u{647}', None),
        '\u{660}'..='\u{669}' => (digit(c, 0x660), None),
        '\u{6f0}'..='\u{6f9}' => (digit(c, 0x6f0), None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c).saturating_sub(zero), 10).unwrap_or(c)
}

/// Han, Hiragana, Katakana, Thai, Lao, Myanmar, Khmer: words follow each other without a blank.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{19e0}'..='\u{19ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}'
        | '\u{f900}'..='\u{faff}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str, before: &str) -> String {
        let mut out = before.to_owned();
        fold_any(text, &mut out);
        out
    }

    proptest! {
        /// Word by word comes to the same as all at once, whatever stands before: homes hold what earlier programs folded.
        #[test]
        fn piece_by_piece_is_as_the_whole(
            text in "(\\PC|[ a-zA-Z0-9.]|[\\x00-\\x7f]|[\u{300}-\u{36f}]|[\u{591}-\u{5c7}]|[\u{a0}-\u{bf}]|[\u{2000}-\u{200f}]|[\u{e00}-\u{e7f}]|[\u{3040}-\u{30ff}]|[\u{1100}-\u{11ff}]){0,40}",
            blank: bool,
        ) {
            let before = if blank { "x " } else { "" };
            let mut pieces = before.to_owned();
            fold_into(&text, &mut pieces);
            prop_assert_eq!(pieces, whole(&text, before));
        }
    }
}
