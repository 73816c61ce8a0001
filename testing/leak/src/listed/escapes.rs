//! Escapes of single characters: per cent, entities, `\u`.
//!
//! Guarantees: what is escaped can be read back without loss.
//!
//! Does not know: whole texts in another encoding.

use std::fmt::Write;

use crate::class::Classes;
use crate::letters::split_once;
use crate::write::Written;

/// Per cent escapes of all bytes, or of those that an address does not allow.
pub(crate) fn percent(text: &str, all: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if !all && (byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn each(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(escape).collect()
}

fn units(text: &str, prefix: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut out, unit| {
        let _ = write!(out, "{prefix}{unit:04x}");
        out
    })
}

fn named(text: &str) -> String {
    let names = [
        ('ä', "&auml;"),
        ('ö', "&ouml;"),
        ('ü', "&uuml;"),
        ('Ä', "&Auml;"),
        ('Ö', "&Ouml;"),
        ('ß', "&szlig;"),
        ('é', "&eacute;"),
        ('è', "&egrave;"),
        ('ç', "&ccedil;"),
        ('ø', "&oslash;"),
        ('Ø', "&Oslash;"),
        ('å', "&aring;"),
        ('Å', "&Aring;"),
        ('æ', "&aelig;"),
        ('Æ', "&AElig;"),
        ('ñ', "&ntilde;"),
        ('ã', "&atilde;"),
        ('í', "&iacute;"),
        ('ò', "&ograve;"),
        ('õ', "&otilde;"),
        ('\'', "&apos;"),
        ('á', "&aacute;"),
        ('ó', "&oacute;"),
        ('œ', "&oelig;"),
        ('ï', "&iuml;"),
        ('ë', "&euml;"),
    ];
    each(text, |letter| {
        names.iter().find(|(of, _)| *of == letter).map_or_else(|| letter.to_string(), |(_, name)| (*name).to_owned())
    })
}

fn decimal(text: &str) -> String {
    each(text, |letter| format!("&#{};", u32::from(letter)))
}

pub(super) fn add(classes: &mut Classes) {
    classes.changed("escape/percent-all", |text, _| percent(text, true));
    classes.changed("escape/percent-needed", |text, _| percent(text, false));
    classes.changed("escape/percent-lower", |text, _| percent(text, true).to_lowercase());
    classes.changed("escape/percent-twice", |text, _| percent(&percent(text, true), false));
    classes.changed("escape/percent-thrice", |text, _| percent(&percent(&percent(text, true), false), false));
    classes.changed("escape/percent-unicode", |text, _| units(text, "%u"));
    classes.changed("escape/form-plus", |text, _| percent(text, false).replace("%20", "+"));
    classes.changed("escape/entity-decimal", |text, _| decimal(text));
    classes.changed("escape/entity-hex", |text, _| each(text, |letter| format!("&#x{:x};", u32::from(letter))));
    classes.changed("escape/entity-padded", |text, _| each(text, |letter| format!("&#{:07};", u32::from(letter))));
    classes.changed("escape/entity-named", |text, _| named(text));
    classes.changed("escape/entity-twice", |text, _| decimal(text).replace('&', "&amp;"));
    classes.changed("escape/entity-some", |text, rng| {
        let skip = rng.below(3) + 1;
        text.chars()
            .enumerate()
            .map(|(at, letter)| if at % skip == 0 { format!("&#{};", u32::from(letter)) } else { letter.to_string() })
            .collect()
    });
    classes.changed("escape/entity-inside", |text, _| split_once(text, "&shy;"));
    classes.add("escape/json", |term, _| Some(Written::Escaped(units(term.text(), "\\u"))).filter(|_| term.is_long()));
    classes.add("escape/json-upper", |term, _| {
        let text = units(term.text(), "\\u").to_uppercase().replace("\\U", "\\u");
        Some(Written::Escaped(text)).filter(|_| term.is_long())
    });
    classes.add("escape/json-some", |term, _| {
        let text: String = term.text().chars().enumerate().fold(String::new(), |mut out, (at, letter)| {
            if at % 2 == 0 || letter == '"' || letter == '\\' {
                out.push_str(&units(&letter.to_string(), "\\u"));
            } else {
                out.push(letter);
            }
            out
        });
        Some(Written::Escaped(text)).filter(|_| term.is_long())
    });
    classes.changed("escape/json-twice", |text, _| units(text, "\\u"));
    classes.changed("escape/u-braces", |text, _| each(text, |letter| format!("\\u{{{:x}}}", u32::from(letter))));
    classes.changed("escape/python-long", |text, _| each(text, |letter| format!("\\U{:08x}", u32::from(letter))));
    classes.changed("escape/code-points", |text, _| {
        each(text, |letter| format!("U+{:04X} ", u32::from(letter))).trim_end().to_owned()
    });
    classes.text("escape/defanged-dot", |term, rng| {
        let dot = rng.text(&["[.]", "(.)", "[dot]", " dot ", "{.}", "(dot)", "[.", "\\."]);
        Some(term.text().replace('.', dot))
            .filter(|_| matches!(term.kind(), "host" | "ip") && term.text().contains('.'))
    });
    classes.text("escape/defanged-last-dot", |term, _| {
        let (head, tail) = term.text().rsplit_once('.')?;
        Some(format!("{head}[.]{tail}")).filter(|_| matches!(term.kind(), "host" | "ip"))
    });
    classes.text("escape/defanged-link", |term, rng| {
        let scheme = rng.text(&["hxxp://", "hXXps://", "hxxps[:]//", "http[:]//", "h**p://", "meow://"]);
        Some(format!("{scheme}{}/in", term.text().replace('.', "[.]")))
            .filter(|_| matches!(term.kind(), "host" | "ip") && term.text().contains('.'))
    });
    classes.text("escape/defanged-colon", |term, _| {
        Some(term.text().replace(':', "[:]")).filter(|text| term.kind() == "ip" && text != term.text())
    });
    classes.text("escape/defanged-mail", |term, rng| {
        let at = rng.text(&["[@]", "[at]", "(at)", " at ", " [at] ", "{at}", " (at) "]);
        let dot = rng.text(&[".", "[.]", "[dot]", "(dot)"]);
        let (local, domain) = term.text().split_once('@').filter(|_| term.kind() == "email")?;
        Some(format!("{local}{at}{}", domain.replace('.', dot)))
    });
}
