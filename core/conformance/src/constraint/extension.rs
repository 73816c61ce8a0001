//! Extensions and their definitions (§7.3, §11.3).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::table::{COMMON, Class, PREDEFINED_EXTENSIONS};
use crate::value::{self, form, identifier};
use crate::vocabulary::EXTENSION_TYPE;
use comity_stix::json::tree::Node;

fn kinds<'n>(node: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    let extensions = node.property("extensions").map(Node::properties).unwrap_or_default();
    extensions.iter().filter_map(|(_, extension)| extension.property("extension_type").and_then(Node::text))
}

/// Returns the family that an extension introduces the object's type into.
pub(crate) fn introduced(node: &Node<'_>) -> Option<Class> {
    kinds(node).find_map(|kind| match kind {
        "new-sdo" => Some(Class::Domain),
        "new-sco" => Some(Class::Observable),
        "new-sro" => Some(Class::Relation),
        _ => None,
    })
}

/// Says whether an extension adds properties to the object itself.
pub(crate) fn adds_properties(node: &Node<'_>) -> bool {
    kinds(node).any(|kind| kind == "toplevel-property-extension")
}

/// Examines the extensions of an object.
pub(crate) fn check(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    let Node::Object(extensions) = node else {
        return ex.found.add(&rule::DICTIONARY, path);
    };
    if extensions.is_empty() {
        ex.found.add(&rule::DICTIONARY_EMPTY, path);
    }
    for (key, extension) in extensions {
        let path = path.name(key);
        let predefined = PREDEFINED_EXTENSIONS.iter().find(|(kind, of)| *kind == ex.kind && of.name == key);
        if let Some((_, of)) = predefined {
            value::structure(ex, of, extension, &path);
        } else if key.starts_with("extension-definition--") {
            defined(ex, key, extension, &path);
        } else {
            undefined(ex, key, extension, &path);
        }
    }
}

/// §7.3: an extension with a definition.
fn defined(ex: &mut Examiner<'_>, key: &str, extension: &Node<'_>, path: &Path<'_>) {
    match identifier::parse(key) {
        Some(id) if id.rfc_4122 && (1..=8).contains(&id.version) => {}
        _ => ex.found.add(&rule::EXTENSION_KEY, path),
    }
    let Node::Object(properties) = extension else {
        return ex.found.add(&rule::STRUCTURE, path);
    };
    let kind_path = path.name("extension_type");
    match extension.property("extension_type") {
        None => ex.found.add(&rule::EXTENSION_KIND, path),
        Some(Node::String(kind)) if EXTENSION_TYPE.has(kind) => {
            if kind.starts_with("new-") && ex.known.is_some() {
                ex.found.add(&rule::EXTENSION_NEW, &kind_path);
            }
        }
        Some(Node::String(_)) => {
            ex.found.detail(&rule::ENUM, EXTENSION_TYPE.clause, &kind_path, EXTENSION_TYPE.words.join(", "));
        }
        Some(_) => ex.found.add(&rule::TEXT, &kind_path),
    }
    for (name, value) in properties.iter().filter(|(name, _)| name != "extension_type") {
        let path = path.name(name);
        value::custom_name(ex, name, &path);
        if matches!(name.as_ref(), "id" | "type") {
            ex.found.add(&rule::EXTENSION_REDEFINES, &path);
        }
        value::custom(ex, value, &path);
    }
}

/// §11.3: a custom extension without a definition; its name ends in `-ext`.
fn undefined(ex: &mut Examiner<'_>, key: &str, extension: &Node<'_>, path: &Path<'_>) {
    if !(form::is_type_name(key) && key.ends_with("-ext")) {
        ex.found.add(&rule::EXTENSION_KEY, path);
    }
    ex.found.add(&rule::CUSTOM_EXTENSION, path);
    let Node::Object(properties) = extension else {
        return ex.found.add(&rule::STRUCTURE, path);
    };
    if properties.is_empty() {
        ex.found.add(&rule::EXTENSION_EMPTY, path);
    }
    for (name, value) in properties {
        let path = path.name(name);
        value::custom_name(ex, name, &path);
        value::custom(ex, value, &path);
    }
}

/// §7.3.1: an extension definition.
pub(super) fn definition(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let kinds = object.property("extension_types").map(Node::items).unwrap_or_default();
    let top_level = kinds.iter().any(|kind| kind.text() == Some("toplevel-property-extension"));
    let path = Path::Root.name("extension_properties");
    match object.property("extension_properties") {
        Some(_) if !top_level => ex.found.add(&rule::EXTENSION_PROPERTIES, &path),
        None if top_level => ex.found.add(&rule::EXTENSION_PROPERTIES_MISSING, &path),
        _ => {}
    }
    for (index, name) in object.property("extension_properties").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        if name.text().is_some_and(|name| COMMON.iter().any(|common| common.name == name)) {
            ex.found.add(&rule::EXTENSION_REDEFINES, &path.index(index));
        }
    }
    if object.property("description").is_none() {
        ex.found.add(&rule::EXTENSION_DESCRIPTION, &Path::Root.name("description"));
    }
}
