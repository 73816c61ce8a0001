//! Observed-data: what patterns are matched against (STIX 2.1 §4.14, and its 2.0 form with the objects inside).
//!
//! Guarantees: the order of the documents is kept; an observation has the objects that it names and no other; a reference
//! leads only to objects of the same observation. Does not know: what a pattern asks.

use crate::literal;
use comity_stix::json::tree::Node;
use comity_vocab::Timestamp;
use std::collections::HashMap;

/// One observed-data with its objects.
#[derive(Clone, Debug)]
pub struct Observed<'a> {
    /// Its id, where it has one.
    pub id: Option<&'a str>,
    /// `first_observed`.
    pub first: Timestamp,
    /// `last_observed`.
    pub last: Timestamp,
    /// `number_observed`: so many times the same was seen.
    pub count: u64,
    /// The cyber-observable objects, in the order they are named.
    pub objects: Vec<Object<'a>>,
}

/// A cyber-observable object of an observation.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its id (2.1), or its key in the observation (2.0).
    pub key: &'a str,
    /// Its type.
    pub object_type: &'a str,
    /// The object.
    pub node: &'a Node<'a>,
}

/// Why something is not usable as observed-data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("observed-data {position}: {kind}")]
pub struct ObservedError {
    /// Which observed-data of all that were given, from 1.
    pub position: usize,
    /// What is wrong.
    pub kind: ObservedErrorKind,
}

/// What is wrong with an observed-data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObservedErrorKind {
    /// `first_observed` or `last_observed` is absent or no timestamp.
    #[error("{0} is absent or not a timestamp")]
    Time(&'static str),
    /// `last_observed` is before `first_observed`.
    #[error("last_observed is before first_observed")]
    Backwards,
    /// `number_observed` is absent or not a whole number above 0.
    #[error("number_observed is absent or not a whole number above 0")]
    Count,
    /// It has neither `object_refs` nor `objects`.
    #[error("it has neither object_refs nor objects")]
    Objects,
}

/// Tells whether a type is none of cyber-observable objects: patterns never look into those (§9.1).
fn is_not_observable(object_type: &str) -> bool {
    // A match and not a list: this is asked of every object of a stream.
    matches!(
        object_type,
        "attack-pattern"
            | "bundle"
            | "campaign"
            | "course-of-action"
            | "extension-definition"
            | "grouping"
            | "identity"
            | "incident"
            | "indicator"
            | "infrastructure"
            | "intrusion-set"
            | "language-content"
            | "location"
            | "malware"
            | "malware-analysis"
            | "marking-definition"
            | "note"
            | "observed-data"
            | "opinion"
            | "relationship"
            | "report"
            | "sighting"
            | "threat-actor"
            | "tool"
            | "vulnerability"
    )
}

impl<'a> Observed<'a> {
    /// Reads every observed-data of these documents: bundles, single objects, or lists of either. Objects may stand in any of
    /// them; of two with one id the later counts.
    ///
    /// # Errors
    /// The first observed-data that cannot be evaluated.
    pub fn of_documents(documents: &'a [Node<'a>]) -> Result<Vec<Self>, ObservedError> {
        let mut gathered = Gathered::default();
        documents.iter().for_each(|document| gathered.add(document));
        let observations = std::mem::take(&mut gathered.observations);
        let known = Known::of(gathered.objects);
        let read = |(index, node)| Self::read(node, &known).map_err(|kind| ObservedError { position: index + 1, kind });
        observations.into_iter().enumerate().map(read).collect()
    }

    fn read(node: &'a Node<'a>, known: &Known<'a>) -> Result<Self, ObservedErrorKind> {
        let said = Said::of(node);
        let first_text = said.first.and_then(Node::text).ok_or(ObservedErrorKind::Time("first_observed"))?;
        let last_text = said.last.and_then(Node::text).ok_or(ObservedErrorKind::Time("last_observed"))?;
        let first = literal::instant(first_text).ok_or(ObservedErrorKind::Time("first_observed"))?;
        // What was seen once has the same instant twice.
        let last = match last_text == first_text {
            true => first,
            false => literal::instant(last_text).ok_or(ObservedErrorKind::Time("last_observed"))?,
        };
        if last < first {
            return Err(ObservedErrorKind::Backwards);
        }
        let count = match said.number {
            Some(Node::Number("1")) => Some(1),
            Some(Node::Number(written)) => written.parse().ok().filter(|count| *count > 0),
            _ => None,
        };
        let count = count.ok_or(ObservedErrorKind::Count)?;
        let objects = match (said.references, said.objects) {
            (Some(references), _) => {
                let named = references.items().iter().filter_map(Node::text);
                named.filter_map(|key| Object::new(key, known.find(key)?)).collect()
            }
            (None, Some(Node::Object(inside))) => {
                let mut objects = Vec::with_capacity(inside.len());
                objects.extend(inside.iter().filter_map(|(key, node)| Object::new(key, node)));
                objects
            }
            _ => return Err(ObservedErrorKind::Objects),
        };
        Ok(Self { id: said.id.and_then(Node::text), first, last, count, objects })
    }

    /// Returns the object of this key.
    pub fn object(&self, key: &str) -> Option<&Object<'a>> {
        self.objects.iter().find(|object| object.key == key)
    }
}

