//! When things happened, were made, or arrived: as buckets that lead further in, and as a list of the objects.
//!
//! Guarantees: bounded, and says how much is shown; says which property a time is from. Does not know: how it is drawn.

use super::banner::Banner;
use super::calendar::{Step, instant, read};
use super::line::{Line, counted, query};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use crate::problem::Problem;
use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use comity_node::Failure;
use comity_store::{Moment, Moments, TimeKind, TimelineQuery};
use comity_text::visible_line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most buckets in an answer.
const BUCKETS_MAX: i64 = 400;
/// The most objects listed.
const ITEMS_MAX: usize = 200;
/// The most objects in the page's own list.
const LISTED_MAX: usize = 60;
/// Types offered to narrow by.
const TYPES_SHOWN: usize = 20;

/// What is shown, as the address says it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Span {
    from: String,
    to: String,
    by: String,
    r#type: String,
}

impl Span {
    fn kind(&self) -> TimeKind {
        match self.by.as_str() {
            "made" => TimeKind::Made,
            "arrived" => TimeKind::Arrived,
            _ => TimeKind::Seen,
        }
    }

    fn wanted(&self) -> Result<TimelineQuery, Failure> {
        let second = |text: &str, what: &str| match text.trim() {
            "" => Ok(None),
            text => match read(text) {
                Some(second) => Ok(Some(second)),
                None => Err(Failure::usage(format!("{what} is no time"))
                    .hint("write a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z")),
            },
        };
        Ok(TimelineQuery {
            by: self.kind(),
            from: second(&self.from, "from")?,
            to: second(&self.to, "to")?,
            types: if self.r#type.is_empty() { Vec::new() } else { vec![self.r#type.clone()] },
        })
    }

