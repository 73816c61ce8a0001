//! Endings of names in the languages that have them: which words are forms of one name.
//!
//! Guarantees: what may stand at the end of a name is data (`endings.tsv`); a rule is taken by the end of the base form. Prefixes that
//! Arabic and Hebrew write together with the word are here too. Does not know: which language a text is in; every rule of the script counts.

use crate::fold::plain_word;
use crate::romanise::Script;
use std::sync::LazyLock;

const TABLE: &str = include_str!("endings.tsv");
/// A stem shorter than this is no stem.
const STEM_MIN: usize = 2;

/// What may stand in the place of the end of a base form.
#[derive(Debug)]
pub(crate) struct Rule {
    script: Script,
    base: Vec<char>,
    tails: Vec<Vec<char>>,
}

impl Rule {
    /// Tells whether a word may end like this.
    pub fn allows(&self, tail: &[char]) -> bool {
        tail == self.base || self.tails.iter().any(|known| known == tail)
    }

    /// The ends that a word may have, the one of the base form among them.
    pub fn tails(&self) -> impl Iterator<Item = &[char]> {
        std::iter::once(self.base.as_slice()).chain(self.tails.iter().map(Vec::as_slice))
    }

    /// The end of the base form.
    pub fn base(&self) -> &[char] {
        &self.base
    }
}

/// As they are written, and as texts are compared: without accents.
static WRITTEN: LazyLock<Vec<Rule>> = LazyLock::new(|| TABLE.lines().filter_map(rule).collect());
static FOLDED: LazyLock<Vec<Rule>> = LazyLock::new(|| TABLE.lines().filter_map(rule).map(folded).collect());

fn folded(rule: Rule) -> Rule {
    let tails = rule.tails.iter().map(|tail| plain_word(tail)).collect();
    Rule { script: rule.script, base: plain_word(&rule.base), tails }
}

fn rule(line: &str) -> Option<Rule> {
    let mut columns = line.split('\t');
    let script = match columns.next()? {
        "Latn" => Script::Latin,
        "Cyrl" => Script::Cyrillic,
        "Grek" => Script::Greek,
        "Arab" => Script::Arabic,
        "Hebr" => Script::Hebrew,
        "Hang" => Script::Hangul,
        "Deva" => Script::Devanagari,
        _ => return None,
    };
    let letters = |text: &str| text.chars().filter(|letter| *letter != '-').collect::<Vec<char>>();
    let base = letters(columns.next()?);
    let tails = columns.next()?.split(' ').map(letters).collect();
    Some(Rule { script, base, tails })
}

/// Returns the rules that a name in its base form goes by, each with the length of the stem. A script without rules has the one
/// that nothing is added. The name is without accents.
pub(crate) fn rules_of(script: Script, name: &[char]) -> Vec<(usize, &'static Rule)> {
    fitting(&FOLDED, script, name)
}

/// The same for a small name with its accents.
pub(crate) fn rules_of_written(script: Script, name: &[char]) -> Vec<(usize, &'static Rule)> {
    fitting(&WRITTEN, script, name)
}

fn fitting(rules: &'static [Rule], script: Script, name: &[char]) -> Vec<(usize, &'static Rule)> {
    static BARE: Rule = Rule { script: Script::Other, base: Vec::new(), tails: Vec::new() };
    let mut found: Vec<(usize, &'static Rule)> = rules
        .iter()
        .filter(|rule| rule.script == script)
        .filter(|rule| rule.base.is_empty() || rule.base.last() == name.last() && name.ends_with(&rule.base))
        .filter_map(|rule| Some((name.len().checked_sub(rule.base.len())?, rule)))
        .filter(|(stem, rule)| rule.base.is_empty() || *stem >= STEM_MIN)
        .collect();
    if found.is_empty() {
        found.push((name.len(), &BARE));
    }
    found
}

/// Tells whether a word of the script may end like this.
pub(crate) fn is_tail(script: Script, tail: &[char]) -> bool {
    FOLDED.iter().any(|rule| rule.script == script && rule.allows(tail))
}

/// Returns the words that are left when what Arabic and Hebrew write together with the word is taken away.
pub(crate) fn without_prefix(script: Script, word: &[char]) -> Vec<&[char]> {
    let prefixes: &[&[char]] = match script {
        Script::Arabic => &[
            &['و'],
            &['ف'],
            &['ب'],
            &['ك'],
            &['ل'],
            &['ا', 'ل'],
            &['ل', 'ل'],
            &['و', 'ا', 'ل'],
            &['ب', 'ا', 'ل'],
            &['ك', 'ا', 'ل'],
            &['ف', 'ا', 'ل'],
            &['و', 'ل'],
            &['و', 'ب'],
            &['و', 'ل', 'ل'],
        ],
        Script::Hebrew => &[
            &['ו'],
            &['ה'],
            &['ב'],
            &['ל'],
            &['מ'],
            &['ש'],
            &['כ'],
            &['ו', 'ה'],
            &['ו', 'ב'],
            &['ו', 'ל'],
            &['ו', 'מ'],
            &['ו', 'ש'],
            &['ש', 'ה'],
            &['ש', 'ל'],
            &['מ', 'ה'],
            &['כ', 'ש'],
            &['ל', 'כ', 'ש'],
        ],
        _ => &[],
    };
    let rest = prefixes.iter().filter_map(|prefix| word.strip_prefix(*prefix));
    rest.filter(|rest| rest.len() >= STEM_MIN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_names() {
        for (script, name, form, is_form) in [
            (Script::Latin, "bielawski", "bielawskiego", true),
            (Script::Latin, "bielawski", "bielawska", true),
            (Script::Latin, "novak", "novakovi", true),
            (Script::Latin, "marek", "marka", true),
            (Script::Latin, "kormoran", "kormoranille", true),
            (Script::Latin, "petraitis", "petraicio", true),
            (Script::Latin, "petraitis", "petraitukas", false),
            (Script::Latin, "kazlauskas", "kazlausko", true),
            (Script::Latin, "moth", "mother", false),
            (Script::Cyrillic, "воронцов", "воронцова", true),
            (Script::Cyrillic, "белявский", "белявскому", true),
            (Script::Greek, "παπαδοπουλοσ", "παπαδοπουλου", true),
            (Script::Hangul, "코르모란", "코르모란은", true),
        ] {
            let [name, form] = [name, form].map(|word| plain_word(&word.chars().collect::<Vec<_>>()));
            let found = rules_of(script, &name).iter().any(|(stem, rule)| {
                form.strip_prefix(name.get(..*stem).unwrap()).is_some_and(|tail| rule.allows(tail))
            });
            assert_eq!(found, is_form, "{name:?} {form:?}");
        }
        assert_eq!(without_prefix(Script::Arabic, &['و', 'ا', 'ل', 'ب', 'ح', 'ر']).len(), 2);
    }
}
