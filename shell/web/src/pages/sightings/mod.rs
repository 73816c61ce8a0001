//! Sightings: what our own sensors saw of what we hold, by day, and as a list, newest first.
//!
//! Guarantees: a page at a time; what is kept back is counted beside what is open, so that nothing disappears unsaid; a cursor serves
//! only its officer and its filter. Does not know: what matches, what a judgement means.

mod acts;
mod days;
mod evidence;
mod one;
mod row;
mod wording;

pub use acts::{give_back, judge, stix};
pub use one::page as one;
pub use row::judgement_word;

use super::banner::Banner;
use super::calendar::read as second_of;
use super::line::{counted, encoded, query};
use super::shell::Shell;
use crate::cursor;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use comity_node::{Failure, Judgement, Reader, SightingPage, SightingQuery, SightingState, SightingSummary};
use comity_vocab::Timestamp;
use days::Days;
use row::{Row, giver, shown_label, state_word};
use std::sync::Arc;

/// Sightings on a page.
const PAGE: usize = 50;
/// Values offered of one group to narrow by.
const CHOICES_SHOWN: usize = 8;
/// Characters shown of each end of a long value to narrow by.
const FOLDED_CHARS: usize = 16;
const STATES: [SightingState; 4] =
    [SightingState::Open, SightingState::WarningListed, SightingState::Decayed, SightingState::Recalled];
const JUDGEMENTS: [(Judgement, &str); 3] = [
    (Judgement::Unreviewed, "not judged yet"),
    (Judgement::TruePositive, "true positive"),
    (Judgement::FalsePositive, "false positive"),
];

/// What narrows the list, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    state: String,
    indicator: String,
    origin: String,
    judgement: String,
    value: String,
    from: String,
    to: String,
}

impl Narrow {
    fn read(pairs: &[(String, String)]) -> Self {
        let one = |name: &str| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        Self {
            state: one("state"),
            indicator: one("indicator"),
            origin: one("origin"),
            judgement: one("judgement"),
            value: one("value"),
            from: one("from"),
            to: one("to"),
        }
    }

    fn query(&self) -> String {
        query(&[
            ("state", &self.state),
            ("indicator", &self.indicator),
            ("origin", &self.origin),
            ("judgement", &self.judgement),
            ("value", &self.value),
            ("from", &self.from),
            ("to", &self.to),
        ])
    }

    fn address(&self) -> String {
        format!("/sightings{}", self.query())
    }

    fn is_narrow(&self) -> bool {
        !Self { state: String::new(), ..self.clone() }.query().is_empty()
    }

