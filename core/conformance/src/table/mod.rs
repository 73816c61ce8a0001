//! The standard's tables of types and properties as data: one row a property, with its clause.
//!
//! Guarantees: every type of STIX 2.1 is here once, in the order of the standard; what a row cannot say stands in
//! `constraint/` as a function of its own. Does not know: how a value is checked (`value/`).

mod common_properties;
mod domain;
mod extension;
mod meta;
mod observable;
mod relation;
mod structure;

pub use common_properties::{CLAUSE as CLAUSE_OF_COMMON, COMMON};
pub use extension::PREDEFINED_EXTENSIONS;
pub(crate) use structure::KILL_CHAIN_PHASE;

use crate::vocabulary::Vocabulary;

/// What a property's value must be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `type`: checked with the identifier.
    Type,
    /// `id`: checked with the type.
    Id,
    /// `spec_version`: `2.1`.
    SpecVersion,
    /// A string (§2.15).
    Text,
    /// A string that should be lower case with hyphens between words.
    Words,
    /// `true` or `false` (§2.2).
    Boolean,
    /// A whole number between two bounds, both included (§2.10).
    Integer(i64, i64),
    /// A number between two bounds, both included (§2.6).
    Float(f64, f64),
    /// A time (§2.16).
    Timestamp,
    /// A time with at least three digits of fraction (§3.2).
    TimestampMillis,
    /// Base64 (§2.1).
    Binary,
    /// Pairs of hexadecimal digits (§2.8).
    Hex,
    /// A URL (RFC 3986).
    Url,
    /// A language tag (RFC 5646).
    Language,
    /// A character set of the IANA registry.
    Charset,
    /// A media type; the second value says whether the standard says MUST.
    MediaType(bool),
    /// A CPE 2.3 name.
    Cpe,
    /// An address without display name (RFC 5322).
    EmailAddress,
    /// An IPv4 address or block.
    Ipv4,
    /// An IPv6 address or block.
    Ipv6,
    /// A MAC address in lower case with colons.
    Mac,
    /// A domain name.
    Domain,
    /// A registry key with its hive written out.
    RegistryKey,
    /// A country code (ISO 3166-1 alpha-2).
    Country,
    /// A version number (Semantic Versioning 2.0.0).
    Version,
    /// The name of a relationship (§5.1).
    RelationshipType,
    /// A word that should be of a vocabulary (§2.14).
    Open(&'static Vocabulary),
    /// A word that must be of an enumeration (§2.4).
    Enum(&'static Vocabulary),
    /// The identifier of another object (§2.9).
    Reference(Targets),
    /// A list, never empty (§2.12).
    List(&'static Kind),
    /// Hashes by algorithm (§2.7).
    Hashes,
    /// A dictionary, never empty, and what its values must be (§2.3).
    Dictionary(&'static Kind),
    /// An integer or a string.
    IntegerOrText,
    /// A list of strings, or one string.
    TextOrTexts,
    /// An object with properties of its own.
    Structure(&'static Structure),
    /// The extensions of an object (§3.2, §7.3).
    Extensions,
    /// The deprecated container of observables (§4.14).
    Container,
    /// Translations by language (§7.1).
    Contents,
    /// The name of a property that an extension adds (§7.3).
    PropertyName,
    /// Anything but null.
    Any,
}

/// Which objects a reference may point to. The type is read from the identifier; an unknown one is a custom object.
#[derive(Clone, Copy, Debug)]
pub enum Targets {
    /// Any object.
    Any,
    /// Objects of these types.
    Only(&'static [&'static str]),
    /// Cyber-observables and custom objects.
    Observable,
    /// Cyber-observables, relationship objects, and custom objects.
    ObservableOrRelation,
    /// Domain objects and custom objects.
    Domain,
    /// Domain objects, cyber-observables and custom objects: what relationships link.
    DomainOrObservable,
    /// Any object but those of these types.
    Except(&'static [&'static str]),
}

/// Whether a property must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Required.
    Must,
    /// Optional.
    May,
    /// Optional and deprecated.
    Deprecated,
}

/// One row: a property of a type.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// Whether it must be there.
    pub presence: Presence,
    /// The clause of STIX 2.1 that has it.
    pub clause: &'static str,
}

