//! Character classes. PCRE knows no sets inside sets: a bracket inside is a bracket, `&&` two ampersands.

use super::Fault;
use super::escape::{self, Escaped};
use super::translate::Translator;

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Reads a class; the bracket at `at` is taken already.
pub(super) fn class(translator: &mut Translator<'_>, at: usize) -> Result<(), Fault> {
    translator.out.push('[');
    if translator.accept("^") {
        translator.out.push('^');
    }
    let mut first = true;
    loop {
        let here = translator.at;
        if !first && translator.accept("]") {
            translator.out.push(']');
            return Ok(());
        }
        first = false;
        match item(translator, at)? {
            None => {}
            Some(Escaped::Set(set)) => translator.out.push_str(&set),
            Some(Escaped::Character(from)) => {
                let dash = translator.rest().starts_with('-') && !translator.rest().starts_with("-]");
                if !dash {
                    translator.push(from);
                    continue;
                }
                translator.take();
                match item(translator, at)? {
                    Some(Escaped::Character(to)) if from <= to => {
                        translator.push(from);
                        translator.out.push('-');
                        translator.push(to);
                    }
                    Some(Escaped::Character(_)) => return translator.bad(here, "a range of characters runs backwards"),
                    Some(Escaped::Set(set)) => {
                        translator.push(from);
                        translator.push('-');
                        translator.out.push_str(&set);
                    }
                    None => return translator.bad(here, "a range of characters has no end"),
                }
            }
        }
    }
}

fn item(translator: &mut Translator<'_>, open: usize) -> Result<Option<Escaped>, Fault> {
    let at = translator.at;
    let Some(character) = translator.take() else { return translator.bad(open, "a bracket is not closed") };
    match character {
        '[' if translator.rest().starts_with(':') && translator.rest().contains(":]") => {
            translator.take();
            let negated = translator.accept("^");
            let name = translator.rest().split(":]").next().unwrap_or_default();
            if !POSIX.contains(&name) {
                return translator.bad(at, "no such class of characters");
            }
            translator.at += name.len() + 2;
            Ok(Some(Escaped::Set(format!("[:{}{name}:]", if negated { "^" } else { "" }))))
        }
        '[' if translator.rest().starts_with(['.', '=']) && translator.rest().contains(".]") => {
            translator.refuse(at, "a collating element")
        }
        '\\' => match translator.peek() {
            Some('b') => {
                translator.take();
                Ok(Some(Escaped::Character('\u{8}')))
            }
            Some('N' | 'R' | 'X') => translator.bad(at, "this escape has no meaning inside brackets"),
            Some('Q' | 'E') => translator.refuse_with(at, r"\Q inside brackets", "escape each character"),
            Some('1'..='7') => {
                let digits: String =
                    translator.rest().chars().take(3).take_while(|c| ('0'..='7').contains(c)).collect();
                translator.at += digits.len();
                let number = u32::from_str_radix(&digits, 8).unwrap_or(0);
                Ok(char::from_u32(number).map(Escaped::Character))
            }
            _ => escape::common(translator, at).map(Some),
        },
        _ => Ok(Some(Escaped::Character(character))),
    }
}
