//! One object: what it says in words, how it is marked, its versions, relations, where it came from and who has it.
//!
//! Guarantees: an unknown and a forbidden object give the same bytes; of a recalled one only the recall is shown; the vault is never
//! read. Opening an object marks its rows of the inbox as read.

mod graph;
mod properties;
mod raw;
mod relations;
pub mod report;
mod standing;
mod versions;
mod wording;

pub use graph::{graph, graph_page};
pub use properties::readable;
pub use raw::raw;
pub use relations::page as relations_page;
pub use versions::page as versions_page;

use super::banner::Banner;
use super::correlations::AlsoHeld;
use super::line::{Line, address, counted, label_text, titled};
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use comity_node::{Looked, Notice, Recalled, Request, Sheet};
use comity_store::{Standing, StoredDefect};
use properties::{Section, markings, sections};
use relations::{Side, sides};
use serde_json::Value;
use standing::Stands;
use std::sync::Arc;

/// Neighbours shown on the page, each way; all of them are on a page of their own.
const NEIGHBOURS_SHOWN: usize = 100;
/// The longest identifier that is looked for.
const ID_BYTES_MAX: usize = 300;
/// How much of what a partner wrote stands beside the object; the whole is on its own page.
const SAID_CHARS_MAX: usize = 300;

/// A version in the list.
pub struct Version {
    text: String,
    standing: &'static str,
    label: String,
    origin: String,
    received: String,
    defective: bool,
    compare: String,
}

/// One way by which the object came.
struct Way {
    origin: String,
    at: String,
    officer: String,
    file: String,
    release: String,
    seq: String,
}

/// What a partner released to us.
struct Received {
    from: String,
    at: String,
    seq: String,
    release: String,
    label: String,
    descriptor: String,
    erase_by: String,
    policy: String,
    recalled: String,
}

struct Given {
    to: String,
    as_id: String,
    version: String,
    release: String,
    recalled: bool,
}

/// What our own sensors saw of an indicator.
struct SeenHere {
    count: String,
    sightings: String,
    last: String,
    href: String,
}

impl SeenHere {
    fn of(indicator: &str, seen: comity_node::SeenOf) -> Self {
        Self {
            count: counted(seen.count),
            sightings: counted(seen.sightings),
            last: seen.last_day.unwrap_or_default(),
            href: format!("/sightings{}", super::line::query(&[("indicator", indicator)])),
        }
    }
}

/// What a partner says of it.
struct Said {
    from: String,
    href: String,
    what: String,
    text: String,
    label: String,
}

impl Said {
    fn of(feedback: &comity_node::Feedback) -> Self {
        let span = match (feedback.first_seen.is_empty(), feedback.first_seen == feedback.last_seen) {
            (true, _) => String::new(),
            (false, true) => format!(", {}", feedback.first_seen),
            (false, false) => format!(", {} to {}", feedback.first_seen, feedback.last_seen),
        };
        let what = match (feedback.object_type.as_str(), feedback.count) {
            ("sighting", Some(0)) => format!("saw it, and it was a false positive{span}"),
            ("sighting", Some(1)) => format!("saw it once{span}"),
            ("sighting", Some(count)) => format!("saw it {} times{span}", counted(count)),
            ("sighting", None) => format!("saw it{span}"),
            ("opinion", _) => format!("holds the opinion: {}", feedback.opinion.replace('-', " ")),
            _ => "wrote a note".to_owned(),
        };
        Self {
            from: feedback.from.clone(),
            href: address(&feedback.id),
            what,
            text: feedback.text.chars().take(SAID_CHARS_MAX).collect(),
            label: label_text(feedback.label.as_ref()),
        }
    }
}

