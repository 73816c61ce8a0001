//! Search and object page: milliseconds through the public API of the reader, on one million objects.

use crate::figure::{Figure, short};
use crate::home;
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_node::{Reader, SearchRequest};
use comity_vocab::Timestamp;
use serde_json::Value;
use std::time::Instant;

/// Objects held.
const OBJECTS: usize = 1_000_000;
/// Searches and objects of each kind.
const ASKED: usize = 200;

/// Makes the request of a call by its number.
type Request<'a> = Box<dyn Fn(usize) -> SearchRequest + 'a>;

/// Measures searches of several kinds and the showing of objects.
///
/// # Errors
/// Where something failed, not where it was slow.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Search and object page",
        "ours: `Reader::search` and `Reader::show` as pages and API call them, JSON included, 1,000,000 objects with full text, one \
         reader, 200 calls each. The figure is the p99 over the calls of a run.",
    );
    let held = home::of(setting, OBJECTS)?;
    let reader = Reader::open(&held.home)?;
    let rare: Vec<String> = names(&reader)?;
    let ids: Vec<String> = ids(&reader)?;
    let pick = |list: &[String], n: usize| list.get(n % list.len().max(1)).cloned().unwrap_or_default();
    let words =
        ["beacon", "cipher", "harbour", "vessel", "ledger", "payload", "scheduled", "tunnel"].map(str::to_owned);
    let since = |n: usize| Timestamp::parse(&format!("2025-{:02}-{:02}T00:00:00Z", n % 12 + 1, n % 28 + 1)).ok();
    let kinds: [(&str, Request<'_>); 7] = [
        ("newest, no words", Box::new(|_| SearchRequest { limit: 50, ..SearchRequest::default() })),
        (
            "a common word (every tenth object)",
            Box::new(|n| SearchRequest { text: pick(&words, n), limit: 50, ..SearchRequest::default() }),
        ),
        (
            "two common words",
            Box::new(|n| SearchRequest {
                text: format!("{} {}", pick(&words, n), pick(&words, n + 3)),
                limit: 50,
                ..SearchRequest::default()
            }),
        ),
        ("a rare word", Box::new(|n| SearchRequest { text: pick(&rare, n), limit: 50, ..SearchRequest::default() })),
        (
            "the beginning of a word",
            Box::new(|n| SearchRequest {
                text: format!("{}*", pick(&rare, n).chars().take(3).collect::<String>()),
                limit: 50,
                ..SearchRequest::default()
            }),
        ),
        (
            "a word that nothing has",
            Box::new(|n| SearchRequest { text: format!("zzyzx{n}"), limit: 50, ..SearchRequest::default() }),
        ),
        (
            "a common word, one type, since a day",
            Box::new(|n| SearchRequest {
                text: pick(&words, n),
                types: vec!["indicator".into()],
                since: since(n),
                limit: 50,
                ..SearchRequest::default()
            }),
        ),
    ];
    for (what, request) in &kinds {
        let mut cut = false;
        let figure = p99(setting.runs, |n| {
            let answer = reader.search(&request(n))?;
            cut |= answer.get("cut").and_then(Value::as_bool).unwrap_or_default();
            Ok(())
        })?;
        let met = figure.median < 50.0;
        let note =
            if cut { "more matches than are looked at: the newest by arrival are, and the answer says so" } else { "" };
        section.rows.push(Row::new(*what, "ms", Some(figure)).goal("p99 below 50 ms", met).note(note));
    }
    let figure = p99(setting.runs, |n| Ok(reader.show(&pick(&ids, n)).map(|_| ())?))?;
    let met = figure.median < 30.0;
    let identities = p99(setting.runs, |n| Ok(reader.show(&pick(&authors(&reader)?, n)).map(|_| ())?));
    section.rows.push(Row::new("an object", "ms", Some(figure)).goal("p99 below 30 ms", met));
    if let Ok(figure) = identities {
        let met = figure.median < 30.0;
        let note =
            format!("about {} objects refer to each; the first 500 are shown", short(0.7 * OBJECTS as f64 / 20.0));
        section.rows.push(
            Row::new("an object that very many refer to", "ms", Some(figure)).goal("p99 below 30 ms", met).note(note),
        );
    }
    Ok(section)
}

fn p99(runs: usize, mut ask: impl FnMut(usize) -> Outcome<()>) -> Outcome<Figure> {
    let mut figures = Vec::new();
    for run in 0..runs {
        let mut millis = Vec::with_capacity(ASKED);
        for n in 0..ASKED {
            let begun = Instant::now();
            ask(run * ASKED + n)?;
            millis.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        figures.extend(Figure::share(&millis, 0.99));
    }
    Figure::of(&figures).ok_or_else(|| "no runs".into())
}

fn hits(reader: &Reader, types: &[&str], field: &str, limit: usize) -> Outcome<Vec<String>> {
    let types = types.iter().map(|name| (*name).to_owned()).collect();
    let answer = reader.search(&SearchRequest { types, limit, ..SearchRequest::default() })?;
    let hits = answer.get("hits").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(hits.iter().filter_map(|hit| hit.get(field)?.as_str().map(str::to_owned)).collect())
}

/// Words that only one object has: the last of an indicator's name.
fn names(reader: &Reader) -> Outcome<Vec<String>> {
    let names = hits(reader, &["indicator"], "name", 500)?;
    Ok(names.iter().filter_map(|name| name.rsplit(' ').next().map(str::to_owned)).collect())
}

fn ids(reader: &Reader) -> Outcome<Vec<String>> {
    hits(reader, &["indicator", "url", "file"], "id", 500)
}

fn authors(reader: &Reader) -> Outcome<Vec<String>> {
    hits(reader, &["identity"], "id", 20)
}
