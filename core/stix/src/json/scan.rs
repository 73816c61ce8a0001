//! The scanner: one pass, one value, no recursion. A visitor sees what goes by; checking alone is a visitor that does nothing.

use super::keys::{Keys, Mark};
use super::text::{Text, string};
use super::{Fault, JsonErrorKind, Limits, number};

/// What a scan reports, in the order of the text. All methods do nothing unless written.
pub trait Visitor<'a> {
    /// An object begins.
    fn begin_object(&mut self) {}
    /// The innermost object ends.
    fn end_object(&mut self) {}
    /// A list begins.
    fn begin_array(&mut self) {}
    /// The innermost list ends.
    fn end_array(&mut self) {}
    /// The name of the property whose value follows.
    fn key(&mut self, _: Text<'a>) {}
    /// A string.
    fn string(&mut self, _: Text<'a>) {}
    /// A number, as written: ASCII.
    fn number(&mut self, _: &'a [u8]) {}
    /// `true` or `false`; `None` is null.
    fn literal(&mut self, _: Option<bool>) {}
}

impl Visitor<'_> for () {}

#[derive(Clone, Copy, Debug)]
enum Frame {
    Array,
    Object(Mark),
}

/// The scanner's memory, kept between objects so that a file costs no allocation for each.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    frames: Vec<Frame>,
    keys: Keys,
}

/// Returns the index of the first byte at or behind `at` that is not a blank (RFC 8259 §2).
pub(crate) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    // Most values follow their colon or comma by no blank or one; indentation comes in long runs of spaces.
    loop {
        match bytes.get(at) {
            Some(b' ') => {
                at += 1;
                while bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) == Some(b"        ") {
                    at += 8;
                }
            }
            Some(b'\n' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
    }
}

fn unexpected(bytes: &[u8], at: usize, expected: &'static str) -> Fault {
    let kind = match bytes.get(at) {
        None => JsonErrorKind::UnexpectedEnd,
        Some(&found) => JsonErrorKind::Unexpected { found, expected },
    };
    Fault { kind, at }
}

fn literal(bytes: &[u8], at: usize, word: &'static [u8]) -> Result<usize, Fault> {
    for (index, expected) in word.iter().enumerate() {
        if bytes.get(at + index) != Some(expected) {
            return Err(unexpected(bytes, at + index, "true, false or null"));
        }
    }
    Ok(at + word.len())
}

impl Scanner {
    /// Scans the value that begins at `from` (not a blank) and returns the index behind it.
    ///
    /// The fault `UnexpectedEnd` means that the bytes are a proper beginning: more may follow.
    pub fn value<'a, V: Visitor<'a>>(
        &mut self,
        bytes: &'a [u8],
        from: usize,
        limits: &Limits,
        visitor: &mut V,
    ) -> Result<usize, Fault> {
        self.frames.clear();
        self.keys.clear();
        let mut nodes = 0usize;
        let mut at = from;
        loop {
            nodes += 1;
            if nodes > limits.nodes_max {
                return Err(Fault { kind: JsonErrorKind::TooManyNodes { limit: limits.nodes_max }, at });
            }
            match bytes.get(at) {
                Some(b'"') => {
                    let (text, end) = string(bytes, at + 1)?;
                    let limit = limits.string_bytes_max;
                    if text.raw.len() > limit {
                        let found = text.unescaped().len();
                        if found > limit {
                            return Err(Fault { kind: JsonErrorKind::StringTooLong { found, limit }, at });
                        }
                    }
                    visitor.string(text);
                    at = end;
                }
                Some(b'{') => {
                    self.open(Frame::Object(self.keys.mark()), at, limits)?;
                    visitor.begin_object();
                    at = skip_blank(bytes, at + 1);
                    if bytes.get(at) != Some(&b'}') {
                        at = self.key(bytes, at, limits, visitor, "a property name in double quotes, or }")?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(Frame::Array, at, limits)?;
                    visitor.begin_array();
                    at = skip_blank(bytes, at + 1);
                    if bytes.get(at) != Some(&b']') {
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => {
                    let end = number::number(bytes, at, limits)?;
                    visitor.number(bytes.get(at..end).unwrap_or_default());
                    at = end;
                }
                Some(b't') => {
                    at = literal(bytes, at, b"true")?;
                    visitor.literal(Some(true));
                }
                Some(b'f') => {
                    at = literal(bytes, at, b"false")?;
                    visitor.literal(Some(false));
                }
                Some(b'n') => {
                    at = literal(bytes, at, b"null")?;
                    visitor.literal(None);
                }
                _ => return Err(unexpected(bytes, at, "a value")),
            }
            // A value, or an empty container's opening, is behind us: go on inside the innermost open container.
            loop {
                let Some(&frame) = self.frames.last() else { return Ok(at) };
                at = skip_blank(bytes, at);
                match (frame, bytes.get(at)) {
                    (Frame::Array, Some(b',')) => {
                        at = skip_blank(bytes, at + 1);
                        break;
                    }
                    (Frame::Object(_), Some(b',')) => {
                        at = skip_blank(bytes, at + 1);
                        at = self.key(bytes, at, limits, visitor, "a property name in double quotes")?;
                        break;
                    }
                    (Frame::Array, Some(b']')) => {
                        visitor.end_array();
                    }
                    (Frame::Object(mark), Some(b'}')) => {
                        if let Some(at) = self.keys.close(mark, bytes) {
                            return Err(Fault { kind: JsonErrorKind::DuplicateKey, at });
                        }
                        visitor.end_object();
                    }
                    (Frame::Array, _) => return Err(unexpected(bytes, at, "a comma or ]")),
                    (Frame::Object(_), _) => return Err(unexpected(bytes, at, "a comma or }")),
                }
                self.frames.pop();
                at += 1;
            }
        }
    }

    fn open(&mut self, frame: Frame, at: usize, limits: &Limits) -> Result<(), Fault> {
        self.frames.push(frame);
        let (found, limit) = (self.frames.len(), limits.depth_max);
        if found > limit { Err(Fault { kind: JsonErrorKind::TooDeep { found, limit }, at }) } else { Ok(()) }
    }

    /// Scans a property name and its colon; returns the index of the value.
    fn key<'a, V: Visitor<'a>>(
        &mut self,
        bytes: &'a [u8],
        at: usize,
        limits: &Limits,
        visitor: &mut V,
        expected: &'static str,
    ) -> Result<usize, Fault> {
        if bytes.get(at) != Some(&b'"') {
            return Err(unexpected(bytes, at, expected));
        }
        let (text, end) = string(bytes, at + 1)?;
        let (found, limit) = (self.keys.add(text, at + 1), limits.key_bytes_max);
        if found > limit {
            return Err(Fault { kind: JsonErrorKind::KeyTooLong { found, limit }, at });
        }
        visitor.key(text);
        let colon = skip_blank(bytes, end);
        if bytes.get(colon) != Some(&b':') {
            return Err(unexpected(bytes, colon, "a colon"));
        }
        Ok(skip_blank(bytes, colon + 1))
    }
}
