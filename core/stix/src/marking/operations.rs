//! Asking for markings and changing them: of the object (§7.2.2) and of its parts (§7.2.3).
//!
//! Guarantees: a selector is followed step by step, so that `name` is no ancestor of `name_enc`; what is changed is a new
//! version of the object where it has versions; markings that were there keep their order, new ones come behind them.
//! Does not know: what a marking means, who may set it.

use crate::inspect::properties::{Class, standard_type};
use crate::json::tree::Node;
use crate::versioning::{CustomProperties, VersionError, new_version, put};
use comity_vocab::{StixId, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeSet;

const DEFINITION: &str = "marking-definition--";

/// Why markings were not told or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkingError {
    /// No selector, or one that names nothing in the object.
    #[error("a selector is missing, malformed, or names nothing in the object")]
    Selector,
    /// A marking to be removed is not there.
    #[error("the marking is not on the object, or not on what the selectors name")]
    NotMarked,
    /// Neither the identifier of a marking definition nor, for parts, a language.
    #[error("a marking is the identifier of a marking definition; of a part it may be a language too")]
    Marking,
    /// The object admits no new version.
    #[error("the object cannot be changed")]
    Version(#[from] VersionError),
}

/// How far a question about a part goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Also markings of what the part lies in, up to the object.
    pub inherited: bool,
    /// Also markings of what lies in the part.
    pub descendants: bool,
}

/// One granular marking for one selector.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    marking: String,
    selector: String,
}

/// Returns the markings of the object.
pub fn of_whole(object: &Node<'_>) -> BTreeSet<String> {
    object_refs(object).into_iter().collect()
}

/// Returns the markings, languages among them, of the parts that the selectors name.
///
/// # Errors
/// [`MarkingError::Selector`].
pub fn of_parts(object: &Node<'_>, selectors: &[&str], reach: Reach) -> Result<BTreeSet<String>, MarkingError> {
    check_selectors(object, selectors)?;
    let mut found: BTreeSet<String> = pairs(object)
        .into_iter()
        .filter(|pair| selectors.iter().any(|asked| reaches(asked, &pair.selector, reach)))
        .map(|pair| pair.marking)
        .collect();
    if reach.inherited {
        found.extend(object_refs(object));
    }
    Ok(found)
}

/// Says whether the object has one of these markings; with none given, whether it has any.
pub fn is_whole_marked(object: &Node<'_>, markings: &[&str]) -> bool {
    let found = of_whole(object);
    if markings.is_empty() { !found.is_empty() } else { markings.iter().any(|marking| found.contains(*marking)) }
}

/// Says whether the parts have all of these markings; with none given, whether they have any.
///
/// # Errors
/// [`MarkingError::Selector`].
pub fn are_parts_marked(
    object: &Node<'_>,
    markings: &[&str],
    selectors: &[&str],
    reach: Reach,
) -> Result<bool, MarkingError> {
    let found = of_parts(object, selectors, reach)?;
    Ok(if markings.is_empty() { !found.is_empty() } else { markings.iter().all(|marking| found.contains(*marking)) })
}

/// Adds markings to the object.
///
/// # Errors
/// [`MarkingError::Marking`], [`MarkingError::Version`].
pub fn add_to_whole<'a>(object: &Node<'a>, markings: &[&str], now: Timestamp) -> Result<Node<'a>, MarkingError> {
    check_definitions(markings)?;
    let mut refs = object_refs(object);
    refs.extend(markings.iter().map(|marking| (*marking).to_owned()));
    with_refs(object, refs, now)
}

/// Replaces the markings of the object.
///
/// # Errors
/// As [`add_to_whole`].
pub fn set_on_whole<'a>(object: &Node<'a>, markings: &[&str], now: Timestamp) -> Result<Node<'a>, MarkingError> {
    check_definitions(markings)?;
    with_refs(object, markings.iter().map(|marking| (*marking).to_owned()).collect(), now)
}

/// Removes markings from the object; an object without any stays as it is.
///
/// # Errors
/// [`MarkingError::NotMarked`] where one of them is not there, [`MarkingError::Version`].
pub fn remove_from_whole<'a>(object: &Node<'a>, markings: &[&str], now: Timestamp) -> Result<Node<'a>, MarkingError> {
    let mut refs = object_refs(object);
    if refs.is_empty() {
        return Ok(object.clone());
    }
    if markings.iter().any(|marking| !refs.iter().any(|known| known == marking)) {
        return Err(MarkingError::NotMarked);
    }
    refs.retain(|known| !markings.contains(&known.as_str()));
    with_refs(object, refs, now)
}

