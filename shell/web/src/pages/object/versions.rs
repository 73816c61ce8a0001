//! Two versions of one object beside each other, property by property; conflicts too.
//!
//! Guarantees: every difference is shown; a quarantined version is not. Does not know: which one is right.

use super::super::banner::Banner;
use super::super::line::{Line, address, label_text};
use super::super::shell::Shell;
use super::{ID_BYTES_MAX, standing_word, wording};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use comity_node::{Change, ChangeKind, Failure, PieceKind, differences};
use comity_store::{Object, Standing, VersionSummary};
use comity_vocab::Digest;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Versions to choose from.
const VERSIONS_MAX: usize = 200;

/// Which two, by the digests of their bytes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Two {
    from: String,
    to: String,
}

/// One version to choose.
struct Choice {
    digest: String,
    words: String,
    from: bool,
    to: bool,
}

/// One version of the two.
struct Head {
    version: String,
    standing: &'static str,
    origin: String,
    received: String,
    label: String,
}

struct Difference {
    word: String,
    name: String,
    fate: &'static str,
    list: bool,
    pieces: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "object_versions.html")]
struct VersionsPage<'a> {
    shell: &'a Shell,
    line: Line,
    choices: Vec<Choice>,
    heads: Vec<Head>,
    differences: Vec<Difference>,
}

fn digest(text: &str) -> Option<Digest> {
    Some(Digest(hex::decode(text).ok()?.try_into().ok()?))
}

fn head(object: &Object) -> Head {
    Head {
        version: object.version_text.clone(),
        standing: standing_word(object.standing),
        origin: object.origin().to_string(),
        received: object.provenance.received_at.to_string(),
        label: label_text(object.label.as_ref()),
    }
}

fn difference(change: Change) -> Difference {
    let fate = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    let kind = |kind| match kind {
        PieceKind::Same => "same",
        PieceKind::Gone => "gone",
        PieceKind::New => "new",
    };
    let word =
        wording::of(&change.property).map_or_else(|| change.property.replace('_', " "), |(_, word, _)| word.to_owned());
    Difference {
        word,
        fate,
        list: change.list,
        pieces: change.pieces.into_iter().map(|piece| (kind(piece.kind), piece.text)).collect(),
        name: change.property,
    }
}

/// Chooses the two that are compared where none were named: the one before, and the current one.
fn chosen(two: &Two, versions: &[VersionSummary]) -> (Option<Digest>, Option<Digest>) {
    let seen = || versions.iter().filter(|version| version.standing != Standing::Quarantined);
    let to = digest(&two.to).or_else(|| seen().next().map(|version| version.digest));
    let from =
        digest(&two.from).or_else(|| seen().find(|version| Some(version.digest) != to).map(|version| version.digest));
    (from, to)
}

/// Answers `GET /objects/{id}/versions`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Query(two): Query<Two>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    if id.len() > ID_BYTES_MAX {
        return shell.not_released();
    }
    let wanted = id.clone();
    let read = desk
        .readers
        .read(move |reader| {
            let view = reader.view();
            if view.get(&wanted)?.is_none() {
                return Ok::<_, Failure>(None);
            }
            let lineage = view.lineage(&wanted, VERSIONS_MAX)?;
            let (from, to) = chosen(&two, &lineage.versions);
            let mut objects = Vec::new();
            for digest in [from, to].into_iter().flatten() {
                objects.extend(reader.version(&wanted, &digest)?);
            }
            Ok(Some((view.glimpse_or_mention(&wanted)?, lineage, (from, to), objects)))
        })
        .await;
    let (glimpse, lineage, (from, to), objects) = match read {
        Ok(Some(found)) => found,
        Ok(None) => return shell.not_released(),
        Err(failure) => return shell.failure(&failure),
    };
    let labels = objects.iter().map(|object| object.label.as_ref());
    let shell = shell.banner(Banner::of(std::iter::once(glimpse.label.as_ref()).chain(labels)));
    let choices = lineage
        .versions
        .iter()
        .filter(|version| version.standing != Standing::Quarantined)
        .map(|version| {
            let text = if version.version_text.is_empty() { "without version" } else { &version.version_text };
            Choice {
                digest: version.digest.to_string(),
                words: format!("{text}, {}, from {}", standing_word(version.standing), version.origin),
                from: Some(version.digest) == from,
                to: Some(version.digest) == to,
            }
        })
        .collect();
    let parsed = |object: &Object| -> Value { serde_json::from_slice(&object.bytes).unwrap_or_default() };
    let differences = match objects.as_slice() {
        [first, second] => differences(&parsed(first), &parsed(second)).into_iter().map(difference).collect(),
        _ => Vec::new(),
    };
    let heads = objects.iter().map(head).collect();
    let mut line = Line::of(&glimpse);
    line.href = address(&id);
    shell.answer(Ok(VersionsPage { shell: &shell, line, choices, heads, differences }))
}
