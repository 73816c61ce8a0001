//! The rules that one object can break by itself: name, clause, meaning. Messages are the meaning plus what was found.

use super::Defect;

/// An object is not described by more defects than this; the last then says so.
pub const DEFECTS_MAX: usize = 100;

/// The name of the rule about patterns. It is added by those who read patterns: `inspect` does not.
pub const MALFORMED_PATTERN: &str = "malformed-pattern";

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name that a [`Defect`] carries.
    pub name: &'static str,
    /// The clause of STIX 2.1 (OASIS Standard) unless another document is named.
    pub clause: &'static str,
    /// What is wrong, and what was expected.
    pub says: &'static str,
    /// Whether an object that is noted for it is lawful all the same.
    pub note: bool,
}

const fn rule(name: &'static str, clause: &'static str, says: &'static str) -> Rule {
    Rule { name, clause, says, note: false }
}

const fn note(name: &'static str, clause: &'static str, says: &'static str) -> Rule {
    Rule { name, clause, says, note: true }
}

/// Every rule, in the order of the standard.
pub const RULES: &[Rule] = &[
    rule("payload-not-base64", "§2.1", "binary content is not base64"),
    rule("boolean-expected", "§2.2", "expected true or false without quotes"),
    rule("dictionary-key", "§2.3", "a dictionary key has characters outside A-Z, a-z, 0-9, - and _, or is empty"),
    rule("url-blank", "§2.5, RFC 3986", "an external reference has a URL with a blank at its beginning or end"),
    rule("hash-length", "§2.7", "a hash has not the length, or not the characters, of its algorithm"),
    note("hash-algorithm-unknown", "§2.7, §10.7", "a hash of an algorithm that STIX does not name"),
    rule("id-malformed", "§2.9", "the identifier is not object-type--UUID in lower case"),
    rule("id-uuid-version", "§2.9, RFC 4122 §4.1", "the UUID of the identifier has no lawful version or variant"),
    rule("id-type-mismatch", "§2.9", "the identifier begins with another type than the object's"),
    rule("reference-malformed", "§2.9", "a reference is not an identifier object-type--UUID in lower case"),
    rule("integer-out-of-range", "§2.10", "an integer beyond ±(2^53 - 1): readers disagree about its value"),
    rule("integer-expected", "§2.10", "expected an integer without fraction, exponent or quotes"),
    rule("list-empty", "§2.12", "an empty list: leave the property out instead"),
    rule("list-expected", "§2.12", "expected a list of strings"),
    rule("nul-in-string", "§2.15", "a string holds the character U+0000"),
    rule(
        "timestamp-malformed",
        "§2.16",
        "not a timestamp: expected YYYY-MM-DDThh:mm:ss[.fraction]Z, at most 9 digits of fraction",
    ),
    note("time-before-1970", "§2.16", "a time before 1970"),
    rule("property-name", "§3.1", "a property name has characters outside a-z, 0-9 and _"),
    rule("property-name-hazard", "§3.1", "a property name that means something else to script engines"),
    rule("type-name", "§3.1", "the type is not 3 to 250 of a-z, 0-9 and -"),
    rule("required-missing", "§3.2 and the type's own section", "a required property is missing"),
    rule("spec-version-unknown", "§3.2", "unknown spec_version: expected the string 2.1"),
    note("stix-2.0", "§3.2", "STIX 2.0 content: no spec_version, or 2.0"),
    rule("confidence-out-of-range", "§3.2", "confidence is not an integer from 0 to 100"),
    rule("modified-before-created", "§3.6", "modified is before created"),
    rule(
        "version-unreadable",
        "§3.6",
        "modified is no instant that can be read: whether another version is older or newer cannot be told",
    ),
    rule("valid-until-not-after-valid-from", "§4.7", "valid_until is not after valid_from"),
    rule("last-before-first", "§4, §5.2, §6", "the later of two times is before the earlier"),
    rule("coordinate-out-of-range", "§4.10", "latitude outside -90..90, longitude outside -180..180, or not a number"),
    rule("coordinate-alone", "§4.10", "latitude and longitude occur only together, precision only with both"),
    rule("number-observed-out-of-range", "§4.14", "number_observed is not an integer from 1 to 999999999"),
    rule("count-out-of-range", "§5.2", "count is not an integer from 0 to 999999999"),
    rule("payload-and-url", "§6.1", "an artifact has both payload_bin and url"),
    rule("payload-hash-mismatch", "§6.1", "payload_bin has not the SHA-256 that hashes names"),
    note(
        "sco-id-differs",
        "§3.4",
        "the identifier is a UUIDv5 but not that of the object's content: no proof of value",
    ),
    rule("tlp-marking-altered", "§7.2.1.4, FIRST TLP 2.0", "a standard TLP identifier with other content"),
    note(
        "marking-scheme-unsupported",
        "§7.2.1",
        "a marking scheme that is not understood: objects with it are not released",
    ),
    rule("marking-marks-itself", "§7.2", "a marking definition is marked with itself"),
    rule("marking-ref-to-other", "§7.2.2", "a marking reference to something that is not a marking definition"),
    rule("two-tlp-markings", "§7.2.1.4, domain R5.5", "more than one TLP marking: the strictest holds"),
    rule("selector-malformed", "§7.2.3", "a selector is not a path such as description or labels.[0]"),
    rule("selector-to-nowhere", "§7.2.3", "a selector names nothing in the object"),
    rule("selector-on-identity", "§7.2.3", "a selector on id or type"),
    rule("selectors-too-many", "§7.2.3", "more than 1000 selectors; the rest is not examined"),
    rule("granular-marking-malformed", "§7.2.3", "a granular marking needs selectors and one of marking_ref and lang"),
    rule("extension-redefines", "§7.3", "an extension redefines id or type"),
    rule("extension-collides", "§7.3", "an extension definition declares a property that STIX defines itself"),
    note("type-custom", "§11.2", "a custom type"),
    rule("type-unknown", "§7.3, §11", "an unknown type without an extension that introduces it"),
    rule(MALFORMED_PATTERN, "§9", "the pattern of an indicator cannot be read: nothing will be found by it"),
    rule("more-defects", "§12", "more than 100 defects; the rest is not listed"),
];

