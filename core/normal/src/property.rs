//! Which property has which form.
//!
//! Guarantees: behind a reference the last property decides, at any depth; a hash has the form of its algorithm wherever it stands.
//! Does not know: which type a reference leads to.

use crate::Form;
use crate::algorithm::algorithm;

/// One step of a path behind the object's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A property, or a key of a dictionary.
    Key(&'a str),
    /// An item of a list, whichever.
    Item,
}

/// References of the standard that lead to files; others lead to things whose names differ by case (software, identities).
const TO_FILES: [&str; 8] = [
    "image_ref",
    "binary_ref",
    "body_raw_ref",
    "contains_refs",
    "sample_ref",
    "sample_refs",
    "service_dll_refs",
    "child_file_refs",
];

/// Tells whether the keys of a property's dictionary are names of hash algorithms: the type `hashes` of STIX 2.1 §2.7, which properties
/// of this name have and those that end in it, such as `file_header_hashes` (§6.7.5).
pub fn is_hashes(property: &str) -> bool {
    property == "hashes" || property.ends_with("_hashes")
}

/// Returns the form of the values that a path leads to.
pub(crate) fn form(object_type: &str, steps: &[Step<'_>]) -> Form {
    if let [.., Step::Key(parent), Step::Key(name)] = steps
        && is_hashes(parent)
    {
        return hash(name);
    }
    let is_reference =
        |step: &Step<'_>| matches!(step, Step::Key(key) if key.ends_with("_ref") || key.ends_with("_refs"));
    let Some(place) = steps.iter().rposition(is_reference) else { return direct(object_type, steps) };
    let (before, rest) = steps.split_at(place + 1);
    let rest = rest.strip_prefix(&[Step::Item]).unwrap_or(rest);
    match (before.last(), rest) {
        (_, [Step::Key("value")]) => Form::Referred,
        (Some(Step::Key(reference)), [Step::Key("name")]) if TO_FILES.contains(reference) => Form::Name,
        (_, [Step::Key("path")]) => Form::Directory,
        (_, [Step::Key("key")]) => Form::RegistryKey,
        (_, [Step::Key("values"), Step::Item, Step::Key("name")]) => Form::Name,
        (_, [Step::Key("serial_number")]) => Form::Serial,
        (_, [Step::Key("number")]) => Form::AutonomousSystem,
        (_, rest) => anywhere(rest),
    }
}

fn direct(object_type: &str, steps: &[Step<'_>]) -> Form {
    match (object_type, steps) {
        ("ipv4-addr" | "ipv6-addr", [Step::Key("value")]) => Form::Address,
        ("domain-name", [Step::Key("value")]) => Form::Domain,
        ("url", [Step::Key("value")]) => Form::Url,
        ("email-addr", [Step::Key("value")]) => Form::Email,
        ("mac-addr", [Step::Key("value")]) => Form::Mac,
        ("phone-number", [Step::Key("value")]) => Form::Phone,
        ("windows-registry-key", [Step::Key("key")]) => Form::RegistryKey,
        ("windows-registry-key", [Step::Key("values"), Step::Item, Step::Key("name")]) => Form::Name,
        ("directory", [Step::Key("path")]) | ("process", [Step::Key("cwd")]) => Form::Directory,
        // A process had a name in STIX 2.0: that of its image.
        ("file" | "process", [Step::Key("name")]) => Form::Name,
        ("x509-certificate", [Step::Key("serial_number")]) => Form::Serial,
        ("autonomous-system", [Step::Key("number")]) => Form::AutonomousSystem,
        _ => anywhere(steps),
    }
}

/// What needs no type: properties of extensions.
fn anywhere(steps: &[Step<'_>]) -> Form {
    match steps {
        [.., Step::Key("windows-pebinary-ext"), Step::Key("imphash")] => hash("imphash"),
        [.., Step::Key("windows-service-ext"), Step::Key("service_name")] => Form::Name,
        [Step::Key("protocols"), Step::Item] => Form::Name,
        _ => Form::Exact,
    }
}

/// How many hexadecimal digits the hashes of an algorithm have follows from its bits (FIPS 180-4, FIPS 202, RFC 1321).
fn hash(name: &str) -> Form {
    match algorithm(name) {
        Some("MD5" | "IMPHASH") => Form::Digest(32),
        Some("SHA-1" | "RIPEMD-160") => Form::Digest(40),
        Some("SHA-224" | "SHA3-224") => Form::Digest(56),
        Some("SHA-256" | "SHA3-256") => Form::Digest(64),
        Some("SHA-384" | "SHA3-384") => Form::Digest(96),
        Some("SHA-512" | "SHA3-512") => Form::Digest(128),
        // Base64 differs by case.
        Some("SSDEEP") => Form::Exact,
        Some("TLSH") => Form::Tlsh,
        _ => Form::Digest(0),
    }
}