#[derive(Template)]
#[template(path = "object.html")]
struct ObjectPage<'a> {
    shell: &'a Shell,
    id: String,
    href: String,
    line: Line,
    /// The whole name, where the heading has its beginning only.
    whole_name: String,
    /// What the name could be taken for.
    hints: Vec<String>,
    origin: String,
    digest: String,
    revoked: bool,
    reads_as_text: bool,
    sections: Vec<Section>,
    defects: Vec<StoredDefect>,
    markings: Vec<(String, String)>,
    marked: Vec<(String, String, String)>,
    granular: bool,
    versions: Vec<Version>,
    version_count: String,
    aside: usize,
    sides: Vec<Side>,
    more_relations: bool,
    degree: String,
    ways: Vec<Way>,
    received: Vec<Received>,
    given: Vec<Given>,
    feedback: Vec<Said>,
    seen_here: Option<SeenHere>,
    stands: Option<Stands>,
    also_held: Option<AlsoHeld>,
    means: Vec<(String, String)>,
    notices: Vec<Notice>,
    encoded: String,
    /// Whether it left in a release that was sent, and this officer may recall it.
    may_recall: bool,
}

#[derive(Template)]
#[template(path = "recalled.html")]
struct RecalledPage<'a> {
    shell: &'a Shell,
    recalled: Recalled,
}

/// Returns the word for a version's place.
fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Current => "current",
        Standing::History => "earlier",
        Standing::Conflict => "conflict",
        Standing::Foreign => "foreign",
        Standing::Quarantined => "quarantined",
    }
}

/// Returns the answer for what is not held: nothing at all, or that it was recalled.
fn absent(shell: &Shell, recalled: Option<Recalled>) -> Response {
    match recalled {
        Some(recalled) => render(&RecalledPage { shell, recalled }, StatusCode::OK),
        None => shell.not_released(),
    }
}

fn version_rows(sheet: &Sheet) -> Vec<Version> {
    let href = address(&sheet.object.id);
    let current = sheet.object.digest;
    sheet
        .lineage
        .versions
        .iter()
        .map(|version| {
            let comparable = version.digest != current && version.standing != Standing::Quarantined;
            Version {
                text: version.version_text.clone(),
                standing: standing_word(version.standing),
                label: label_text(version.label.as_ref()),
                origin: version.origin.to_string(),
                received: version.received_at.to_string(),
                defective: version.defects > 0,
                compare: if comparable {
                    format!("{href}/versions?from={}&to={current}", version.digest)
                } else {
                    String::new()
                },
            }
        })
        .collect()
}

fn received_rows(sheet: &Sheet) -> Vec<Received> {
    let said = |value: &Value, name: &str| super::answer::text(value, name);
    sheet
        .received
        .iter()
        .map(|item| {
            let terms: Value = serde_json::from_str(&item.header).unwrap_or_default();
            Received {
                from: item.link.clone(),
                at: item.at.clone(),
                seq: item.log_seq.to_string(),
                release: item.release.clone(),
                label: said(&terms, "label"),
                descriptor: said(&terms, "descriptor"),
                erase_by: said(&terms, "erase_by"),
                policy: said(&terms, "policy_version"),
                recalled: item.recalled.clone().unwrap_or_default(),
            }
        })
        .collect()
}

/// Marks the object's rows of the inbox as read, after the page; nobody waits for it.
fn opened(desk: &Arc<Desk>, officer: &Officer, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    let (desk, credential) = (desk.clone(), officer.credential.clone());
    tokio::spawn(async move {
        if let Err(failure) = desk.ask(&Request::InboxMark { rows, read: true }, &credential).await {
            tracing::warn!(reason = %failure.message, "an object was opened but not marked as read");
        }
    });
}

