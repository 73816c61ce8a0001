//! The common properties (§3.2) and which families of types have them.

use super::{Class, Kind, Presence, Targets, structure};

/// One common property: its kind, and what it is for each family; a family that is not named does not have it.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// Families that must have it.
    pub must: &'static [Class],
    /// Families that may have it.
    pub may: &'static [Class],
}

impl Common {
    /// Returns whether a family must or may have it; `None` where it does not apply.
    pub fn presence(&self, class: Class) -> Option<Presence> {
        if self.must.contains(&class) {
            Some(Presence::Must)
        } else if self.may.contains(&class) {
            Some(Presence::May)
        } else {
            None
        }
    }
}

/// The clause of all of them.
pub const CLAUSE: &str = "§3.2";

use Class::{Bundle, Domain, ExtensionDefinition, Language, Marking, Observable, Relation};

/// The standard's table of common properties.
pub const COMMON: &[Common] = &[
    Common {
        name: "type",
        kind: Kind::Type,
        must: &[Domain, Relation, Observable, Language, Marking, ExtensionDefinition, Bundle],
        may: &[],
    },
    Common {
        name: "spec_version",
        kind: Kind::SpecVersion,
        must: &[Domain, Relation, Language, Marking, ExtensionDefinition],
        may: &[Observable],
    },
    Common {
        name: "id",
        kind: Kind::Id,
        must: &[Domain, Relation, Observable, Language, Marking, ExtensionDefinition, Bundle],
        may: &[],
    },
    Common {
        name: "created_by_ref",
        kind: Kind::Reference(Targets::Only(&["identity"])),
        must: &[ExtensionDefinition],
        may: &[Domain, Relation, Language, Marking],
    },
    Common {
        name: "created",
        kind: Kind::TimestampMillis,
        must: &[Domain, Relation, Language, Marking, ExtensionDefinition],
        may: &[],
    },
    Common {
        name: "modified",
        kind: Kind::TimestampMillis,
        must: &[Domain, Relation, Language, ExtensionDefinition],
        may: &[],
    },
    Common { name: "revoked", kind: Kind::Boolean, must: &[], may: &[Domain, Relation, Language, ExtensionDefinition] },
    Common { name: "labels", kind: super::TEXTS, must: &[], may: &[Domain, Relation, Language, ExtensionDefinition] },
    Common { name: "confidence", kind: Kind::Integer(0, 100), must: &[], may: &[Domain, Relation, Language] },
    Common { name: "lang", kind: Kind::Language, must: &[], may: &[Domain, Relation] },
    Common {
        name: "external_references",
        kind: Kind::List(&Kind::Structure(&structure::EXTERNAL_REFERENCE)),
        must: &[],
        may: &[Domain, Relation, Language, Marking, ExtensionDefinition],
    },
    Common {
        name: "object_marking_refs",
        kind: Kind::List(&Kind::Reference(Targets::Only(&["marking-definition"]))),
        must: &[],
        may: &[Domain, Relation, Observable, Language, Marking, ExtensionDefinition],
    },
    Common {
        name: "granular_markings",
        kind: Kind::List(&Kind::Structure(&structure::GRANULAR_MARKING)),
        must: &[],
        may: &[Domain, Relation, Observable, Language, Marking, ExtensionDefinition],
    },
    Common { name: "defanged", kind: Kind::Boolean, must: &[], may: &[Observable] },
    Common {
        name: "extensions",
        kind: Kind::Extensions,
        must: &[],
        may: &[Domain, Relation, Observable, Language, Marking],
    },
];