    fn wanted(&self) -> Result<SightingQuery, Failure> {
        let states = match self.state.as_str() {
            "" => vec![SightingState::Open],
            "all" => STATES.to_vec(),
            word => {
                let state = STATES.into_iter().find(|state| state_word(*state) == word);
                vec![state.ok_or_else(|| Failure::usage("this state is not known").hint("choose it from the tabs"))?]
            }
        };
        let judgement = match self.judgement.as_str() {
            "" => None,
            word => {
                let found = JUDGEMENTS.iter().find(|(judgement, _)| judgement_word(*judgement) == word);
                let unknown = || Failure::usage("this judgement is not known").hint("choose it from the list");
                Some(found.map(|(judgement, _)| *judgement).ok_or_else(unknown)?)
            }
        };
        let time = |text: &str, what: &str| match text {
            "" => Ok(None),
            text => second_of(text).map(|second| Some(Timestamp::from_unix(second, 0))).ok_or_else(|| {
                Failure::usage(format!("{what} is no time"))
                    .hint("write a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z")
            }),
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(SightingQuery {
            indicator: some(&self.indicator),
            origin: some(&self.origin),
            states,
            judgement,
            value: some(&self.value),
            since: time(&self.from, "from")?,
            until: time(&self.to, "before")?,
            after: None,
            limit: PAGE,
        })
    }
}

struct Tab {
    word: String,
    count: String,
    href: String,
    current: bool,
}

/// One value to narrow by.
struct Choice {
    word: String,
    count: String,
    href: String,
    chosen: bool,
}

struct Group {
    word: &'static str,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "sightings.html")]
struct SightingsPage<'a> {
    shell: &'a Shell,
    narrow: Narrow,
    is_narrow: bool,
    tabs: Vec<Tab>,
    days: Days,
    groups: Vec<Group>,
    judgements: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    total: String,
    wide: String,
    older: String,
    first: String,
    /// What the indicator is called that the list is narrowed to.
    indicator_name: String,
    anything: bool,
    desk_url: String,
}

struct Read {
    page: SightingPage,
    summary: SightingSummary,
    counts: Vec<(SightingState, u64)>,
}

fn look(reader: &Reader, wanted: &SightingQuery) -> Result<Read, Failure> {
    let mut counts = Vec::new();
    for state in STATES {
        let one = SightingQuery { states: vec![state], after: None, limit: 1, ..wanted.clone() };
        counts.push((state, reader.sightings(&one)?.total));
    }
    let whole = SightingQuery { after: None, ..wanted.clone() };
    Ok(Read { page: reader.sightings(wanted)?, summary: reader.sighting_summary(&whole)?, counts })
}

fn tabs(narrow: &Narrow, counts: &[(SightingState, u64)]) -> Vec<Tab> {
    let current = if narrow.state.is_empty() { "open" } else { narrow.state.as_str() };
    let tab = |word: &str, shown: &str, count: u64| Tab {
        word: shown.to_owned(),
        count: counted(count),
        href: Narrow { state: if word == "open" { String::new() } else { word.to_owned() }, ..narrow.clone() }
            .address(),
        current: current == word,
    };
    let words = |state: SightingState| match state {
        SightingState::Open => "Open",
        SightingState::WarningListed => "On a warning list",
        SightingState::Decayed => "Decayed",
        SightingState::Recalled => "Recalled",
    };
    let mut tabs: Vec<Tab> =
        counts.iter().map(|(state, count)| tab(state_word(*state), words(*state), *count)).collect();
    tabs.push(tab("all", "All", counts.iter().map(|(_, count)| count).sum()));
    tabs
}

/// Folds a long value in the middle: beginnings and ends are what people tell hashes apart by.
fn folded(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let (Some(head), Some(tail)) = (chars.get(..FOLDED_CHARS), chars.get(chars.len().saturating_sub(FOLDED_CHARS)..))
    else {
        return value.to_owned();
    };
    if chars.len() <= 2 * FOLDED_CHARS + 4 {
        return value.to_owned();
    }
    head.iter().chain(&['…']).chain(tail).collect()
}

fn groups(narrow: &Narrow, summary: &SightingSummary) -> Vec<Group> {
    let choice = |word: String, count: u64, chosen: bool, other: Narrow| Choice {
        word,
        count: counted(count),
        href: other.address(),
        chosen,
    };
    // What was chosen is taken back by choosing it again.
    let toggled = |held: &str, value: &str| if held == value { String::new() } else { value.to_owned() };
    let givers = summary.by_origin.iter().map(|one| {
        let other = Narrow { origin: toggled(&narrow.origin, &one.origin), ..narrow.clone() };
        choice(giver(&one.origin).words, one.sightings, narrow.origin == one.origin, other)
    });
    let indicators = summary.by_indicator.iter().map(|one| {
        let other = Narrow { indicator: toggled(&narrow.indicator, &one.indicator), ..narrow.clone() };
        let word = one.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "without a name".to_owned());
        choice(word, one.sightings, narrow.indicator == one.indicator, other)
    });
    let values = summary.by_value.iter().map(|one| {
        let other = Narrow { value: toggled(&narrow.value, &one.value), ..narrow.clone() };
        choice(folded(&one.value), one.sightings, narrow.value == one.value, other)
    });
    [
        Group { word: "Who gave us this", choices: givers.take(CHOICES_SHOWN).collect() },
        Group { word: "Indicator", choices: indicators.take(CHOICES_SHOWN).collect() },
        Group { word: "Value", choices: values.take(CHOICES_SHOWN).collect() },
    ]
    .into_iter()
    .filter(|group| !group.choices.is_empty())
    .collect()
}

