//! The properties that may leave in a tearline, by object type: one readable row per type (domain.md §2.5).
//!
//! Guarantees: what no row names is not copied. References, times and structures are recognised by name; a value that is
//! neither a plain value, a list of plain values nor a structure described here is not copied.
//! Does not know: any object.

/// What kind of object a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A domain object: gets a new random identifier, times and author.
    Domain,
    /// A relationship object: likewise.
    Relationship,
    /// A cyber-observable object: has neither times nor author.
    Observable,
}

/// One row: what may leave of one type.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The object type.
    pub object_type: &'static str,
    /// What kind of object it is.
    pub kind: Kind,
    /// The properties that may leave, separated by blanks.
    pub properties: &'static str,
    /// References without which the object says nothing and is dropped.
    pub required: &'static str,
}

const fn row(object_type: &'static str, kind: Kind, required: &'static str, properties: &'static str) -> Row {
    Row { object_type, kind, properties, required }
}

use Kind::{Domain, Observable, Relationship};

/// The table. Properties that every object may have are in [`COMMON`].
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    //  type                     kind          required          may leave
    row("attack-pattern",        Domain,       "",               "name description aliases kill_chain_phases"),
    row("campaign",              Domain,       "",               "name description aliases first_seen last_seen objective"),
    row("course-of-action",      Domain,       "",               "name description"),
    row("grouping",              Domain,       "object_refs",    "name description context object_refs"),
    row("identity",              Domain,       "",               "name description roles identity_class sectors"),
    row("incident",              Domain,       "",               "name description"),
    row("indicator",             Domain,       "",               "name description indicator_types pattern pattern_type pattern_version valid_from valid_until kill_chain_phases"),
    row("infrastructure",        Domain,       "",               "name description infrastructure_types aliases kill_chain_phases first_seen last_seen"),
    row("intrusion-set",         Domain,       "",               "name description aliases first_seen last_seen goals resource_level primary_motivation secondary_motivations"),
    row("location",              Domain,       "",               "name description latitude longitude precision region country administrative_area city"),
    row("malware",               Domain,       "",               "name description malware_types is_family aliases kill_chain_phases first_seen last_seen operating_system_refs architecture_execution_envs implementation_languages capabilities sample_refs"),
    row("malware-analysis",      Domain,       "",               "product version result result_name analysis_sco_refs sample_ref"),
    row("note",                  Domain,       "object_refs",    "abstract content object_refs"),
    row("observed-data",         Domain,       "object_refs",    "first_observed last_observed number_observed object_refs"),
    row("opinion",               Domain,       "object_refs",    "explanation opinion object_refs"),
    row("report",                Domain,       "object_refs",    "name description report_types published object_refs"),
    row("threat-actor",          Domain,       "",               "name description threat_actor_types aliases first_seen last_seen roles goals sophistication resource_level primary_motivation secondary_motivations personal_motivations"),
    row("tool",                  Domain,       "",               "name description tool_types aliases kill_chain_phases tool_version"),
    row("vulnerability",         Domain,       "",               "name description"),

    row("relationship",          Relationship, "source_ref target_ref", "relationship_type description source_ref target_ref start_time stop_time"),
    row("sighting",              Relationship, "sighting_of_ref", "description first_seen last_seen count sighting_of_ref observed_data_refs where_sighted_refs summary"),

    row("artifact",              Observable,   "",               "mime_type url hashes encryption_algorithm"),
    row("autonomous-system",     Observable,   "",               "number name rir"),
    row("directory",             Observable,   "",               "path path_enc ctime mtime atime contains_refs"),
    row("domain-name",           Observable,   "",               "value resolves_to_refs"),
    row("email-addr",            Observable,   "",               "value display_name belongs_to_ref"),
    row("email-message",         Observable,   "",               "is_multipart date content_type from_ref sender_ref to_refs cc_refs bcc_refs message_id subject body body_multipart raw_email_ref"),
    row("file",                  Observable,   "",               "hashes size name name_enc magic_number_hex mime_type ctime mtime atime parent_directory_ref contains_refs content_ref"),
    row("ipv4-addr",             Observable,   "",               "value resolves_to_refs belongs_to_refs"),
    row("ipv6-addr",             Observable,   "",               "value resolves_to_refs belongs_to_refs"),
    row("mac-addr",              Observable,   "",               "value"),
    row("mutex",                 Observable,   "",               "name"),
    row("network-traffic",       Observable,   "src_ref|dst_ref", "start end is_active src_ref dst_ref src_port dst_port protocols src_byte_count dst_byte_count src_packets dst_packets src_payload_ref dst_payload_ref encapsulates_refs encapsulated_by_ref"),
    row("process",               Observable,   "",               "is_hidden pid created_time cwd command_line opened_connection_refs creator_user_ref image_ref parent_ref child_refs"),
    row("software",              Observable,   "",               "name cpe swid languages vendor version"),
    row("url",                   Observable,   "",               "value"),
    row("user-account",          Observable,   "",               "user_id account_login account_type display_name is_service_account is_privileged can_escalate_privs is_disabled account_created account_expires account_first_login account_last_login"),
    row("windows-registry-key",  Observable,   "",               "key values modified_time number_of_subkeys"),
    row("x509-certificate",      Observable,   "",               "is_self_signed hashes version serial_number signature_algorithm issuer validity_not_before validity_not_after subject subject_public_key_algorithm subject_public_key_modulus subject_public_key_exponent x509_v3_extensions"),
];

