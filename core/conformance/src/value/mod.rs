//! Whether a value is what its row demands.

pub(crate) mod form;
mod hashes;
pub(crate) mod identifier;
mod registry;
pub(crate) mod time;

use crate::constraint;
use crate::examine::Examiner;
use crate::path::Path;
use crate::rule::{self, Rule};
use crate::table::{Kind, Presence, Structure, row};
use comity_stix::json::tree::Node;

/// Examines a value.
pub(crate) fn check(ex: &mut Examiner<'_>, kind: &Kind, node: &Node<'_>, clause: &'static str, path: &Path<'_>) {
    if matches!(node, Node::Null) {
        return ex.found.at_clause(&rule::NULL, clause, path);
    }
    match kind {
        // Examined with the whole object.
        Kind::Type | Kind::Id | Kind::SpecVersion => {}
        Kind::Text => {
            text(ex, node, path);
        }
        Kind::Boolean => {
            if !matches!(node, Node::Bool(_)) {
                ex.found.at_clause(&rule::BOOLEAN, clause, path);
            }
        }
        Kind::Integer(low, high) => integer(ex, node, *low, *high, clause, path),
        Kind::Float(low, high) => float(ex, node, *low, *high, clause, path),
        Kind::Timestamp | Kind::TimestampMillis => time::check(ex, kind, node, path),
        Kind::Reference(targets) => identifier::reference(ex, targets, node, clause, path),
        Kind::List(item) => list(ex, item, node, clause, path),
        Kind::Open(vocabulary) => {
            if let Some(word) = text(ex, node, path)
                && !vocabulary.has(word)
            {
                ex.found.detail(&rule::VOCABULARY, vocabulary.clause, path, vocabulary.name);
                if !form::is_words(word) {
                    ex.found.add(&rule::VOCABULARY_FORM, path);
                }
            }
        }
        Kind::Enum(vocabulary) => {
            if let Some(word) = text(ex, node, path)
                && !vocabulary.has(word)
            {
                ex.found.detail(&rule::ENUM, vocabulary.clause, path, vocabulary.words.join(", "));
            }
        }
        Kind::Hashes => hashes::check(ex, node, path),
        Kind::Dictionary(value) => dictionary(ex, value, node, clause, path),
        Kind::Structure(of) => structure(ex, of, node, path),
        Kind::Extensions => constraint::extension::check(ex, node, path),
        Kind::Container => constraint::container::check(ex, node, path),
        Kind::Contents => constraint::language::contents(ex, node, path),
        Kind::IntegerOrText => {
            if !matches!(node, Node::String(_)) {
                integer(ex, node, i64::MIN, i64::MAX, clause, path);
            }
        }
        Kind::TextOrTexts => match node {
            Node::Array(_) => list(ex, &Kind::Text, node, clause, path),
            _ => {
                text(ex, node, path);
            }
        },
        Kind::Any => custom(ex, node, path),
        Kind::Words
        | Kind::Binary
        | Kind::Hex
        | Kind::Url
        | Kind::Language
        | Kind::Charset
        | Kind::MediaType(_)
        | Kind::Cpe
        | Kind::EmailAddress
        | Kind::Ipv4
        | Kind::Ipv6
        | Kind::Mac
        | Kind::Domain
        | Kind::RegistryKey
        | Kind::Country
        | Kind::Version
        | Kind::RelationshipType
        | Kind::PropertyName => {
            if let Some(text) = text(ex, node, path)
                && let Some(broken) = written(kind, text)
            {
                ex.found.add(broken, path);
            }
        }
    }
}

/// Returns the rule that a string breaks whose form the standard gives.
fn written(kind: &Kind, text: &str) -> Option<&'static Rule> {
    let (lawful, broken): (bool, &'static Rule) = match kind {
        Kind::Words => (form::is_words(text), &rule::VOCABULARY_FORM),
        Kind::Binary => (form::is_base64(text), &rule::BINARY),
        Kind::Hex => (form::is_hex(text), &rule::HEX),
        Kind::Url => (form::is_url(text), &rule::URL),
        Kind::Language => (form::is_language(text), &rule::LANGUAGE),
        Kind::Charset => (registry::is_charset(text), &rule::CHARSET),
        Kind::MediaType(true) => (registry::is_media_type(text), &rule::MEDIA_TYPE),
        Kind::MediaType(false) => (registry::is_media_type(text), &rule::MEDIA_TYPE_UNKNOWN),
        Kind::Cpe => (form::is_cpe(text), &rule::CPE),
        Kind::EmailAddress => (form::is_email(text), &rule::EMAIL),
        Kind::Ipv4 => (form::is_ipv4(text), &rule::IPV4),
        Kind::Ipv6 => (form::is_ipv6(text), &rule::IPV6),
        Kind::Mac => (form::is_mac(text), &rule::MAC),
        Kind::Domain => (form::is_domain(text), &rule::DOMAIN),
        Kind::RegistryKey => (form::is_registry_key(text), &rule::REGISTRY_KEY),
        Kind::Country => (registry::is_country(text), &rule::COUNTRY),
        Kind::Version => (form::is_version(text), &rule::VERSION),
        Kind::RelationshipType => (form::is_relationship_type(text), &rule::RELATIONSHIP_TYPE),
        Kind::PropertyName => (form::is_property_name(text), &rule::PROPERTY_NAME),
        _ => return None,
    };
    (!lawful).then_some(broken)
}

