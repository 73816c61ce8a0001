//! The relations of one object as a list: by direction and word, then by type; all of them, a page at a time.
//!
//! Guarantees: bounded pages; a cursor serves only its officer and its object. Does not know: pictures.

use super::super::banner::Banner;
use super::super::line::{Line, address, label_text};
use super::super::shell::Shell;
use super::ID_BYTES_MAX;
use crate::cursor;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use comity_node::Failure;
use comity_store::{Neighbour, Neighbours};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Relations on a page, each way.
const PAGE: usize = 200;

/// One relation.
pub struct Relation {
    /// The other object.
    pub line: Line,
    /// The page of the relationship object between; "" where there is none.
    pub through: String,
    /// Its label.
    pub through_label: String,
}

/// Relations of one direction, word and type.
pub struct Side {
    /// Such as `uses`, or `used by this: uses`.
    pub word: String,
    /// Whether they lead from the object outward.
    pub outward: bool,
    /// The type at the other end.
    pub object_type: String,
    /// The relations.
    pub relations: Vec<Relation>,
}

/// Groups neighbours by direction, word and type.
pub fn sides(list: &[Neighbour]) -> Vec<Side> {
    let mut found: BTreeMap<(bool, &str, &str), Vec<Relation>> = BTreeMap::new();
    for neighbour in list {
        let key = (!neighbour.outward, neighbour.word.as_str(), neighbour.other.object_type.as_str());
        let through = neighbour.through.as_ref();
        found.entry(key).or_default().push(Relation {
            line: Line::of(&neighbour.other),
            through: through.map(|between| address(&between.id)).unwrap_or_default(),
            through_label: through.map(|between| label_text(between.label.as_ref())).unwrap_or_default(),
        });
    }
    found
        .into_iter()
        .map(|((inward, word, object_type), relations)| Side {
            word: word.replace(['_', '-'], " "),
            outward: !inward,
            object_type: object_type.to_owned(),
            relations,
        })
        .collect()
}

/// Where a page of relations begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: String,
}

#[derive(Template)]
#[template(path = "object_relations.html")]
struct RelationsPage<'a> {
    shell: &'a Shell,
    line: Line,
    sides: Vec<Side>,
    cut: bool,
    older: String,
}

/// Answers `GET /objects/{id}/relations`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(id): Path<String>,
    Query(place): Query<Place>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    let subject = officer.identity.subject.clone();
    let bound = format!("relations {id}");
    let before = if place.after.is_empty() {
        None
    } else {
        let found = cursor::open(&desk, &subject, &bound, &place.after).and_then(|vid| vid.parse::<i64>().ok());
        if found.is_none() {
            return shell.failure(
                &Failure::usage("this page of the list is no longer known").hint("begin again at the object"),
            );
        }
        found
    };
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
            let glimpse = view.glimpse_or_mention(&wanted)?;
            Ok(Some((glimpse, view.neighbours(&wanted, before, PAGE)?)))
        })
        .await;
    let (glimpse, neighbours): (_, Neighbours) = match read {
        Ok(Some(found)) => found,
        Ok(None) => return shell.not_released(),
        Err(failure) => return shell.failure(&failure),
    };
    let labels = neighbours.list.iter().filter(|n| n.other.label.is_some()).map(|n| n.other.label.as_ref());
    let shell = shell.banner(Banner::of(std::iter::once(glimpse.label.as_ref()).chain(labels)));
    let older = neighbours
        .next
        .map(|vid| {
            format!("{}/relations?after={}", address(&id), cursor::seal(&desk, &subject, &bound, &vid.to_string()))
        })
        .unwrap_or_default();
    shell.answer(Ok(RelationsPage {
        shell: &shell,
        line: Line::of(&glimpse),
        sides: sides(&neighbours.list),
        cut: neighbours.cut,
        older,
    }))
}