/// What may leave of an object of any type: the language, the fact of a revocation, and observables' defanging.
pub const COMMON: &str = "lang revoked defanged";

/// Set by the release itself, never copied.
pub const SET_BY_RELEASE: &[&str] =
    &["type", "spec_version", "id", "created", "modified", "created_by_ref", "object_marking_refs"];

/// Never leave in a tearline, not even allowed by name.
pub const NEVER: &[&str] = &[
    "type",
    "spec_version",
    "id",
    "created",
    "modified",
    "created_by_ref",
    "object_marking_refs",
    "granular_markings",
    "external_references",
    "authors",
    "cryptonym",
    "grading",
    "objects",
];

/// The instants; they are cut down to the precision asked for.
pub const TIMES: &[&str] = &[
    "first_seen",
    "last_seen",
    "valid_from",
    "valid_until",
    "first_observed",
    "last_observed",
    "start_time",
    "stop_time",
    "published",
    "submitted",
    "analysis_started",
    "analysis_ended",
    "ctime",
    "mtime",
    "atime",
    "date",
    "start",
    "end",
    "created_time",
    "modified_time",
    "account_created",
    "account_expires",
    "account_first_login",
    "account_last_login",
    "credential_last_changed",
    "validity_not_before",
    "validity_not_after",
    "private_key_usage_period_not_before",
    "private_key_usage_period_not_after",
];

/// Pairs of instants of which the second must be strictly later (STIX 2.1 §4.7, §5.1).
pub const STRICTLY_LATER: &[(&str, &str)] = &[("valid_from", "valid_until"), ("start_time", "stop_time")];

/// Structures inside properties, and what of them may leave.
#[rustfmt::skip]
pub const STRUCTURES: &[(&str, &str)] = &[
    ("kill_chain_phases",  "kill_chain_name phase_name"),
    ("hashes",             "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH"),
    ("body_multipart",     "body body_raw_ref content_type content_disposition"),
    ("values",             "name data data_type"),
    ("x509_v3_extensions", "basic_constraints name_constraints policy_constraints key_usage extended_key_usage subject_key_identifier authority_key_identifier subject_alternative_name issuer_alternative_name subject_directory_attributes crl_distribution_points inhibit_any_policy private_key_usage_period_not_before private_key_usage_period_not_after certificate_policies policy_mappings"),
];

/// The highest confidence that leaves (domain.md §2.5: an A1 on a closed circle points at an insider).
pub const CONFIDENCE_MAX: u64 = 85;

/// Returns the row of a type.
pub fn row_of(object_type: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.object_type == object_type)
}

/// Returns what of a structure may leave.
pub fn structure(property: &str) -> Option<&'static str> {
    STRUCTURES.iter().find(|(name, _)| *name == property).map(|(_, keys)| *keys)
}

/// Tells whether a list of names separated by blanks holds this one.
pub fn names(list: &str, name: &str) -> bool {
    !name.contains(' ') && list.split(' ').any(|word| word == name)
}

impl Row {
    /// Tells whether the row lets a property leave.
    pub fn allows(&self, property: &str) -> bool {
        names(self.properties, property) || names(COMMON, property)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_never_lets_out_what_never_leaves() {
        let count = |kind| TABLE.iter().filter(|row| row.kind == kind).count();
        // STIX 2.1: 18 domain objects and the stub `incident`, 2 relationship objects, 18 observables.
        assert_eq!((count(Domain), count(Relationship), count(Observable)), (19, 2, 18));
        for row in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.object_type == row.object_type).count(), 1);
            for property in row.properties.split(' ') {
                assert!(!NEVER.contains(&property), "{}.{property}", row.object_type);
                assert!(!property.starts_with("x_") && property != "labels" && property != "extensions");
            }
            for property in row.required.split([' ', '|']).filter(|p| !p.is_empty()) {
                assert!(row.allows(property), "{}.{property}", row.object_type);
            }
        }
    }
}
