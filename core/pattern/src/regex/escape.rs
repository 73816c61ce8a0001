//! Backslashes outside and inside of character classes.

use super::Fault;
use super::translate::Translator;

const HINT_BLANK: &str = "write the characters in brackets";
const HINT_END: &str = r"write \z, or $ to allow a last line feed";

/// What a backslash means where both outside and inside a class agree.
pub(super) enum Escaped {
    /// One character.
    Character(char),
    /// A set, as the inside of a class.
    Set(String),
}

/// Reads an escape outside of a class; the backslash at `at` is taken already.
pub(super) fn outside(translator: &mut Translator<'_>, at: usize) -> Result<(), Fault> {
    let Some(next) = translator.peek() else { return translator.bad(at, "it ends with a backslash") };
    let simple = match next {
        'b' => r"(?-u:\b)",
        'B' => r"(?-u:\B)",
        'A' => r"\A",
        'z' => r"\z",
        'E' => "",
        'Q' => {
            translator.take();
            let length = translator.rest().find(r"\E").unwrap_or(translator.rest().len());
            for character in translator.rest().get(..length).unwrap_or_default().chars() {
                translator.push(character);
            }
            translator.at += length;
            translator.accept(r"\E");
            return Ok(());
        }
        'Z' => return translator.refuse_with(at, r"\Z", HINT_END),
        'G' => return translator.refuse(at, r"\G"),
        'K' => return translator.refuse(at, r"\K"),
        'X' => return translator.refuse(at, r"\X"),
        'C' => "(?s:.)",
        'R' => r"(?:\r\n|[\n\x0b\f\r\x{85}\x{2028}\x{2029}])",
        'N' => r"[^\n]",
        '1'..='9' => return translator.refuse(at, "a back-reference"),
        'g' | 'k' if names_group(translator.rest()) => return translator.refuse(at, "a back-reference"),
        _ => {
            match common(translator, at)? {
                Escaped::Character(character) => translator.push(character),
                Escaped::Set(set) => translator.out.push_str(&format!("[{set}]")),
            }
            return Ok(());
        }
    };
    translator.take();
    translator.out.push_str(simple);
    Ok(())
}

/// Tells whether a back-reference follows, by number or name; else the letter stands for itself.
fn names_group(rest: &str) -> bool {
    let behind = rest.get(1..).unwrap_or_default();
    let number = behind.strip_prefix('-').unwrap_or(behind).starts_with(|character: char| character.is_ascii_digit());
    behind.starts_with(['{', '<', '\'']) || (rest.starts_with('g') && number)
}

/// Reads an escape that means the same outside and inside of a class.
pub(super) fn common(translator: &mut Translator<'_>, at: usize) -> Result<Escaped, Fault> {
    let Some(next) = translator.take() else { return translator.bad(at, "it ends with a backslash") };
    let set = |text: &str| Ok(Escaped::Set(text.to_owned()));
    Ok(Escaped::Character(match next {
        'd' => return set("0-9"),
        'D' => return set("[^0-9]"),
        'w' => return set("0-9A-Za-z_"),
        'W' => return set("[^0-9A-Za-z_]"),
        's' => return set(r"\t\n\x0b\f\r\x20"),
        'S' => return set(r"[^\t\n\x0b\f\r\x20]"),
        'p' | 'P' if translator.rest().starts_with(['{', 'C', 'L', 'M', 'N', 'P', 'S', 'Z']) => {
            return property(translator, next, at);
        }
        'a' => '\u{7}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'c' => match translator.take() {
            Some(character) if character.is_ascii_graphic() => char::from(character.to_ascii_uppercase() as u8 ^ 0x40),
            _ => return translator.bad(at, r"\c needs a character"),
        },
        'x' => return hexadecimal(translator, at).map(Escaped::Character),
        '0' => {
            let digits: String = translator.rest().chars().take(2).take_while(|c| ('0'..='7').contains(c)).collect();
            translator.at += digits.len();
            char::from(u8::from_str_radix(&digits, 8).unwrap_or(0))
        }
        'h' | 'H' | 'v' | 'V' => return translator.refuse_with(at, r"\h or \v", HINT_BLANK),
        'o' if translator.rest().starts_with('{') => return translator.refuse_with(at, r"\o{…}", r"write \x{…}"),
        '8' | '9' => return translator.refuse(at, "a back-reference"),
        // PCRE: a letter that a backslash gives no meaning stands for itself. Paths of Windows are often written so.
        other => other,
    }))
}

fn hexadecimal(translator: &mut Translator<'_>, at: usize) -> Result<char, Fault> {
    let digits: String = if translator.accept("{") {
        let digits: String = translator.rest().chars().take_while(char::is_ascii_hexdigit).collect();
        translator.at += digits.len();
        if digits.is_empty() || !translator.accept("}") {
            return translator.bad(at, r"\x{…} is malformed");
        }
        digits
    } else {
        let digits: String = translator.rest().chars().take(2).take_while(char::is_ascii_hexdigit).collect();
        translator.at += digits.len();
        digits
    };
    let number = if digits.is_empty() { Some(0) } else { u32::from_str_radix(&digits, 16).ok() };
    match number.and_then(char::from_u32) {
        Some(character) => Ok(character),
        None => translator.bad(at, r"\x{…} is no character"),
    }
}

fn property(translator: &mut Translator<'_>, letter: char, at: usize) -> Result<Escaped, Fault> {
    let mut negated = letter == 'P';
    let name = if translator.accept("{") {
        negated ^= translator.accept("^");
        let name = translator.rest().split('}').next().unwrap_or_default().to_owned();
        translator.at += name.len() + 1;
        name
    } else {
        translator.take().map(String::from).unwrap_or_default()
    };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return translator.bad(at, "no such Unicode property");
    }
    Ok(Escaped::Set(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })))
}
