//! What a file that is not STIX really is, told by what is in it, with what to do.
//!
//! Guarantees: looks at the beginning only and never at a name; answers `None` rather than guess. Does not know: whether the
//! file is a lawful one of its kind.

mod json;
mod text;

/// A kind of file that people take for STIX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindOfFile {
    /// What it is, such as `a PDF document`.
    pub name: &'static str,
    /// What to do with it.
    pub advice: &'static str,
}

/// How many bytes of the beginning are enough.
pub const HEAD_BYTES: usize = 64 << 10;

/// What files of this kind begin with, and where.
struct Magic {
    at: usize,
    bytes: &'static [u8],
    kind: KindOfFile,
}

const fn magic(at: usize, bytes: &'static [u8], name: &'static str, advice: &'static str) -> Magic {
    Magic { at, bytes, kind: KindOfFile { name, advice } }
}

const UNPACK: &str = "unpack it and import what is in it";
const NO_PACKETS: &str = "comity reads no packets; give `comity detect` what Zeek or Suricata writes of it";
const HARMFUL: &str = "it may be harmful: leave it closed; its hashes can be shared as a STIX file object";
const NO_PICTURES: &str = "comity reads no pictures";

/// Files that are not text, by their first bytes (file(1), and each format's own description).
const MAGICS: &[Magic] = &[
    magic(
        0,
        b"%PDF-",
        "a PDF document",
        "ask its sender for the STIX file; a report is written with `comity write report`",
    ),
    magic(0, b"\x1f\x8b", "packed with gzip", "unpack it: gunzip -c FILE | comity import -"),
    magic(0, b"BZh", "packed with bzip2", "unpack it: bunzip2 -c FILE | comity import -"),
    magic(0, b"\xfd7zXZ\0", "packed with xz", "unpack it: xz -dc FILE | comity import -"),
    magic(0, b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it: zstd -dc FILE | comity import -"),
    magic(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    magic(0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    magic(257, b"ustar", "a tar archive", UNPACK),
    magic(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a document of an older Office, or an Outlook message",
        "save what it holds as STIX 2.1",
    ),
    magic(0, b"SQLite format 3\0", "an SQLite database", "export STIX 2.1 from the program that made it"),
    magic(0, b"\xd4\xc3\xb2\xa1", "a packet capture", NO_PACKETS),
    magic(0, b"\xa1\xb2\xc3\xd4", "a packet capture", NO_PACKETS),
    magic(0, b"\x0a\x0d\x0d\x0a", "a packet capture", NO_PACKETS),
    magic(0, b"MZ", "a Windows program", HARMFUL),
    magic(0, b"\x7fELF", "a program", HARMFUL),
    magic(0, b"\x89PNG", "a picture", NO_PICTURES),
    magic(0, b"\xff\xd8\xff", "a picture", NO_PICTURES),
    magic(0, b"GIF8", "a picture", NO_PICTURES),
];

const ZIP: KindOfFile = KindOfFile { name: "a zip archive", advice: "unpack it (unzip FILE) and import what is in it" };
const OFFICE: KindOfFile = KindOfFile {
    name: "an Office document",
    advice: "save what it holds as STIX 2.1, or write a report with `comity write report`",
};
const UTF_16: KindOfFile =
    KindOfFile { name: "text in UTF-16", advice: "convert it: iconv -f UTF-16 -t UTF-8 FILE | comity import -" };
const UTF_32: KindOfFile =
    KindOfFile { name: "text in UTF-32", advice: "convert it: iconv -f UTF-32 -t UTF-8 FILE | comity import -" };
const EMPTY: KindOfFile =
    KindOfFile { name: "an empty file", advice: "get it again: what made or sent it wrote nothing" };

/// Tells what a file is by its beginning, of which [`HEAD_BYTES`] are enough; `None` where it is not known.
///
/// It is meant for files that cannot be read as STIX: JSON is told by what it holds, other things by how they begin.
pub fn kind_of_file(head: &[u8]) -> Option<KindOfFile> {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    if head.iter().all(u8::is_ascii_whitespace) {
        return Some(EMPTY);
    }
    if head.starts_with(b"PK\x03\x04") {
        let office = memchr::memmem::find(head, b"[Content_Types].xml").is_some();
        return Some(if office { OFFICE } else { ZIP });
    }
    let found = MAGICS.iter().find(|magic| head.get(magic.at..).is_some_and(|rest| rest.starts_with(magic.bytes)));
    if let Some(magic) = found {
        return Some(magic.kind);
    }
    if let Some(kind) = wide(head) {
        return Some(kind);
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // A character may be cut by the end of the head.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default(),
    };
    let text = text.trim_start();
    match text.bytes().next()? {
        b'{' | b'[' => json::kind(text),
        _ => text::kind(text),
    }
}

/// Tells text in characters of two or four bytes: by its mark, or by zeros where Latin letters have them.
fn wide(head: &[u8]) -> Option<KindOfFile> {
    if head.starts_with(&[0, 0, 0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE, 0, 0]) {
        return Some(UTF_32);
    }
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return Some(UTF_16);
    }
    let sample = head.get(..64).unwrap_or(head);
    if sample.len() < 4 {
        return None;
    }
    let all = |bytes: &[usize], zero: bool| {
        sample.chunks_exact(4).all(|four| bytes.iter().all(|&at| four.get(at).is_some_and(|&byte| (byte == 0) == zero)))
    };
    match () {
        () if all(&[1, 3], true) && all(&[0, 2], false) || all(&[0, 2], true) && all(&[1, 3], false) => Some(UTF_16),
        () if all(&[1, 2, 3], true) || all(&[0, 1, 2], true) => Some(UTF_32),
        () => None,
    }
}
