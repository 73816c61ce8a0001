//! What an object is joined to.

use super::input::{Named, Params};
use super::objects::asked;
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use comity_node::{Reader, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const GRAPH_NODES_MAX: usize = 200;
const GRAPH_DEPTH_MAX: u32 = 3;
const RELATIONS_MAX: usize = 100;

/// How far to look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GraphParams {
    /// Steps from the object; 1 where absent.
    #[param(minimum = 1, maximum = 3)]
    depth: Option<u32>,
}

/// One object of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Node {
    id: String,
    /// Absent where the object is not held.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    object_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// One reference of a graph.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct Edge {
    from: String,
    to: String,
    property: String,
}

/// What is around an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    edges: BTreeSet<Edge>,
    /// Whether there is more than is shown.
    cut: bool,
}

/// Shows what an object is joined to, at most 200 objects.
#[utoipa::path(get, path = "/api/v1/objects/{id}/graph", tag = "objects",
    params(("id" = String, Path, description = "The whole id."), GraphParams),
    responses((status = 200, description = "Objects and references.", body = Graph)))]
pub(crate) async fn graph(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
    Params(params): Params<GraphParams>,
) -> Result<Json<Graph>, Problem> {
    caller.require(Scope::Read)?;
    let depth = params.depth.unwrap_or(1);
    if !(1..=GRAPH_DEPTH_MAX).contains(&depth) {
        return Err(Problem::new(axum::http::StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
            .place("query depth")
            .limit(format!("1 to {GRAPH_DEPTH_MAX}")));
    }
    desk.readers.read(move |reader| around(reader, &id, depth)).await.map(Json)
}

fn around(reader: &Reader, id: &str, depth: u32) -> Result<Graph, Problem> {
    let view = reader.view();
    let centre = view.get(id).map_err(asked)?.ok_or_else(Problem::not_released)?;
    let mut nodes = BTreeMap::from([(
        centre.id.clone(),
        Node { id: centre.id, object_type: Some(centre.object_type), name: centre.name },
    )]);
    let mut graph = Graph { nodes: Vec::new(), edges: BTreeSet::new(), cut: false };
    let mut waiting = VecDeque::from([(id.to_owned(), 0)]);
    while let Some((from, steps)) = waiting.pop_front() {
        if steps == depth || view.get(&from).map_err(asked)?.is_none() {
            continue;
        }
        let relations = view.relations(&from, RELATIONS_MAX).map_err(asked)?;
        graph.cut |= relations.cut;
        let outgoing = relations.outgoing.into_iter().map(|relation| (relation, true));
        for (relation, leads) in outgoing.chain(relations.incoming.into_iter().map(|relation| (relation, false))) {
            if !nodes.contains_key(&relation.id) {
                if nodes.len() == GRAPH_NODES_MAX {
                    graph.cut = true;
                    continue;
                }
                let node = Node { id: relation.id.clone(), object_type: relation.object_type, name: relation.name };
                nodes.insert(relation.id.clone(), node);
                waiting.push_back((relation.id.clone(), steps + 1));
            }
            let (from, to) = if leads { (from.clone(), relation.id) } else { (relation.id, from.clone()) };
            graph.edges.insert(Edge { from, to, property: relation.property });
        }
    }
    graph.nodes = nodes.into_values().collect();
    Ok(graph)
}
