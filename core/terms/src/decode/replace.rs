//! Replaces escapes inside a text by what they stand for.
//!
//! Guarantees: what is no escape is copied as it is; a text without an escape costs one search for the sign; neighbouring bytes are
//! read as UTF-8 after the last round, for two bytes of one letter may have been escaped a different number of times.
//!
//! Does not know: what any escape looks like.

use super::charsets;
use super::signs::OTHER;
use crate::Text;
use encoding_rs::Encoding;

/// What an escape stands for.
#[derive(Clone, Copy)]
pub(super) enum Stands {
    /// One byte of a text in some encoding.
    Byte(u8),
    /// A character.
    Char(char),
    /// Nothing: a line break that does not count, a mark between letters.
    Nothing,
}

/// What one escape stands for, and how many characters it takes.
pub(super) struct Piece {
    pub stands_for: Stands,
    pub length: usize,
}

impl Piece {
    pub fn character(code: u32, length: usize) -> Option<Piece> {
        Some(Piece { stands_for: Stands::Char(char::from_u32(code)?), length })
    }

    pub fn byte(byte: u32, length: usize) -> Option<Piece> {
        Some(Piece { stands_for: Stands::Byte(u8::try_from(byte).ok()?), length })
    }

    pub fn nothing(length: usize) -> Option<Piece> {
        Some(Piece { stands_for: Stands::Nothing, length })
    }
}

/// Reads the escape that begins at a place.
pub(super) type Reader = fn(&[u8], usize) -> Option<Piece>;

/// A character or byte of a text being decoded, with the characters of the text it comes from.
#[derive(Clone, Copy)]
struct Unit {
    stands_for: Stands,
    from: u32,
    to: u32,
}

/// A text with its escapes replaced a number of times.
pub(super) struct Replaced {
    units: Vec<Unit>,
    seen: Vec<u8>,
    /// Bytes that are not UTF-8 came out.
    foreign: bool,
}

/// Returns the first place where the reader reads something.
pub(super) fn first(clean: &[u8], sign: u8, reader: Reader) -> Option<usize> {
    memchr::memchr_iter(sign, clean).find(|at| reader(clean, *at).is_some())
}

impl Replaced {
    /// Takes a text as it is, if something can be read in it.
    pub fn start(text: &Text, clean: &[u8], sign: u8, reader: Reader) -> Option<Replaced> {
        first(clean, sign, reader)?;
        let unit = |(at, character): (usize, &char)| Unit {
            stands_for: Stands::Char(*character),
            from: at as u32,
            to: at as u32 + 1,
        };
        let units = text.chars.iter().enumerate().map(unit).collect();
        Some(Replaced { units, seen: clean.to_vec(), foreign: false })
    }

    /// Takes some characters of a text as they are.
    pub fn part(text: &Text, clean: &[u8], from: usize, to: usize) -> Replaced {
        let characters = text.chars.get(from..to).unwrap_or_default().iter();
        let unit = |(at, character): (u32, &char)| Unit { stands_for: Stands::Char(*character), from: at, to: at + 1 };
        Replaced {
            units: (from as u32..).zip(characters).map(unit).collect(),
            seen: clean.get(from..to).unwrap_or_default().to_vec(),
            foreign: false,
        }
    }

    /// Replaces every escape once; false where there is none.
    pub fn round(&mut self, sign: u8, reader: Reader) -> bool {
        let (mut units, mut seen) = (Vec::with_capacity(self.units.len()), Vec::with_capacity(self.seen.len()));
        let (mut at, mut found) = (0, false);
        while let (Some(unit), Some(byte)) = (self.units.get(at), self.seen.get(at)) {
            let piece = if *byte == sign { reader(&self.seen, at) } else { None };
            let Some(piece) = piece else {
                units.push(*unit);
                seen.push(*byte);
                at += 1;
                continue;
            };
            found = true;
            let length = piece.length.max(1);
            let to = self.units.get(at + length - 1).map_or(unit.to, |last| last.to);
            let like = match piece.stands_for {
                Stands::Byte(byte) if byte < 0x80 => Some(byte),
                Stands::Char(character) if character.is_ascii() => Some(character as u8),
                Stands::Nothing => None,
                _ => Some(OTHER),
            };
            if let Some(like) = like {
                // A piece of one character cannot be told from an untouched one: it counts as two.
                units.push(Unit { stands_for: piece.stands_for, from: unit.from, to: to.max(unit.from + 1) });
                seen.push(like);
            }
            at += length;
        }
        self.units = units;
        self.seen = seen;
        found
    }

