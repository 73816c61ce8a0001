//! STIX 2.0: what it did not have yet, and what it demanded that 2.1 does not.

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;

/// Says whether a property that 2.1 requires did not exist, or was optional, in 2.0.
pub(crate) fn is_new_in_2_1(kind: &str, property: &str) -> bool {
    matches!(
        (kind, property),
        ("indicator", "pattern_type") | ("malware", "is_family") | ("email-message", "is_multipart")
    )
}

/// STIX 2.0 part 2: required there, optional or gone in 2.1.
const REQUIRED_IN_2_0: &[(&str, &str)] = &[
    ("identity", "identity_class"),
    ("indicator", "labels"),
    ("malware", "labels"),
    ("malware", "name"),
    ("observed-data", "objects"),
    ("report", "labels"),
    ("threat-actor", "labels"),
    ("tool", "labels"),
];

/// Examines what only 2.0 demanded.
pub(super) fn examine(ex: &mut Examiner<'_>) {
    for (kind, name) in REQUIRED_IN_2_0 {
        if *kind == ex.kind && ex.object.property(name).is_none() {
            ex.found.at_clause(&rule::REQUIRED, "STIX 2.0 part 2", &Path::Root.name(name));
        }
    }
}
