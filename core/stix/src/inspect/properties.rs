//! What STIX 2.1 itself names: types, their required properties, and all property names.

use std::sync::LazyLock;

/// What kind of object a standard type is (STIX 2.1 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Domain object.
    Domain,
    /// Relationship object.
    Relationship,
    /// Cyber-observable object.
    Observable,
    /// Meta object.
    Meta,
}

/// Types, class, and the properties that the type requires beyond the common ones (§4 to §7).
const TYPES: &[(&str, Class, &[&str])] = &[
    ("artifact", Class::Observable, &[]),
    ("attack-pattern", Class::Domain, &["name"]),
    ("autonomous-system", Class::Observable, &["number"]),
    ("campaign", Class::Domain, &["name"]),
    ("course-of-action", Class::Domain, &["name"]),
    ("directory", Class::Observable, &["path"]),
    ("domain-name", Class::Observable, &["value"]),
    ("email-addr", Class::Observable, &["value"]),
    ("email-message", Class::Observable, &["is_multipart"]),
    ("extension-definition", Class::Meta, &["created_by_ref", "name", "schema", "version", "extension_types"]),
    ("file", Class::Observable, &[]),
    ("grouping", Class::Domain, &["context", "object_refs"]),
    ("identity", Class::Domain, &["name"]),
    ("incident", Class::Domain, &["name"]),
    ("indicator", Class::Domain, &["pattern", "pattern_type", "valid_from"]),
    ("infrastructure", Class::Domain, &["name"]),
    ("intrusion-set", Class::Domain, &["name"]),
    ("ipv4-addr", Class::Observable, &["value"]),
    ("ipv6-addr", Class::Observable, &["value"]),
    ("language-content", Class::Meta, &["object_ref", "contents"]),
    ("location", Class::Domain, &[]),
    ("mac-addr", Class::Observable, &["value"]),
    ("malware", Class::Domain, &["is_family"]),
    ("malware-analysis", Class::Domain, &["product"]),
    ("marking-definition", Class::Meta, &[]),
    ("mutex", Class::Observable, &["name"]),
    ("network-traffic", Class::Observable, &["protocols"]),
    ("note", Class::Domain, &["content", "object_refs"]),
    ("observed-data", Class::Domain, &["first_observed", "last_observed", "number_observed"]),
    ("opinion", Class::Domain, &["opinion", "object_refs"]),
    ("process", Class::Observable, &[]),
    ("relationship", Class::Relationship, &["relationship_type", "source_ref", "target_ref"]),
    ("report", Class::Domain, &["name", "published", "object_refs"]),
    ("sighting", Class::Relationship, &["sighting_of_ref"]),
    ("software", Class::Observable, &["name"]),
    ("threat-actor", Class::Domain, &["name"]),
    ("tool", Class::Domain, &["name"]),
    ("url", Class::Observable, &["value"]),
    ("user-account", Class::Observable, &[]),
    ("vulnerability", Class::Domain, &["name"]),
    ("windows-registry-key", Class::Observable, &[]),
    ("x509-certificate", Class::Observable, &[]),
];

/// Required in 2.1, unknown or optional in 2.0.
pub(super) const NEW_IN_2_1: [&str; 3] = ["pattern_type", "is_family", "extension_types"];

/// Returns the class and the required properties of a standard type; `None` for every other.
pub fn standard_type(name: &str) -> Option<(Class, &'static [&'static str])> {
    let index = TYPES.binary_search_by(|(kind, ..)| (*kind).cmp(name)).ok()?;
    TYPES.get(index).map(|&(_, class, required)| (class, required))
}

/// Says whether any standard object has a property of this name at its top level (STIX 2.1 §3.2, §4 to §7) or in a
/// nested standard structure: external references, kill chain phases, granular markings, hashes.
pub fn is_standard_property(name: &str) -> bool {
    // This is asked of every name in every object: those of one first letter are found by it, then numbers are compared.
    let Some(&first) = name.as_bytes().first() else { return false };
    let (from, to) = FIRST_LETTERS.get(usize::from(first)).copied().unwrap_or_default();
    let begins = beginning(name);
    let same = BEGINNINGS.iter().zip(PROPERTIES).skip(from).take(to - from);
    same.into_iter().any(|(number, known)| *number == begins && *known == name)
}

/// Where in [`PROPERTIES`] the names of a first letter stand.
static FIRST_LETTERS: LazyLock<[(usize, usize); 128]> = LazyLock::new(|| {
    std::array::from_fn(|letter| {
        let stands = |name: &&str, before: usize| name.bytes().next().is_some_and(|first| usize::from(first) < before);
        (
            PROPERTIES.partition_point(|name| stands(name, letter)),
            PROPERTIES.partition_point(|name| stands(name, letter + 1)),
        )
    })
});

/// The first eight bytes of a name as a number that is ordered like the names; shorter ones are filled up with zeros.
fn beginning(name: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    u64::from_be_bytes(first)
}

/// The beginnings of [`PROPERTIES`], in their order.
static BEGINNINGS: LazyLock<Vec<u64>> = LazyLock::new(|| PROPERTIES.iter().map(|name| beginning(name)).collect());

