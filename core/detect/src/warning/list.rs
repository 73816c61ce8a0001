//! One list as MISP writes it.
//!
//! Guarantees: bounded in bytes and entries before it is indexed; what of it cannot be used is counted, not dropped silently.

use super::index::Index;
use crate::kind::Kind;
use comity_stix::json::tree::Node;
use comity_stix::json::{JsonError, JsonErrorKind, Limits};
use std::fmt;

/// The longest text of a list, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// Entries of a list at most.
const ENTRIES_MAX: usize = 2_000_000;
/// Bytes of one entry at most.
const ENTRY_BYTES_MAX: usize = 8 << 10;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

/// How the entries of a list are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

const KINDS: [(&str, ListKind); 5] = [
    ("string", ListKind::String),
    ("substring", ListKind::Substring),
    ("hostname", ListKind::Hostname),
    ("cidr", ListKind::Cidr),
    ("regex", ListKind::Regex),
];

impl fmt::Display for ListKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KINDS.iter().find(|(_, kind)| kind == self).map_or("", |(word, _)| word))
    }
}

/// Why a text is no warning list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WarningListError {
    /// It is too long.
    #[error("{bytes} bytes, limit {TEXT_BYTES_MAX}")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// It is not strict JSON.
    #[error("line {line}, column {column}: {kind}")]
    Json {
        /// The line, from 1.
        line: u64,
        /// The byte in it, from 1.
        column: u64,
        /// What is wrong.
        kind: JsonErrorKind,
    },
    /// It is JSON of another form.
    #[error("{property}: expected {expected}")]
    Form {
        /// Which property.
        property: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// It has too many entries.
    #[error("{entries} entries, limit {ENTRIES_MAX}")]
    TooMany {
        /// Entries found.
        entries: usize,
    },
    /// It asks for more than can be looked up at once.
    #[error("{bytes} bytes of entries of type {kind}, limit {limit}")]
    TooLarge {
        /// The type.
        kind: ListKind,
        /// Bytes found.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Nothing in it can be used.
    #[error("none of its {entries} entries can be used as type {kind}")]
    Unusable {
        /// Entries found.
        entries: usize,
        /// The type.
        kind: ListKind,
    },
}

impl From<JsonError> for WarningListError {
    fn from(error: JsonError) -> Self {
        Self::Json { line: error.line, column: error.column, kind: error.kind }
    }
}

/// Attribute types of MISP, and the kinds of observables that they are.
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
    ("dns-soa-email", Kind::Email),
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
    ("authentihash", Kind::OtherHash),
    ("imphash", Kind::OtherHash),
    ("tlsh", Kind::OtherHash),
    ("filename", Kind::FileName),
    ("mac-address", Kind::Mac),
    ("mutex", Kind::Mutex),
    ("regkey", Kind::RegistryKey),
    ("port", Kind::Port),
    ("AS", Kind::AutonomousSystem),
    ("user-agent", Kind::UserAgent),
    ("github-username", Kind::Account),
    ("x509-fingerprint-md5", Kind::Certificate),
    ("x509-fingerprint-sha1", Kind::Certificate),
    ("x509-fingerprint-sha256", Kind::Certificate),
];

/// A warning list, ready to be looked up.
#[derive(Debug)]
pub struct WarningList {
    name: String,
    description: String,
    version: String,
    kind: ListKind,
    /// Nothing: about everything.
    about: Option<Vec<Kind>>,
    ignored_attributes: usize,
    entries: usize,
    unusable: usize,
    pub(super) index: Index,
}