const fn must(name: &'static str, kind: Kind, clause: &'static str) -> Property {
    Property { name, kind, presence: Presence::Must, clause }
}

const fn may(name: &'static str, kind: Kind, clause: &'static str) -> Property {
    Property { name, kind, presence: Presence::May, clause }
}

const fn deprecated(name: &'static str, kind: Kind, clause: &'static str) -> Property {
    Property { name, kind, presence: Presence::Deprecated, clause }
}

/// An object that is a value: it has properties but no identity.
#[derive(Clone, Copy, Debug)]
pub struct Structure {
    /// What the standard calls it.
    pub name: &'static str,
    /// Its clause.
    pub clause: &'static str,
    /// Its properties.
    pub properties: &'static [Property],
    /// Whether at least one of its properties must be there.
    pub at_least_one: bool,
}

/// The families of types; they differ in the common properties (§3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Domain objects (§4).
    Domain,
    /// Relationship objects (§5).
    Relation,
    /// Cyber-observable objects (§6).
    Observable,
    /// Language content (§7.1).
    Language,
    /// Marking definitions (§7.2).
    Marking,
    /// Extension definitions (§7.3).
    ExtensionDefinition,
    /// Bundles (§8).
    Bundle,
}

/// A type of object.
#[derive(Clone, Copy, Debug)]
pub struct ObjectType {
    /// The value of `type`.
    pub name: &'static str,
    /// Its family.
    pub class: Class,
    /// The clause that defines it.
    pub clause: &'static str,
    /// Its own properties; the common ones are in [`COMMON`].
    pub properties: &'static [Property],
    /// Sets of properties of which at least one must be there, each with its clause.
    pub one_of: &'static [(&'static [&'static str], &'static str)],
}

/// Every type of the standard, in its order.
pub const TYPES: &[&[ObjectType]] = &[domain::TYPES, relation::TYPES, observable::TYPES, meta::TYPES];

/// Returns the type of this name.
pub fn object_type(name: &str) -> Option<&'static ObjectType> {
    TYPES.iter().flat_map(|types| types.iter()).find(|known| known.name == name)
}

/// Returns the row of this name.
pub(crate) fn row(rows: &'static [Property], name: &str) -> Option<&'static Property> {
    rows.iter().find(|row| row.name == name)
}

/// The widest whole numbers that every reader holds exactly (§2.10).
const WIDEST: i64 = (1 << 53) - 1;
/// A whole number.
const INTEGER: Kind = Kind::Integer(-WIDEST, WIDEST);
/// A whole number that is not negative.
const NATURAL: Kind = Kind::Integer(0, WIDEST);
/// Any number.
const FLOAT: Kind = Kind::Float(f64::MIN, f64::MAX);
/// A list of strings.
const TEXTS: Kind = Kind::List(&Kind::Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_every_type_once() {
        let count = |class| TYPES.iter().flat_map(|types| types.iter()).filter(|known| known.class == class).count();
        // Eighteen, and the incident that is only a stub (§4.6).
        assert_eq!(count(Class::Domain), 19);
        assert_eq!(count(Class::Observable), 18);
        assert_eq!(count(Class::Relation), 2);
        let mut names: Vec<_> = TYPES.iter().flat_map(|types| types.iter()).map(|known| known.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(all, 43);
    }

    #[test]
    fn rows_lie_in_the_clause_of_their_type() {
        for known in TYPES.iter().flat_map(|types| types.iter()) {
            for (index, row) in known.properties.iter().enumerate() {
                assert!(row.clause.starts_with(known.clause), "{} {} {}", known.name, row.name, row.clause);
                let twice = known.properties.iter().skip(index + 1).any(|other| other.name == row.name);
                assert!(!twice, "{} {}", known.name, row.name);
            }
        }
    }
}
