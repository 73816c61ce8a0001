//! Values that more than one originator holds: who, in which objects, and whether any two are independent; and the values that say
//! nothing.
//!
//! Guarantees: bounded; what was left out is counted; what was typed is kept when the node refuses. Does not know: rules.

use super::answer::{list, text};
use super::banner::Banner;
use super::line::{Line, counted, query};
use super::shell::Shell;
use crate::cursor;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{CorrelationQuery, Failure, Request};
use comity_store::Correlated;
use comity_vocab::Role;
use serde::Deserialize;
use std::sync::Arc;

/// Values on a page.
const PAGE: usize = 30;
/// Objects shown of one value.
const OBJECTS_SHOWN: usize = 8;
/// Values shown on the page of an object.
const VALUES_SHOWN: usize = 8;
/// Kinds offered to narrow by, with their words.
const KINDS: [(&str, &str); 12] = [
    ("ipv4-addr", "IPv4 address"),
    ("ipv6-addr", "IPv6 address"),
    ("domain-name", "host or domain"),
    ("url", "web address"),
    ("email-addr", "e-mail address"),
    ("user-account", "account"),
    ("phone-number", "phone number"),
    ("md5", "MD5"),
    ("sha1", "SHA-1"),
    ("sha256", "SHA-256"),
    ("sha512", "SHA-512"),
    ("external-id", "catalogue number"),
];

/// What is shown, as the address says it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrow {
    origin: String,
    kind: String,
    value: String,
    after: String,
}

impl Narrow {
    fn query(&self) -> String {
        query(&[("origin", &self.origin), ("kind", &self.kind), ("value", &self.value), ("after", &self.after)])
    }

    fn address(&self) -> String {
        format!("/correlations{}", self.query())
    }
}

/// Who holds a value.
pub struct Giver {
    /// In words.
    pub words: String,
    /// The page about this originator.
    pub href: String,
}

/// One value.
pub struct Row {
    /// What it is, in words.
    pub kind: String,
    /// The value.
    pub value: String,
    /// Who holds it.
    pub givers: Vec<Giver>,
    /// How many objects have it.
    pub count: String,
    /// Those shown.
    pub objects: Vec<(Line, String)>,
    /// How many are not shown.
    pub more: usize,
    /// Whether none was opened.
    pub too_frequent: bool,
    /// `independent`, `independence unknown`, `not independent`; "" where none was opened.
    pub independent: &'static str,
    /// Why.
    pub reason: &'static str,
    /// The page about the value.
    pub href: String,
}

fn origin_words(origin: &str) -> String {
    match origin.strip_prefix("link:") {
        Some(code) => format!("partner {code}"),
        None if origin == "own" => "our own".to_owned(),
        None => format!("feed {origin}"),
    }
}

fn kind_words(kind: &str) -> String {
    KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or_else(|| kind.replace('-', " "), |(_, words)| (*words).to_owned())
}

impl Row {
    fn of(one: &Correlated) -> Self {
        let kind = one.kind.name();
        let giver = |origin: &String| Giver {
            words: origin_words(origin),
            href: format!("/correlations{}", query(&[("origin", origin)])),
        };
        let object = |holder: &comity_store::Holder| {
            let from: Vec<String> = holder.origins.iter().map(|origin| origin_words(origin)).collect();
            (Line::of(&holder.object), from.join(", "))
        };
        Self {
            kind: kind_words(kind),
            value: one.value.clone(),
            givers: one.origins.iter().map(giver).collect(),
            count: counted(one.count),
            objects: one.holders.iter().take(OBJECTS_SHOWN).map(object).collect(),
            more: one.holders.len().saturating_sub(OBJECTS_SHOWN),
            too_frequent: one.too_frequent,
            independent: one.verdict.map_or("", |verdict| match verdict.independence.as_str() {
                "yes" => "independent",
                "no" => "not independent",
                _ => "independence unknown",
            }),
            reason: one.verdict.map_or("", |verdict| verdict.reason.text()),
            href: format!("/correlations{}", query(&[("kind", kind), ("value", &one.value)])),
        }
    }
}

/// What stands on the page of an object: its values that others hold too.
pub struct AlsoHeld {
    /// The values.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

impl AlsoHeld {
    /// Reads them; `None` where nobody else holds any.
    pub fn read(reader: &comity_node::Reader, id: &str) -> Result<Option<Self>, Failure> {
        let query =
            CorrelationQuery { object: Some(id.to_owned()), limit: VALUES_SHOWN, ..CorrelationQuery::default() };
        let found = reader.correlations(&query)?;
        let rows: Vec<Row> = found.values.iter().map(Row::of).collect();
        Ok((!rows.is_empty()).then_some(Self { rows, more: found.next.is_some() }))
    }
}

struct Stop {
    kind: String,
    words: String,
    value: String,
    reason: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "correlations.html")]
