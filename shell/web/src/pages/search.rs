//! Search: words in any script, narrowed by links, newest first.
//!
//! Guarantees: a page at a time; every count that could be higher says so; nothing is said not to be there that was not looked for; a cursor serves only its officer and its filter.

use super::banner::Banner;
use super::line::{address, counted, label_text, query, titled};
use super::shell::Shell;
use crate::cursor;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use comity_node::{Failure, Findings, Found, Resemblances, SnippetPiece};
use comity_store::{Facet, Filter, Marking, SearchQuery};
use comity_vocab::Timestamp;
use std::sync::Arc;

/// Hits on a page.
const PAGE: usize = 50;
/// Values of one facet that are shown at once, and those that unfold.
const FACET_SHOWN: usize = 25;
const FACET_FOLDED: usize = 1_000;
/// What an unmarked object's label is called in an address.
const UNMARKED: &str = "unmarked";

/// What is searched for, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    text: String,
    object_type: String,
    origin: String,
    label: String,
    year: String,
}

impl Terms {
    fn read(pairs: &[(String, String)]) -> Self {
        let one = |name: &str| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        Self { text: one("q"), object_type: one("type"), origin: one("origin"), label: one("label"), year: one("year") }
    }

    fn query(&self) -> String {
        query(&[
            ("q", &self.text),
            ("type", &self.object_type),
            ("origin", &self.origin),
            ("label", &self.label),
            ("year", &self.year),
        ])
    }

    fn with(&self, name: &str, value: &str) -> String {
        let mut changed = self.clone();
        let value = value.to_owned();
        match name {
            "type" => changed.object_type = value,
            "origin" => changed.origin = value,
            "label" => changed.label = value,
            _ => changed.year = value,
        }
        format!("/search{}", changed.query())
    }

    fn filter(&self) -> Result<Filter, Failure> {
        let wrong =
            |what: &str| Failure::usage(format!("{what} cannot be used")).hint("choose it from the list beside");
        let mut filter = Filter::default();
        if !self.object_type.is_empty() {
            filter.types.push(self.object_type.clone());
        }
        if !self.origin.is_empty() {
            filter.origins.push(self.origin.parse().map_err(|_| wrong("this origin"))?);
        }
        match self.label.as_str() {
            "" => {}
            UNMARKED => filter.markings.push(Marking::Unmarked),
            label => filter.markings.push(Marking::Exactly(label.parse().map_err(|_| wrong("this label"))?)),
        }
        if !self.year.is_empty() {
            let year: i32 = self.year.parse().map_err(|_| wrong("this year"))?;
            let first = |year: i32| Timestamp::parse(&format!("{year:04}-01-01T00:00:00Z")).ok();
            filter.since = Some(first(year).ok_or_else(|| wrong("this year"))?);
            filter.until = first(year.saturating_add(1));
        }
        Ok(filter)
    }
}

/// One value to narrow by, as a link.
struct Choice {
    word: String,
    count: String,
    href: String,
    chosen: bool,
}

struct Group {
    word: &'static str,
    choices: Vec<Choice>,
    folded: Vec<Choice>,
    more: usize,
}

struct Row {
    href: String,
    title: String,
    /// What the name could be taken for.
    hints: Vec<String>,
    named: bool,
    object_type: String,
    label: String,
    origin: String,
    modified: String,
    defective: bool,
    revoked: bool,
    property: String,
    pieces: Vec<SnippetPiece>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    shell: &'a Shell,
    terms: Terms,
    groups: Vec<Group>,
    states: Vec<(String, String)>,
    rows: Vec<Row>,
    older: String,
    first: String,
    behind: String,
    cut: bool,
    narrowed: bool,
    counts_cut: bool,
    unlisted: bool,
}

/// Nothing was seen of a value that may be there: that is no zero.
fn count(facet: &Facet) -> String {
    match (facet.count, facet.more) {
        (0, true) => "not counted".to_owned(),
        (count, more) => format!("{}{}", counted(count), if more { "+" } else { "" }),
    }
}

