//! Language content, marking definitions, extension definitions (§7) and bundles (§8).

use super::{Class, Kind, ObjectType, Targets, may, must};
use crate::vocabulary as v;

/// The objects about objects.
pub const TYPES: &[ObjectType] = &[
    ObjectType {
        name: "language-content",
        class: Class::Language,
        clause: "§7.1",
        properties: &[
            must("object_ref", Kind::Reference(Targets::Except(&["bundle", "language-content"])), "§7.1.1"),
            may("object_modified", Kind::Timestamp, "§7.1.1"),
            must("contents", Kind::Contents, "§7.1.1"),
        ],
        one_of: &[],
    },
    ObjectType {
        name: "marking-definition",
        class: Class::Marking,
        clause: "§7.2.1",
        properties: &[
            may("name", Kind::Text, "§7.2.1.1"),
            may("definition_type", Kind::Open(&v::MARKING_TYPE), "§7.2.1.1"),
            may("definition", Kind::Any, "§7.2.1.1"),
        ],
        one_of: &[],
    },
    ObjectType {
        name: "extension-definition",
        class: Class::ExtensionDefinition,
        clause: "§7.3",
        properties: &[
            must("name", Kind::Text, "§7.3.1"),
            may("description", Kind::Text, "§7.3.1"),
            must("schema", Kind::Text, "§7.3.1"),
            must("version", Kind::Version, "§7.3.1"),
            must("extension_types", Kind::List(&Kind::Enum(&v::EXTENSION_TYPE)), "§7.3.1"),
            may("extension_properties", Kind::List(&Kind::PropertyName), "§7.3.1"),
        ],
        one_of: &[],
    },
    ObjectType {
        name: "bundle",
        class: Class::Bundle,
        clause: "§8",
        // Its objects are examined one by one, not as a value of the bundle.
        properties: &[may("objects", Kind::List(&Kind::Any), "§8.1")],
        one_of: &[],
    },
];
