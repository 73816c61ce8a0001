//! From PCRE's spelling to that of the automata library, refusing what differs or cannot be done.

use super::{Fault, class, escape};
use crate::error::PatternErrorKind;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Text, by code points.
    Text,
    /// Bytes, where a character stands for the byte of its number.
    Bytes,
}

/// Reads the source and writes the translation.
pub(super) struct Translator<'a> {
    pub source: &'a str,
    pub at: usize,
    pub out: String,
}

const NOT_REGULAR: &str = "only what can be searched in linear time is accepted";

impl<'a> Translator<'a> {
    pub fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    pub fn accept(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub fn bad<T>(&self, at: usize, reason: &'static str) -> Result<T, Fault> {
        Err(Fault { at, kind: PatternErrorKind::BadRegex { reason } })
    }

    pub fn refuse<T>(&self, at: usize, construct: &'static str) -> Result<T, Fault> {
        self.refuse_with(at, construct, NOT_REGULAR)
    }

    pub fn refuse_with<T>(&self, at: usize, construct: &'static str, hint: &'static str) -> Result<T, Fault> {
        Err(Fault { at, kind: PatternErrorKind::UnsupportedRegex { construct, hint } })
    }

    /// Writes a character that stands for itself.
    pub fn push(&mut self, character: char) {
        if regex_syntax::is_meta_character(character) {
            self.out.push('\\');
        } else if (character as u32) < 0x20 || (character as u32) > 0x7e {
            self.out.push_str(&format!("\\x{{{:x}}}", character as u32));
            return;
        }
        self.out.push(character);
    }
}

/// Translates a regular expression.
pub(crate) fn translate(source: &str, mode: Mode) -> Result<String, Fault> {
    if mode == Mode::Bytes && source.chars().any(|character| character as u32 > 0xff) {
        return Err(Fault {
            at: 0,
            kind: PatternErrorKind::BadRegex { reason: "it has characters that are no bytes" },
        });
    }
    let mut translator = Translator { source, at: 0, out: String::with_capacity(source.len() + 16) };
    // Whether what comes before can be repeated, and whether it was already.
    let mut repeated = false;
    while let Some(character) = translator.peek() {
        let at = translator.at;
        if matches!(character, '*' | '+' | '?') || (character == '{' && counted(translator.rest()).is_some()) {
            if repeated && character != '{' {
                return translator.bad(at, "there is nothing to repeat");
            }
            quantifier(&mut translator)?;
            repeated = true;
            continue;
        }
        repeated = false;
        translator.take();
        match character {
            '\\' => escape::outside(&mut translator, at)?,
            '[' => class::class(&mut translator, at)?,
            '(' => group(&mut translator, at)?,
            ')' | '|' | '.' | '^' => translator.out.push(character),
            '$' => translator.out.push_str(r"(?:$|\n\z)"),
            _ => translator.push(character),
        }
    }
    Ok(translator.out)
}

/// Returns the length of `{n}`, `{n,}` or `{n,m}` at the beginning; anything else is a brace like any character.
fn counted(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('{')?;
    let (inside, _) = inside.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(inside.len() + 2)
}

fn quantifier(translator: &mut Translator<'_>) -> Result<(), Fault> {
    let at = translator.at;
    match counted(translator.rest()) {
        Some(length) => {
            let written = translator.rest().get(..length).unwrap_or_default();
            let inside = written.trim_matches(['{', '}']);
            let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
            let bound = |text: &str| text.parse::<u32>().ok().filter(|bound| *bound <= 65_535);
            let least = bound(least);
            let ordered = most.is_empty() || matches!((least, bound(most)), (Some(least), Some(most)) if least <= most);
            if least.is_none() || !ordered {
                return translator.bad(at, "a count is too large, or the larger stands first");
            }
            translator.out.push_str(written);
            translator.at += length;
        }
        None => {
            let written = translator.take();
            translator.out.extend(written);
        }
    }
    if translator.peek() == Some('+') {
        return translator.refuse(translator.at, "a possessive quantifier");
    }
    // Lazy or greedy: whether there is a match is the same.
    translator.accept("?");
    Ok(())
}

fn group(translator: &mut Translator<'_>, at: usize) -> Result<(), Fault> {
    if translator.peek() == Some('*') {
        return translator.refuse(at, "a backtracking verb");
    }
    if !translator.accept("?") {
        translator.out.push_str("(?:");
        return Ok(());
    }
    let look = [
        ("=", "look-ahead"),
        ("!", "look-ahead"),
        ("<=", "look-behind"),
        ("<!", "look-behind"),
        (">", "an atomic group"),
        ("|", "a branch reset group"),
        ("(", "a conditional group"),
        ("P=", "a back-reference"),
        ("P>", "recursion"),
        ("&", "recursion"),
        ("R", "recursion"),
        ("+", "recursion"),
        ("C", "a callout"),
        ("^", "flags that reset"),
    ];
    let rest = translator.rest();
    if let Some((_, construct)) = look.into_iter().find(|(prefix, _)| rest.starts_with(prefix)) {
        return translator.refuse(at, construct);
    }
    let digit = rest.trim_start_matches('-').starts_with(|character: char| character.is_ascii_digit());
    if digit {
        return translator.refuse(at, "recursion");
    }
    if translator.accept("#") {
        return match translator.rest().find(')') {
            Some(length) => {
                translator.at += length + 1;
                Ok(())
            }
            None => translator.bad(at, "a comment is not closed"),
        };
    }
    for (open, close) in [("P<", '>'), ("<", '>'), ("'", '\'')] {
        if translator.accept(open) {
            let name = translator.rest().split(close).next().unwrap_or_default();
            let starts = name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
            if !starts || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return translator.bad(at, "a group's name is malformed");
            }
            translator.at += name.len() + 1;
            translator.out.push_str("(?:");
            return Ok(());
        }
    }
    flags(translator, at)
}

fn flags(translator: &mut Translator<'_>, at: usize) -> Result<(), Fault> {
    let (mut on, mut off, mut minus) = (String::new(), String::new(), false);
    loop {
        let flag_at = translator.at;
        match translator.take() {
            Some(flag @ ('i' | 'm' | 's')) => if minus { &mut off } else { &mut on }.push(flag),
            // Which match is found first does not matter here.
            Some('U') => {}
            Some('-') if !minus => minus = true,
            Some('x') => {
                return translator.refuse_with(flag_at, "extended spelling", "write it without blanks and comments");
            }
            Some('J' | 'n') => return translator.refuse(flag_at, "a flag other than i, m and s"),
            Some(end @ (':' | ')')) => {
                let off = if off.is_empty() { off } else { format!("-{off}") };
                match (end, on.is_empty() && off.is_empty()) {
                    (':', true) => translator.out.push_str("(?:"),
                    (_, true) => {}
                    _ => translator.out.push_str(&format!("(?{on}{off}{end}")),
                }
                return Ok(());
            }
            _ => return translator.bad(at, "what follows (? has no meaning"),
        }
    }
}
