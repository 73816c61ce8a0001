//! One spelling of letters: small, without accents, letters that have no base letter spelled out.
//!
//! Guarantees: text and terms go through the same steps. A letter with an accent may have a second, wide spelling: ä is a, and ae.

/// So far before katakana stand the hiragana of the same sound.
const KATAKANA_DISTANCE: u32 = 0x60;

/// Adds the plain spelling of a letter without accents: small, spelled in letters of its script.
pub(crate) fn plain(letter: char, out: &mut Vec<char>) {
    if letter.is_ascii() {
        out.push(letter.to_ascii_lowercase());
        return;
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    let spelled: &[char] = match small {
        'ß' => &['s', 's'],
        'ø' => &['o'],
        'æ' => &['a', 'e'],
        'œ' => &['o', 'e'],
        'ł' => &['l'],
        'đ' | 'ð' => &['d'],
        'þ' => &['t', 'h'],
        'ı' => &['i'],
        'ħ' => &['h'],
        'ŋ' => &['n'],
        'ŧ' => &['t'],
        'ſ' => &['s'],
        'ς' => &['σ'],
        // Letters by which Russian, Ukrainian, Bulgarian and Serbian write the same name.
        'і' | 'ы' => &['и'],
        'є' | 'э' => &['е'],
        'ґ' => &['г'],
        'ь' | 'ъ' => &[],
        // Persian and Urdu writings of Arabic letters, and what is written without care.
        'ی' | 'ى' => &['ي'],
        'ک' => &['ك'],
        'ة' | 'ۀ' | 'ہ' => &['ه'],
        'أ' | 'إ' | 'آ' | 'ٱ' => &['ا'],
        'ـ' => &[],
        // Vowels and nasals of Hindi whose length people do not keep apart.
        'ी' => &['ि'],
        'ई' => &['इ'],
        'ू' => &['ु'],
        'ऊ' => &['उ'],
        'ँ' => &['ं'],
        // Katakana are compared as hiragana.
        'ァ'..='ヶ' => {
            out.extend(char::from_u32(small as u32 - KATAKANA_DISTANCE));
            return;
        }
        // Final forms.
        'ך' => &['כ'],
        'ם' => &['מ'],
        'ן' => &['נ'],
        'ף' => &['פ'],
        'ץ' => &['צ'],
        han if crate::words::is_han(han) => {
            out.push(crate::romanise::han_simplified(han));
            return;
        }
        other => {
            out.push(other);
            return;
        }
    };
    out.extend_from_slice(spelled);
}

/// The wide spelling of a small letter with its accent.
fn wide_of(letter: char) -> Option<&'static [char]> {
    Some(match letter {
        'ä' | 'æ' => &['a', 'e'],
        'ö' | 'ø' | 'œ' => &['o', 'e'],
        'ü' => &['u', 'e'],
        'å' => &['a', 'a'],
        _ => return None,
    })
}

/// Returns the wide spelling of a word, where it has one. `letters`: with their accents.
pub(crate) fn wide(letters: &[char]) -> Option<Vec<char>> {
    if letters.iter().all(char::is_ascii) {
        return None;
    }
    let mut out = Vec::with_capacity(letters.len() + 4);
    let mut found = false;
    for letter in letters {
        let small = letter.to_lowercase().next().unwrap_or(*letter);
        match wide_of(small) {
            Some(spelled) => {
                found = true;
                out.extend_from_slice(spelled);
            }
            None => out.extend(base(small)),
        }
    }
    found.then_some(out)
}

/// Returns the spelling of a Latin word in which `ae`, `oe`, `ue` and `aa` stand for one letter, where it has any of them.
pub(crate) fn narrow(word: &[char]) -> Option<Vec<char>> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, more)) = rest.split_first() {
        let second = more.first();
        let two = matches!((first, second), ('a' | 'o' | 'u', Some('e')) | ('a', Some('a')));
        out.push(*first);
        rest = if two { more.get(1..).unwrap_or_default() } else { more };
    }
    (out.len() < word.len()).then_some(out)
}

/// The plain spelling of one letter that may have an accent.
pub(crate) fn base(letter: char) -> Vec<char> {
    let mut out = Vec::with_capacity(2);
    add_base(letter, &mut out);
    out
}

fn add_base(letter: char, out: &mut Vec<char>) {
    use unicode_normalization::UnicodeNormalization as _;
    if letter.is_ascii() {
        return out.push(letter.to_ascii_lowercase());
    }
    if matches!(letter, '\u{ac00}'..='\u{d7a3}') {
        return out.push(letter);
    }
    std::iter::once(letter).nfkd().filter(|part| !crate::text::is_accent(*part)).for_each(|part| plain(part, out));
}

/// A word in small letters, accents kept.
pub(crate) fn small(letters: &[char]) -> Vec<char> {
    letters.iter().flat_map(|letter| letter.to_lowercase()).collect()
}

/// The plain spelling of a word as one text, as the tables of words have it.
pub(crate) fn plain_text(letters: &[char]) -> String {
    plain_word(letters).into_iter().collect()
}

/// The plain spelling of a word whose letters may have accents.
pub(crate) fn plain_word(letters: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(letters.len());
    letters.iter().for_each(|letter| add_base(*letter, &mut out));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        assert_eq!(plain_word(&chars("MÜLLER")), chars("muller"));
        assert_eq!(wide(&chars("Müller")), Some(chars("mueller")));
        assert_eq!(narrow(&chars("mueller")), Some(chars("muller")));
        assert_eq!(wide(&chars("Kormoran")), None);
        assert_eq!(narrow(&chars("kormoran")), None);
        assert_eq!(plain_word(&chars("Łódź Straße ΟΔΟΣ")), chars("lodz strasse οδοσ"));
    }
}