impl<'a> Object<'a> {
    fn new(key: &'a str, node: &'a Node<'a>) -> Option<Self> {
        let object_type = node.property("type").and_then(Node::text)?;
        (!is_not_observable(object_type)).then_some(Self { key, object_type, node })
    }
}

/// The properties of an observed-data, found in one walk.
#[derive(Default)]
struct Said<'a> {
    id: Option<&'a Node<'a>>,
    first: Option<&'a Node<'a>>,
    last: Option<&'a Node<'a>>,
    number: Option<&'a Node<'a>>,
    references: Option<&'a Node<'a>>,
    objects: Option<&'a Node<'a>>,
}

impl<'a> Said<'a> {
    fn of(node: &'a Node<'a>) -> Self {
        let mut said = Self::default();
        for (name, value) in node.properties() {
            let slot = match name.as_ref() {
                "id" => &mut said.id,
                "first_observed" => &mut said.first,
                "last_observed" => &mut said.last,
                "number_observed" => &mut said.number,
                "object_refs" => &mut said.references,
                "objects" => &mut said.objects,
                _ => continue,
            };
            *slot = Some(value);
        }
        said
    }
}

#[derive(Default)]
struct Gathered<'a> {
    observations: Vec<&'a Node<'a>>,
    /// By identifier, in the order they came.
    objects: Vec<(&'a str, &'a Node<'a>)>,
}

/// Up to so many objects it is faster to look at each than to hash.
const FEW: usize = 16;

/// The objects that references may lead to.
enum Known<'a> {
    Few(Vec<(&'a str, &'a Node<'a>)>),
    Many(HashMap<&'a str, &'a Node<'a>>),
}

impl<'a> Known<'a> {
    fn of(objects: Vec<(&'a str, &'a Node<'a>)>) -> Self {
        if objects.len() <= FEW { Known::Few(objects) } else { Known::Many(objects.into_iter().collect()) }
    }

    /// Of two with one identifier the later counts.
    fn find(&self, key: &str) -> Option<&'a Node<'a>> {
        match self {
            Known::Few(list) => list.iter().rev().find(|(id, _)| *id == key).map(|(_, node)| *node),
            Known::Many(map) => map.get(key).copied(),
        }
    }
}

impl<'a> Gathered<'a> {
    fn add(&mut self, node: &'a Node<'a>) {
        for item in node.items() {
            self.add(item);
        }
        match node.property("type").and_then(Node::text) {
            Some("observed-data") => self.observations.push(node),
            Some("bundle") => {
                for object in node.property("objects").map(Node::items).unwrap_or_default() {
                    self.add(object);
                }
            }
            _ => {
                if let Some(id) = node.property("id").and_then(Node::text) {
                    self.objects.push((id, node));
                }
            }
        }
    }
}
