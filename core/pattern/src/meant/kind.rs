//! What the values of a path are, as far as STIX says: enough to see what can never be one.

use crate::ast::{Path, Step};

/// What the values of a path are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An address or a range.
    Address,
    /// The name of a host.
    Domain,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// The value of something that is referred to: one of the former.
    Referred,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Bool,
    /// A text that may be written in digits.
    Identifier,
    /// Any other text.
    Text,
    /// Nobody knows.
    Unknown,
}

/// A type, or `*` for any that refers to it, and the property.
const KINDS: &[(&str, &str, Kind)] = &[
    ("ipv4-addr", "value", Kind::Address),
    ("ipv6-addr", "value", Kind::Address),
    ("domain-name", "value", Kind::Domain),
    ("url", "value", Kind::Url),
    ("email-addr", "value", Kind::Email),
    ("mac-addr", "value", Kind::Text),
    ("autonomous-system", "number", Kind::Integer),
    ("network-traffic", "src_port", Kind::Integer),
    ("network-traffic", "dst_port", Kind::Integer),
    ("network-traffic", "src_byte_count", Kind::Integer),
    ("network-traffic", "dst_byte_count", Kind::Integer),
    ("network-traffic", "src_packets", Kind::Integer),
    ("network-traffic", "dst_packets", Kind::Integer),
    ("network-traffic", "is_active", Kind::Bool),
    ("process", "pid", Kind::Integer),
    ("process", "is_hidden", Kind::Bool),
    ("process", "command_line", Kind::Text),
    ("process", "cwd", Kind::Text),
    ("file", "size", Kind::Integer),
    ("file", "name", Kind::Text),
    ("file", "mime_type", Kind::Text),
    ("directory", "path", Kind::Text),
    ("email-message", "is_multipart", Kind::Bool),
    ("email-message", "subject", Kind::Text),
    ("mutex", "name", Kind::Text),
    ("software", "name", Kind::Text),
    ("user-account", "user_id", Kind::Identifier),
    ("user-account", "account_login", Kind::Identifier),
    ("user-account", "display_name", Kind::Identifier),
    ("user-account", "is_service_account", Kind::Bool),
    ("user-account", "is_privileged", Kind::Bool),
    ("user-account", "is_disabled", Kind::Bool),
    ("windows-registry-key", "key", Kind::Text),
    ("x509-certificate", "serial_number", Kind::Identifier),
    ("x509-certificate", "is_self_signed", Kind::Bool),
];

impl Kind {
    /// Returns what a path leads to.
    pub fn of(path: &Path) -> Self {
        match path.steps.as_slice() {
            [Step::Key(only)] => {
                let found = KINDS.iter().find(|(of, name, _)| *of == path.object_type && *name == *only);
                found.map_or(Kind::Unknown, |(_, _, kind)| *kind)
            }
            [.., Step::Key(parent), Step::Key(_)] if comity_normal::is_hashes(parent) => Kind::Text,
            [.., before, Step::Key(last)] if last == "value" && is_reference(path, before) => Kind::Referred,
            [.., before, Step::Key(last)] if last == "number" && is_reference(path, before) => Kind::Integer,
            _ => Kind::Unknown,
        }
    }

    /// Says what the values are.
    pub fn said(self) -> &'static str {
        match self {
            Kind::Address => "an address or a range of them",
            Kind::Domain => "the name of a host",
            Kind::Url => "a URL",
            Kind::Email => "an e-mail address",
            Kind::Referred => "an address or a name",
            Kind::Integer => "a whole number",
            Kind::Bool => "true or false",
            Kind::Identifier | Kind::Text => "a text",
            Kind::Unknown => "something else",
        }
    }

    /// Tells whether the values are texts.
    pub fn is_text(self) -> bool {
        !matches!(self, Kind::Integer | Kind::Bool | Kind::Unknown)
    }

    /// Tells whether people write such values so that no program follows them.
    pub fn is_defanged(self) -> bool {
        matches!(self, Kind::Address | Kind::Domain | Kind::Url | Kind::Email | Kind::Referred)
    }
}

fn is_reference(path: &Path, step: &Step) -> bool {
    match step {
        Step::Key(name) => name.ends_with("_ref"),
        Step::Index(_) | Step::Any => {
            path.steps.iter().any(|step| matches!(step, Step::Key(key) if key.ends_with("_refs")))
        }
    }
}
