//! Domain objects: properties that demand or exclude each other (§4).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::table::{Class, object_type};
use crate::value::form;
use crate::value::identifier::parse;
use comity_pattern::{Pattern, PatternError, PatternErrorKind, Step};
use comity_stix::json::tree::Node;

/// §4.7.1: name and description should be there; a STIX pattern is one.
pub(super) fn indicator(ex: &mut Examiner<'_>) {
    let object = ex.object;
    if object.property("name").is_none() || object.property("description").is_none() {
        ex.found.add(&rule::INDICATOR_NAME, &Path::Root);
    }
    let text = |name| object.property(name).and_then(Node::text);
    let stix = text("pattern_type") == Some("stix") || (ex.old && text("pattern_type").is_none());
    if let Some(written) = text("pattern").filter(|_| stix) {
        let old = ex.old || text("pattern_version") == Some("2.0");
        pattern(ex, written, old);
    }
}

/// §3.1: what a property may be called.
fn is_property(name: &str) -> bool {
    (3..=250).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// §9: the grammar, and the names in it.
fn pattern(ex: &mut Examiner<'_>, written: &str, old: bool) {
    let path = Path::Root.name("pattern");
    let report = |ex: &mut Examiner<'_>, error: &PatternError| {
        let unread = error.is_limit() || matches!(error.kind, PatternErrorKind::UnsupportedRegex { .. });
        let rule = if unread { &rule::PATTERN_UNREAD } else { &rule::PATTERN };
        ex.found.detail(rule, rule.clause, &path, format!("byte {}: {error}", error.offset));
    };
    let pattern = match Pattern::parse(written) {
        Ok(pattern) => pattern,
        Err(error) => return report(ex, &error),
    };
    // STIX 2.0 wrote START and STOP with strings.
    if let Some(error) = pattern.breach().filter(|_| !old) {
        report(ex, &error);
    }
    let mut lawful = true;
    pattern.tests(&mut |test| {
        let property = match test.path.steps.first() {
            Some(Step::Key(key)) => key.as_str(),
            Some(Step::Index(_) | Step::Any) | None => "",
        };
        lawful &= form::is_type_name(&test.path.object_type) && (property == "id" || is_property(property));
    });
    if !lawful {
        ex.found.detail(
            &rule::PATTERN,
            "§9.7, §3.1",
            &path,
            "a type or property name in it is shorter than 3 characters or malformed",
        );
    }
}

/// §4.10.1: latitude and longitude only together, precision only with both.
pub(super) fn location(ex: &mut Examiner<'_>) {
    let has = |name| ex.object.property(name).is_some();
    if has("latitude") != has("longitude") || (has("precision") && !has("latitude")) {
        ex.found.add(&rule::COORDINATES, &Path::Root);
    }
}

/// §4.11.1: a family has a name.
pub(super) fn malware(ex: &mut Examiner<'_>) {
    if ex.object.property("is_family") == Some(&Node::Bool(true)) && ex.object.property("name").is_none() {
        ex.found.add(&rule::MALWARE_NAME, &Path::Root.name("name"));
    }
}

/// §4.14.1: object_refs or the deprecated objects, never both; at least one observable.
pub(super) fn observed_data(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let Some(Node::Array(refs)) = object.property("object_refs") else { return };
    if object.property("objects").is_some() {
        ex.found.add(&rule::OBSERVED_BOTH, &Path::Root.name("objects"));
    }
    let is_observable = |id: &Node<'_>| {
        let class = id.text().and_then(parse).map(|id| object_type(id.prefix).map(|known| known.class));
        matches!(class, None | Some(None | Some(Class::Observable)))
    };
    if !refs.is_empty() && !refs.iter().any(is_observable) {
        ex.found.add(&rule::OBSERVED_NO_SCO, &Path::Root.name("object_refs"));
    }
}