fn group(terms: &Terms, word: &'static str, name: &str, chosen: &str, facets: &[Facet]) -> Group {
    let choice = |facet: &Facet| {
        let value = if name == "label" && facet.value.is_empty() { UNMARKED } else { facet.value.as_str() };
        let chosen = chosen == value;
        let href = terms.with(name, if chosen { "" } else { value });
        Choice { word: value.to_owned(), count: count(facet), href, chosen }
    };
    let mut choices: Vec<Choice> = facets.iter().take(FACET_SHOWN).map(choice).collect();
    let folded: Vec<Choice> = facets.iter().skip(FACET_SHOWN).take(FACET_FOLDED).map(choice).collect();
    // What was chosen can always be taken back, also where nothing is found.
    if !chosen.is_empty() && !choices.iter().chain(&folded).any(|choice| choice.chosen) {
        choices.insert(
            0,
            Choice { word: chosen.to_owned(), count: "0".to_owned(), href: terms.with(name, ""), chosen: true },
        );
    }
    Group { word, choices, folded, more: facets.len().saturating_sub(FACET_SHOWN + FACET_FOLDED) }
}

fn row(found: Found, known: &Resemblances) -> Row {
    let hit = found.hit;
    let (property, pieces) = found.snippet.map(|s| (s.property, s.pieces)).unwrap_or_default();
    Row {
        href: address(&hit.id),
        named: found.title.is_some(),
        hints: found.title.as_deref().map(|title| known.hints(title)).unwrap_or_default(),
        title: titled(found.title.as_deref().unwrap_or(&hit.id)),
        object_type: hit.object_type,
        label: label_text(hit.label.as_ref()),
        origin: hit.origin.to_string(),
        modified: hit.version_text,
        defective: hit.defective,
        revoked: hit.revoked,
        property: property.replace('_', " "),
        pieces,
    }
}

/// Answers `GET /search`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    let terms = Terms::read(&pairs);
    let subject = officer.identity.subject.clone();
    let bound = format!("search{}", terms.query());
    let given = pairs.iter().find(|(name, _)| name == "after").map(|(_, value)| value.as_str());
    let after = match given {
        None => None,
        Some(text) => match cursor::open(&desk, &subject, &bound, text) {
            Some(place) => Some(place),
            None => {
                let stale = Failure::usage("this page of the list is no longer known").hint("search again");
                return shell.failure(&stale);
            }
        },
    };
    let filter = match terms.filter() {
        Ok(filter) => filter,
        Err(failure) => return shell.failure(&failure),
    };
    let narrowed = !filter.is_empty();
    let on_first = after.is_none();
    let text = (!terms.text.is_empty()).then(|| terms.text.clone());
    let wanted = SearchQuery { text, filter, limit: PAGE, after };
    // Signs alone are no words: nothing is found by them, and that is no failure.
    let read = desk.readers.read(move |reader| Ok::<_, Failure>((reader.find(&wanted)?, reader.resemblances()?)));
    let findings: Result<(Findings, Resemblances), Failure> = match read.await {
        Err(failure) if failure.kind == comity_node::FailureKind::Usage && on_first => Ok(Default::default()),
        other => other,
    };
    let (findings, known) = match findings {
        Ok(findings) => findings,
        Err(failure) => return shell.failure(&failure),
    };
    let shell = shell.banner(Banner::of(findings.found.iter().map(|found| found.hit.label.as_ref())));
    let older = findings.next.as_deref().map(|place| {
        let sealed = cursor::seal(&desk, &subject, &bound, place);
        let joint = if terms.query().is_empty() { "?" } else { "&" };
        format!("/search{}{joint}after={sealed}", terms.query())
    });
    let facets = &findings.facets;
    let groups = vec![
        group(&terms, "Type", "type", &terms.object_type, &facets.types),
        group(&terms, "Origin", "origin", &terms.origin, &facets.origins),
        group(&terms, "Label", "label", &terms.label, &facets.labels),
        group(&terms, "Year of change", "year", &terms.year, &facets.years),
    ];
    let states = facets.states.iter().map(|facet| (facet.value.replace('_', " "), count(facet))).collect();
    let first = if on_first { String::new() } else { format!("/search{}", terms.query()) };
    let behind = if findings.index_behind > 0 { counted(findings.index_behind) } else { String::new() };
    let (cut, counts_cut, unlisted) = (findings.cut, facets.cut, facets.unlisted);
    shell.answer(Ok(SearchPage {
        shell: &shell,
        groups,
        states,
        rows: findings.found.into_iter().map(|found| row(found, &known)).collect(),
        older: older.unwrap_or_default(),
        first,
        behind,
        cut,
        narrowed,
        counts_cut,
        unlisted,
        terms,
    }))
}
