//! Words for special categories of personal data: belief, ethnicity, politics, health, sexual life. No property with such a name leaves,
//! and in text they are a finding.
//!
//! Guarantees: a name and a text are compared by their words, in whatever case, with whatever marks, separators and look-alike letters. A
//! list finds its words and not every way to say it. Does not know: what a property holds, where a text stands.

use aho_corasick::AhoCorasick;
use comity_terms::WordMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

const WORDS: &str = include_str!("special.txt");
/// A beginning of this many characters also counts in the middle of a name that is written without separators.
const INSIDE_CHARS_MIN: usize = 6;

struct List {
    whole: BTreeSet<String>,
    /// What stands before the word that ends a pair, and behind the one that begins it.
    firsts: BTreeSet<String>,
    lasts: BTreeSet<String>,
    beginnings: BTreeSet<String>,
    /// The length of the longest beginning, in bytes.
    longest: usize,
    /// The beginnings that also count in the middle; `None` where they could not be built, and then every word is listed.
    inside: Option<AhoCorasick>,
}

static LIST: LazyLock<List> = LazyLock::new(|| {
    let (mut whole, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    for word in lines.flat_map(str::split_whitespace) {
        match word.strip_suffix('*') {
            Some(beginning) => beginnings.insert(plain(beginning)),
            None => whole.insert(plain(word)),
        };
    }
    let long = beginnings.iter().filter(|beginning| beginning.chars().count() >= INSIDE_CHARS_MIN);
    let inside = AhoCorasick::new(long).ok();
    let longest = beginnings.iter().map(String::len).max().unwrap_or(0);
    let (mut firsts, mut lasts) = (BTreeSet::new(), BTreeSet::new());
    for (pair, at) in whole.iter().flat_map(|pair| pair.match_indices('_').map(move |(at, _)| (pair, at))) {
        firsts.extend(pair.get(..at).map(str::to_owned));
        lasts.extend(pair.get(at + 1..).map(str::to_owned));
    }
    List { whole, firsts, lasts, beginnings, longest, inside }
});

impl List {
    /// Tells whether a word in plain letters is listed.
    fn has(&self, word: &str) -> bool {
        let ends = word.char_indices().map(|(at, character)| at + character.len_utf8());
        self.whole.contains(word)
            || ends
                .take_while(|end| *end <= self.longest)
                .any(|end| word.get(..end).is_some_and(|beginning| self.beginnings.contains(beginning)))
            || self.inside.as_ref().is_none_or(|inside| inside.is_match(word))
    }
}

/// Small letters without marks; look-alikes of a letter become it.
fn plain(text: &str) -> String {
    let bare: String = text.nfkd().filter(|character| !is_combining_mark(*character)).collect();
    let seen: String = unicode_security::skeleton(&bare.to_lowercase()).collect();
    seen.nfkd().filter(|character| !is_combining_mark(*character)).collect()
}

/// The words of a name: at separators, and where a small letter is followed by a capital.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for character in name.chars() {
        let separates = !character.is_alphanumeric() && !is_combining_mark(character);
        if separates || (small && character.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !separates) {
            word.push(character);
        }
        small = character.is_lowercase();
    }
    words.iter().filter(|word| !word.is_empty()).map(|word| plain(word)).collect()
}

/// Tells whether the name of a property stands for a special category of personal data.
pub(crate) fn is_special_category(name: &str) -> bool {
    let words = words(name);
    let mut pairs = words.windows(2).map(|pair| pair.join("_"));
    words.iter().any(|word| LIST.has(word)) || pairs.any(|pair| LIST.whole.contains(&pair))
}

/// The words of a text that is read one word after the other.
#[derive(Default)]
pub(crate) struct Reading {
    /// The word before, where it may be the first of two that are listed together.
    before: Option<Rc<str>>,
    known: WordMap<Word>,
}

/// What is known of a word.
#[derive(Clone)]
struct Word {
    listed: bool,
    begins: bool,
    /// In plain letters, where it may be one of two that are listed together.
    plain: Option<Rc<str>>,
}

