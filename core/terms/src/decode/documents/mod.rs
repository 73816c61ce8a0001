//! Texts in bytes that are not text: other charsets, packed streams, documents.
//!
//! Guarantees: what comes out of a packed stream is at most one mebibyte and twenty times its size, and is counted as work; broken input
//! gives what could be read of it.
//!
//! Does not know: how a document looks to a reader: pictures of letters, text drawn letter by letter.

mod inflate;
mod pdf;
mod rtf;
mod strings;
mod zip;

use super::{Decoded, charsets, masks, readable, western};

pub(super) use rtf::escape as rtf_escape;

/// The fewest bytes that are tried as a deflated stream without a header.
pub(super) const LEAST_DEFLATED: usize = 24;
/// How deep documents are opened that lie in documents.
const DEPTH: usize = 3;

/// The bytes of an artifact and what is read in them.
struct Reading<'a> {
    span: (usize, usize),
    out: &'a mut Vec<Decoded>,
    spend: &'a mut dyn FnMut(usize) -> bool,
}

/// Tells from the first bytes whether they may be text in another charset or a document.
pub(super) fn may_be_other(head: &[u8]) -> bool {
    let few = head.get(..24).unwrap_or(head);
    masks::fitting(few) != 0
        || western::may_be(few)
        || charsets::may_be_utf16(few)
        || is_packed(head)
        || known(head).is_some()
}

/// Tells whether bytes begin as a document that can be readable as it is, and says more when it is opened.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    known(bytes).is_some()
}

/// Tells whether bytes begin as a stream of gzip or zlib does.
fn is_packed(bytes: &[u8]) -> bool {
    match bytes {
        [0x1f, 0x8b, ..] => true,
        [0x78, flags @ (0x01 | 0x5e | 0x9c | 0xda), ..] => *flags != 0,
        _ => false,
    }
}

/// Returns the kind of document that bytes begin as.
fn known(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"%PDF", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"{\\rtf", "rtf"),
        (b"\x89PNG", "picture"),
        (b"\xff\xd8\xff", "picture"),
        (b"ID3", "sound"),
        (b"GIF8", "picture"),
        (b"\xd0\xcf\x11\xe0", "office"),
        (b"SQLi", "database"),
    ];
    KNOWN.into_iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, name)| name)
}

/// Takes texts out of bytes that came out of an encoding and are not readable as they are; false where the work was too much.
pub(super) fn other(
    bytes: &[u8],
    how: &'static str,
    span: &dyn Fn(usize) -> (usize, usize),
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let all = (span(0).0, span(bytes.len().saturating_sub(1)).1);
    if let Some(text) = charsets::utf16(bytes) {
        readable::push_whole(out, &text, how, true, all);
    }
    for text in charsets::old(bytes).into_iter().chain(western::texts(bytes)) {
        readable::push_whole(out, &text, how, true, all);
    }
    let mut reading = Reading { span: all, out, spend };
    if is_packed(bytes) || known(bytes).is_some() {
        return reading.document(bytes, DEPTH);
    }
    if bytes.len() >= LEAST_DEFLATED
        && let Some(unpacked) = inflate::raw(bytes)
    {
        return (reading.spend)(unpacked.len()) && reading.inside(&unpacked, "deflate", DEPTH - 1);
    }
    true
}

/// Gives the texts in the bytes of an artifact, each with the span of the whole; the flag is false where the work was too much.
pub fn documents(bytes: &[u8], span: (usize, usize), spend: &mut dyn FnMut(usize) -> bool) -> (Vec<Decoded>, bool) {
    let mut out = Vec::new();
    let mut reading = Reading { span, out: &mut out, spend };
    let whole = reading.inside(bytes, "binary", DEPTH);
    (out, whole)
}

impl Reading<'_> {
    fn text(&mut self, text: &str, how: &'static str, trusted: bool) {
        readable::push_whole(self.out, text, how, trusted, self.span);
    }

    /// Reads bytes that may be a document, a text, or neither.
    fn inside(&mut self, bytes: &[u8], how: &'static str, depth: usize) -> bool {
        if !(self.spend)(bytes.len()) {
            return false;
        }
        if depth > 0 && (is_packed(bytes) || known(bytes).is_some()) {
            return self.document(bytes, depth);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => self.text(text, how, true),
            _ => {
                if let Some(text) = charsets::utf16(bytes) {
                    self.text(&text, how, true);
                } else {
                    let old = charsets::old(bytes);
                    old.iter().for_each(|text| self.text(text, how, true));
                    strings::strings(bytes, &mut |text| self.text(text, how, false));
                }
            }
        }
        true
    }

    /// Reads what was unpacked. What was cut off was not read: that is told as work that was too much.
    fn unpacked(&mut self, unpacked: &inflate::Unpacked, how: &'static str, depth: usize) -> bool {
        if unpacked.cut {
            let _ = (self.spend)(usize::MAX);
        }
        self.inside(&unpacked.bytes, how, depth) && !unpacked.cut
    }

    /// Opens a document.
    fn document(&mut self, bytes: &[u8], depth: usize) -> bool {
        if is_packed(bytes) {
            return match inflate::with_header(bytes) {
                Some((unpacked, how)) => self.unpacked(&unpacked, how, depth - 1),
                None => true,
            };
        }
        match known(bytes) {
            Some("pdf") => self.pdf(bytes),
            Some("zip") => self.zip(bytes, depth),
            Some("rtf") => self.rtf(bytes),
            Some(how) => {
                strings::strings(bytes, &mut |text| readable::push_whole(self.out, text, how, false, self.span));
                (self.spend)(bytes.len())
            }
            None => true,
        }
    }
}