    /// Writes the text out, its bytes in UTF-8, what is not UTF-8 as Latin-1.
    pub fn text(&mut self, text: &Text) -> Text {
        self.write(text, None).unwrap_or_default()
    }

    /// Writes the text out in each charset in which bytes that are not UTF-8 make letters.
    pub fn foreign(&mut self, text: &Text) -> Vec<Text> {
        if !self.foreign {
            return Vec::new();
        }
        let mut out: Vec<Text> = Vec::new();
        for charset in charsets::ALL {
            if let Some(one) = self.write(text, Some(charset)).filter(|one| out.iter().all(|it| it.chars != one.chars))
            {
                out.push(one);
            }
        }
        out
    }

    fn write(&mut self, text: &Text, charset: Option<&'static Encoding>) -> Option<Text> {
        let mut out = Text::new();
        out.chars.reserve(self.units.len());
        out.spans.reserve(self.units.len());
        let mut bytes = Bytes::default();
        for unit in &self.units {
            let same = matches!(unit.stands_for, Stands::Char(_)) && unit.to - unit.from == 1;
            if same && bytes.bytes.is_empty() {
                let at = unit.from as usize;
                match (text.chars.get(at), text.spans.get(at)) {
                    (Some(character), Some(span)) if text.ascii && out.ascii => {
                        out.chars.push(*character);
                        out.spans.push(*span);
                    }
                    _ => out.copy(text, at),
                }
                continue;
            }
            let (start, end) = text.span(unit.from as usize, unit.to as usize);
            match unit.stands_for {
                Stands::Byte(byte) => bytes.push(byte, start as u32, end as u32),
                Stands::Char(character) => {
                    self.foreign |= bytes.flush(&mut out, charset)?;
                    if same {
                        out.copy(text, unit.from as usize);
                    } else {
                        out.push(character, start as u32, end as u32);
                    }
                }
                Stands::Nothing => {}
            }
        }
        self.foreign |= bytes.flush(&mut out, charset)?;
        Some(out)
    }
}

/// Neighbouring bytes, each with the bytes of the part it comes from.
#[derive(Default)]
pub(super) struct Bytes {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
}

impl Bytes {
    pub fn push(&mut self, byte: u8, start: u32, end: u32) {
        self.bytes.push(byte);
        self.spans.push((start, end));
    }

    /// Adds the bytes as text and forgets them; says whether something in them was not UTF-8, `None` where it is nothing in the charset
    /// either.
    pub fn flush(&mut self, out: &mut Text, charset: Option<&'static Encoding>) -> Option<bool> {
        let foreign = self.bytes.iter().any(|byte| *byte >= 0x80) && std::str::from_utf8(&self.bytes).is_err();
        let span = |at: usize| self.spans.get(at).copied().unwrap_or_default();
        if let (true, Some(charset)) = (foreign, charset) {
            let read = charsets::letters_in(&self.bytes, charset)?;
            let all = (span(0).0, span(self.spans.len().saturating_sub(1)).1);
            let single = read.chars().count() == self.bytes.len();
            for (at, character) in read.chars().enumerate() {
                let (start, end) = if single { span(at) } else { all };
                out.push(character, start, end);
            }
        } else {
            let mut at = 0;
            while let Some(byte) = self.bytes.get(at) {
                let (character, length) = character_at(&self.bytes, at).unwrap_or((*byte as char, 1));
                out.push(character, span(at).0, span(at + length - 1).1);
                at += length;
            }
        }
        self.bytes.clear();
        self.spans.clear();
        Some(foreign)
    }
}

/// Returns the character that starts here in UTF-8, and its length.
pub(super) fn character_at(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let length = match bytes.get(at)? {
        byte @ 0..=0x7f => return Some((*byte as char, 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let character = std::str::from_utf8(bytes.get(at..at + length)?).ok()?.chars().next()?;
    Some((character, length))
}
