//! Objects that are values inside others.

use super::{FLOAT, INTEGER, Kind, NATURAL, Structure, TEXTS, Targets, may, must};
use crate::vocabulary as v;

/// A description of something outside STIX.
pub const EXTERNAL_REFERENCE: Structure = Structure {
    name: "external-reference",
    clause: "§2.5",
    properties: &[
        must("source_name", Kind::Text, "§2.5"),
        may("description", Kind::Text, "§2.5"),
        may("url", Kind::Url, "§2.5"),
        may("hashes", Kind::Hashes, "§2.5"),
        may("external_id", Kind::Text, "§2.5"),
    ],
    at_least_one: false,
};

/// A phase of a kill chain.
pub const KILL_CHAIN_PHASE: Structure = Structure {
    name: "kill-chain-phase",
    clause: "§2.11",
    properties: &[must("kill_chain_name", Kind::Words, "§2.11"), must("phase_name", Kind::Words, "§2.11")],
    at_least_one: false,
};

/// A marking of parts of an object.
pub const GRANULAR_MARKING: Structure = Structure {
    name: "granular-marking",
    clause: "§7.2.3",
    properties: &[
        may("lang", Kind::Language, "§7.2.3"),
        may("marking_ref", Kind::Reference(Targets::Only(&["marking-definition"])), "§7.2.3"),
        must("selectors", TEXTS, "§7.2.3"),
    ],
    at_least_one: false,
};

/// A part of an email body.
pub const MIME_PART: Structure = Structure {
    name: "mime-part",
    clause: "§6.6.2",
    properties: &[
        may("body", Kind::Text, "§6.6.2"),
        may("body_raw_ref", Kind::Reference(Targets::Only(&["artifact", "file"])), "§6.6.2"),
        may("content_type", Kind::Text, "§6.6.2"),
        may("content_disposition", Kind::Text, "§6.6.2"),
    ],
    at_least_one: true,
};

/// A value of a registry key.
pub const REGISTRY_VALUE: Structure = Structure {
    name: "windows-registry-value",
    clause: "§6.17.2",
    properties: &[
        may("name", Kind::Text, "§6.17.2"),
        may("data", Kind::Text, "§6.17.2"),
        may("data_type", Kind::Enum(&v::WINDOWS_REGISTRY_DATATYPE), "§6.17.2"),
    ],
    at_least_one: true,
};

/// The version 3 extensions of a certificate.
pub const X509_V3_EXTENSIONS: Structure = Structure {
    name: "x509-v3-extensions",
    clause: "§6.18.2",
    properties: &[
        may("basic_constraints", Kind::Text, "§6.18.2"),
        may("name_constraints", Kind::Text, "§6.18.2"),
        may("policy_constraints", Kind::Text, "§6.18.2"),
        may("key_usage", Kind::Text, "§6.18.2"),
        may("extended_key_usage", Kind::Text, "§6.18.2"),
        may("subject_key_identifier", Kind::Text, "§6.18.2"),
        may("authority_key_identifier", Kind::Text, "§6.18.2"),
        may("subject_alternative_name", Kind::Text, "§6.18.2"),
        may("issuer_alternative_name", Kind::Text, "§6.18.2"),
        may("subject_directory_attributes", Kind::Text, "§6.18.2"),
        may("crl_distribution_points", Kind::Text, "§6.18.2"),
        may("inhibit_any_policy", Kind::Text, "§6.18.2"),
        may("private_key_usage_period_not_before", Kind::Timestamp, "§6.18.2"),
        may("private_key_usage_period_not_after", Kind::Timestamp, "§6.18.2"),
        may("certificate_policies", Kind::Text, "§6.18.2"),
        may("policy_mappings", Kind::Text, "§6.18.2"),
    ],
    at_least_one: true,
};

/// A stream beside a file's main one on NTFS.
pub const ALTERNATE_DATA_STREAM: Structure = Structure {
    name: "alternate-data-stream",
    clause: "§6.7.3",
    properties: &[
        must("name", Kind::Text, "§6.7.3"),
        may("hashes", Kind::Hashes, "§6.7.3"),
        may("size", NATURAL, "§6.7.3"),
    ],
    at_least_one: false,
};

/// The optional header of a PE binary.
pub const PE_OPTIONAL_HEADER: Structure = Structure {
    name: "windows-pe-optional-header",
    clause: "§6.7.6",
    properties: &[
        may("magic_hex", Kind::Hex, "§6.7.6"),
        may("major_linker_version", INTEGER, "§6.7.6"),
        may("minor_linker_version", INTEGER, "§6.7.6"),
        may("size_of_code", NATURAL, "§6.7.6"),
        may("size_of_initialized_data", NATURAL, "§6.7.6"),
        may("size_of_uninitialized_data", NATURAL, "§6.7.6"),
        may("address_of_entry_point", INTEGER, "§6.7.6"),
        may("base_of_code", INTEGER, "§6.7.6"),
        may("base_of_data", INTEGER, "§6.7.6"),
        may("image_base", INTEGER, "§6.7.6"),
        may("section_alignment", INTEGER, "§6.7.6"),
        may("file_alignment", INTEGER, "§6.7.6"),
        may("major_os_version", INTEGER, "§6.7.6"),
        may("minor_os_version", INTEGER, "§6.7.6"),
        may("major_image_version", INTEGER, "§6.7.6"),
        may("minor_image_version", INTEGER, "§6.7.6"),
        may("major_subsystem_version", INTEGER, "§6.7.6"),
        may("minor_subsystem_version", INTEGER, "§6.7.6"),
        may("win32_version_value_hex", Kind::Hex, "§6.7.6"),
        may("size_of_image", NATURAL, "§6.7.6"),
        may("size_of_headers", NATURAL, "§6.7.6"),
        may("checksum_hex", Kind::Hex, "§6.7.6"),
        may("subsystem_hex", Kind::Hex, "§6.7.6"),
        may("dll_characteristics_hex", Kind::Hex, "§6.7.6"),
        may("size_of_stack_reserve", NATURAL, "§6.7.6"),
        may("size_of_stack_commit", NATURAL, "§6.7.6"),
        may("size_of_heap_reserve", NATURAL, "§6.7.6"),
        may("size_of_heap_commit", NATURAL, "§6.7.6"),
        may("loader_flags_hex", Kind::Hex, "§6.7.6"),
        may("number_of_rva_and_sizes", INTEGER, "§6.7.6"),
        may("hashes", Kind::Hashes, "§6.7.6"),
    ],
    at_least_one: true,
};

/// A section of a PE binary.
pub const PE_SECTION: Structure = Structure {
    name: "windows-pe-section",
    clause: "§6.7.6",
    properties: &[
        must("name", Kind::Text, "§6.7.6"),
        may("size", NATURAL, "§6.7.6"),
        may("entropy", FLOAT, "§6.7.6"),
        may("hashes", Kind::Hashes, "§6.7.6"),
    ],
    at_least_one: false,
};
