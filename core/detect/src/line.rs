//! Why a line is no observation: what and where, never what it held.

use comity_stix::json::{JsonError, JsonErrorKind};
use comity_vocab::Blame;

/// The longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Why a line, or a document, gives no observation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is too long.
    #[error("line of {bytes} bytes, limit {LINE_BYTES_MAX}")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// It is not text.
    #[error("byte {at}: not UTF-8: what writes it must write UTF-8")]
    Text {
        /// The byte, from 0.
        at: usize,
    },
    /// It is not strict JSON.
    #[error("byte {at}: {kind}")]
    Json {
        /// The byte, from 0.
        at: u64,
        /// What is wrong.
        kind: JsonErrorKind,
    },
    /// It is JSON of another form.
    #[error("not a JSON object")]
    Form,
    /// A JSON text, or a list, that is not closed.
    #[error("what begins here is never closed; what could be read of it was read")]
    Open,
    /// An observed-data that cannot be used.
    #[error("{0}")]
    Stix(comity_pattern::ObservedError),
    /// STIX without any observed-data.
    #[error("no observed-data: objects are observed only where an observed-data names them")]
    NoObservation,
    /// An observed-data of which no object is here.
    #[error("observed-data {position}: none of its objects stands in the same line or document")]
    NoObjects {
        /// Which observed-data, from 1.
        position: usize,
    },
    /// A quote of CSV that is not closed, or something behind a closing one.
    #[error("byte {at}: a quote is not closed, or something follows a closing one; a record must be one line")]
    Quote {
        /// The byte, from 0.
        at: usize,
    },
    /// A record with more or less columns than the header or the mapping has.
    #[error("{found} columns, expected {expected}")]
    Columns {
        /// Columns found.
        found: usize,
        /// Columns expected.
        expected: usize,
    },
    /// Too many columns.
    #[error("more than {limit} columns")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// A header that has no column for this field.
    #[error("the header has none of the columns that the mapping names for {0}")]
    Header(&'static str),
    /// Something that is needed is absent.
    #[error("{0} is absent")]
    Absent(&'static str),
    /// A time that cannot be read.
    #[error("{field}: expected {expected}")]
    Time {
        /// The field, as the mapping calls it.
        field: String,
        /// The form.
        expected: &'static str,
    },
    /// A row before any line that names its columns.
    #[error("no line stands before it that names the columns (#fields)")]
    NoHeader,
    /// A time at which nothing was observed.
    #[error("{field}: before 1980; the sensor's clock is not set, or it counts in another unit")]
    Early {
        /// The field, as the mapping calls it.
        field: String,
    },
    /// A time that is still to come.
    #[error("{field}: more than a day ahead of the clock here")]
    Late {
        /// The field, as the mapping calls it.
        field: String,
    },
    /// A type that is not known.
    #[error("type: not a known word; see the list of types")]
    Type,
    /// A value that does not fit.
    #[error("{field}: expected {expected}")]
    Value {
        /// The field, as the mapping calls it.
        field: String,
        /// What is expected.
        expected: &'static str,
    },
    /// It would give too many objects.
    #[error("more than 1,000 objects in one observation")]
    TooManyObjects,
}

impl LineError {
    /// Returns whose fault it is: the one who made the line, or the mapping that was chosen for it.
    pub fn blame(&self) -> Blame {
        Blame::Caller
    }
}

impl From<JsonError> for LineError {
    fn from(error: JsonError) -> Self {
        Self::Json { at: error.offset, kind: error.kind }
    }
}
