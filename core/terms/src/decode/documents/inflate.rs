//! Unpacks deflated streams, within bounds.
//!
//! Guarantees: never more than one mebibyte and twenty times the size of the stream comes out.
//!
//! Does not know: whether a stream was whole; what could be unpacked before an error is given.

use flate2::{Decompress, FlushDecompress, Status};

/// The most that comes out of one stream.
const MOST: usize = 1 << 20;
/// The most that comes out of each byte.
const RATIO: usize = 20;

/// What is cut off below this was no stream; chance begins many.
const CUT_MIN: usize = 4_096;

/// Unpacks a stream of gzip or zlib.
pub(super) fn with_header(bytes: &[u8]) -> Option<(Unpacked, &'static str)> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some((unpack(bytes.get(gzip_header(bytes)?..)?, false), "gzip"));
    }
    Some((unpack(bytes, true), "zlib"))
}

/// What came out of a stream.
pub(super) struct Unpacked {
    pub bytes: Vec<u8>,
    /// It came to its end.
    pub ended: bool,
    /// There was more than the bounds allow: what was not read is not known to be clean.
    pub cut: bool,
}

/// Unpacks a stream without a header, if it has an end and makes readable bytes: chance seldom does.
pub(super) fn raw(bytes: &[u8]) -> Option<Vec<u8>> {
    // The first block is fixed or has its own code; a text is seldom stored.
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let own_code = matches!(first & 7, 4 | 5) && first >> 3 <= 29 && second & 0x1f <= 29;
    if first & 7 != 3 && !own_code {
        return None;
    }
    let Unpacked { bytes: out, ended, .. } = unpack(bytes, false);
    let readable = out.iter().filter(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..=0xf4)).count();
    (ended && out.len() >= 12 && readable * 10 >= out.len() * 9).then_some(out)
}

/// Unpacks a deflated stream.
pub(super) fn unpack(bytes: &[u8], zlib: bool) -> Unpacked {
    let most = MOST.min(bytes.len().saturating_mul(RATIO)).max(64);
    let mut out = Vec::new();
    let mut stream = Decompress::new(zlib);
    loop {
        let left = most.saturating_sub(out.len());
        if left == 0 {
            let cut = out.len() >= CUT_MIN;
            return Unpacked { bytes: out, ended: false, cut };
        }
        out.reserve(left.min(bytes.len().saturating_mul(4).max(256)));
        let read = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let before = out.len();
        let status = stream.decompress_vec(bytes.get(read..).unwrap_or_default(), &mut out, FlushDecompress::None);
        match status {
            Ok(Status::StreamEnd) => return Unpacked { bytes: out, ended: true, cut: false },
            Ok(_) if out.len() > before => {}
            _ => return Unpacked { bytes: out, ended: false, cut: false },
        }
        out.truncate(most);
    }
}

/// Returns where the stream begins behind a header of gzip (RFC 1952).
fn gzip_header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*bytes.get(at)?) + usize::from(*bytes.get(at + 1)?) * 256;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    Some(at + if flags & 2 != 0 { 2 } else { 0 })
}
