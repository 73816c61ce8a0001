//! How a Latin name is spoken: other scripts write foreign names by their sound, not by their letters.
//!
//! Guarantees: one spelling for each language of the table (`spoken.tsv`), in plain Latin letters. Does not know: which language a name is of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Stands behind letters that end the word.
const END: char = '$';

type Rules = Vec<(Vec<char>, Vec<char>)>;

static LANGUAGES: LazyLock<Vec<Rules>> = LazyLock::new(|| {
    let rule = |rule: &str| {
        let (from, to) = rule.split_once('=')?;
        Some((from.chars().collect(), to.chars().collect()))
    };
    let rules = |line: &str| line.split_once('\t').map(|(_, rules)| rules.split(' ').filter_map(rule).collect());
    include_str!("spoken.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(rules).collect()
});

/// Returns the spoken spellings of a small Latin word, accents kept.
pub(crate) fn spoken(word: &[char]) -> BTreeSet<Vec<u8>> {
    LANGUAGES.iter().map(|rules| by(rules, word)).collect()
}

fn by(rules: &Rules, word: &[char]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len() + 4);
    let mut rest = word;
    while let Some((first, more)) = rest.split_first() {
        // The longest that fits: `sch` before `ch`.
        let fitting = rules
            .iter()
            .filter(|(from, _)| {
                from.first() == Some(first)
                    && if let Some(end) = from.strip_suffix(&[END]) { rest == end } else { rest.starts_with(from) }
            })
            .max_by_key(|(from, _)| from.len());
        if let Some((from, to)) = fitting {
            out.extend(to.iter().copied());
            rest = rest.get(from.strip_suffix(&[END]).unwrap_or(from).len()..).unwrap_or_default();
        } else {
            out.extend(crate::fold::base(*first));
            rest = more;
        }
    }
    crate::sounds::ascii(&out)
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