    fn query(&self) -> String {
        query(&[("by", &self.by), ("type", &self.r#type), ("from", &self.from), ("to", &self.to)])
    }

    fn wide(&self) -> Self {
        Self { from: String::new(), to: String::new(), ..self.clone() }
    }
}

/// So many in a part of the span.
#[derive(Clone, Debug, Serialize)]
struct Bucket {
    start: String,
    end: String,
    count: u64,
    types: BTreeMap<String, u64>,
}

fn buckets(found: &Moments) -> (Step, Vec<Bucket>) {
    let Some((first, last)) = found.span else { return (Step::Day, Vec::new()) };
    let step = Step::for_span(first, last, BUCKETS_MAX);
    let mut parts: BTreeMap<i64, BTreeMap<String, u64>> = BTreeMap::new();
    for day in &found.days {
        let object_type = visible_line(&day.object_type).into_owned();
        *parts.entry(step.begin(day.day)).or_default().entry(object_type).or_default() += day.count;
    }
    let bucket = |(begin, types): (i64, BTreeMap<String, u64>)| Bucket {
        start: instant(begin),
        end: instant(step.next(begin)),
        count: types.values().sum(),
        types,
    };
    (step, parts.into_iter().map(bucket).collect())
}

#[derive(Serialize)]
struct Item {
    id: String,
    r#type: String,
    name: String,
    label: String,
    href: String,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize)]
struct Drawn {
    from: Option<String>,
    to: Option<String>,
    step: &'static str,
    buckets: Vec<Bucket>,
    items: Vec<Item>,
    total: u64,
}

type Looked = (Moments, Vec<Moment>);

async fn look(desk: &Desk, wanted: TimelineQuery, always: bool) -> Result<Looked, Failure> {
    desk.readers
        .read(move |reader| {
            let view = reader.view();
            let found = view.moments(&wanted)?;
            let few = found.total <= ITEMS_MAX as u64;
            let items = if always || few { view.moments_first(&wanted, ITEMS_MAX)? } else { Vec::new() };
            Ok((found, items))
        })
        .await
}

/// Answers `GET /timeline.json`.
pub async fn json(State(desk): State<Arc<Desk>>, _officer: Officer, Query(span): Query<Span>) -> Response {
    let looked = match span.wanted() {
        Ok(wanted) => look(&desk, wanted, false).await,
        Err(failure) => Err(failure),
    };
    let (found, items) = match looked {
        Ok(looked) => looked,
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let (step, buckets) = buckets(&found);
    let item = |moment: Moment| {
        let line = Line::of(&moment.object);
        Item {
            id: line.id,
            r#type: visible_line(&line.object_type).into_owned(),
            name: visible_line(&line.title).into_owned(),
            label: line.label,
            href: line.href,
            at: instant(moment.at),
            until: moment.until.map(instant),
        }
    };
    Json(Drawn {
        from: found.span.map(|(first, _)| instant(first)),
        to: found.span.map(|(_, last)| instant(last)),
        step: step.as_str(),
        buckets,
        items: items.into_iter().map(item).collect(),
        total: found.total,
    })
    .into_response()
}

struct Part {
    name: String,
    href: String,
    count: String,
}

struct Row {
    line: Line,
    at: String,
    until: String,
    property: String,
}

struct Tab {
    word: &'static str,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage<'a> {
    shell: &'a Shell,
    span: Span,
    tabs: Vec<Tab>,
    types: Vec<(String, String, bool)>,
    step: &'static str,
    parts: Vec<Part>,
    rows: Vec<Row>,
    total: String,
    all_shown: bool,
    narrowed: bool,
    wide: String,
    source: String,
    base: String,
    behind: String,
}

/// Answers `GET /timeline`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Query(span): Query<Span>) -> Response {
    let shell = Shell::new(&desk, &officer, "timeline");
    let looked = match span.wanted() {
        Ok(wanted) => look(&desk, wanted, true).await,
        Err(failure) => Err(failure),
    };
    let (found, items) = match looked {
        Ok(looked) => looked,
        Err(failure) => return shell.failure(&failure),
    };
    let shell = shell.banner(Banner::of(items.iter().map(|moment| moment.object.label.as_ref())));
    let (step, buckets) = buckets(&found);
    let part = |bucket: &Bucket| {
        let inner = Span { from: bucket.start.clone(), to: bucket.end.clone(), ..span.clone() };
        let name = read(&bucket.start).map(|begin| step.name(begin)).unwrap_or_default();
        Part { name, href: format!("/timeline{}", inner.query()), count: counted(bucket.count) }
    };
    let tab = |by: &str, word| {
        let other = Span { by: by.to_owned(), ..span.wide() };
        let current = span.by == by || (span.by.is_empty() && by == "seen");
        Tab { word, href: format!("/timeline{}", other.query()), current }
    };
    let mut by_type: BTreeMap<&str, u64> = BTreeMap::new();
    for day in &found.days {
        *by_type.entry(&day.object_type).or_default() += day.count;
    }
    let mut types: Vec<(&str, u64)> = by_type.into_iter().collect();
    types.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let choice = |(name, count): (&str, u64)| {
        let chosen = span.r#type == name;
        let other = Span { r#type: if chosen { String::new() } else { name.to_owned() }, ..span.clone() };
        (format!("{} {}", name.replace('-', " "), counted(count)), format!("/timeline{}", other.query()), chosen)
    };
    let row = |moment: Moment| Row {
        line: Line::of(&moment.object),
        at: instant(moment.at),
        until: moment.until.map(instant).unwrap_or_default(),
        property: moment.property.replace('_', " "),
    };
    let tabs = vec![tab("seen", "Happened"), tab("made", "Changed"), tab("arrived", "Arrived")];
    shell.answer(Ok(TimelinePage {
        shell: &shell,
        tabs,
        types: types.into_iter().take(TYPES_SHOWN).map(choice).collect(),
        step: step.as_str(),
        parts: buckets.iter().map(part).collect(),
        all_shown: found.total <= LISTED_MAX as u64,
        rows: items.into_iter().take(LISTED_MAX).map(row).collect(),
        total: counted(found.total),
        narrowed: !span.from.is_empty() || !span.to.is_empty() || !span.r#type.is_empty(),
        wide: format!("/timeline{}", Span { by: span.by.clone(), ..Span::default() }.query()),
        source: format!("/timeline.json{}", span.query()),
        base: format!("/timeline{}", span.wide().query()),
        behind: if found.behind > 0 { counted(found.behind) } else { String::new() },
        span,
    }))
}
