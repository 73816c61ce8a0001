//! Strict JSON (RFC 8259) over bytes: what is accepted is read the same way by every later step.
//!
//! Guarantees: accepted bytes are UTF-8, hold no duplicate key (compared after unescaping), no lone surrogate, no raw
//! control character, no number beyond a double's range, and stay inside [`Limits`]. No recursion: depth costs a few
//! bytes of heap, so a million opening brackets are an error and not a crash. Errors name place and limit, never content.
//!
//! Does not know: STIX.

mod error;
mod keys;
mod number;
mod scan;
mod text;
pub mod tree;
mod write;

pub(crate) use error::{Fault, Place};
pub use error::{JsonError, JsonErrorKind};
pub(crate) use number::{Shape, shape};
pub use scan::Visitor;
pub(crate) use scan::{Scanner, skip_blank};
pub use text::Text;

/// How much of everything is accepted (security.md §5, default limits). All hold for one object, none for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside each other; the object itself is the first.
    pub depth_max: usize,
    /// Values of any kind in one object.
    pub nodes_max: usize,
    /// Bytes of a property name after unescaping.
    pub key_bytes_max: usize,
    /// Bytes of a string after unescaping.
    pub string_bytes_max: usize,
    /// Characters of a number as written.
    pub number_chars_max: usize,
    /// Bytes of one object as written.
    pub object_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth_max: 32,
            nodes_max: 200_000,
            key_bytes_max: 250,
            string_bytes_max: 1 << 20,
            number_chars_max: 64,
            object_bytes_max: 16 << 20,
        }
    }
}

/// Accepts bytes that are exactly one strict JSON value.
///
/// # Errors
/// [`JsonError`] for the first thing wrong, with its place. A byte order mark is refused here; only a file may have one.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), JsonError> {
    whole(bytes, limits, &mut ()).map_err(|fault| fault.placed(Place::START, bytes))
}

/// Reads values one after the other without making anything of them; its memory is kept between them.
#[derive(Debug, Default)]
pub struct Walker(Scanner);

impl Walker {
    /// Shows a visitor what goes by in bytes that must be exactly one strict JSON value. What was shown before an error counts for nothing.
    ///
    /// # Errors
    /// As [`check`].
    pub fn walk<'a, V: Visitor<'a>>(
        &mut self,
        bytes: &'a [u8],
        limits: &Limits,
        visitor: &mut V,
    ) -> Result<(), JsonError> {
        whole_by(&mut self.0, bytes, limits, visitor).map_err(|fault| fault.placed(Place::START, bytes))
    }
}

/// Runs a visitor over bytes that must be one whole value.
pub(crate) fn whole<'a, V: Visitor<'a>>(bytes: &'a [u8], limits: &Limits, visitor: &mut V) -> Result<(), Fault> {
    whole_by(&mut Scanner::default(), bytes, limits, visitor)
}

fn whole_by<'a, V: Visitor<'a>>(
    scanner: &mut Scanner,
    bytes: &'a [u8],
    limits: &Limits,
    visitor: &mut V,
) -> Result<(), Fault> {
    if let Some(kind) = error::foreign_encoding(bytes) {
        return Err(Fault { kind, at: 0 });
    }
    let start = skip_blank(bytes, 0);
    if start == bytes.len() {
        return Err(Fault { kind: JsonErrorKind::Empty, at: start });
    }
    if bytes.len() - start > limits.object_bytes_max {
        return Err(Fault { kind: JsonErrorKind::ObjectTooLong { limit: limits.object_bytes_max }, at: start });
    }
    let end = skip_blank(bytes, scanner.value(bytes, start, limits, visitor)?);
    if end == bytes.len() { Ok(()) } else { Err(Fault { kind: JsonErrorKind::TrailingBytes, at: end }) }
}

pub(crate) use error::foreign_encoding;
