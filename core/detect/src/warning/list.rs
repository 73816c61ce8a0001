//! One list as MISP writes it.

use crate::kind::Kind;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// The longest text of a list, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// Entries of a list at most.
const ENTRIES_MAX: usize = 2_000_000;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

/// How the entries of a list are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// The whole value.
    String,
    /// A part of the value.
    Substring,
    /// A host: itself, and names below it; also the host of a URL.
    Hostname,
    /// A range of addresses.
    Cidr,
    /// A regular expression.
    Regex,
}

impl fmt::Display for ListKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ListKind::String => "string",
            ListKind::Substring => "substring",
            ListKind::Hostname => "hostname",
            ListKind::Cidr => "cidr",
            ListKind::Regex => "regex",
        })
    }
}

/// Why a text is no warning list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WarningListError {
    /// It is longer than 64 MiB.
    #[error("it is longer than 64 MiB")]
    TooLong,
    /// It is not of MISP's form.
    #[error("it is not of the form of a MISP warning list: {0}")]
    Form(String),
    /// The name is absent or too long.
    #[error("its name must have 1 to {NAME_CHARS_MAX} characters and no control characters")]
    Name,
    /// It has more than 2,000,000 entries.
    #[error("it has more than {ENTRIES_MAX} entries")]
    TooMany,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Version {
    Number(u64),
    Text(String),
}

#[derive(Deserialize)]
struct Written {
    name: String,
    #[serde(default)]
    description: String,
    version: Option<Version>,
    #[serde(rename = "type")]
    kind: ListKind,
    #[serde(default)]
    matching_attributes: Vec<String>,
    list: Vec<String>,
}

/// A warning list.
#[derive(Clone, Debug)]
pub struct WarningList {
    name: String,
    description: String,
    version: String,
    kind: ListKind,
    /// Nothing: about everything.
    about: Option<BTreeSet<Kind>>,
    entries: Vec<String>,
}

/// Attribute types of MISP and the kinds of observables they are; composite ones count as both their parts.
const ATTRIBUTES: &[(&str, Kind)] = &[
    ("ip", Kind::Address),
    ("ip-src", Kind::Address),
    ("ip-dst", Kind::Address),
    ("domain", Kind::Domain),
    ("hostname", Kind::Domain),
    ("url", Kind::Url),
    ("uri", Kind::Url),
    ("link", Kind::Url),
    ("email", Kind::Email),
    ("email-src", Kind::Email),
    ("email-dst", Kind::Email),
    ("email-reply-to", Kind::Email),
    ("whois-registrant-email", Kind::Email),
    ("target-email", Kind::Email),
    ("email-subject", Kind::EmailSubject),
    ("md5", Kind::Md5),
    ("sha1", Kind::Sha1),
    ("sha224", Kind::Sha224),
    ("sha256", Kind::Sha256),
    ("sha384", Kind::Sha384),
    ("sha512", Kind::Sha512),
    ("ssdeep", Kind::Ssdeep),
    ("filename", Kind::FileName),
    ("mac-address", Kind::Mac),
    ("mutex", Kind::Mutex),
    ("regkey", Kind::RegistryKey),
    ("port", Kind::Port),
    ("AS", Kind::AutonomousSystem),
    ("user-agent", Kind::UserAgent),
    ("x509-fingerprint-md5", Kind::Certificate),
    ("x509-fingerprint-sha1", Kind::Certificate),
    ("x509-fingerprint-sha256", Kind::Certificate),
];

impl WarningList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`WarningListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WarningListError> {
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(WarningListError::TooLong);
        }
        let written: Written = serde_json::from_slice(bytes).map_err(|error| WarningListError::Form(place(&error)))?;
        let name = written.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(WarningListError::Name);
        }
        if written.list.len() > ENTRIES_MAX {
            return Err(WarningListError::TooMany);
        }
        let kind_of = |word: &str| ATTRIBUTES.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
        let about: BTreeSet<Kind> =
            written.matching_attributes.iter().flat_map(|word| word.split('|')).filter_map(kind_of).collect();
        Ok(Self {
            name: name.to_owned(),
            description: written.description.chars().take(1_000).collect(),
            version: match written.version {
                Some(Version::Number(number)) => number.to_string(),
                Some(Version::Text(text)) => text.chars().take(40).collect(),
                None => String::new(),
            },
            kind: written.kind,
            about: (!written.matching_attributes.is_empty()).then_some(about),
            entries: written.list,
        })
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it says of itself.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns how entries are compared.
    pub fn kind(&self) -> ListKind {
        self.kind
    }

    /// Returns how many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Tells whether the list says anything of this kind of observable.
    pub(super) fn is_about(&self, kind: Kind) -> bool {
        self.about.as_ref().is_none_or(|about| about.contains(&kind))
    }
}

/// Where JSON is wrong, without what stands there.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}
