//! Encodings of whole words: MIME words, UTF-7, Punycode, lists of numbers, ascii85, letters that were read in the wrong charset.
//!
//! Guarantees: what is decoded stands where it was encoded, between the letters around it.
//!
//! Does not know: single escapes.

use super::replace::Bytes;
use crate::Text;
use encoding_rs::Encoding;

/// What stands for some characters of a text.
pub(super) enum With {
    /// Bytes of UTF-8, or of another charset.
    Bytes(Vec<u8>),
    /// Characters.
    Chars(String),
}

/// A replacement: characters from, to, and what stands for them.
pub(super) type Part = (usize, usize, With);

/// Writes a text with parts of it replaced; neighbouring bytes are read together.
pub(super) fn splice(text: &Text, parts: &[Part]) -> Option<Text> {
    let (mut out, mut at) = (Text::new(), 0);
    let mut bytes = Bytes::default();
    for (from, to, with) in parts {
        if *from > at {
            bytes.flush(&mut out, None)?;
            (at..*from).for_each(|at| out.copy(text, at));
        }
        at = at.max(*to);
        let (start, end) = text.span(*from, *to);
        match with {
            With::Bytes(all) => all.iter().for_each(|byte| bytes.push(*byte, start as u32, end as u32)),
            With::Chars(all) => {
                bytes.flush(&mut out, None)?;
                all.chars().for_each(|character| out.push(character, start as u32, end as u32));
            }
        }
    }
    bytes.flush(&mut out, None)?;
    (at..text.chars.len()).for_each(|at| out.copy(text, at));
    (!parts.is_empty()).then_some(out)
}

fn letters(clean: &[u8], at: usize, class: impl Fn(u8) -> bool) -> usize {
    clean.get(at..).unwrap_or_default().iter().take_while(|byte| class(**byte)).count()
}

/// Reads letters of base64; nothing where one of them is none.
pub(super) fn base64(letters: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for byte in letters.iter().filter(|byte| !matches!(byte, b'=' | b' ')) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' | b',' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

/// Finds MIME words (RFC 2047): `=?utf-8?B?S29y?=`, `=?koi8-r?Q?=CB?=`; blanks between two of them do not count.
pub(super) fn mime_words(clean: &[u8]) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for at in memchr::memmem::find_iter(clean, b"=?") {
        let Some((length, text)) = mime_word(clean.get(at..).unwrap_or_default()) else { continue };
        let behind = out.last().map(|(_, to, _)| *to).unwrap_or(usize::MAX);
        let joined = clean.get(behind..at).is_some_and(|gap| gap.iter().all(|byte| *byte == b' '));
        if out.last().is_none_or(|(_, to, _)| *to <= at) {
            out.push((if joined { behind } else { at }, at + length, With::Chars(text)));
        }
    }
    out
}

fn mime_word(rest: &[u8]) -> Option<(usize, String)> {
    let mut fields = rest.get(2..)?.splitn(4, |byte| *byte == b'?');
    let (label, how, content, _) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let length = 2 + label.len() + 1 + how.len() + 1 + content.len();
    if rest.get(length..length + 2) != Some(b"?=") {
        return None;
    }
    let charset = Encoding::for_label(label.split(|byte| *byte == b'*').next()?)?;
    let bytes = match how {
        b"B" | b"b" => base64(content)?,
        b"Q" | b"q" => {
            let (mut out, mut at) = (Vec::new(), 0);
            while let Some(byte) = content.get(at) {
                let escaped = (*byte == b'=').then(|| super::escapes::hex_at(content, at + 1, 2)).flatten();
                out.push(escaped.map_or(if *byte == b'_' { b' ' } else { *byte }, |value| value as u8));
                at += if escaped.is_some() { 3 } else { 1 };
            }
            out
        }
        _ => return None,
    };
    Some((length + 2, charset.decode_without_bom_handling(&bytes).0.into_owned()))
}

