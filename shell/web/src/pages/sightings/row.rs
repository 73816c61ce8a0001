//! One sighting as lists show it.
//!
//! Guarantees: values stand as they were seen and are never links. Does not know: evidence.

use super::super::line::{address, counted, encoded, label_text};
use super::wording::path_words;
use comity_node::{Judgement, SightingRow, SightingState};
use comity_store::Matched;
use comity_vocab::SecurityLabel;

/// Values shown of one sighting in a list.
const VALUES_SHOWN: usize = 4;
/// Characters shown of one value in a list.
const VALUE_CHARS_MAX: usize = 160;

/// A value that matched.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is, in words.
    pub words: String,
    /// The value.
    pub value: String,
    /// The sightings of it.
    pub href: String,
}

/// From whom the indicator is.
#[derive(Clone, Debug)]
pub struct Giver {
    /// In words: `our own`, `partner kps`, a feed's name.
    pub words: String,
    /// The partner's code; "" where it is none.
    pub partner: String,
    /// The partner's page; "" where it is none.
    pub href: String,
}

/// A sighting in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// What the indicator is called.
    pub name: String,
    /// The indicator's page.
    pub indicator: String,
    /// Whether its author withdrew the indicator.
    pub withdrawn: bool,
    /// Whether another version of the indicator contradicts that.
    pub disputed: bool,
    /// The sightings of the indicator.
    pub others: String,
    /// What matched.
    pub values: Vec<Value>,
    /// How many more values matched.
    pub more: usize,
    /// The indicator's label; "" is unmarked.
    pub label: String,
    /// How the sighting itself is to be handled.
    pub handling: String,
    /// Who gave us the indicator.
    pub givers: Vec<Giver>,
    /// The identity that made the indicator; "" where unknown.
    pub author: String,
    /// When it was first seen.
    pub first: String,
    /// When it was last seen; "" where that is when it was first.
    pub last: String,
    /// How often.
    pub count: String,
    /// The state's word.
    pub state: &'static str,
    /// The warning list that kept it back; "" where none.
    pub list: String,
    /// What is left of the indicator's worth, of 100; "" where it is not counted.
    pub score: String,
    /// The judgement's word.
    pub judgement: &'static str,
    /// Who judged; "" where nobody did.
    pub judged_by: String,
    /// When.
    pub judged_at: String,
    /// What was said of it.
    pub comment: String,
    /// Partners to whom it was given back.
    pub returned_to: Vec<String>,
}

/// Returns the word of a state, as addresses and styles know it.
pub fn state_word(state: SightingState) -> &'static str {
    match state {
        SightingState::Open => "open",
        SightingState::WarningListed => "warning_listed",
        SightingState::Decayed => "decayed",
        SightingState::Recalled => "recalled",
    }
}

/// Returns the word of a judgement, as addresses and styles know it.
pub fn judgement_word(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::TruePositive => "true_positive",
        Judgement::FalsePositive => "false_positive",
        Judgement::Unreviewed => "unreviewed",
    }
}

/// Reads who gave us something.
pub fn giver(origin: &str) -> Giver {
    if origin == "own" {
        return Giver { words: "our own".into(), partner: String::new(), href: String::new() };
    }
    if let Some(code) = origin.strip_prefix("link:") {
        return Giver {
            words: format!("partner {code}"),
            partner: code.to_owned(),
            href: format!("/partners/{}", encoded(code)),
        };
    }
    let name = origin.strip_prefix("feed:").unwrap_or(origin);
    Giver { words: format!("feed {name}"), partner: String::new(), href: String::new() }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    short.push('…');
    short
}

/// The address of a sighting.
pub fn page_of(id: &str) -> String {
    format!("/sightings/{}", encoded(id))
}

impl Row {
    /// Makes the row of a sighting, with a few of its values.
    pub fn of(row: &SightingRow) -> Self {
        let mut made = Self::whole(row);
        made.more = made.values.len().saturating_sub(VALUES_SHOWN);
        made.values.truncate(VALUES_SHOWN);
        for value in &mut made.values {
            value.value = shortened(&value.value);
        }
        made
    }

    /// Makes the row of a sighting, with all of its values.
    pub fn whole(row: &SightingRow) -> Self {
        let (first, last) = (row.first_seen.clone(), row.last_seen.clone());
        let value = |one: &Matched| Value {
            words: path_words(&one.path),
            href: format!("/sightings?value={}", encoded(&one.value)),
            value: one.value.clone(),
        };
        Self {
            href: page_of(&row.sighting),
            id: row.sighting.clone(),
            name: row.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_default(),
            indicator: address(&row.indicator),
            withdrawn: row.withdrawn,
            disputed: row.withdrawn && row.disputed,
            others: format!("/sightings?indicator={}", encoded(&row.indicator)),
            values: row.values.iter().map(value).collect(),
            more: 0,
            label: label_text(row.label.as_ref()),
            handling: label_text(Some(&row.handling)),
            givers: row.origins.iter().map(|origin| giver(origin)).collect(),
            author: row.created_by.clone().unwrap_or_default(),
            last: if first == last { String::new() } else { last },
            first,
            count: counted(row.count),
            state: state_word(row.state),
            list: row.list.clone().unwrap_or_default(),
            score: row.score.map(|score| score.to_string()).unwrap_or_default(),
            judgement: judgement_word(row.judgement),
            judged_by: row.judged_by.clone().unwrap_or_default(),
            judged_at: row.judged_at.clone().unwrap_or_default(),
            comment: row.comment.clone().unwrap_or_default(),
            returned_to: row.returned_to.clone(),
        }
    }

    /// Tells whether its content was called back.
    pub fn is_recalled(&self) -> bool {
        self.state == "recalled"
    }

    /// Tells whether somebody judged it.
    pub fn is_judged(&self) -> bool {
        self.judgement != "unreviewed"
    }
}

/// Returns the label that a row adds to the page's banner; a recalled one shows nothing.
pub fn shown_label(row: &SightingRow) -> Option<Option<&SecurityLabel>> {
    (row.state != SightingState::Recalled).then_some(Some(&row.handling))
}
