//! One release: exactly what would leave, beside the originals; findings in their place; who signed; receipts.

use super::super::answer::{flag, list, number, text};
use super::super::banner::Banner;
use super::super::shell::Shell;
use super::difference::{Fate, Property, excerpt, objects_of, properties};
use super::{Line, line};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, Request, Resemblances};
use comity_vocab::Role;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Items that are loaded at a time.
const BLOCK: usize = 200;
/// The longest name in a line; the whole stands in the properties.
const NAME_CHARS_MAX: usize = 120;

/// Of what a group found so many are shown beside its answer; all stand above.
const TOLD: usize = 4;

/// One object, before and after.
struct Item {
    original_id: String,
    released_id: String,
    /// What it is called, or its value or pattern.
    name: String,
    object_type: String,
    /// How many properties leave changed, and how many stay.
    changed: usize,
    stay: usize,
    /// How many findings are in it.
    findings: usize,
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

/// What the leak check said, and when.
struct Check {
    at: String,
    officer: String,
    blocked: bool,
    message: String,
    findings: Vec<Finding>,
}

impl Check {
    /// Whether something in it waits for a role.
    fn waits_for(&self, role: &str) -> bool {
        self.findings.iter().any(|finding| finding.answered_by == role)
    }

    /// What a role answers for, in groups: one answer stands for all findings of a rule.
    fn groups(&self, role: &str) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for finding in self.findings.iter().filter(|finding| finding.answered_by == role) {
            match groups.iter_mut().find(|group| group.rule == finding.rule) {
                Some(group) => {
                    group.name = group.rule;
                    group.findings += 1;
                    if !group.places.contains(&finding.place.as_str()) {
                        group.places.push(&finding.place);
                    }
                }
                None => groups.push(Group {
                    name: &finding.id,
                    rule: &finding.rule,
                    class: &finding.class,
                    findings: 1,
                    places: vec![&finding.place],
                }),
            }
        }
        groups
    }
}

/// Findings of one rule.
struct Group<'a> {
    /// What is answered for: the finding where there is one alone, else the rule.
    name: &'a str,
    rule: &'a str,
    class: &'a str,
    findings: usize,
    /// What was found, each once.
    places: Vec<&'a str>,
}

impl Group<'_> {
    /// The first of what was found, and how many more there are.
    fn told(&self) -> String {
        let first: Vec<String> = self.places.iter().take(TOLD).map(|place| format!("“{place}”")).collect();
        match self.places.len().saturating_sub(TOLD) {
            0 => first.join(", "),
            more => format!("{} and {more} more", first.join(", ")),
        }
    }
}

/// How much of a release is loaded.
#[derive(Clone, Copy, Default, serde::Deserialize)]
pub struct Blocks {
    /// Blocks of items, the first ones.
    blocks: Option<usize>,
}

/// One finding of the leak check in its place.
pub struct Finding {
    id: String,
    class: String,
    rule: String,
    /// The role that may answer for it; empty where nobody may.
    answered_by: String,
    /// What an officer said to it: who, in which role, why.
    answer: Option<(String, String, String)>,
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
    next_blocks: usize,
    dropped: Vec<(String, String, String)>,
    changed: Vec<(String, String, String)>,
    parts: Vec<String>,
    deliveries: Vec<Delivery>,
    signed: Vec<(String, String, String)>,
    /// The leak check, where its answer holds.
    check: Option<Check>,
    refused: String,
    is_author: bool,
    /// The author signed it.
    author_signed: bool,
    may_answer: bool,
    /// Purpose, basis, necessity and day of erasure, where they were said.
    personal: Vec<(&'static str, String)>,
    may_release: bool,
    may_recall: bool,
    /// It may still be signed, sent or withdrawn.
    is_open: bool,
    /// The vault said that nothing of it stands in it.
    is_clear: bool,
}

/// Answers `GET /releases/{id}`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Query(blocks): Query<Blocks>,
) -> Response {
    shown(&desk, &officer, &id, None, String::new(), blocks).await
}

