//! The relationship objects (§5).

use super::{Class, Kind, ObjectType, Targets, may, must};

const OBSERVED: Kind = Kind::List(&Kind::Reference(Targets::Only(&["observed-data"])));
const SIGHTED_AT: Kind = Kind::List(&Kind::Reference(Targets::Only(&["identity", "location"])));

/// Relationship and sighting.
pub const TYPES: &[ObjectType] = &[
    ObjectType {
        name: "relationship",
        class: Class::Relation,
        clause: "§5.1",
        properties: &[
            must("relationship_type", Kind::RelationshipType, "§5.1.1"),
            may("description", Kind::Text, "§5.1.1"),
            must("source_ref", Kind::Reference(Targets::DomainOrObservable), "§5.1.1"),
            must("target_ref", Kind::Reference(Targets::DomainOrObservable), "§5.1.1"),
            may("start_time", Kind::Timestamp, "§5.1.1"),
            may("stop_time", Kind::Timestamp, "§5.1.1"),
        ],
        one_of: &[],
    },
    ObjectType {
        name: "sighting",
        class: Class::Relation,
        clause: "§5.2",
        properties: &[
            may("description", Kind::Text, "§5.2.1"),
            may("first_seen", Kind::Timestamp, "§5.2.1"),
            may("last_seen", Kind::Timestamp, "§5.2.1"),
            may("count", Kind::Integer(0, 999_999_999), "§5.2.1"),
            must("sighting_of_ref", Kind::Reference(Targets::Domain), "§5.2.1"),
            may("observed_data_refs", OBSERVED, "§5.2.1"),
            may("where_sighted_refs", SIGHTED_AT, "§5.2.1"),
            may("summary", Kind::Boolean, "§5.2.1"),
        ],
        one_of: &[],
    },
];
