//! How a Latin name is spoken: other scripts write foreign names by their sound, not by their letters.
//!
//! Guarantees: one spelling for each language of the table (`spoken.tsv`), in plain Latin letters. Does not know: which language a name is of.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Stands behind letters that end the word.
const END: char = '$';

/// What letters are spoken as.
struct Rule {
    from: Vec<char>,
    to: Vec<u8>,
}

impl Rule {
    /// The letters that are spoken so.
    fn letters(&self) -> &[char] {
        self.from.strip_suffix(&[END]).unwrap_or(&self.from)
    }

    fn fits(&self, rest: &[char]) -> bool {
        let letters = self.letters();
        if letters.len() < self.from.len() { rest == letters } else { rest.starts_with(letters) }
    }
}

/// The rules of a language, those of one first letter side by side, the longest of them first.
struct Language {
    rules: Vec<Rule>,
    /// For each letter of ASCII, where its rules begin and end.
    ascii: Vec<(u16, u16)>,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let rule = |rule: &str| {
        let (from, to) = rule.split_once('=')?;
        let to = to.bytes().filter(u8::is_ascii_alphabetic).collect();
        Some(Rule { from: from.chars().collect(), to }).filter(|rule| !rule.from.is_empty())
    };
    let rules = |line: &str| line.split_once('\t').map(|(_, rules)| Language::new(rules.split(' ').filter_map(rule)));
    include_str!("spoken.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(rules).collect()
});

impl Language {
    fn new(rules: impl Iterator<Item = Rule>) -> Self {
        let mut rules: Vec<Rule> = rules.collect();
        // Of two rules for the same letters the last counts.
        rules.reverse();
        rules.sort_by_key(|rule| (rule.from.first().copied(), Reverse(rule.from.len())));
        let ascii = ('\0'..='\u{7f}').map(|letter| range(&rules, letter)).collect();
        Self { rules, ascii }
    }

    /// Returns the rules that begin with a letter.
    fn of(&self, letter: char) -> &[Rule] {
        let known = self.ascii.get(letter as usize).copied();
        let (from, to) = known.unwrap_or_else(|| range(&self.rules, letter));
        self.rules.get(usize::from(from)..usize::from(to)).unwrap_or_default()
    }

    fn spell(&self, word: &[char], out: &mut Vec<u8>) {
        out.clear();
        let mut rest = word;
        while let Some((first, more)) = rest.split_first() {
            // The longest that fits: `sch` before `ch`.
            if let Some(rule) = self.of(*first).iter().find(|rule| rule.fits(rest)) {
                out.extend_from_slice(&rule.to);
                rest = rest.get(rule.letters().len()..).unwrap_or_default();
            } else {
                if first.is_ascii_alphabetic() {
                    out.push(first.to_ascii_lowercase() as u8);
                } else if !first.is_ascii() {
                    out.extend(crate::sounds::ascii(&crate::fold::base(*first)));
                }
                rest = more;
            }
        }
    }
}

fn range(rules: &[Rule], letter: char) -> (u16, u16) {
    let place = |above: bool| {
        rules.partition_point(|rule| rule.from.first().is_some_and(|it| *it < letter || above && *it == letter)) as u16
    };
    (place(false), place(true))
}

/// Returns the spoken spellings of a small Latin word, accents kept.
pub(crate) fn spoken(word: &[char]) -> BTreeSet<Vec<u8>> {
    let (mut all, mut one) = (BTreeSet::new(), Vec::with_capacity(2 * word.len()));
    for language in LANGUAGES.iter() {
        language.spell(word, &mut one);
        if !all.contains(&one) {
            all.insert(one.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_their_sound() {
        for (name, sound) in [
            ("weissmüllner", "vaismyulner"),
            ("grzegorz", "gzhegozh"),
            ("řebíček", "rzhebichek"),
            ("quillfeather", "kuilfiter"),
            ("şükrü", "shukru"),
        ] {
            let spoken = spoken(&name.chars().collect::<Vec<_>>());
            assert!(
                spoken.contains(sound.as_bytes()),
                "{name}: {:?}",
                spoken.iter().map(|it| String::from_utf8_lossy(it)).collect::<Vec<_>>()
            );
        }
    }
}