/// Removes all markings from the object.
///
/// # Errors
/// [`MarkingError::Version`].
pub fn clear_whole<'a>(object: &Node<'a>, now: Timestamp) -> Result<Node<'a>, MarkingError> {
    with_refs(object, Vec::new(), now)
}

/// Adds markings to parts.
///
/// # Errors
/// [`MarkingError`], by kind.
pub fn add_to_parts<'a>(
    object: &Node<'a>,
    markings: &[&str],
    selectors: &[&str],
    now: Timestamp,
) -> Result<Node<'a>, MarkingError> {
    check_selectors(object, selectors)?;
    check_granular(markings)?;
    let mut pairs = pairs(object);
    pairs.extend(product(markings, selectors));
    with_pairs(object, pairs, now)
}

/// Replaces the markings of parts.
///
/// # Errors
/// As [`add_to_parts`].
pub fn set_on_parts<'a>(
    object: &Node<'a>,
    markings: &[&str],
    selectors: &[&str],
    now: Timestamp,
) -> Result<Node<'a>, MarkingError> {
    check_selectors(object, selectors)?;
    check_granular(markings)?;
    let mut pairs = pairs(object);
    pairs.retain(|pair| !selectors.contains(&pair.selector.as_str()));
    pairs.extend(product(markings, selectors));
    with_pairs(object, pairs, now)
}

/// Removes markings from parts; an object without granular markings stays as it is.
///
/// # Errors
/// [`MarkingError::NotMarked`] where none of them is there, [`MarkingError`] otherwise.
pub fn remove_from_parts<'a>(
    object: &Node<'a>,
    markings: &[&str],
    selectors: &[&str],
    now: Timestamp,
) -> Result<Node<'a>, MarkingError> {
    check_selectors(object, selectors)?;
    let removed: Vec<Pair> = product(markings, selectors).collect();
    without(object, |pair| removed.contains(pair), now)
}

/// Removes all markings from parts; an object without granular markings stays as it is.
///
/// # Errors
/// [`MarkingError::NotMarked`] where none of the parts has one, [`MarkingError`] otherwise.
pub fn clear_parts<'a>(object: &Node<'a>, selectors: &[&str], now: Timestamp) -> Result<Node<'a>, MarkingError> {
    check_selectors(object, selectors)?;
    without(object, |pair| selectors.contains(&pair.selector.as_str()), now)
}

fn without<'a>(
    object: &Node<'a>,
    is_removed: impl Fn(&Pair) -> bool,
    now: Timestamp,
) -> Result<Node<'a>, MarkingError> {
    let mut pairs = pairs(object);
    if pairs.is_empty() {
        return Ok(object.clone());
    }
    let before = pairs.len();
    pairs.retain(|pair| !is_removed(pair));
    if pairs.len() == before {
        return Err(MarkingError::NotMarked);
    }
    with_pairs(object, pairs, now)
}

/// Tells whether a marking on `marked` counts for `asked`.
fn reaches(asked: &str, marked: &str, reach: Reach) -> bool {
    asked == marked || (reach.inherited && lies_in(asked, marked)) || (reach.descendants && lies_in(marked, asked))
}