/// Says whether this is one of the properties common to all objects (§3.2).
pub(super) fn is_common_property(name: &str) -> bool {
    const COMMON: [&str; 14] = [
        "type",
        "spec_version",
        "id",
        "created_by_ref",
        "created",
        "modified",
        "revoked",
        "labels",
        "confidence",
        "lang",
        "external_references",
        "object_marking_refs",
        "granular_markings",
        "extensions",
    ];
    COMMON.contains(&name)
}

const PROPERTIES: &[&str] = &[
    "MD5",
    "SHA-1",
    "SHA-256",
    "SHA-512",
    "SHA3-256",
    "SHA3-512",
    "SSDEEP",
    "TLSH",
    "abstract",
    "account_created",
    "account_expires",
    "account_first_login",
    "account_last_login",
    "account_login",
    "account_type",
    "additional_header_fields",
    "administrative_area",
    "aliases",
    "analysis_definition_version",
    "analysis_ended",
    "analysis_engine_version",
    "analysis_sco_refs",
    "analysis_started",
    "architecture_execution_envs",
    "atime",
    "authors",
    "bcc_refs",
    "belongs_to_ref",
    "body",
    "body_multipart",
    "body_raw_ref",
    "can_escalate_privs",
    "capabilities",
    "cc_refs",
    "child_refs",
    "city",
    "command_line",
    "confidence",
    "configuration_version",
    "contact_information",
    "contains_refs",
    "content",
    "content_disposition",
    "content_ref",
    "content_type",
    "contents",
    "context",
    "count",
    "country",
    "cpe",
    "created",
    "created_by_ref",
    "created_time",
    "creator_user_ref",
    "credential",
    "credential_last_changed",
    "ctime",
    "cwd",
    "data",
    "data_type",
    "date",
    "decryption_key",
    "defanged",
    "definition",
    "definition_type",
    "description",
    "display_name",
    "dst_byte_count",
    "dst_packets",
    "dst_payload_ref",
    "dst_port",
    "dst_ref",
    "encapsulated_by_ref",
    "encapsulates_refs",
    "encryption_algorithm",
    "end",
    "environment_variables",
    "explanation",
    "extension_properties",
    "extension_type",
    "extension_types",
    "extensions",
    "external_id",
    "external_references",
    "first_observed",
    "first_seen",
    "from_ref",
    "goals",
    "granular_markings",
    "hashes",
    "host_vm_ref",
    "id",
    "identity_class",
    "image_ref",
    "implementation_languages",
    "indicator_types",
    "infrastructure_types",
    "installed_software_refs",
    "ipfix",
    "is_active",
    "is_disabled",
    "is_family",
    "is_hidden",
    "is_multipart",
    "is_privileged",
    "is_self_signed",
    "is_service_account",
    "issuer",
    "key",
    "kill_chain_name",
    "kill_chain_phases",
    "labels",
    "lang",
    "languages",
    "last_observed",
    "last_seen",
    "latitude",
    "longitude",
    "magic_number_hex",
    "malware_types",
    "marking_ref",
    "message_id",
    "mime_type",
    "modified",
    "modified_time",
    "modules",
    "mtime",
    "name",
    "name_enc",
    "number",
    "number_observed",
    "number_of_subkeys",
    "object_marking_refs",
    "object_modified",
    "object_ref",
    "object_refs",
    "objective",
    "objects",
    "observed_data_refs",
    "opened_connection_refs",
    "operating_system_refs",
    "opinion",
    "parent_directory_ref",
    "parent_ref",
    "path",
    "path_enc",
    "pattern",
    "pattern_type",
    "pattern_version",
    "payload_bin",
    "personal_motivations",
    "phase_name",
    "pid",
    "postal_code",
    "precision",
    "primary_motivation",
    "product",
    "protocols",
    "published",
    "raw_email_ref",
    "received_lines",
    "region",
    "relationship_type",
    "report_types",
    "resolves_to_refs",
    "resource_level",
    "result",
    "result_name",
    "revoked",
    "rir",
    "roles",
    "sample_refs",
    "schema",
    "secondary_motivations",
    "sectors",
    "selectors",
    "sender_ref",
    "serial_number",
    "sighting_of_ref",
    "signature_algorithm",
    "size",
    "sophistication",
    "source_name",
    "source_ref",
    "spec_version",
    "src_byte_count",
    "src_packets",
    "src_payload_ref",
    "src_port",
    "src_ref",
    "start",
    "start_time",
    "statement",
    "stop_time",
    "street_address",
    "subject",
    "subject_public_key_algorithm",
    "subject_public_key_exponent",
    "subject_public_key_modulus",
    "submitted",
    "summary",
    "swid",
    "target_ref",
    "threat_actor_types",
    "tlp",
    "tlp_2_0",
    "to_refs",
    "tool_types",
    "tool_version",
    "type",
    "url",
    "user_id",
    "valid_from",
    "valid_until",
    "validity_not_after",
    "validity_not_before",
    "value",
    "values",
    "vendor",
    "version",
    "where_sighted_refs",
    "x509_v3_extensions",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(TYPES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PROPERTIES.is_sorted_by(|a, b| a < b));
        for name in PROPERTIES {
            assert!(is_standard_property(name), "{name}");
            assert!(
                !is_standard_property(&format!("{name}_")) && !is_standard_property(&name.to_uppercase().repeat(2))
            );
        }
        assert!(!is_standard_property("") && !is_standard_property("zzzzzzzzzz"));
    }
}