impl WarningList {
    /// Reads a list: `name`, `type`, `list`, and perhaps `description`, `version`, `matching_attributes`. Entries are a list of
    /// texts, or an object from texts to comments.
    ///
    /// # Errors
    /// [`WarningListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WarningListError> {
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(WarningListError::TooLong { bytes: bytes.len() });
        }
        let limits = Limits {
            depth_max: 4,
            nodes_max: 2 * ENTRIES_MAX + 10_000,
            key_bytes_max: ENTRY_BYTES_MAX,
            string_bytes_max: ENTRY_BYTES_MAX,
            object_bytes_max: TEXT_BYTES_MAX,
            ..Limits::default()
        };
        let node = Node::parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), &limits)?;
        let form = |property, expected| WarningListError::Form { property, expected };
        let text = |name: &str| node.property(name).and_then(Node::text).map(str::trim);
        let name = text("name").filter(|name| !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX);
        let name = name.filter(|name| !name.chars().any(char::is_control));
        let name = name.ok_or(form("name", "1 to 200 characters without control characters"))?;
        let kind = kind(node.property("type")).ok_or(form("type", "string, substring, hostname, cidr or regex"))?;
        let entries: Vec<&str> = match node.property("list") {
            Some(Node::Array(items)) => items.iter().filter_map(Node::text).collect(),
            Some(Node::Object(properties)) => properties.iter().map(|(entry, _)| entry.as_ref()).collect(),
            _ => return Err(form("list", "a list of texts")),
        };
        let given = node.property("list").map_or(0, |list| list.items().len().max(list.properties().len()));
        if given > ENTRIES_MAX {
            return Err(WarningListError::TooMany { entries: given });
        }
        let (about, ignored_attributes) = about(node.property("matching_attributes"))
            .ok_or(form("matching_attributes", "a list of attribute types of MISP"))?;
        let (index, used) = Index::of(kind, &entries)?;
        if used == 0 && given > 0 {
            return Err(WarningListError::Unusable { entries: given, kind });
        }
        Ok(Self {
            name: name.to_owned(),
            description: text("description").unwrap_or_default().chars().take(1_000).collect(),
            version: match node.property("version") {
                Some(Node::String(text)) => text.chars().take(40).collect(),
                Some(Node::Number(written)) => (*written).to_owned(),
                _ => String::new(),
            },
            kind,
            about,
            ignored_attributes,
            entries: used,
            unusable: given - used,
            index,
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

    /// Returns how many entries are looked up.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Tells whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Returns how many entries are not looked up: no text, no address, no expression that can be searched in linear time.
    pub fn unusable(&self) -> usize {
        self.unusable
    }

    /// Returns how many of its `matching_attributes` are of no kind of observable that is known here.
    pub fn ignored_attributes(&self) -> usize {
        self.ignored_attributes
    }

    /// Tells whether the list says anything of this kind of observable.
    pub(super) fn is_about(&self, kind: Kind) -> bool {
        self.about.as_ref().is_none_or(|about| about.contains(&kind))
    }
}

/// MISP takes `string` where no type is given, and the first of several.
fn kind(node: Option<&Node<'_>>) -> Option<ListKind> {
    let word = match node {
        None => return Some(ListKind::String),
        Some(node) => node.text().or_else(|| node.items().first().and_then(Node::text))?,
    };
    KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

/// Returns the kinds that a list is about, `None` for all, and how many attribute types are ignored. A composite type
/// (`domain|ip`) stands for its parts only where the list names nothing else: else a list of mail providers, which names
/// `domain|ip` beside the types of addresses of mail, would be about all names of hosts.
fn about(node: Option<&Node<'_>>) -> Option<(Option<Vec<Kind>>, usize)> {
    let words: Vec<&str> = match node {
        None | Some(Node::Null) => return Some((None, 0)),
        Some(Node::Array(items)) => items.iter().map(Node::text).collect::<Option<_>>()?,
        Some(_) => return None,
    };
    if words.is_empty() {
        return Some((None, 0));
    }
    let known = |word: &str| ATTRIBUTES.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
    let parts = |word: &str| word.split('|').filter_map(known).collect::<Vec<_>>();
    let mut kinds: Vec<Kind> = words.iter().filter_map(|word| known(word)).collect();
    let ignored = words.iter().filter(|word| parts(word).is_empty()).count();
    if kinds.is_empty() {
        kinds = words.iter().flat_map(|word| parts(word)).collect();
    }
    kinds.sort_unstable();
    kinds.dedup();
    Some((Some(kinds), ignored))
}