/// Answers `GET /objects/{id}`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    if id.len() > ID_BYTES_MAX {
        return shell.not_released();
    }
    let reader_code = officer.identity.officer.as_ref().map(ToString::to_string).unwrap_or_default();
    let read = desk
        .readers
        .read(move |reader| {
            let looked = reader.sheet(&id, NEIGHBOURS_SHOWN)?;
            let unread = match &looked {
                Looked::Unknown => Vec::new(),
                _ => reader.view().unread_of(&reader_code, &id)?,
            };
            let seen = match &looked {
                Looked::Held(sheet) if sheet.object.object_type == "indicator" => {
                    Some((reader.sightings_of(&id)?, reader.indicator_standing(&id)?))
                }
                _ => None,
            };
            let also_held = match &looked {
                Looked::Held(_) => AlsoHeld::read(reader, &id)?,
                _ => None,
            };
            let mut hints = Vec::new();
            if let Looked::Held(sheet) = &looked
                && let Some(name) = comity_store::title(&sheet.object.bytes)
            {
                hints = reader.resemblances()?.hints(&name);
                hints.extend(reader.held_alike(&name)?);
            }
            Ok::<_, comity_node::Failure>((looked, unread, seen, also_held, hints))
        })
        .await;
    let (looked, unread, seen, also_held, hints) = match read {
        Ok(read) => read,
        Err(failure) => return shell.failure(&failure),
    };
    opened(&desk, &officer, unread);
    let sheet = match looked {
        Looked::Unknown => return absent(&shell, None),
        Looked::Recalled(recalled) => return absent(&shell, Some(recalled)),
        Looked::Held(sheet) => sheet,
    };
    let object = &sheet.object;
    let neighbours = &sheet.neighbours;
    let around = neighbours.list.iter().filter(|n| n.other.label.is_some()).map(|n| n.other.label.as_ref());
    let shell = shell.banner(Banner::of(std::iter::once(object.label.as_ref()).chain(around)));
    let name = comity_store::title(&object.bytes);
    let title = titled(name.as_deref().unwrap_or(&object.id));
    let line = Line {
        id: object.id.clone(),
        href: address(&object.id),
        object_type: object.object_type.clone(),
        named: name.is_some(),
        title: title.clone(),
        label: label_text(object.label.as_ref()),
        presence: "held",
    };
    let ways = sheet.ways.iter().map(|way| Way {
        origin: way.origin.to_string(),
        at: way.received_at.to_string(),
        officer: way.officer.as_ref().map(ToString::to_string).unwrap_or_default(),
        file: way.file_name.clone().unwrap_or_default(),
        release: way.release.clone().unwrap_or_default(),
        seq: way.seq.map(|seq| seq.to_string()).unwrap_or_default(),
    });
    let given = sheet.released.iter().map(|item| Given {
        to: item.recipient.clone(),
        as_id: item.released_id.clone(),
        version: item.released_version.clone(),
        release: item.release.clone(),
        recalled: item.recalled,
    });
    let versions = version_rows(&sheet);
    let (seen, stands) = seen.unzip();
    shell.answer(Ok(ObjectPage {
        shell: &shell,
        href: line.href.clone(),
        whole_name: name.filter(|name| *name != title).unwrap_or_default(),
        hints,
        encoded: super::line::encoded(&object.id),
        origin: object.origin().to_string(),
        digest: object.digest.to_string(),
        revoked: object.revoked,
        reads_as_text: report::reads_as_text(&sheet.body),
        sections: sections(&sheet.body, &sheet.names),
        markings: markings(&sheet.body, &sheet.names),
        marked: sheet
            .markings
            .iter()
            .map(|entry| (entry.label.to_string(), entry.officer.to_string(), entry.at.to_string()))
            .collect(),
        granular: object.granular_markings,
        aside: versions.iter().filter(|v| !matches!(v.standing, "current" | "earlier")).count(),
        versions,
        version_count: counted(sheet.lineage.count),
        sides: sides(&neighbours.list),
        more_relations: neighbours.cut || neighbours.next.is_some(),
        degree: if sheet.degree >= comity_store::DEGREE_MAX {
            format!("{}+", counted(sheet.degree))
        } else {
            counted(sheet.degree)
        },
        ways: ways.collect(),
        received: received_rows(&sheet),
        may_recall: !super::recalls::roles(&officer).is_empty() && sheet.recallable,
        given: given.collect(),
        stands: stands.and_then(|stands| Stands::of(stands, &officer)),
        seen_here: seen.map(|seen| SeenHere::of(&object.id, seen)),
        also_held,
        feedback: sheet.feedback.iter().map(Said::of).collect(),
        means: sheet.means.values().map(|ours| (ours.clone(), address(ours))).collect(),
        notices: sheet.notices.clone(),
        defects: object.defects.clone(),
        id: object.id.clone(),
        line,
    }))
}