struct CorrelationsPage<'a> {
    shell: &'a Shell,
    narrow: Narrow,
    kinds: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    is_narrow: bool,
    total: String,
    stopped: String,
    behind: String,
    next: String,
    first: String,
    stops: Vec<Stop>,
    may_change: bool,
    typed: Typed,
    refused: String,
    hint: String,
}

/// A stop value as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    value: String,
    reason: String,
}

impl Typed {
    fn kind(&self) -> Option<String> {
        (!self.kind.is_empty()).then(|| self.kind.clone())
    }
}

/// Answers `GET /correlations`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Query(narrow): Query<Narrow>) -> Response {
    shown(&desk, &officer, narrow, Typed::default(), None).await
}

/// Answers `POST /correlations/stop`.
pub async fn stop_add(State(desk): State<Arc<Desk>>, officer: Officer, Form(typed): Form<Typed>) -> Response {
    let request =
        Request::StopValueAdd { kind: typed.kind(), value: typed.value.clone(), reason: typed.reason.clone() };
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to("/correlations#stop").into_response(),
        Err(failure) => shown(&desk, &officer, Narrow::default(), typed, Some(failure)).await,
    }
}

/// Answers `POST /correlations/stop/remove`.
pub async fn stop_remove(State(desk): State<Arc<Desk>>, officer: Officer, Form(typed): Form<Typed>) -> Response {
    let request = Request::StopValueRemove { kind: typed.kind(), value: typed.value };
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to("/correlations#stop").into_response(),
        Err(failure) => shown(&desk, &officer, Narrow::default(), Typed::default(), Some(failure)).await,
    }
}

async fn shown(
    desk: &Arc<Desk>,
    officer: &Officer,
    narrow: Narrow,
    typed: Typed,
    refused: Option<Failure>,
) -> Response {
    let shell = Shell::new(desk, officer, "correlations");
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let wide = Narrow { after: String::new(), ..narrow.clone() };
    let subject = officer.identity.subject.clone();
    let filter = format!("correlations{}", wide.query());
    let asked = CorrelationQuery {
        origins: filled(&narrow.origin).into_iter().collect(),
        kind: filled(&narrow.kind),
        value: filled(&narrow.value),
        // A cursor that is not one of ours begins at the beginning.
        after: cursor::open(desk, &subject, &filter, &narrow.after),
        limit: PAGE,
        ..CorrelationQuery::default()
    };
    let read = desk
        .readers
        .read(move |reader| {
            reader.correlations(&asked).map(Ok).or_else(|failure| match failure.kind {
                comity_node::FailureKind::Usage => Ok(Err(failure)),
                _ => Err(failure),
            })
        })
        .await;
    let (found, refused) = match read {
        Ok(Ok(found)) => (found, refused),
        // What was typed cannot be looked for: the form says so and keeps it.
        Ok(Err(failure)) => (comity_node::Correlations::default(), refused.or(Some(failure))),
        Err(failure) => return shell.failure(&failure),
    };
    let stops = match desk.ask(&Request::StopValueList, &officer.credential).await {
        Ok(stops) => stops,
        Err(failure) => return shell.failure(&failure),
    };
    let labels = found.values.iter().flat_map(|one| one.holders.iter().map(|holder| holder.object.label.as_ref()));
    let shell = shell.banner(Banner::of(labels));
    let stop = |one: &serde_json::Value| Stop {
        kind: text(one, "kind"),
        words: kind_words(&text(one, "kind")),
        value: text(one, "value"),
        reason: text(one, "reason"),
        by: text(one, "officer"),
        at: text(one, "at"),
    };
    let next = found
        .next
        .as_deref()
        .map(|place| Narrow { after: cursor::seal(desk, &subject, &filter, place), ..narrow.clone() }.address());
    let some = |count: u64| if count == 0 { String::new() } else { counted(count) };
    shell.answer(Ok(CorrelationsPage {
        shell: &shell,
        kinds: KINDS.iter().map(|(name, words)| (*name, *words, narrow.kind == *name)).collect(),
        rows: found.values.iter().map(Row::of).collect(),
        is_narrow: !wide.query().is_empty(),
        total: some(found.total),
        stopped: some(found.stopped),
        behind: some(found.behind),
        next: next.unwrap_or_default(),
        first: if narrow.after.is_empty() { String::new() } else { wide.address() },
        stops: list(&stops, "values").iter().map(stop).collect(),
        may_change: [Role::Analyst, Role::DeskOfficer].iter().any(|role| officer.identity.roles.contains(role)),
        refused: refused.as_ref().map(|failure| failure.message.clone()).unwrap_or_default(),
        hint: refused.and_then(|failure| failure.hint).unwrap_or_default(),
        typed,
        narrow,
    }))
}
