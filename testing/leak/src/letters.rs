//! Changes of letters that several tiers use: marks dropped, umlauts spelt out, other forms of the same letter.
//!
//! Guarantees: what is no letter stays as it is.
//!
//! Does not know: why a writer changes a letter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::table::{field, rows};

/// Drops marks and strokes.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in text.nfd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'đ' => out.push('d'),
            'Đ' => out.push('D'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'ø' => out.push('o'),
            'Ø' => out.push('O'),
            'ß' => out.push_str("ss"),
            'ı' => out.push('i'),
            'æ' => out.push_str("ae"),
            'Æ' => out.push_str("Ae"),
            'œ' => out.push_str("oe"),
            'Œ' => out.push_str("Oe"),
            'ʿ' | 'ʾ' | 'ʼ' | 'ʹ' | 'ʺ' => {}
            other => out.push(other),
        }
    }
    out
}

/// Spells umlauts and Nordic letters with two letters.
pub(crate) fn spelt_out(text: &str) -> String {
    let pairs = [
        ('ä', "ae"),
        ('ö', "oe"),
        ('ü', "ue"),
        ('Ä', "Ae"),
        ('Ö', "Oe"),
        ('Ü', "Ue"),
        ('ß', "ss"),
        ('å', "aa"),
        ('Å', "Aa"),
        ('ø', "oe"),
        ('Ø', "Oe"),
        ('æ', "ae"),
        ('Æ', "Ae"),
    ];
    let mut out = String::new();
    for letter in text.chars() {
        match pairs.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => out.push_str(to),
            None => out.push(letter),
        }
    }
    out
}

pub(crate) fn decomposed(text: &str) -> String {
    text.nfd().collect()
}

/// Full-width forms of what is ASCII.
pub(crate) fn wide(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect()
}

/// Look-alikes of another script; `every` in how many letters one is changed.
pub(crate) fn alike(text: &str, column: usize, every: usize) -> String {
    let table: Vec<_> = rows(include_str!("../data/lookalikes.txt")).collect();
    let mut seen = 0;
    let mut buffer = [0; 4];
    text.chars()
        .map(|letter| {
            let key: &str = letter.encode_utf8(&mut buffer);
            let other = table.iter().find(|row| field(row, 0) == key);
            let other = other.and_then(|row| field(row, column).chars().next());
            let Some(other) = other else { return letter };
            seen += 1;
            if seen % every == 0 { other } else { letter }
        })
        .collect()
}

/// Mathematical bold, and other letters of ASCII moved to a block that begins with `upper` and `lower`.
pub(crate) fn moved(text: &str, upper: u32, lower: u32) -> String {
    text.chars()
        .map(|letter| {
            let moved = match letter {
                'A'..='Z' => upper + (u32::from(letter) - 65),
                'a'..='z' => lower + (u32::from(letter) - 97),
                _ => return letter,
            };
            char::from_u32(moved).unwrap_or(letter)
        })
        .collect()
}

/// Puts `between` between all letters.
pub(crate) fn spread(text: &str, between: &str) -> String {
    let letters: Vec<String> = decompose_free(text);
    letters.join(between)
}

fn decompose_free(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for letter in text.chars() {
        match out.last_mut() {
            // A mark stays with its letter.
            Some(last) if is_combining_mark(letter) => last.push(letter),
            _ => out.push(letter.to_string()),
        }
    }
    out
}

/// Puts `between` once into the text, near the middle and never at a word's edge.
pub(crate) fn split_once(text: &str, between: &str) -> String {
    let letters = decompose_free(text);
    let middle = letters.len() / 2;
    let good = |at: &usize| {
        let letter = |at: usize| letters.get(at).is_some_and(|letter| letter.chars().any(char::is_alphanumeric));
        letter(*at) && at.checked_sub(1).is_some_and(letter)
    };
    let Some(at) = (middle..letters.len()).chain((0..middle).rev()).find(good) else { return text.to_owned() };
    let mut out = String::new();
    for (number, letter) in letters.iter().enumerate() {
        if number == at {
            out.push_str(between);
        }
        out.push_str(letter);
    }
    out
}

/// The first letter large, the others small.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Every word with a large first letter.
pub(crate) fn title(text: &str) -> String {
    text.split(' ').map(|word| capital(&word.to_lowercase())).collect::<Vec<_>>().join(" ")
}
