//! The neighbourhood of an object as a picture: the page of it, and the data that the picture is drawn from.
//!
//! Guarantees: at most [`NODES_MAX`] nodes an answer, the nearest first; edges only between nodes that are in it. Does not know: layout.

use super::super::banner::Banner;
use super::super::line::{Line, address};
use super::super::shell::Shell;
use super::ID_BYTES_MAX;
use crate::desk::Desk;
use crate::identity::Officer;
use crate::problem::Problem;
use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use comity_node::{Failure, Reader};
use comity_store::{Glimpse, Neighbour};
use comity_text::visible_line;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Nodes in one answer.
const NODES_MAX: usize = 200;
/// Neighbours of a neighbour, each way.
const SECOND_MAX: usize = 25;

/// How far to go.
#[derive(Deserialize)]
#[serde(default)]
pub struct Depth {
    depth: u8,
}

impl Default for Depth {
    fn default() -> Self {
        Self { depth: 1 }
    }
}

#[derive(Serialize)]
struct Node {
    id: String,
    r#type: String,
    name: String,
    label: String,
    href: String,
    degree: u64,
    held: bool,
}

#[derive(Serialize)]
struct Edge {
    id: String,
    from: String,
    to: String,
    word: String,
    label: String,
    href: String,
}

#[derive(Serialize)]
struct Graph {
    root: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    cut: bool,
}

#[derive(Template)]
#[template(path = "object_graph.html")]
struct GraphPage<'a> {
    shell: &'a Shell,
    line: Line,
}

fn edge(from: &str, neighbour: &Neighbour) -> Edge {
    let other = &neighbour.other.id;
    let (from, to) =
        if neighbour.outward { (from.to_owned(), other.clone()) } else { (other.clone(), from.to_owned()) };
    let word = match neighbour.word.as_str() {
        "sighting_of_ref" => "sighted".to_owned(),
        word => visible_line(word).into_owned(),
    };
    match &neighbour.through {
        Some(between) => Edge {
            id: between.id.clone(),
            from,
            to,
            word,
            label: super::label_text(between.label.as_ref()),
            href: address(&between.id),
        },
        None => Edge {
            id: format!("{from}|{}|{to}", neighbour.word),
            href: address(&from),
            from,
            to,
            word,
            label: String::new(),
        },
    }
}

fn drawn(reader: &Reader, root: &str, depth: u8) -> Result<Option<Graph>, Failure> {
    let view = reader.view();
    if view.get(root)?.is_none() {
        return Ok(None);
    }
    let mut nodes: Vec<Glimpse> = vec![view.glimpse_or_mention(root)?];
    let mut known: BTreeSet<String> = BTreeSet::from([root.to_owned()]);
    let mut edges: Vec<Edge> = Vec::new();
    let mut edge_ids: BTreeSet<String> = BTreeSet::new();
    let mut cut = false;
    let mut waiting: VecDeque<(String, u8)> = VecDeque::from([(root.to_owned(), 0)]);
    while let Some((id, far)) = waiting.pop_front() {
        if far >= depth {
            continue;
        }
        // The second step shows how neighbours hang together; it need not show all of theirs.
        let around = view.neighbours(&id, None, if far == 0 { NODES_MAX } else { SECOND_MAX })?;
        cut |= around.cut || around.next.is_some();
        for neighbour in &around.list {
            let other = &neighbour.other;
            if !known.contains(&other.id) {
                if nodes.len() >= NODES_MAX {
                    cut = true;
                    continue;
                }
                known.insert(other.id.clone());
                if other.presence == comity_store::Presence::Held {
                    waiting.push_back((other.id.clone(), far + 1));
                }
                nodes.push(other.clone());
            }
            let edge = edge(&id, neighbour);
            if edge_ids.insert(edge.id.clone()) {
                edges.push(edge);
            }
        }
    }
    let mut shown = Vec::with_capacity(nodes.len());
    for glimpse in nodes {
        let line = Line::of(&glimpse);
        let degree = view.degree(&glimpse.id)?;
        shown.push(Node {
            held: line.is_held(),
            href: line.href,
            r#type: visible_line(&line.object_type).into_owned(),
            name: visible_line(&line.title).into_owned(),
            label: line.label,
            degree,
            id: line.id,
        });
    }
    Ok(Some(Graph { root: root.to_owned(), nodes: shown, edges, cut }))
}

/// Answers `GET /objects/{id}/graph.json`.
pub async fn graph(
    State(desk): State<Arc<Desk>>,
    _officer: Officer,
    Path(id): Path<String>,
    Query(depth): Query<Depth>,
) -> Response {
    if id.len() > ID_BYTES_MAX {
        return Problem::not_released().into_response();
    }
    let depth = depth.depth.clamp(1, 2);
    match desk.readers.read(move |reader| drawn(reader, &id, depth)).await {
        Ok(Some(graph)) => Json(graph).into_response(),
        Ok(None) => Problem::not_released().into_response(),
        Err(failure) => Problem::from(failure).into_response(),
    }
}

/// Answers `GET /objects/{id}/graph`.
pub async fn graph_page(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
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
            // The picture may grow to what stands two steps away: the banner covers what is drawn at first.
            let around = view.neighbours(&wanted, None, NODES_MAX)?;
            Ok(Some((view.glimpse_or_mention(&wanted)?, around.list)))
        })
        .await;
    let (glimpse, around) = match read {
        Ok(Some(found)) => found,
        Ok(None) => return shell.not_released(),
        Err(failure) => return shell.failure(&failure),
    };
    let labels = around.iter().filter(|n| n.other.label.is_some()).map(|n| n.other.label.as_ref());
    let shell = shell.banner(Banner::of(std::iter::once(glimpse.label.as_ref()).chain(labels)));
    shell.answer(Ok(GraphPage { shell: &shell, line: Line::of(&glimpse) }))
}
