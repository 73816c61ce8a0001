//! The inbox: what arrived from partners and feeds, newest first, and what this officer has read of it.
//!
//! Guarantees: bounded pages; read marks are the officer's own; nothing but the recall is shown of what was recalled. Does not know:
//! whether terms permit what somebody plans.

use super::answer::{list, number, text};
use super::banner::Banner;
use super::line::{Line, counted, encoded, query};
use super::shell::Shell;
use crate::cursor;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Reader, Request};
use comity_store::desk::Direction;
use comity_store::{Arrival, InboxCursor, InboxPage, InboxQuery, InboxRow, Presence};
use serde_json::Value;
use std::sync::Arc;

/// Rows on a page.
const PAGE: usize = 50;
/// Parked entries shown.
const PARKED_MAX: usize = 50;
/// Rows shown of what was set aside.
const ASIDE_MAX: usize = 50;

/// What narrows the inbox, as the address says it.
#[derive(Clone, Debug, Default)]
struct Narrow {
    origin: String,
    object_type: String,
    label: String,
    unread: bool,
}

impl Narrow {
    fn read(pairs: &[(String, String)]) -> Self {
        let one = |name: &str| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        Self { origin: one("origin"), object_type: one("type"), label: one("label"), unread: one("unread") == "1" }
    }

    fn query(&self) -> String {
        let unread = if self.unread { "1" } else { "" };
        query(&[("origin", &self.origin), ("type", &self.object_type), ("label", &self.label), ("unread", unread)])
    }

    fn is_narrow(&self) -> bool {
        !self.query().is_empty()
    }
}

/// An item from a partner.
struct Item {
    line: Line,
    from: String,
    label: String,
    grade: String,
    descriptor: String,
    erase_by: String,
    policy: String,
    version: String,
    state: &'static str,
}

