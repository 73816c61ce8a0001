//! Takes markup out from between letters: tags, comments, BBCode, emphasis of Markdown, commands of LaTeX, colours of a terminal.
//!
//! Guarantees: the letters around what is taken out stand side by side; marks that stand between words cost a look; only what is around
//! marks between letters is given, not the whole text again.
//!
//! Does not know: what is markup in which language; whatever looks like it is taken out, in a text of its own.

use super::replace::{Piece, Reader, Replaced};
use super::signs::bit;
use super::{Decoded, readable};
use crate::Text;

/// The longest tag that is taken out.
const LONGEST: usize = 2000;

/// How many characters are given on both sides of a mark.
const AROUND: usize = 80;

/// What marks begin with, and how they are read.
const ALL: [(u8, Reader); 9] = [
    (b'<', tag),
    (b'[', bracket),
    (b']', link_end),
    (b'*', emphasis),
    (b'_', emphasis),
    (b'`', emphasis),
    (b'~', emphasis),
    (b'\\', command),
    (b'}', closing),
];

/// The same, as bits.
pub(super) const SIGNS: u32 =
    bit(b'<') | bit(b'[') | bit(b']') | bit(b'*') | bit(b'_') | bit(b'`') | bit(b'~') | bit(b'\\') | bit(b'}');

#[inline]
fn is_sign(byte: u8) -> bool {
    matches!(byte, b'<' | b'[' | b']' | b'*' | b'_' | b'`' | b'~' | b'\\' | b'}')
}

/// Gives the surroundings of marks between letters without the marks; false where the work was too much.
pub(super) fn decode(
    text: &Text,
    clean: &[u8],
    marks: &[usize],
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let mut window: Option<(usize, usize)> = None;
    for at in marks.iter().copied() {
        let Some(end) = joins(clean, at) else { continue };
        let (from, to) = (at.saturating_sub(AROUND), (end + AROUND).min(clean.len()));
        window = match window {
            Some((begun, until)) if from <= until => Some((begun, until.max(to))),
            Some(done) if !without(text, clean, done, out, spend) => return false,
            _ => Some((from, to)),
        };
    }
    window.is_none_or(|window| without(text, clean, window, out, spend))
}

/// Returns the end of the mark that begins here, if no blank and no end of a sentence stands beside it: a letter, or another mark.
fn joins(clean: &[u8], at: usize) -> Option<usize> {
    let touches = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'>' || is_sign(*byte))
    };
    if !touches(at.checked_sub(1).and_then(|before| clean.get(before))) {
        return None;
    }
    let (_, reader) = ALL.into_iter().find(|(known, _)| clean.get(at) == Some(known))?;
    let end = at + reader(clean, at)?.length;
    touches(clean.get(end)).then_some(end)
}

fn without(
    text: &Text,
    clean: &[u8],
    (from, to): (usize, usize),
    out: &mut Vec<Decoded>,
    spend: &mut dyn FnMut(usize) -> bool,
) -> bool {
    if !spend(to - from) {
        return false;
    }
    let mut replaced = Replaced::part(text, clean, from, to);
    let found = ALL.into_iter().fold(false, |found, (sign, reader)| {
        clean.get(from..to).is_some_and(|part| part.contains(&sign)) && replaced.round(sign, reader) || found
    });
    if found {
        readable::push_new(out, Decoded { text: replaced.text(text), how: "markup", trusted: true });
    }
    true
}

/// Reads a tag, a comment, or the frame of verbatim characters: `<b>`, `<!-- -->`, `<![CDATA[`; `]]>` is a sign of its own.
pub(super) fn tag(clean: &[u8], at: usize) -> Option<Piece> {
    let rest = clean.get(at..)?;
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    if rest.starts_with(b"<!--") {
        return Piece::nothing(memchr::memmem::find(rest, b"-->")? + 3);
    }
    if rest.starts_with(b"<![CDATA[") {
        return Piece::nothing(9);
    }
    let next = rest.get(1)?;
    if !(next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')) {
        return None;
    }
    Piece::nothing(memchr::memchr(b'>', rest)? + 1)
}

/// Reads `[b]`, `[/b]`, `[color=red]`, the colours of a terminal whose escape sign is not seen, `[0;31m`, and the rest of a link of
/// Markdown: `](address)`.
pub(super) fn bracket(clean: &[u8], at: usize) -> Option<Piece> {
    let rest = clean.get(at..)?;
    let inside = rest.get(1..)?;
    let digits = inside.iter().take(20).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    if digits > 0 && matches!(inside.get(digits), Some(b'm' | b'K')) {
        return Piece::nothing(digits + 2);
    }
    let close = inside.iter().take(60).position(|byte| *byte == b']')?;
    let word = inside.get(..close)?;
    // A link of Markdown: its brackets go, its words stay.
    if inside.get(close + 1) == Some(&b'(') && inside.get(close + 2..)?.iter().take(LONGEST).any(|byte| *byte == b')') {
        return Piece::nothing(1);
    }
    let name: usize =
        word.iter().skip(usize::from(word.first() == Some(&b'/'))).take_while(|b| b.is_ascii_alphabetic()).count();
    let known = matches!(
        word.strip_prefix(b"/").unwrap_or(word).get(..name)?.to_ascii_lowercase().as_slice(),
        b"b" | b"i"
            | b"u"
            | b"s"
            | b"url"
            | b"color"
            | b"size"
            | b"font"
            | b"code"
            | b"quote"
            | b"img"
            | b"center"
            | b"email"
            | b"sub"
            | b"sup"
    );
    let rest = word.strip_prefix(b"/").unwrap_or(word).get(name);
    if known && matches!(rest, None | Some(b'=')) { Piece::nothing(close + 2) } else { None }
}

/// Reads the end of a link of Markdown, `](address)`, and `]]>`.
pub(super) fn link_end(clean: &[u8], at: usize) -> Option<Piece> {
    let rest = clean.get(at..)?;
    if rest.starts_with(b"]]>") {
        return Piece::nothing(3);
    }
    if rest.get(1) != Some(&b'(') {
        return None;
    }
    Piece::nothing(rest.iter().take(LONGEST).position(|byte| *byte == b')')? + 1)
}

/// Reads marks of emphasis that touch a letter on both sides, or on one with another mark inside the word: `Kor**mo**ran`.
pub(super) fn emphasis(clean: &[u8], at: usize) -> Option<Piece> {
    let sign = clean.get(at)?;
    let length = clean.get(at..)?.iter().take_while(|byte| *byte == sign).count();
    let letter = |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    let before = at.checked_sub(1).and_then(|before| clean.get(before));
    if length <= 3 && letter(before) && letter(clean.get(at + length)) { Piece::nothing(length) } else { None }
}

/// Reads a command of LaTeX with the bracket behind it: `\textbf{`; its closing bracket is a sign of its own.
pub(super) fn command(clean: &[u8], at: usize) -> Option<Piece> {
    let rest = clean.get(at + 1..)?;
    let name = rest.iter().take(20).take_while(|byte| byte.is_ascii_alphabetic()).count();
    if name > 0 && rest.get(name) == Some(&b'{') { Piece::nothing(name + 2) } else { None }
}

/// Reads a bracket that closes a command.
pub(super) fn closing(clean: &[u8], at: usize) -> Option<Piece> {
    (clean.get(at) == Some(&b'}')).then_some(())?;
    Piece::nothing(1)
}