impl Word {
    fn new(word: &str) -> Self {
        let plain = plain(word);
        let (begins, ends) = (LIST.firsts.contains(&plain), LIST.lasts.contains(&plain));
        Self { listed: LIST.has(&plain), begins, plain: (begins || ends).then(|| plain.into()) }
    }
}

impl Reading {
    /// Begins another text.
    pub fn begin(&mut self) {
        self.before = None;
    }

    /// Tells whether the next word of the text, alone or with the word before it, is listed.
    pub fn is_listed(&mut self, word: &str) -> bool {
        let Word { listed, begins, plain } = self.known.get(word.as_bytes(), |_| Word::new(word));
        let pair = match (self.before.take(), &plain) {
            (Some(before), Some(plain)) => LIST.whole.contains(&format!("{before}_{plain}")),
            _ => false,
        };
        self.before = plain.filter(|_| begins);
        listed || pair
    }
}

/// Dictionaries of the standard whose keys were observed and are no names of properties.
const DICTIONARIES: &[&str] = &[
    "additional_header_fields",
    "document_info_dict",
    "environment_variables",
    "exif_tags",
    "hashes",
    "ipfix",
    "options",
    "request_header",
    "startup_info",
];

/// Returns the name of the first property of a value, at any depth, that stands for a special category.
pub fn special_property(value: &serde_json::Value) -> Option<&str> {
    match value {
        serde_json::Value::Object(map) => map.iter().find_map(|(name, value)| match value {
            _ if is_special_category(name) => Some(name.as_str()),
            serde_json::Value::Object(keys) if DICTIONARIES.contains(&name.as_str()) => {
                keys.values().find_map(special_property)
            }
            value => special_property(value),
        }),
        serde_json::Value::Array(items) => items.iter().find_map(special_property),
        _ => None,
    }
}

/// Removes from a value every property of a special category; returns their names.
pub(crate) fn without_special(value: &mut serde_json::Value) -> BTreeMap<String, usize> {
    let mut removed = BTreeMap::new();
    remove(value, &mut removed);
    removed
}

fn remove(value: &mut serde_json::Value, removed: &mut BTreeMap<String, usize>) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|name, _| {
                let special = is_special_category(name);
                if special {
                    *removed.entry(name.clone()).or_default() += 1;
                }
                !special
            });
            map.values_mut().for_each(|value| remove(value, removed));
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|value| remove(value, removed)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowlist::{COMMON, STRUCTURES, TABLE};

    #[test]
    fn names_are_found_in_whatever_writing() {
        for name in [
            "x_religion",
            "x_ethnicity",
            "religion",
            "Religion",
            "x-religion",
            "xReligion",
            "personReligion",
            "x_relígion",
            "x_rеligion",
            "x_glaube",
            "x_konfession",
            "x_croyances",
            "x_sante",
            "x_santé",
            "x_salud",
            "x_zdrowie",
            "x_религия",
            "x_вера",
            "x_health_status",
            "x_political_opinion",
            "x_party_membership",
            "x_sexual_orientation",
            "x_sexlife",
            "x_uskonto",
            "x_vallas",
            "x_θρησκεία",
            "x_ethnie",
            "x_gesundheit",
            "x_diagnosis",
            "x_دين",
            "x_mitre_religion",
            "personsreligiousview",
            "x_biometrics",
            "x_hiv",
        ] {
            assert!(is_special_category(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "x_tool",
            "trace",
            "x_mitre_platforms",
            "x_mitre_data_sources",
            "x_capec_status",
            "description",
            "x_nationality",
            "x_rating",
            "x_version",
            "x_severity",
            "x_partner",
            "x_interface",
            "x_brace",
            "x_grace_period",
            "x_trophy",
            "x_gender",
            "x_hit_count",
        ] {
            assert!(!is_special_category(name), "{name}");
        }
        let structures = STRUCTURES.iter().flat_map(|(name, keys)| [*name].into_iter().chain(keys.split(' ')));
        let rows = TABLE.iter().flat_map(|row| row.properties.split(' '));
        for name in rows.chain(structures).chain(COMMON.split(' ')) {
            assert!(!is_special_category(name), "{name} is in the allow-list");
        }
    }
}