/// Shows a release, with what a check that just ran said to this officer, or the reason why something was refused.
pub async fn shown(
    desk: &Desk,
    officer: &Officer,
    id: &str,
    checked: Option<&Value>,
    refused: String,
    blocks: Blocks,
) -> Response {
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
                let page = fill(&shell, officer, &row, None, failure.message, blocks, &known);
                return shell.answer(Ok::<_, Failure>(page));
            }
            None => return shell.failure(&failure),
        },
    };
    let shell = shell.banner(Banner::of_text(text(&answer, "label")));
    shell.answer(Ok::<_, Failure>(fill(&shell, officer, &answer, checked, refused, blocks, &known)))
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
    checked: Option<&Value>,
    refused: String,
    blocks: Blocks,
    known: &Resemblances,
) -> ReleasePage<'a> {
    let parts: Vec<String> = list(answer, "parts").iter().map(|part| text(part, "bytes")).collect();
    let leaving = objects_of(&parts);
    let leaving: HashMap<&str, &str> = leaving.iter().map(|(id, object)| (id.as_str(), object.as_str())).collect();
    let check = checked.or_else(|| answer.get("check")).filter(|check| check.is_object()).map(|row| Check {
        at: text(row, "at"),
        officer: text(row, "officer"),
        blocked: flag(row, "blocked"),
        message: text(row, "message"),
        findings: list(row, "findings").iter().map(|one| finding(one, &parts)).map(|one| said(one, answer)).collect(),
    });
    let mut found: HashMap<&str, usize> = HashMap::new();
    for one in check.iter().flat_map(|check| &check.findings) {
        *found.entry(one.object.as_str()).or_default() += 1;
    }
    let entries = list(answer, "items");
    let shown_blocks = blocks.blocks.unwrap_or(1).max(1);
    let loaded = shown_blocks.saturating_mul(BLOCK);
    let items: Vec<Item> = entries
        .iter()
        .take(loaded)
        .map(|entry| {
            let released_id = text(entry, "released_id");
            // A document is its one part; it stands for itself, and beside it is no original.
            let document = released_id.starts_with("document--");
            let body = parts.first().filter(|_| document).map(String::as_str);
            let after = body.or_else(|| leaving.get(released_id.as_str()).copied()).unwrap_or_default();
            let properties = properties(&text(entry, "original"), after);
            let count = |fate| properties.iter().filter(|property| property.fate == fate).count();
            Item {
                original_id: text(entry, "original_id"),
                name: if document { text(answer, "form") } else { name_of(&properties) },
                object_type: released_id.split("--").next().unwrap_or_default().to_owned(),
                changed: count(Fate::Changed) + count(Fate::Added),
                stay: count(Fate::Dropped),
                findings: found.get(released_id.as_str()).copied().unwrap_or_default(),
                hints: hints(known, &properties),
                properties,
                released_id,
            }
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
        more_items: entries.len().saturating_sub(loaded),
        next_blocks: shown_blocks.saturating_add(1),
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
        is_open: line.is_open,
        is_clear: check.as_ref().is_some_and(|check| !check.blocked),
        check,
        parts,
        refused,
        is_author: line.author == me,
        author_signed: list(answer, "signed").iter().any(|one| text(one, "officer") == line.author),
        may_answer: officer.identity.roles.contains(&Role::DataProtectionOfficer) && line.author != me,
        personal: personal(answer),
        may_recall: [Role::DeskOfficer, Role::ReleasingOfficer, Role::DutyOfficer]
            .iter()
            .any(|role| officer.identity.roles.contains(role)),
        may_release: officer.identity.roles.contains(&Role::ReleasingOfficer) && line.author != me,
        line,
    }
}

/// A finding with what an officer answered to it.
fn said(finding: Finding, answer: &Value) -> Finding {
    let answers = list(answer, "answered");
    let mine = answers.iter().find(|it| text(it, "finding") == finding.id && text(it, "role") == finding.answered_by);
    let answer = mine.map(|it| (text(it, "officer"), text(it, "role"), text(it, "reason")));
    Finding { answer, ..finding }
}

/// What was said of personal data in it.
fn personal(answer: &Value) -> Vec<(&'static str, String)> {
    let words = [
        ("purpose", "What it is for"),
        ("basis", "Legal basis"),
        ("necessity", "Why it is needed"),
        ("erase_by", "Erased by"),
    ];
    let groups = list(answer, "groups")
        .iter()
        .filter_map(Value::as_str)
        .map(|id| ("Is a group, says the author", id.to_owned()));
    let said = answer.get("personal").cloned().unwrap_or_default();
    // Of the time it is the day that is meant.
    let value =
        |name| if name == "erase_by" { text(&said, name).chars().take(10).collect() } else { text(&said, name) };
    let words = words.into_iter().map(|(name, word)| (word, value(name))).filter(|(_, value)| !value.is_empty());
    words.chain(groups).collect()
}

/// What an object that leaves is called, or what it says.
fn name_of(properties: &[Property]) -> String {
    let leaving = |name: &str| properties.iter().find(|it| it.name == name && !it.after.is_empty());
    let found = ["name", "value", "abstract", "pattern", "relationship_type", "content", "description"];
    let whole = found.into_iter().find_map(leaving).map(|it| it.after.as_str()).unwrap_or_default();
    match whole.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
        None => whole.to_owned(),
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
        answered_by: text(row, "answered_by"),
        answer: None,
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
