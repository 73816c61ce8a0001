//! Types and properties that STIX calls otherwise, and that have one obvious meaning.

use super::Remarks;
use crate::ast::{Path, Step};

/// What is written, and the type that is meant. None of these is a type of STIX.
const TYPES: &[(&str, &str)] = &[
    ("as", "autonomous-system"),
    ("asn", "autonomous-system"),
    ("certificate", "x509-certificate"),
    ("domain", "domain-name"),
    ("domainname", "domain-name"),
    ("domain-value", "domain-name"),
    ("email", "email-message"),
    ("email-address", "email-addr"),
    ("fqdn", "domain-name"),
    ("host", "domain-name"),
    ("hostname", "domain-name"),
    ("ip", "ipv4-addr"),
    ("ip-addr", "ipv4-addr"),
    ("ip-address", "ipv4-addr"),
    ("ipv4", "ipv4-addr"),
    ("ipv4-address", "ipv4-addr"),
    ("ipv6", "ipv6-addr"),
    ("ipv6-address", "ipv6-addr"),
    ("mac", "mac-addr"),
    ("mac-address", "mac-addr"),
    ("network", "network-traffic"),
    ("network-connection", "network-traffic"),
    ("registry-key", "windows-registry-key"),
    ("uri", "url"),
    ("user", "user-account"),
    ("win-registry-key", "windows-registry-key"),
    ("windows-registry", "windows-registry-key"),
    ("x509", "x509-certificate"),
];

/// Types of which the one value is `value`.
const OF_ONE_VALUE: [&str; 6] = ["domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url"];

/// What that value is called instead.
const VALUES: [&str; 10] = ["address", "domain", "email", "fqdn", "host", "hostname", "ip", "mac", "name", "url"];

/// A type, its property as written, and as STIX 2.1 has it.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("file", "file_name", "name"),
    ("file", "filename", "name"),
    ("network-traffic", "destination_port", "dst_port"),
    ("network-traffic", "source_port", "src_port"),
    ("network-traffic", "dest_port", "dst_port"),
    ("network-traffic", "destination_ref", "dst_ref"),
    ("network-traffic", "source_ref", "src_ref"),
    ("user-account", "username", "account_login"),
    ("windows-registry-key", "path", "key"),
];

/// A type, a property of STIX 2.0, and what STIX 2.1 has in its place. Both are looked for: observed-data are of either.
const FORMER: &[(&str, &str, &[&str])] = &[
    ("file", "accessed", &["atime"]),
    ("file", "created", &["ctime"]),
    ("file", "modified", &["mtime"]),
    ("process", "binary_ref", &["image_ref"]),
    ("process", "created", &["created_time"]),
    ("process", "name", &["image_ref", "name"]),
    ("user-account", "password_last_changed", &["credential_last_changed"]),
    ("windows-registry-key", "modified", &["modified_time"]),
];

/// Gives a path the names of STIX.
pub fn named(path: &mut Path, remarks: &mut Remarks) {
    let written = path.to_string();
    if let Some((_, meant)) = TYPES.iter().find(|(name, _)| *name == path.object_type) {
        path.object_type = (*meant).to_owned();
    }
    // The address of a message's sender is asked for, not the message.
    let only = match path.steps.as_slice() {
        [Step::Key(only)] => Some(only.as_str()),
        _ => None,
    };
    if path.object_type == "email-message" && matches!(only, Some("value" | "address" | "email")) {
        path.object_type = "email-addr".to_owned();
    }
    if let Some(Step::Key(first)) = path.steps.first() {
        let known = PROPERTIES.iter().find(|(of, name, _)| *of == path.object_type && name == first);
        let value = path.steps.len() == 1
            && OF_ONE_VALUE.contains(&path.object_type.as_str())
            && VALUES.contains(&first.as_str());
        let hash = if path.object_type == "file" && path.steps.len() == 1 && first != "name" {
            comity_normal::algorithm(first)
        } else {
            None
        };
        match (known, value, hash) {
            (Some((_, _, meant)), ..) => set_first(path, &[meant]),
            (_, true, _) => set_first(path, &["value"]),
            (_, _, Some(algorithm)) => set_first(path, &[crate::fold::HASHES, algorithm]),
            _ => {}
        }
    }
    let meant = path.to_string();
    if meant != written {
        remarks.add(format!("{written} is read as {meant}"));
    }
}

/// Returns the path of STIX 2.1 that stands for one of STIX 2.0.
pub fn later(path: &Path) -> Option<Path> {
    let Some(Step::Key(first)) = path.steps.first() else { return None };
    let (_, _, meant) = FORMER.iter().find(|(of, name, _)| *of == path.object_type && name == first)?;
    let mut later = path.clone();
    set_first(&mut later, meant);
    Some(later)
}

fn set_first(path: &mut Path, meant: &[&str]) {
    let meant = meant.iter().map(|name| Step::Key((*name).to_owned()));
    path.steps.splice(..1, meant);
}