/// Returns the text of a string; reports what is none.
pub(crate) fn text<'n>(ex: &mut Examiner<'_>, node: &'n Node<'_>, path: &Path<'_>) -> Option<&'n str> {
    match node {
        Node::String(text) => {
            if memchr::memchr(0, text.as_bytes()).is_some() {
                ex.found.add(&rule::NUL, path);
            }
            Some(text)
        }
        _ => {
            ex.found.add(&rule::TEXT, path);
            None
        }
    }
}

fn integer(ex: &mut Examiner<'_>, node: &Node<'_>, low: i64, high: i64, clause: &'static str, path: &Path<'_>) {
    let Node::Number(written) = node else {
        return ex.found.at_clause(&rule::INTEGER, clause, path);
    };
    match written.parse::<i64>() {
        Ok(value) if (low..=high).contains(&value) => {}
        Ok(_) => ex.found.detail(&rule::INTEGER_RANGE, clause, path, format!("{low} to {high}")),
        Err(_) if written.contains(['.', 'e', 'E']) => ex.found.at_clause(&rule::INTEGER, clause, path),
        Err(_) => ex.found.detail(&rule::INTEGER_RANGE, clause, path, format!("{low} to {high}")),
    }
}

fn float(ex: &mut Examiner<'_>, node: &Node<'_>, low: f64, high: f64, clause: &'static str, path: &Path<'_>) {
    let Node::Number(written) = node else {
        return ex.found.at_clause(&rule::FLOAT, clause, path);
    };
    if !written.parse::<f64>().is_ok_and(|value| (low..=high).contains(&value)) {
        ex.found.detail(&rule::FLOAT_RANGE, clause, path, format!("{low} to {high}"));
    }
}

fn list(ex: &mut Examiner<'_>, item: &Kind, node: &Node<'_>, clause: &'static str, path: &Path<'_>) {
    let Node::Array(items) = node else {
        return ex.found.at_clause(&rule::LIST, clause, path);
    };
    if items.is_empty() {
        ex.found.at_clause(&rule::LIST_EMPTY, clause, path);
    }
    for (index, value) in items.iter().enumerate() {
        check(ex, item, value, clause, &path.index(index));
    }
}

/// Examines a dictionary: keys (§2.3) and values.
pub(crate) fn dictionary(ex: &mut Examiner<'_>, value: &Kind, node: &Node<'_>, clause: &'static str, path: &Path<'_>) {
    let Node::Object(entries) = node else {
        return ex.found.at_clause(&rule::DICTIONARY, clause, path);
    };
    if entries.is_empty() {
        ex.found.at_clause(&rule::DICTIONARY_EMPTY, clause, path);
    }
    for (key, entry) in entries {
        let path = path.name(key);
        if !form::is_dictionary_key(key) {
            ex.found.add(&rule::DICTIONARY_KEY, &path);
        }
        check(ex, value, entry, clause, &path);
    }
}

/// Examines an object that is a value.
pub(crate) fn structure(ex: &mut Examiner<'_>, of: &'static Structure, node: &Node<'_>, path: &Path<'_>) {
    let Node::Object(properties) = node else {
        return ex.found.detail(&rule::STRUCTURE, of.clause, path, of.name);
    };
    if properties.is_empty() && of.at_least_one {
        ex.found.detail(&rule::REQUIRED, of.clause, path, format!("one property of {} at least", of.name));
    }
    for (name, value) in properties {
        let path = path.name(name);
        match row(of.properties, name) {
            Some(row) => check(ex, &row.kind, value, row.clause, &path),
            None => {
                custom_name(ex, name, &path);
                if !ex.extended {
                    ex.found.add(&rule::CUSTOM_PROPERTY, &path);
                }
                custom(ex, value, &path);
            }
        }
    }
    for row in of.properties {
        if row.presence == Presence::Must && node.property(row.name).is_none() {
            ex.found.at_clause(&rule::REQUIRED, row.clause, &path.name(row.name));
        }
    }
    constraint::within(ex, of, node, path);
}

/// Examines the name of a property that the standard does not have (§3.1, §11.1).
pub(crate) fn custom_name(ex: &mut Examiner<'_>, name: &str, path: &Path<'_>) {
    if !form::is_property_name(name) {
        ex.found.add(&rule::PROPERTY_NAME, path);
    }
}

/// Examines a value of which the standard knows nothing but the data types (§2). The scanner limits the depth.
pub(crate) fn custom(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    match node {
        Node::Null => ex.found.add(&rule::CUSTOM_NULL, path),
        Node::Array(items) => {
            if items.is_empty() {
                ex.found.add(&rule::LIST_EMPTY, path);
            }
            for (index, item) in items.iter().enumerate() {
                custom(ex, item, &path.index(index));
            }
        }
        Node::Object(properties) => {
            if properties.is_empty() {
                ex.found.add(&rule::CUSTOM_EMPTY, path);
            }
            for (name, value) in properties {
                custom(ex, value, &path.name(name));
            }
        }
        Node::String(_) => {
            text(ex, node, path);
        }
        Node::Bool(_) | Node::Number(_) => {}
    }
}
