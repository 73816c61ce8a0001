//! One release: exactly what would leave, beside the originals; findings in their place; who signed; receipts.

use super::super::answer::{flag, list, number, text};
use super::super::banner::Banner;
use super::super::shell::Shell;
use super::difference::{Property, excerpt, objects_of, properties};
use super::{Line, line};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, Request, Resemblances};
use serde_json::Value;
use std::sync::Arc;

/// The most items shown in full on one page; the rest is in the exact bytes.
const ITEMS_SHOWN: usize = 50;

/// One object, before and after.
struct Item {
    original_id: String,
    released_id: String,
    properties: Vec<Property>,
    /// What names that leave could be taken for.
    hints: Vec<String>,
}

/// The properties by which a reader knows an object.
const NAMES: [&str; 5] = ["name", "value", "title", "abstract", "display_name"];

fn hints(known: &Resemblances, properties: &[Property]) -> Vec<String> {
    let named = properties.iter().filter(|property| NAMES.contains(&property.name.as_str()));
    named.flat_map(|property| known.hints(&property.after)).collect()
}

/// One finding of the leak check in its place.
pub struct Finding {
    id: String,
    class: String,
    rule: String,
    overridable: bool,
    message: String,
    object: String,
    property: String,
    before: String,
    place: String,
    after: String,
}

struct Delivery {
    to: String,
    seq: String,
    receipted: bool,
    state: String,
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleasePage<'a> {
    shell: &'a Shell,
    line: Line,
    digest: String,
    bytes: u64,
    expires: String,
    descriptor: String,
    statement: String,
    items: Vec<Item>,
    more_items: usize,
    dropped: Vec<(String, String, String)>,
    changed: Vec<(String, String, String)>,
    parts: Vec<String>,
    deliveries: Vec<Delivery>,
    signed: Vec<(String, String, String)>,
    /// The findings, once the leak check ran.
    findings: Option<Vec<Finding>>,
    refused: String,
    is_author: bool,
    may_release: bool,
}

/// Answers `GET /releases/{id}`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    shown(&desk, &officer, &id, None, String::new()).await
}

/// Shows a release, with the findings of a check that just ran or the reason why something was refused.
pub async fn shown(desk: &Desk, officer: &Officer, id: &str, findings: Option<&[Value]>, refused: String) -> Response {
    let shell = Shell::new(desk, officer, "releases");
    let known = match desk.readers.read(|reader| reader.resemblances()).await {
        Ok(known) => known,
        Err(failure) => return shell.failure(&failure),
    };
    let answer = match desk.ask(&Request::ReleaseShow { release: id.to_owned() }, &officer.credential).await {
        Ok(answer) => answer,
        // Recalled content is gone; that it was released, to whom and by whom, is not.
        Err(failure) => match listed(desk, officer, id).await {
            Some(row) => {
                let shell = shell.banner(Banner::of_text(text(&row, "label")));
                return shell.answer(Ok::<_, Failure>(fill(&shell, officer, &row, None, failure.message, &known)));
            }
            None => return shell.failure(&failure),
        },
    };
    let shell = shell.banner(Banner::of_text(text(&answer, "label")));
    shell.answer(Ok::<_, Failure>(fill(&shell, officer, &answer, findings, refused, &known)))
}

/// The release as it stands in the list.
async fn listed(desk: &Desk, officer: &Officer, id: &str) -> Option<Value> {
    let answer = desk.ask(&Request::ReleaseList, &officer.credential).await.ok()?;
    list(&answer, "releases").iter().find(|row| text(row, "release") == id).cloned()
}

fn fill<'a>(
    shell: &'a Shell,
    officer: &Officer,
    answer: &Value,
    findings: Option<&[Value]>,
    refused: String,
    known: &Resemblances,
) -> ReleasePage<'a> {
    let parts: Vec<String> = list(answer, "parts").iter().map(|part| text(part, "bytes")).collect();
    let leaving = objects_of(&parts);
    let entries = list(answer, "items");
    let items = entries
        .iter()
        .take(ITEMS_SHOWN)
        .map(|entry| {
            let released_id = text(entry, "released_id");
            let after = leaving.iter().find(|(id, _)| *id == released_id).map_or("", |(_, object)| object.as_str());
            let properties = properties(&text(entry, "original"), after);
            Item { original_id: text(entry, "original_id"), hints: hints(known, &properties), properties, released_id }
        })
        .collect();
    let three = |name: &str, fields: [&str; 3]| -> Vec<(String, String, String)> {
        let [a, b, c] = fields;
        list(answer, name).iter().map(|row| (text(row, a), text(row, b), text(row, c))).collect()
    };
    // The list is shown here, so its number is what the line says.
    let line = Line { items: entries.len() as u64, ..line(answer) };
    let me = officer.identity.officer.as_ref().map(ToString::to_string).unwrap_or_default();
    ReleasePage {
        shell,
        digest: text(answer, "digest"),
        bytes: number(answer, "bytes"),
        expires: text(answer, "expires"),
        descriptor: text(answer, "descriptor"),
        statement: text(answer, "statement"),
        more_items: entries.len().saturating_sub(ITEMS_SHOWN),
        items,
        dropped: three("dropped", ["object", "property", "reason"]),
        changed: three("changed", ["object", "property", "change"]),
        signed: three("signed", ["officer", "role", "at"]),
        deliveries: list(answer, "deliveries")
            .iter()
            .map(|row| Delivery {
                to: text(row, "to"),
                seq: text(row, "seq"),
                receipted: flag(row, "receipted"),
                state: text(row, "state"),
            })
            .collect(),
        findings: findings.map(|found| found.iter().map(|one| finding(one, &parts)).collect()),
        parts,
        refused,
        is_author: line.author == me,
        may_release: officer.identity.roles.contains(&comity_vocab::Role::ReleasingOfficer) && line.author != me,
        line,
    }
}

fn finding(row: &Value, parts: &[String]) -> Finding {
    let at = |name: &str| usize::try_from(number(row, name)).unwrap_or(usize::MAX);
    // A finding that is shown without its place must not get one here.
    let placed = row.get("offset").is_some();
    let part = parts.get(at("part")).map(String::as_str).filter(|_| placed).unwrap_or_default();
    let (before, place, after) = excerpt(part, at("offset"), at("length"));
    Finding {
        id: text(row, "finding"),
        class: text(row, "class"),
        rule: text(row, "rule"),
        overridable: flag(row, "overridable"),
        message: text(row, "message"),
        object: text(row, "object"),
        property: text(row, "property"),
        before,
        place,
        after,
    }
}

/// Answers `GET /releases/{id}/parts/{part}`: the exact bytes, as a file.
pub async fn part(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path((id, part)): Path<(String, usize)>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "releases");
    let answer = match desk.ask(&Request::ReleaseShow { release: id.clone() }, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => return shell.failure(&failure),
    };
    let Some(found) = list(&answer, "parts").get(part) else { return shell.not_released() };
    let disposition = format!("attachment; filename=\"release-part-{part}.json\"");
    (
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, disposition)],
        text(found, "bytes"),
    )
        .into_response()
}
