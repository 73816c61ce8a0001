//! The script of a letter, as far as romanisation asks.
//!
//! Guarantees: what is not a letter or a mark of a word has no script; vowel signs and marks have that of their letters.
//!
//! Does not know: how a letter is spelled.

/// A script, or a family of writings that are spelled alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Script {
    /// Latin, with every accent.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Greek.
    Greek,
    /// Arabic, with the letters of Persian and Urdu.
    Arabic,
    /// Hebrew.
    Hebrew,
    /// Devanagari.
    Devanagari,
    /// Chinese characters.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Korean syllables and their parts.
    Hangul,
    /// Thai.
    Thai,
    /// Any other script.
    Other,
}

/// Returns the script of a letter.
pub fn script_of(letter: char) -> Option<Script> {
    let script = match letter {
        'a'..='z' | 'A'..='Z' => Script::Latin,
        '\0'..='\u{7f}' | '\u{d7}' | '\u{f7}' => return None,
        '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{250}'..='\u{2af}' | '\u{2c60}'..='\u{2c7f}' | '\u{a722}'..='\u{a7ff}' => Script::Latin,
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' if letter.is_alphabetic() => Script::Greek,
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' | '\u{1c80}'..='\u{1c8a}' => Script::Cyrillic,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' if letter.is_alphabetic() => {
            Script::Arabic
        }
        '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' if letter.is_alphabetic() => Script::Arabic,
        '\u{591}'..='\u{5f2}' | '\u{fb1d}'..='\u{fb4f}' if letter.is_alphabetic() => Script::Hebrew,
        '\u{900}'..='\u{963}' | '\u{971}'..='\u{97f}' => Script::Devanagari,
        '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => Script::Han,
        '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' => Script::Han,
        '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' => Script::Kana,
        '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' => Script::Kana,
        '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97c}' => Script::Hangul,
        '\u{ac00}'..='\u{d7fb}' => Script::Hangul,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' => Script::Thai,
        other if other.is_alphabetic() => Script::Other,
        _ => return None,
    };
    Some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_a_script() {
        for (letters, script) in [
            ("azÀßłığşđ", Some(Script::Latin)),
            ("йїґљқ", Some(Script::Cyrillic)),
            ("αάς", Some(Script::Greek)),
            ("عبدپگیء", Some(Script::Arabic)),
            ("אםץ", Some(Script::Hebrew)),
            ("किरण्ं", Some(Script::Devanagari)),
            ("王漢々", Some(Script::Han)),
            ("あアーっ", Some(Script::Kana)),
            ("김ㄱ", Some(Script::Hangul)),
            ("กิ่", Some(Script::Thai)),
            ("ქա", Some(Script::Other)),
            ("7 .-'،٣", None),
        ] {
            for letter in letters.chars() {
                assert_eq!(script_of(letter), script, "{letter:?}");
            }
        }
    }
}
