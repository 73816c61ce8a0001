//! Strict reading and writing of the small binary formats: frames to the gate, envelopes, exchanges.
//!
//! Guarantees: big-endian numbers, every length has a limit that is checked before anything is copied, texts are
//! UTF-8, and bytes that are left over are an error. Writers refuse what readers would refuse.
//!
//! Does not know: what the bytes mean.

/// Why bytes are not what they should be; names lengths and offsets, never content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end inside a field.
    #[error("{what} is cut off at byte {offset}")]
    Truncated {
        /// The field.
        what: &'static str,
        /// Where it begins, counted from the start of the frame or body.
        offset: usize,
    },
    /// A length or count is over its limit.
    #[error("{what} has {found}, at most {max} allowed")]
    TooLong {
        /// The field.
        what: &'static str,
        /// The length or count found.
        found: u64,
        /// The limit.
        max: u64,
    },
    /// Bytes follow the last field.
    #[error("{bytes} bytes too many")]
    TrailingBytes {
        /// How many are left.
        bytes: usize,
    },
    /// A field holds a value that is not allowed there.
    #[error("{what} is not valid at byte {offset}")]
    Invalid {
        /// The field.
        what: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A version that this node does not speak (security.md §5 I, case 184).
    #[error("version {found} is not spoken here, only {spoken}")]
    Version {
        /// The version found.
        found: u8,
        /// The only version spoken.
        spoken: u8,
    },
    /// A kind of frame that does not exist.
    #[error("unknown kind of frame {kind}")]
    UnknownKind {
        /// The kind found.
        kind: u8,
    },
}

/// Reads fields from the front of a byte string.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn take(&mut self, what: &'static str, count: usize) -> Result<&'a [u8], WireError> {
        let (field, rest) =
            self.rest.split_at_checked(count).ok_or(WireError::Truncated { what, offset: self.offset })?;
        self.rest = rest;
        self.offset += count;
        Ok(field)
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], WireError> {
        let offset = self.offset;
        self.take(what, N)?.try_into().map_err(|_| WireError::Truncated { what, offset })
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, WireError> {
        self.array(what).map(u8::from_be_bytes)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, WireError> {
        self.array(what).map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, WireError> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// Reads a count of things that follow.
    pub(crate) fn count(&mut self, what: &'static str, max: usize) -> Result<usize, WireError> {
        let found = self.u32(what)?;
        match usize::try_from(found) {
            Ok(count) if count <= max => Ok(count),
            _ => Err(WireError::TooLong { what, found: u64::from(found), max: max as u64 }),
        }
    }

    /// Reads `u32 length ‖ bytes`.
    pub(crate) fn bytes(&mut self, what: &'static str, max: usize) -> Result<&'a [u8], WireError> {
        let count = self.count(what, max)?;
        self.take(what, count)
    }

    /// Reads `u32 length ‖ UTF-8`.
    pub(crate) fn text(&mut self, what: &'static str, max: usize) -> Result<&'a str, WireError> {
        let offset = self.offset;
        std::str::from_utf8(self.bytes(what, max)?).map_err(|_| WireError::Invalid { what, offset })
    }

    /// Reads `u32 length ‖ UTF-8` and parses it.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, what: &'static str, max: usize) -> Result<T, WireError> {
        let offset = self.offset;
        self.text(what, max)?.parse().map_err(|_| WireError::Invalid { what, offset })
    }

    /// Reads a byte that must be 0 or 1.
    pub(crate) fn flag(&mut self, what: &'static str) -> Result<bool, WireError> {
        let offset = self.offset;
        match self.u8(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Invalid { what, offset }),
        }
    }

    /// Checks that nothing is left.
    pub(crate) fn finish(self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::TrailingBytes { bytes: self.rest.len() }) }
    }
}

/// Appends fields to a byte string.
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    pub(crate) fn u8(&mut self, value: u8) -> &mut Self {
        self.bytes.push(value);
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(crate) fn raw(&mut self, value: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(value);
        self
    }

    pub(crate) fn count(&mut self, what: &'static str, count: usize, max: usize) -> Result<&mut Self, WireError> {
        let too_long = WireError::TooLong { what, found: count as u64, max: max as u64 };
        match u32::try_from(count) {
            Ok(value) if count <= max => Ok(self.u32(value)),
            _ => Err(too_long),
        }
    }

    pub(crate) fn bytes(&mut self, what: &'static str, value: &[u8], max: usize) -> Result<&mut Self, WireError> {
        Ok(self.count(what, value.len(), max)?.raw(value))
    }

    pub(crate) fn text(&mut self, what: &'static str, value: &str, max: usize) -> Result<&mut Self, WireError> {
        self.bytes(what, value.as_bytes(), max)
    }
}