/// Answers `GET /sightings`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "sightings");
    let narrow = Narrow::read(&pairs);
    let subject = officer.identity.subject.clone();
    let bound = narrow.address();
    let after = match pairs.iter().find(|(name, _)| name == "after") {
        None => None,
        Some((_, text)) => match cursor::open(&desk, &subject, &bound, text) {
            Some(place) => Some(place),
            None => {
                let stale = Failure::usage("this page of the list is no longer known").hint("open the sightings again");
                return shell.failure(&stale);
            }
        },
    };
    let on_first = after.is_none();
    let wanted = match narrow.wanted() {
        Ok(wanted) => SightingQuery { after, ..wanted },
        Err(failure) => return shell.failure(&failure),
    };
    let Read { page, summary, counts } = match desk.readers.read(move |reader| look(reader, &wanted)).await {
        Ok(read) => read,
        Err(failure) => return shell.failure(&failure),
    };
    let shell = shell.banner(Banner::of(page.sightings.iter().filter_map(shown_label)));
    let days: Vec<(String, u64)> = summary.days.iter().map(|day| (day.day.clone(), day.count)).collect();
    let span = |from: &str, to: &str| Narrow { from: from.to_owned(), to: to.to_owned(), ..narrow.clone() }.address();
    let joint = if narrow.query().is_empty() { "?" } else { "&" };
    let older = page.next.as_ref().map(|place| cursor::seal(&desk, &subject, &bound, place));
    let named = page.sightings.iter().find(|row| row.indicator == narrow.indicator).and_then(|row| row.name.clone());
    shell.answer(Ok(SightingsPage {
        shell: &shell,
        tabs: tabs(&narrow, &counts),
        days: Days::draw(&days, span),
        groups: groups(&narrow, &summary),
        judgements: JUDGEMENTS
            .iter()
            .map(|(judgement, words)| {
                (judgement_word(*judgement), *words, judgement_word(*judgement) == narrow.judgement)
            })
            .collect(),
        rows: page.sightings.iter().map(Row::of).collect(),
        total: counted(page.total),
        wide: Narrow { state: narrow.state.clone(), ..Narrow::default() }.address(),
        older: older.map(|cursor| format!("{bound}{joint}after={}", encoded(&cursor))).unwrap_or_default(),
        first: if on_first { String::new() } else { bound.clone() },
        indicator_name: named.unwrap_or_default(),
        anything: counts.iter().any(|(_, count)| *count > 0),
        is_narrow: narrow.is_narrow(),
        desk_url: desk.public_url.clone(),
        narrow,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow(pairs: &[(&str, &str)]) -> Narrow {
        Narrow::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn addresses_say_what_is_narrowed() {
        for (pairs, address, is_narrow) in [
            (vec![], "/sightings", false),
            (vec![("state", "decayed")], "/sightings?state=decayed", false),
            (vec![("value", " a&b "), ("other", "x")], "/sightings?value=a%26b", true),
            (vec![("origin", "link:kps"), ("from", "2026")], "/sightings?origin=link%3Akps&from=2026", true),
        ] {
            let narrow = narrow(&pairs);
            assert_eq!((narrow.address().as_str(), narrow.is_narrow()), (address, is_narrow));
        }
    }

    #[test]
    fn what_cannot_be_narrowed_by_is_refused() {
        for (pairs, good) in [
            (vec![], true),
            (vec![("state", "all")], true),
            (vec![("state", "warning_listed"), ("judgement", "unreviewed")], true),
            (vec![("state", "lost")], false),
            (vec![("judgement", "perhaps")], false),
            (vec![("from", "2026-03-01"), ("to", "2026-04")], true),
            (vec![("from", "yesterday")], false),
        ] {
            assert_eq!(narrow(&pairs).wanted().is_ok(), good, "{pairs:?}");
        }
    }
}