/// Finds UTF-7 (RFC 2152): `+AGs-`.
pub(super) fn utf7(clean: &[u8]) -> Vec<Part> {
    let (mut out, mut done) = (Vec::new(), 0);
    for at in memchr::memchr_iter(b'+', clean) {
        // Inside of what was read already; looked at before anything is counted, so that the work stays linear.
        if at < done {
            continue;
        }
        let length = letters(clean, at + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
        done = at + 1 + length;
        let closed = usize::from(clean.get(at + 1 + length) == Some(&b'-'));
        let encoded = clean.get(at + 1..at + 1 + length).unwrap_or_default();
        if length < 3 {
            continue;
        }
        let Some(bytes) = base64(encoded).filter(|bytes| bytes.len() % 2 == 0) else { continue };
        let Some(text) = encoding_rs::UTF_16BE.decode_without_bom_handling_and_without_replacement(&bytes) else {
            continue;
        };
        if text.chars().all(|it| it.is_alphanumeric() || it.is_ascii_graphic() || it == ' ') {
            out.push((at, at + 1 + length + closed, With::Chars(text.into_owned())));
        }
    }
    out
}

/// Finds labels in Punycode (RFC 3492): `xn--mwe-sna`.
pub(super) fn punycode(clean: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(clean, b"--").filter_map(|at| at.checked_sub(2)) {
        if !clean.get(at..at + 2).is_some_and(|start| start.eq_ignore_ascii_case(b"xn")) {
            continue;
        }
        let label = clean.get(at + 4..clean.len().min(at + 4 + 63)).unwrap_or_default();
        let length = label.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        if let Some(label) = clean.get(at + 4..at + 4 + length).and_then(punycode_label) {
            out.push((at, at + 4 + length, With::Chars(label)));
        }
    }
    out
}

fn punycode_label(label: &[u8]) -> Option<String> {
    let basic = label.iter().rposition(|byte| *byte == b'-');
    let mut out: Vec<char> = label.get(..basic.unwrap_or(0))?.iter().map(|byte| *byte as char).collect();
    let (mut code, mut place, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = label.get(basic.map_or(0, |at| at + 1)..)?.iter().peekable();
    while digits.peek().is_some() {
        let (before, mut weight, mut k) = (place, 1u32, 36u32);
        loop {
            let digit = match digits.next()? {
                letter if letter.is_ascii_alphabetic() => u32::from(letter.to_ascii_lowercase() - b'a'),
                number if number.is_ascii_digit() => u32::from(number - b'0') + 26,
                _ => return None,
            };
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let count = out.len() as u32 + 1;
        let mut delta = if before == 0 { (place - before) / 700 } else { (place - before) / 2 };
        delta += delta / count;
        let mut steps = 0;
        while delta > 455 {
            delta /= 35;
            steps += 36;
        }
        bias = steps + 36 * delta / (delta + 38);
        code = code.checked_add(place / count)?;
        place %= count;
        out.insert(place as usize, char::from_u32(code)?);
        place += 1;
    }
    Some(out.into_iter().collect())
}

/// Finds lists of the codes of characters: `75, 111, 114`, `0x4b, 0x6f`, `0113 0157`; from four numbers on.
pub(super) fn lists(clean: &[u8]) -> [Vec<Part>; 2] {
    let inside = |byte: u8| {
        byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b' ' | b',' | b';' | b'-' | b'.' | b':' | b'|' | b'+')
    };
    let [mut decimal, mut octal] = [Vec::new(), Vec::new()];
    for (start, end) in super::signs::stretches(clean, 10, inside) {
        let stretch = clean.get(start..end).unwrap_or_default();
        if stretch.iter().filter(|byte| byte.is_ascii_digit()).count() * 6 < stretch.len() {
            continue;
        }
        for (out, radix) in [(&mut decimal, 10), (&mut octal, 8)] {
            let mut run: Vec<Part> = Vec::new();
            let (mut at, mut gap_before) = (start, 0);
            while at < end {
                let length = letters(clean, at, |byte| byte.is_ascii_alphanumeric()).min(end - at);
                let number = clean.get(at..at + length).unwrap_or_default();
                let gap = letters(clean, at + length, |byte| !byte.is_ascii_alphanumeric() && inside(byte));
                match code(number, radix).filter(|_| gap <= 3) {
                    Some(code) => {
                        let with = u8::try_from(code).map_or_else(
                            |_| With::Chars(char::from_u32(code).map(String::from).unwrap_or_default()),
                            |byte| With::Bytes(vec![byte]),
                        );
                        run.push((at, at + length + gap, with));
                    }
                    None => keep(&mut run, gap_before, out),
                }
                gap_before = gap;
                at += (length + gap).max(1);
            }
            keep(&mut run, gap_before, out);
        }
    }
    [decimal, octal]
}

/// Fewer numbers are no list.
pub(super) const LEAST_NUMBERS: usize = 4;

/// Keeps a run of at least four numbers; the last leaves what stands behind it.
fn keep(run: &mut Vec<Part>, gap: usize, out: &mut Vec<Part>) {
    if run.len() >= LEAST_NUMBERS {
        if let Some((_, to, _)) = run.last_mut() {
            *to -= gap;
        }
        out.append(run);
    }
    run.clear();
}

fn code(number: &[u8], radix: u32) -> Option<u32> {
    let (digits, radix) = match number {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, radix),
    };
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    let value = digits.iter().try_fold(0, |value, digit| Some(value * radix + (*digit as char).to_digit(radix)?))?;
    // No control characters: years and counts would pass for text.
    (value >= 0x20 && value != 0x7f && value <= 0xffff).then_some(value)
}

/// Finds ascii85 in its frame: `<~ ~>`.
pub(super) fn ascii85(clean: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    let mut done = 0;
    for at in memchr::memmem::find_iter(clean, b"<~") {
        if at < done {
            continue;
        }
        let inside = clean.get(at + 2..).unwrap_or_default();
        let Some(end) = memchr::memmem::find(inside, b"~>") else { break };
        done = at + end + 4;
        if let Some(bytes) = inside.get(..end).and_then(ascii85_bytes) {
            out.push((at, at + end + 4, With::Bytes(bytes)));
        }
    }
    out
}

fn ascii85_bytes(letters: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut group: Vec<u32> = Vec::new();
    for byte in letters.iter().filter(|byte| **byte != b' ') {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => return None,
        }
        if group.len() == 5 {
            let value = group.drain(..).try_fold(0u32, |value, digit| value.checked_mul(85)?.checked_add(digit))?;
            out.extend(value.to_be_bytes());
        }
    }
    if group.len() > 1 {
        let length = group.len() - 1;
        group.resize(5, 84);
        let value = group.drain(..).try_fold(0u32, |value, digit| value.checked_mul(85)?.checked_add(digit))?;
        out.extend(value.to_be_bytes().into_iter().take(length));
    }
    Some(out)
}