/// A file of a feed.
struct File {
    origin: String,
    href: String,
    name: String,
    counts: Vec<(&'static str, String)>,
    officer: String,
}

struct Row {
    key: String,
    at: String,
    read: bool,
    item: Option<Item>,
    file: Option<File>,
}

/// An entry of a partner's log that could not be applied.
struct Parked {
    link: String,
    seq: u64,
    reason: String,
}

/// What came and is not held: from whom, by which property, when it is erased; and how many there are in all.
#[derive(Default)]
struct Aside {
    rows: Vec<(String, String, String)>,
    total: u64,
}

/// Reads what was set aside, where this officer may see it.
async fn aside(desk: &Desk, officer: &Officer) -> Aside {
    let Ok(answer) = desk.ask(&Request::SetAsideList, &officer.credential).await else { return Aside::default() };
    let row = |row: &Value| (text(row, "from"), text(row, "property"), text(row, "erased_at"));
    Aside {
        rows: list(&answer, "set_aside").iter().take(ASIDE_MAX).map(row).collect(),
        total: number(&answer, "total"),
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxTemplate<'a> {
    shell: &'a Shell,
    narrow: Narrow,
    is_narrow: bool,
    origins: Vec<String>,
    rows: Vec<Row>,
    parked: Vec<Parked>,
    aside: Aside,
    older: String,
    first: String,
    here: String,
    unread_link: String,
    all_link: String,
}

fn row(row: InboxRow) -> Row {
    let (item, file) = match row.arrival {
        Arrival::Item { item, object, grade, set_aside } => {
            let terms: Value = serde_json::from_str(&item.header).unwrap_or_default();
            let mut line = Line::of(&object);
            let recalled = item.recalled.is_some() || object.presence == Presence::Recalled;
            if item.recalled.is_some() && object.presence != Presence::Held {
                line.presence = "recalled";
            }
            let state = if recalled {
                "recalled"
            } else if set_aside {
                "conflict"
            } else if object.presence == Presence::Held {
                ""
            } else {
                "not held"
            };
            let item = Item {
                line,
                from: item.link,
                label: text(&terms, "label"),
                grade: grade.unwrap_or_default(),
                descriptor: text(&terms, "descriptor"),
                erase_by: text(&terms, "erase_by"),
                policy: text(&terms, "policy_version"),
                version: item.version,
                state,
            };
            (Some(item), None)
        }
        Arrival::Batch(batch) => {
            let counts = [
                ("new", batch.accepted),
                ("new versions", batch.new_versions),
                ("conflicts", batch.conflicts),
                ("with defects", batch.defects),
                ("refused", batch.refused),
            ];
            let origin = batch.origin.to_string();
            let file = File {
                href: format!("/search?origin={}", encoded(&origin)),
                origin,
                name: batch.file_name.unwrap_or_default(),
                counts: counts.into_iter().filter(|(_, n)| *n > 0).map(|(word, n)| (word, counted(n))).collect(),
                officer: batch.officer.unwrap_or_default(),
            };
            (None, Some(file))
        }
    };
    Row { key: row.key, at: row.at, read: row.read, item, file }
}

fn read(reader: &Reader, wanted: &InboxQuery) -> Result<(InboxPage, Vec<String>, Vec<Parked>), Failure> {
    let view = reader.view();
    let origins = view.addition_origins()?.iter().map(ToString::to_string).filter(|name| name != "own").collect();
    let mut parked = Vec::new();
    for link in view.desk().links()? {
        for (seq, reason) in view.desk().parked(&link.code, Direction::In)? {
            if parked.len() < PARKED_MAX {
                parked.push(Parked { link: link.code.clone(), seq, reason });
            }
        }
    }
    Ok((view.inbox(wanted)?, origins, parked))
}

/// Answers `GET /inbox`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "inbox");
    let narrow = Narrow::read(&pairs);
    let subject = officer.identity.subject.clone();
    let bound = format!("inbox{}", narrow.query());
    let after = match pairs.iter().find(|(name, _)| name == "after") {
        None => None,
        Some((_, text)) => {
            let place = cursor::open(&desk, &subject, &bound, text);
            match place.and_then(|place| serde_json::from_str::<InboxCursor>(&place).ok()) {
                Some(place) => Some(place),
                None => {
                    let stale = Failure::usage("this page of the list is no longer known").hint("open the inbox again");
                    return shell.failure(&stale);
                }
            }
        }
    };
    let origin = match narrow.origin.as_str() {
        "" => None,
        name => match name.parse() {
            Ok(origin) => Some(origin),
            Err(_) => {
                return shell.failure(&Failure::usage("this origin cannot be used").hint("choose it from the list"));
            }
        },
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let on_first = after.is_none();
    let wanted = InboxQuery {
        officer: officer.identity.officer.as_ref().map(ToString::to_string).unwrap_or_default(),
        origin,
        object_type: some(&narrow.object_type),
        label: some(&narrow.label),
        unread: narrow.unread,
        limit: PAGE,
        after,
    };
    let (found, origins, parked) = match desk.readers.read(move |reader| read(reader, &wanted)).await {
        Ok(read) => read,
        Err(failure) => return shell.failure(&failure),
    };
    let labels = found.rows.iter().filter_map(|row| match &row.arrival {
        Arrival::Item { object, .. } if object.presence == Presence::Held => Some(object.label.as_ref()),
        _ => None,
    });
    let shell = shell.banner(Banner::of(labels));
    let with_cursor = |place: &InboxCursor| {
        let sealed = cursor::seal(&desk, &subject, &bound, &serde_json::to_string(place).unwrap_or_default());
        let joint = if narrow.query().is_empty() { "?" } else { "&" };
        format!("/inbox{}{joint}after={sealed}", narrow.query())
    };
    let older = found.next.as_ref().map(with_cursor).unwrap_or_default();
    let here = format!("/inbox{}", narrow.query());
    let link = |unread| format!("/inbox{}", Narrow { unread, ..narrow.clone() }.query());
    shell.answer(Ok(InboxTemplate {
        shell: &shell,
        unread_link: link(true),
        all_link: link(false),
        is_narrow: narrow.is_narrow(),
        origins,
        rows: found.rows.into_iter().map(row).collect(),
        parked,
        aside: aside(&desk, &officer).await,
        older,
        first: if on_first { String::new() } else { here.clone() },
        here,
        narrow,
    }))
}

/// Where to go after a mark: back to the inbox as it was, and nowhere else.
fn back(pairs: &[(String, String)]) -> String {
    let asked = pairs.iter().find(|(name, _)| name == "back").map_or("", |(_, value)| value.as_str());
    let ours = asked == "/inbox" || asked.starts_with("/inbox?");
    if ours && !asked.contains(['\r', '\n']) { asked.to_owned() } else { "/inbox".to_owned() }
}

/// Answers `POST /inbox/mark`: chosen rows are read, or unread.
pub async fn mark(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "inbox");
    let rows: Vec<String> = pairs.iter().filter(|(name, _)| name == "row").map(|(_, value)| value.clone()).collect();
    let read = pairs.iter().any(|(name, value)| name == "read" && value == "1");
    if rows.is_empty() {
        return Redirect::to(&back(&pairs)).into_response();
    }
    match desk.ask(&Request::InboxMark { rows, read }, &officer.credential).await {
        Ok(_) => Redirect::to(&back(&pairs)).into_response(),
        Err(failure) => shell.failure(&failure),
    }
}

/// Answers `POST /inbox/mark-all`: everything that came until now is read.
pub async fn mark_all(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "inbox");
    match desk.ask(&Request::InboxMarkAll, &officer.credential).await {
        Ok(_) => Redirect::to("/inbox").into_response(),
        Err(failure) => shell.failure(&failure),
    }
}

#[cfg(test)]
mod tests {
    use super::back;

    #[test]
    fn only_back_to_the_inbox() {
        for (asked, expected) in [
            ("/inbox?unread=1", "/inbox?unread=1"),
            ("/inbox", "/inbox"),
            ("https://elsewhere.example/", "/inbox"),
            ("/inboxes", "/inbox"),
            ("//elsewhere.example", "/inbox"),
            ("/inbox?a\r\nx: y", "/inbox"),
        ] {
            assert_eq!(back(&[("back".to_owned(), asked.to_owned())]), expected, "{asked:?}");
        }
    }
}
