//! Types of objects that observations are made of: those of STIX, which is all that the mappings here make.

/// The cyber-observable objects of STIX 2.1 §6.
const TYPES: [&str; 18] = [
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// Tells whether log lines can give objects of a type. Observed-data in STIX may have others.
pub fn is_known(object_type: &str) -> bool {
    TYPES.contains(&object_type)
}
