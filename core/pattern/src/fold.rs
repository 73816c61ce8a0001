//! What paths and objects are when spellings do not count: one name for each algorithm, one type for each value.
//!
//! Guarantees: says the same for the engine, the reference, and what is shown of a match. Does not know: the normal forms of values
//! ([`comity_normal`]), nor what is asked of them.

use crate::ast::{Comparison, Observation, Path, Step};
use crate::observed::Object;
use crate::parser::Pattern;
use comity_normal::Form;
use std::borrow::Cow;

/// The property of files and certificates whose keys are names of algorithms (STIX 2.1 §10.7); others are known by
/// [`comity_normal::is_hashes`].
pub(crate) const HASHES: &str = "hashes";

impl Path {
    /// Reads a path as a pattern writes it; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        match Pattern::parse(&format!("[EXISTS {text}]")).ok()?.expression {
            Observation::Test(Comparison::Test(test)) => Some(test.path),
            _ => None,
        }
    }

    /// Returns how the values are compared that the path leads to, where spellings do not count.
    pub fn form(&self) -> Form {
        let path = standard(self);
        let steps: Vec<comity_normal::Step<'_>> = path
            .steps
            .iter()
            .map(|step| match step {
                Step::Key(key) => comity_normal::Step::Key(key),
                Step::Index(_) | Step::Any => comity_normal::Step::Item,
            })
            .collect();
        Form::of(&path.object_type, &steps)
    }
}

/// Returns a value in the normal form of the property that a path leads to; the value itself where the text is no path.
pub fn normal(path: &str, value: &str) -> String {
    match Path::parse(path) {
        Some(path) => path.form().normal(value).into_owned(),
        None => value.to_owned(),
    }
}

/// Returns a path with the names of algorithms as the standard writes them.
pub(crate) fn standard(path: &Path) -> Cow<'_, Path> {
    let mut standard = Cow::Borrowed(path);
    for (place, pair) in path.steps.windows(2).enumerate() {
        if let [Step::Key(before), Step::Key(name)] = pair
            && comity_normal::is_hashes(before)
            && let Some(known) = comity_normal::algorithm(name).filter(|known| known != name)
            && let Some(step) = standard.to_mut().steps.get_mut(place + 1)
        {
            *step = Step::Key(known.to_owned());
        }
    }
    standard
}

/// Returns the type that an object has besides its own: what its value really is, such as `ipv4-addr` of an `ipv6-addr` with the
/// value `::ffff:192.0.2.1`.
pub(crate) fn also(object: &Object<'_>) -> Option<&'static str> {
    // Asked of every object of a stream: a look at a few bytes says no of most. The first group of IPv6 has four digits at most, a
    // mapped address begins with zeros, IPv4 ends in a digit. Blanks around and a dot behind are seen through.
    let is_six = |value: &[u8]| value.iter().take(5).any(|byte| *byte == b':');
    let is_blank = |byte: &u8| !byte.is_ascii_graphic();
    let may_be: &dyn Fn(&[u8]) -> bool = match object.object_type {
        "ipv4-addr" => &|value| is_six(value) || value.first().is_some_and(is_blank),
        "ipv6-addr" => &|value| {
            !is_six(value) || value.first().is_some_and(|first| matches!(first, b':' | b'0') || is_blank(first))
        },
        "domain-name" => &|value| {
            let ends = |last: &u8| last.is_ascii_digit() || *last == b'.' || is_blank(last);
            is_six(value) || value.first().is_some_and(is_blank) || value.last().is_some_and(ends)
        },
        _ => return None,
    };
    let value = object.node.property("value").and_then(comity_stix::json::tree::Node::text)?;
    if may_be(value.as_bytes()) { comity_normal::host_type(object.object_type, value) } else { None }
}
