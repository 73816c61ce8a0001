//! One walk over one object, guided by the table.
//!
//! Guarantees: whatever the object is, it is described; nothing is looked up outside it. Does not know: other objects.

use crate::constraint;
use crate::path::Path;
use crate::report::{Found, Report};
use crate::rule;
use crate::table::{self, COMMON, Class, Kind, ObjectType, Presence, object_type, row};
use crate::value;
use comity_stix::json::tree::Node;

/// Properties that the standard reserves for later (§3.8).
const RESERVED_PROPERTIES: [&str; 4] = ["severity", "action", "username", "phone_numbers"];
/// Types that the standard reserves (§3.8).
const RESERVED_TYPES: [&str; 1] = ["action"];

/// What is known of the object while it is examined.
pub(crate) struct Examiner<'n> {
    pub found: Found<'n>,
    /// The object.
    pub object: &'n Node<'n>,
    /// Its type as written; empty where there is none.
    pub kind: &'n str,
    /// Its row of the table.
    pub known: Option<&'static ObjectType>,
    /// Its family, where the table or an extension says it.
    pub class: Option<Class>,
    /// Whether it is STIX 2.0.
    pub old: bool,
    /// Whether an extension may have added properties to the object itself (§7.3: toplevel-property-extension, new-…).
    pub extended: bool,
    /// The container of observables that the object stands in (§4.14).
    pub container: Option<&'n Node<'n>>,
}

/// Where an object stands.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'n> {
    /// What findings call the object where it has no identifier.
    pub place: &'n str,
    /// Whether the bundle around it says that it is STIX 2.0.
    pub old: bool,
    /// The container of observables around it.
    pub container: Option<&'n Node<'n>>,
}

impl Setting<'_> {
    /// On its own.
    pub const LONE: Self = Setting { place: "", old: false, container: None };
}

/// Examines one object that is not a bundle.
pub(crate) fn object<'n>(node: &'n Node<'n>, setting: Setting<'n>) -> Report {
    let text = |name| node.property(name).and_then(Node::text);
    let name = text("id").filter(|id| !id.is_empty()).unwrap_or(setting.place);
    let mut found = Found::new(name);
    if !matches!(node, Node::Object(_)) {
        found.add(&rule::NOT_AN_OBJECT, &Path::Root);
        return found.into_report();
    }
    let kind = text("type").unwrap_or_default();
    let known = object_type(kind).filter(|known| known.class != Class::Bundle);
    let introduced = constraint::extension::introduced(node);
    let says_2_0 = text("spec_version") == Some(rule::SPEC_2_0);
    let mut ex = Examiner {
        found,
        object: node,
        kind,
        known,
        class: known.map(|known| known.class).or(introduced),
        old: says_2_0 || (setting.old && node.property("spec_version").is_none()),
        extended: introduced.is_some() || constraint::extension::adds_properties(node),
        container: setting.container,
    };
    if ex.old {
        ex.found.add(&rule::STIX_2_0, &Path::Root.name("spec_version"));
    }
    type_name(&mut ex);
    properties(&mut ex);
    required(&mut ex);
    constraint::identity::examine(&mut ex);
    constraint::time::examine(&mut ex);
    constraint::marking::examine(&mut ex);
    constraint::of_type(&mut ex);
    ex.found.into_report()
}

/// §3.1, §3.8, §11.2: the type's name.
fn type_name(ex: &mut Examiner<'_>) {
    let path = Path::Root.name("type");
    match ex.object.property("type") {
        None => return ex.found.add(&rule::REQUIRED, &path),
        Some(Node::String(_)) => {}
        Some(_) => return ex.found.add(&rule::TEXT, &path),
    }
    if ex.known.is_some() {
        return;
    }
    if ex.kind == "bundle" {
        return ex.found.add(&rule::NESTED_BUNDLE, &path);
    }
    if !value::form::is_type_name(ex.kind) {
        ex.found.add(&rule::TYPE_NAME, &path);
    }
    if RESERVED_TYPES.contains(&ex.kind) {
        ex.found.add(&rule::RESERVED_NAME, &path);
    }
    if ex.class.is_none() {
        ex.found.add(&rule::CUSTOM_TYPE, &path);
    }
}

