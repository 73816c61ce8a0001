//! What a node can receive beyond the first kinds of entries: the control `features/1` (spec/documents.md §4).
//!
//! Guarantees: names only, each a word of small letters with the number of its edition, without repetition; the whole
//! has at most the second size class. Does not know: when it is sent.

use comity_vocab::Form;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most names of one list.
const NAMES_MAX: usize = 64;
/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 40;
/// The control's own name.
pub const FEATURES: &str = "features/1";

/// What a node can receive, by name. What a newer partner lists and this version does not know is kept as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Forms of documents.
    #[serde(deserialize_with = "each_once")]
    pub forms: BTreeSet<String>,
    /// Controls with a name and number of their own.
    #[serde(deserialize_with = "each_once")]
    pub controls: BTreeSet<String>,
    /// Protocols.
    #[serde(deserialize_with = "each_once")]
    pub protocols: BTreeSet<String>,
}

/// Reads a list in which nothing stands twice.
fn each_once<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let count = names.len();
    let set: BTreeSet<String> = names.into_iter().collect();
    if set.len() == count { Ok(set) } else { Err(serde::de::Error::custom("a name stands twice")) }
}

impl Features {
    /// Returns what this version can receive.
    pub fn ours() -> Self {
        Self {
            forms: Form::ALL.iter().map(ToString::to_string).collect(),
            controls: BTreeSet::from([FEATURES.to_owned()]),
            protocols: BTreeSet::new(),
        }
    }

    /// Tells whether a form can be received.
    pub fn has_form(&self, form: Form) -> bool {
        self.forms.contains(form.as_str())
    }

    pub(crate) fn is_acceptable(&self) -> bool {
        [&self.forms, &self.controls, &self.protocols]
            .into_iter()
            .all(|names| names.len() <= NAMES_MAX && names.iter().all(|name| is_name(name)))
    }
}

/// `name/number`, such as `request/1`.
fn is_name(name: &str) -> bool {
    let Some((word, number)) = name.split_once('/') else { return false };
    let first_ok = number.bytes().next().is_some_and(|byte| byte != b'0');
    name.len() <= NAME_BYTES_MAX
        && !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && first_ok
        && number.len() <= 3
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_and_a_number() {
        for name in ["hello/1", "recall_notice/2", "a/999"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "hello",
            "hello/",
            "/1",
            "hello/0",
            "hello/01",
            "hello/1000",
            "Hello/1",
            "he llo/1",
            "hello/1/2",
            "hello/x",
        ] {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&format!("{}/1", "a".repeat(39))));
        assert!(Features::ours().is_acceptable() && Features::ours().has_form(Form::Hello));
        assert!(!Features::default().has_form(Form::Hello));
    }
}
