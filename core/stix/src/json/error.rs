//! What can be wrong with JSON, and where. Messages name places, limits and counts, never the content.

use std::fmt;

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// No value at all.
    #[error("empty: expected a JSON object; check that the file was copied whole")]
    Empty,
    /// The bytes end inside a value.
    #[error("unexpected end: the text is cut off here; get the whole file again")]
    UnexpectedEnd,
    /// A byte that the grammar does not allow here.
    #[error("unexpected byte 0x{found:02x}: expected {expected}")]
    Unexpected {
        /// The byte.
        found: u8,
        /// What may stand here.
        expected: &'static str,
    },
    /// Something follows the one value.
    #[error("trailing bytes after the end of the value: one document per file")]
    TrailingBytes,
    /// A property name occurs twice in one object, perhaps in another spelling.
    #[error("duplicate key: a property name occurs twice in one object; the sender must keep one")]
    DuplicateKey,
    /// Half of a surrogate pair.
    #[error("lone surrogate in an escape: expected a pair of \\ud800-\\udbff and \\udc00-\\udfff")]
    LoneSurrogate,
    /// A raw control character inside a string.
    #[error("control character 0x{found:02x} in a string: must be written as an escape")]
    ControlCharacter {
        /// The character.
        found: u8,
    },
    /// A backslash with something unknown behind it.
    #[error("unknown escape in a string: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")]
    BadEscape,
    /// Bytes that are not UTF-8.
    #[error("not UTF-8: the sender must write UTF-8")]
    InvalidUtf8,
    /// A byte order mark where none may stand.
    #[error("byte order mark: expected JSON without one")]
    ByteOrderMark,
    /// UTF-16 or UTF-32.
    #[error("text is {encoding}, not UTF-8: convert the file to UTF-8")]
    ForeignEncoding {
        /// The encoding it looks like.
        encoding: &'static str,
    },
    /// A number outside the grammar.
    #[error("malformed number: expected JSON digits such as -12.5e3, no leading zeros or plus sign")]
    BadNumber,
    /// A number that no double holds, such as 1e400.
    #[error("number out of range: magnitude above 1.8e308")]
    NumberOutOfRange,
    /// Too many containers inside each other.
    #[error("too deep: depth {found}, limit {limit}; flatten the object or raise the limit")]
    TooDeep {
        /// The depth reached.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many values in one object.
    #[error("too many values in one object: more than {limit}; split the object or raise the limit")]
    TooManyNodes {
        /// The limit.
        limit: usize,
    },
    /// A property name is too long.
    #[error("property name of {found} bytes, limit {limit}")]
    KeyTooLong {
        /// Bytes found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A string is too long.
    #[error("string of {found} bytes, limit {limit}; send large content by reference or raise the limit")]
    StringTooLong {
        /// Bytes found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A number is written with too many characters.
    #[error("number of {found} characters, limit {limit}")]
    NumberTooLong {
        /// Characters found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// One object, or the bundle around the objects, is too long.
    #[error("object of more than {limit} bytes; split the object or raise the limit")]
    ObjectTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The file's top level is not an object.
    #[error("top level is {found}: expected a STIX bundle or one STIX object")]
    TopLevel {
        /// What it is.
        found: &'static str,
    },
    /// Something other than an object in a list of objects.
    #[error("not a JSON object")]
    NotAnObject,
    /// A bundle whose `objects` is not a list.
    #[error("property objects of a bundle is not a list")]
    ObjectsNotAList,
    /// A list `objects` inside something whose type, met later, is not `bundle`.
    #[error("a list of objects in something that is not a bundle: put \"type\": \"bundle\" at the top")]
    NotABundle,
}

/// What is wrong and where it is. `line` and `column` count from 1, the column in bytes; `offset` counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Bytes before it.
    pub offset: u64,
    /// The line, from 1.
    pub line: u64,
    /// The byte within the line, from 1.
    pub column: u64,
}

impl JsonError {
    /// Returns whose fault it is: the one who made the bytes.
    pub fn blame(&self) -> comity_vocab::Blame {
        comity_vocab::Blame::Peer
    }

    /// Says whether a limit of ours was met rather than a rule of JSON broken.
    pub fn is_limit(&self) -> bool {
        use JsonErrorKind as K;
        match self.kind {
            K::TooDeep { .. }
            | K::TooManyNodes { .. }
            | K::KeyTooLong { .. }
            | K::StringTooLong { .. }
            | K::NumberTooLong { .. }
            | K::ObjectTooLong { .. } => true,
            K::Empty
            | K::UnexpectedEnd
            | K::Unexpected { .. }
            | K::TrailingBytes
            | K::DuplicateKey
            | K::LoneSurrogate
            | K::ControlCharacter { .. }
            | K::BadEscape
            | K::InvalidUtf8
            | K::ByteOrderMark
            | K::ForeignEncoding { .. }
            | K::BadNumber
            | K::NumberOutOfRange
            | K::TopLevel { .. }
            | K::NotAnObject
            | K::ObjectsNotAList
            | K::NotABundle => false,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}, byte {}: {}", self.line, self.column, self.offset, self.kind)
    }
}

impl std::error::Error for JsonError {}

/// An error at an index of a slice, before anybody knows where the slice lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub kind: JsonErrorKind,
    pub at: usize,
}

impl Fault {
    /// Gives the fault its place in the file, where the slice begins at `start`.
    pub fn placed(self, start: Place, slice: &[u8]) -> JsonError {
        let mut place = start;
        place.advance(slice.get(..self.at).unwrap_or(slice));
        place.error(self.kind)
    }
}

/// A place in a file: kept by the one who walks through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub offset: u64,
    pub line: u64,
    line_start: u64,
}

impl Place {
    pub const START: Self = Self { offset: 0, line: 1, line_start: 0 };

    /// Moves over bytes.
    pub fn advance(&mut self, bytes: &[u8]) {
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.line_start = self.offset + last as u64 + 1;
        }
        self.offset += bytes.len() as u64;
    }

    pub fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.offset, line: self.line, column: self.offset - self.line_start + 1 }
    }
}

/// Tells from the first bytes (four suffice) that a text is not plain UTF-8 (RFC 8259 §8.1; the pattern of zeros is
/// that of RFC 4627 §3).
pub(crate) fn foreign_encoding(head: &[u8]) -> Option<JsonErrorKind> {
    let encoding = match head {
        [0xEF, 0xBB, 0xBF, ..] => return Some(JsonErrorKind::ByteOrderMark),
        [0xFF, 0xFE, 0, 0, ..] | [_, 0, 0, 0, ..] => "UTF-32LE",
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, _, ..] => "UTF-32BE",
        [0xFF, 0xFE, ..] | [_, 0, ..] | [0xFF] => "UTF-16LE",
        [0xFE, 0xFF, ..] | [0, _, ..] | [0xFE] => "UTF-16BE",
        _ => return None,
    };
    Some(JsonErrorKind::ForeignEncoding { encoding })
}