/// Returns the defect of an indicator whose pattern cannot be read; `found` says what is wrong with it, without content.
pub fn malformed_pattern(found: &str) -> Defect {
    let mut one = Found::default();
    one.detail(MALFORMED_PATTERN, "/pattern", found);
    one.into_defects().pop().unwrap_or(Defect { rule: MALFORMED_PATTERN, path: String::new(), message: String::new() })
}

/// Returns the rule of this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// Collects defects.
#[derive(Debug, Default)]
pub(super) struct Found {
    defects: Vec<Defect>,
}

impl Found {
    /// Adds a defect with the rule's own words.
    pub fn add(&mut self, name: &'static str, path: impl Into<String>) {
        self.detail(name, path, "");
    }

    /// Adds a defect with the rule's own words and what was found.
    pub fn detail(&mut self, name: &'static str, path: impl Into<String>, found: &str) {
        let name = match self.defects.len() {
            full if full >= DEFECTS_MAX => return,
            full if full + 1 == DEFECTS_MAX => "more-defects",
            _ => name,
        };
        let says = find(name).map_or("", |rule| rule.says);
        let message = if found.is_empty() { says.to_owned() } else { format!("{says} ({found})") };
        self.defects.push(Defect { rule: name, path: path.into(), message });
    }

    pub fn into_defects(self) -> Vec<Defect> {
        self.defects
    }
}

/// Appends a name to a JSON pointer (RFC 6901 §3).
pub(super) fn pointer(path: &str, name: &str) -> String {
    let mut whole = String::with_capacity(path.len() + name.len() + 1);
    whole.push_str(path);
    step(&mut whole, name);
    whole
}

/// Does so in place: a walk over an object goes one step for each property, and most of them have nothing wrong.
pub(super) fn step(path: &mut String, name: &str) {
    path.push('/');
    if !name.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        path.push_str(name);
        return;
    }
    for character in name.chars() {
        match character {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
}

/// Appends a place in a list to a JSON pointer, in place.
pub(super) fn step_into(path: &mut String, index: usize) {
    use std::fmt::Write as _;
    path.push('/');
    // Writing to a string never fails.
    let _ = write!(path, "{index}");
}
