//! Reads the strings of PDF documents.
//!
//! Guarantees: every stream that is plain or deflated is searched, named by the document or not, and every string in brackets or in
//! hexadecimal in and between them: with octal escapes, as UTF-16, and by each map from glyphs to characters that the document holds.
//!
//! Does not know: encrypted documents, other filters, and in which order the strings stand on the page.

use super::{Reading, inflate};
use std::collections::HashMap;

/// The most streams that are opened.
const MOST: usize = 2000;

impl Reading<'_> {
    /// Reads a document; false where the work was too much.
    pub(super) fn pdf(&mut self, bytes: &[u8]) -> bool {
        if !(self.spend)(bytes.len()) {
            return false;
        }
        let mut streams: Vec<Vec<u8>> = vec![bytes.to_vec()];
        for at in memchr::memmem::find_iter(bytes, b"stream").take(2 * MOST) {
            if at >= 3 && bytes.get(at - 3..at) == Some(b"end") {
                continue;
            }
            let data = bytes.get(at + 6..).unwrap_or_default();
            let skip = data.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let data = data.get(skip..).unwrap_or_default();
            let end = memchr::memmem::find(data, b"endstream").unwrap_or(data.len());
            let inflate::Unpacked { bytes: unpacked, cut, .. } =
                inflate::unpack(data.get(..end).unwrap_or_default(), true);
            if !(self.spend)(if cut { usize::MAX } else { unpacked.len() }) {
                return false;
            }
            streams.push(unpacked);
        }
        let maps: Vec<Map> = streams.iter().filter_map(|stream| map(stream)).collect();
        for stream in &streams {
            let strings = strings(stream);
            let direct: Vec<String> = strings.iter().map(|part| part.text()).collect();
            self.text(&direct.concat(), "pdf", true);
            for map in &maps {
                if !(self.spend)(stream.len()) {
                    return false;
                }
                let mapped: String = strings.iter().map(|part| part.mapped(map)).collect();
                self.text(&mapped, "pdf", true);
            }
        }
        true
    }
}

/// What stands between two operators.
enum Part {
    String(Vec<u8>),
    /// Something that parts words: an operator that begins a new line, a wide step back.
    Blank,
}

impl Part {
    fn text(&self) -> String {
        let Part::String(bytes) = self else { return " ".to_owned() };
        if let Some(wide) = bytes.strip_prefix(b"\xfe\xff") {
            return encoding_rs::UTF_16BE.decode_without_bom_handling(wide).0.into_owned();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }

    fn mapped(&self, map: &Map) -> String {
        let Part::String(bytes) = self else { return " ".to_owned() };
        let codes = bytes.chunks(map.width).map(|code| code.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)));
        codes.filter_map(|code| map.characters.get(&code)).map(String::as_str).collect()
    }
}

/// Takes the strings out of a stream.
fn strings(stream: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut array = false;
    while let Some(byte) = stream.get(at) {
        match byte {
            b'(' => {
                let (string, length) = bracketed(stream.get(at + 1..).unwrap_or_default());
                out.push(Part::String(string));
                at += length + 1;
            }
            b'<' if stream.get(at + 1) != Some(&b'<') => {
                let rest = stream.get(at + 1..).unwrap_or_default();
                let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
                if let Some(string) = hexadecimal(rest.get(..end).unwrap_or_default()) {
                    out.push(Part::String(string));
                    at += end;
                }
                at += 1;
            }
            b'[' | b']' => {
                array = *byte == b'[';
                at += 1;
            }
            // Inside an array of strings a step of more than a fifth of a letter's height parts words.
            b'-' if array => {
                let rest = stream.get(at + 1..).unwrap_or_default();
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits >= 3 {
                    out.push(Part::Blank);
                }
                at += 1 + digits;
            }
            b'T' if matches!(stream.get(at + 1), Some(b'd' | b'D' | b'*' | b'm')) => {
                out.push(Part::Blank);
                at += 2;
            }
            b'/' | b'\n' | b'E' | b'o' => {
                // Names and ends of objects part strings that do not belong together.
                if matches!(byte, b'/' | b'E' | b'o') && !matches!(out.last(), Some(Part::Blank)) {
                    out.push(Part::Blank);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    out
}

/// Reads a string in brackets, and returns its length.
fn bracketed(bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut out, mut at, mut deep) = (Vec::new(), 0, 1usize);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'(' => deep += 1,
            b')' => {
                deep -= 1;
                if deep == 0 {
                    break;
                }
            }
            b'\\' => {
                let escaped = bytes.get(at).copied().unwrap_or(b' ');
                at += 1;
                match escaped {
                    b'0'..=b'7' => {
                        let more = bytes.get(at..).unwrap_or_default().iter().take(2);
                        let more: Vec<u8> = more.copied().take_while(|byte| matches!(byte, b'0'..=b'7')).collect();
                        at += more.len();
                        let first = u32::from(escaped - b'0');
                        out.push(more.iter().fold(first, |all, digit| all << 3 | u32::from(digit - b'0')) as u8);
                    }
                    b'n' | b'r' | b't' => out.push(b' '),
                    b'\n' | b'\r' => {}
                    other => out.push(other),
                }
                continue;
            }
            _ => {}
        }
        out.push(*byte);
    }
    (out, at)
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let plain = digits.iter().filter(|byte| !byte.is_ascii_whitespace());
    let values: Option<Vec<u8>> = plain.map(|byte| Some((*byte as char).to_digit(16)? as u8)).collect();
    let pair = |pair: &[u8]| pair.iter().fold(0u8, |all, value| all << 4 | value) << (4 * (2 - pair.len()));
    values.map(|values| values.chunks(2).map(pair).collect())
}

/// A map from the codes of glyphs to characters.
struct Map {
    width: usize,
    characters: HashMap<u32, String>,
}

/// Reads such a map (ToUnicode), if the stream is one.
fn map(stream: &[u8]) -> Option<Map> {
    memchr::memmem::find(stream, b"begincmap")?;
    let mut map = Map { width: 1, characters: HashMap::new() };
    for (begin, end, ranges) in
        [(&b"beginbfchar"[..], &b"endbfchar"[..], false), (&b"beginbfrange"[..], &b"endbfrange"[..], true)]
    {
        for at in memchr::memmem::find_iter(stream, begin) {
            let rest = stream.get(at + begin.len()..).unwrap_or_default();
            let rest = rest.get(..memchr::memmem::find(rest, end)?).unwrap_or_default();
            let codes: Vec<Vec<u8>> = rest
                .split(|byte| *byte == b'<')
                .skip(1)
                .filter_map(|part| hexadecimal(part.split(|byte| *byte == b'>').next()?))
                .collect();
            for entry in codes.chunks_exact(if ranges { 3 } else { 2 }) {
                let (Some(from), Some(to), Some(target)) = (entry.first(), entry.iter().rev().nth(1), entry.last())
                else {
                    continue;
                };
                map.width = from.len().clamp(1, 2);
                let code = |bytes: &[u8]| bytes.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) & 0xffff;
                let (from, to) = (code(from), code(to));
                // A range goes over the last byte of a code only.
                for offset in 0..=to.saturating_sub(from).min(0xff) {
                    let mut units: Vec<u16> = target
                        .chunks_exact(2)
                        .map(|pair| pair.iter().fold(0u16, |all, byte| all << 8 | u16::from(*byte)))
                        .collect();
                    if let Some(last) = units.last_mut() {
                        *last = last.wrapping_add(offset as u16);
                    }
                    map.characters.insert(from + offset, String::from_utf16_lossy(&units));
                }
            }
        }
    }
    (!map.characters.is_empty()).then_some(map)
}