fn properties(ex: &mut Examiner<'_>) {
    let object = ex.object;
    for (name, value) in object.properties() {
        let name = name.as_ref();
        let path = Path::Root.name(name);
        if let Some(row) = ex.known.and_then(|known| row(known.properties, name)) {
            value::check(ex, &row.kind, value, row.clause, &path);
            if row.presence == Presence::Deprecated {
                ex.found.at_clause(&rule::DEPRECATED, row.clause, &path);
            }
        } else if let Some(common) = COMMON.iter().find(|common| common.name == name) {
            match ex.class {
                Some(class) if common.presence(class).is_none() => {
                    ex.found.add(&rule::NOT_APPLICABLE, &path);
                    value::custom(ex, value, &path);
                }
                _ if matches!(common.kind, Kind::SpecVersion) => spec_version(ex, value, &path),
                _ => value::check(ex, &common.kind, value, table::CLAUSE_OF_COMMON, &path),
            }
        } else {
            custom_property(ex, name, value, &path);
        }
    }
}

/// §3.2: `2.1`, or the 2.0 that older producers write there.
fn spec_version(ex: &mut Examiner<'_>, value: &Node<'_>, path: &Path<'_>) {
    if !matches!(value.text(), Some("2.1" | "2.0")) {
        ex.found.add(&rule::SPEC_VERSION, path);
    }
}

/// §11.1, and §3.8 for names that nobody may use.
fn custom_property(ex: &mut Examiner<'_>, name: &str, value: &Node<'_>, path: &Path<'_>) {
    if RESERVED_PROPERTIES.contains(&name) {
        ex.found.add(&rule::RESERVED_NAME, path);
    }
    value::custom_name(ex, name, path);
    if ex.known.is_some() && !ex.extended {
        ex.found.add(&rule::CUSTOM_PROPERTY, path);
    }
    // §2.1, §2.8: the ending of a name says how its string is to be read.
    match value {
        Node::Null => ex.found.add(&rule::NULL, path),
        Node::String(text) if name.ends_with("_bin") && !value::form::is_base64(text) => {
            ex.found.add(&rule::BINARY, path);
        }
        Node::String(text) if name.ends_with("_hex") && !value::form::is_hex(text) => ex.found.add(&rule::HEX, path),
        _ => value::custom(ex, value, path),
    }
}

fn required(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let has = |name: &str| object.property(name).is_some();
    for common in COMMON.iter().filter(|common| !matches!(common.kind, Kind::Type)) {
        let needed = match ex.class {
            Some(class) => common.presence(class) == Some(Presence::Must),
            // §11.2: a custom object is a domain object where it is versioned, else a cyber-observable.
            None => match common.name {
                "id" => true,
                "created" | "modified" | "spec_version" => has("created") || has("modified"),
                _ => false,
            },
        };
        let in_container = ex.container.is_some() && common.name == "id";
        let since_2_1 = ex.old && matches!(common.name, "spec_version" | "created_by_ref");
        if needed && !has(common.name) && !in_container && !since_2_1 {
            ex.found.at_clause(&rule::REQUIRED, table::CLAUSE_OF_COMMON, &Path::Root.name(common.name));
        }
    }
    let Some(known) = ex.known else { return };
    for row in known.properties.iter().filter(|row| row.presence == Presence::Must && !has(row.name)) {
        if !(ex.old && constraint::old::is_new_in_2_1(known.name, row.name)) {
            ex.found.at_clause(&rule::REQUIRED, row.clause, &Path::Root.name(row.name));
        }
    }
    for (names, clause) in known.one_of {
        if !(names.iter().any(|name| has(name)) || (ex.old && known.name == "location")) {
            ex.found.detail(&rule::REQUIRED, clause, &Path::Root, format!("one of {}", names.join(", ")));
        }
    }
}