/// Tells whether one selector goes on where the other ends.
fn lies_in(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

fn object_refs(object: &Node<'_>) -> Vec<String> {
    match object.property("object_marking_refs") {
        Some(Node::String(only)) => vec![only.to_string()],
        Some(Node::Array(refs)) => refs.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The granular markings, one for each marking and selector, each once, in order.
fn pairs(object: &Node<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for marking in object.property("granular_markings").map(Node::items).unwrap_or_default() {
        let selectors = marking.property("selectors").map(Node::items).unwrap_or_default();
        for name in ["marking_ref", "lang"] {
            let Some(value) = marking.property(name).and_then(Node::text) else { continue };
            for selector in selectors.iter().filter_map(Node::text) {
                pairs.push(Pair { marking: value.to_owned(), selector: selector.to_owned() });
            }
        }
    }
    pairs
}

fn product<'m>(markings: &'m [&str], selectors: &'m [&str]) -> impl Iterator<Item = Pair> + 'm {
    let pair = |marking: &str, selector: &str| Pair { marking: marking.to_owned(), selector: selector.to_owned() };
    markings.iter().flat_map(move |marking| selectors.iter().map(move |selector| pair(marking, selector)))
}

fn check_selectors(object: &Node<'_>, selectors: &[&str]) -> Result<(), MarkingError> {
    let lawful = !selectors.is_empty() && selectors.iter().all(|selector| is_there(object, selector));
    if lawful { Ok(()) } else { Err(MarkingError::Selector) }
}

fn is_there(object: &Node<'_>, selector: &str) -> bool {
    let mut at = Some(object);
    for step in selector.split('.') {
        at = match step.strip_prefix('[').and_then(|step| step.strip_suffix(']')) {
            Some(index) => index.parse::<usize>().ok().and_then(|index| at.and_then(|node| node.items().get(index))),
            None => at.and_then(|node| node.property(step)),
        };
    }
    at.is_some()
}

fn check_definitions(markings: &[&str]) -> Result<(), MarkingError> {
    let lawful = markings.iter().all(|id| id.starts_with(DEFINITION) && id.parse::<StixId>().is_ok());
    if lawful { Ok(()) } else { Err(MarkingError::Marking) }
}

fn check_granular(markings: &[&str]) -> Result<(), MarkingError> {
    let lawful = markings.iter().all(|marking| !marking.is_empty() && marking.trim() == *marking);
    if lawful { Ok(()) } else { Err(MarkingError::Marking) }
}

fn with_refs<'a>(object: &Node<'a>, refs: Vec<String>, now: Timestamp) -> Result<Node<'a>, MarkingError> {
    let mut once: Vec<String> = Vec::with_capacity(refs.len());
    for marking in refs {
        if !once.contains(&marking) {
            once.push(marking);
        }
    }
    let list: Vec<Node<'a>> = once.into_iter().map(|marking| Node::String(Cow::Owned(marking))).collect();
    changed(object, "object_marking_refs", (!list.is_empty()).then_some(Node::Array(list)), now)
}

fn with_pairs<'a>(object: &Node<'a>, pairs: Vec<Pair>, now: Timestamp) -> Result<Node<'a>, MarkingError> {
    // By marking, in order of first occurrence; the selectors of one marking sorted.
    let mut grouped: Vec<(String, BTreeSet<String>)> = Vec::new();
    for Pair { marking, selector } in pairs {
        match grouped.iter_mut().find(|(known, _)| *known == marking) {
            Some((_, selectors)) => {
                selectors.insert(selector);
            }
            None => grouped.push((marking, BTreeSet::from([selector]))),
        }
    }
    let text = |text: String| Node::String(Cow::Owned(text));
    let list: Vec<Node<'a>> = grouped
        .into_iter()
        .map(|(marking, selectors)| {
            let name = if marking.starts_with(DEFINITION) { "marking_ref" } else { "lang" };
            Node::Object(vec![
                (Cow::Borrowed(name), text(marking)),
                (Cow::Borrowed("selectors"), Node::Array(selectors.into_iter().map(text).collect())),
            ])
        })
        .collect();
    changed(object, "granular_markings", (!list.is_empty()).then_some(Node::Array(list)), now)
}

/// Sets one property: by a new version, or in place where the type has no versions (§3.2: observables and marking
/// definitions can be marked and have none).
fn changed<'a>(
    object: &Node<'a>,
    name: &'static str,
    value: Option<Node<'a>>,
    now: Timestamp,
) -> Result<Node<'a>, MarkingError> {
    let kind = object.property("type").and_then(Node::text).unwrap_or_default();
    let unversioned =
        kind == "marking-definition" || standard_type(kind).is_some_and(|(class, _)| class == Class::Observable);
    match object {
        Node::Object(properties)
            if unversioned && object.property("created").is_none_or(|_| kind == "marking-definition") =>
        {
            let mut properties = properties.clone();
            put(&mut properties, Cow::Borrowed(name), value);
            Ok(Node::Object(properties))
        }
        _ => Ok(new_version(object, vec![(Cow::Borrowed(name), value)], CustomProperties::Allowed, now)?),
    }
}
