//! The term in mail encodings, in other character sets, in numbers of code, and in text read in the wrong character set.
//!
//! Guarantees: a character set is used only for texts it holds.
//!
//! Does not know: base64 and hexadecimal of UTF-8; they are in the listed tier.

use std::fmt::Write;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, ISO_8859_2, ISO_8859_7, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};

use crate::class::Classes;
use crate::listed::{base64_standard, hexadecimal, percent};
use crate::world::Term;

fn each_byte(bytes: &[u8], joint: &str, write: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|byte| write(*byte)).collect::<Vec<_>>().join(joint)
}

fn each(text: &str, joint: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect::<Vec<_>>().join(joint)
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn base32(bytes: &[u8], alphabet: &[u8; 32], padded: bool) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut bits: u64 = 0;
        for at in 0..5 {
            bits = bits << 8 | u64::from(chunk.get(at).copied().unwrap_or(0));
        }
        let used = (chunk.len() * 8).div_ceil(5);
        for at in 0..8_usize {
            let five = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or(0);
            match alphabet.get(five) {
                Some(sign) if at < used => out.push(char::from(*sign)),
                _ if padded => out.push('='),
                _ => {}
            }
        }
    }
    out
}

const RFC4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const RFC4648_HEX: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

fn ascii85(bytes: &[u8]) -> String {
    let mut out = String::from("<~");
    for chunk in bytes.chunks(4) {
        let mut value: u32 = 0;
        for at in 0..4 {
            value = value << 8 | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        let mut signs = Vec::new();
        for _ in 0..5 {
            signs.push(char::from(u8::try_from(value % 85).unwrap_or(0) + 33));
            value /= 85;
        }
        out.extend(signs.iter().rev().take(chunk.len() + 1));
    }
    out.push_str("~>");
    out
}

fn quoted_printable(text: &str, all: bool) -> String {
    each_byte(text.as_bytes(), "", |byte| {
        if !all && (byte.is_ascii_graphic() || byte == b' ') && byte != b'=' {
            char::from(byte).to_string()
        } else {
            format!("={byte:02X}")
        }
    })
}

fn rot13(text: &str) -> String {
    let turn = |letter: char, first: u8| {
        let at = (u32::from(letter) - u32::from(first) + 13) % 26;
        char::from_u32(u32::from(first) + at).unwrap_or(letter)
    };
    text.chars()
        .map(|letter| match letter {
            'a'..='z' => turn(letter, b'a'),
            'A'..='Z' => turn(letter, b'A'),
            other => other,
        })
        .collect()
}

fn in_set(text: &str, set: &'static Encoding) -> Option<Vec<u8>> {
    let (bytes, _, lost) = set.encode(text);
    (!lost && !text.is_ascii()).then(|| bytes.into_owned())
}

fn sets(classes: &mut Classes) {
    for (name, set) in [
        ("windows-1251", WINDOWS_1251),
        ("koi8-r", KOI8_R),
        ("gbk", GBK),
        ("windows-1252", WINDOWS_1252),
        ("iso-8859-2", ISO_8859_2),
        ("windows-1253", WINDOWS_1253),
        ("windows-1254", WINDOWS_1254),
        ("windows-1255", WINDOWS_1255),
        ("windows-1256", WINDOWS_1256),
        ("shift-jis", SHIFT_JIS),
        ("euc-kr", EUC_KR),
        ("big5", BIG5),
        ("iso-8859-7", ISO_8859_7),
    ] {
        let fits = move |term: &Term| {
            let script = match name {
                "windows-1251" | "koi8-r" => "Cyrl",
                "gbk" => "Hans",
                "big5" => "Hant",
                "windows-1253" | "iso-8859-7" => "Grek",
                "windows-1255" => "Hebr",
                "windows-1256" => "Arab",
                "shift-jis" => "Jpan",
                "euc-kr" => "Kore",
                _ => "Latn",
            };
            if term.script() == script && term.is_long() { in_set(term.text(), set) } else { None }
        };
        classes.text(format!("encoding/base64+{name}"), move |term, _| Some(base64_standard(fits(term)?)));
        classes.text(format!("encoding/percent+{name}"), move |term, _| {
            Some(each_byte(&fits(term)?, "", |byte| format!("%{byte:02X}")))
        });
        if matches!(name, "windows-1251" | "koi8-r" | "gbk" | "windows-1252") {
            classes.text(format!("encoding/hex+{name}"), move |term, _| Some(hexadecimal(fits(term)?)));
            classes.text(format!("encoding/mail-word+{name}"), move |term, _| {
                Some(format!("=?{name}?B?{}?=", base64_standard(fits(term)?)))
            });
            classes.text(format!("encoding/quoted-printable+{name}"), move |term, _| {
                Some(each_byte(&fits(term)?, "", |byte| {
                    if byte < 128 { char::from(byte).to_string() } else { format!("={byte:02X}") }
                }))
            });
        }
    }
    for (name, set) in [("latin-1", WINDOWS_1252), ("windows-1251", WINDOWS_1251)] {
        classes.text(format!("mojibake/utf-8-as-{name}"), move |term, _| {
            let (text, _, lost) = set.decode(term.text().as_bytes());
            (!lost && term.is_long() && !term.text().is_ascii() && !text.chars().any(char::is_control))
                .then(|| text.into_owned())
        });
    }
    classes.text("mojibake/twice", |term, _| {
        let (once, ..) = WINDOWS_1252.decode(term.text().as_bytes());
        let (twice, ..) = WINDOWS_1252.decode(once.as_bytes());
        let fits = term.script() == "Latn" && !term.text().is_ascii() && !once.chars().any(char::is_control);
        (fits && !twice.chars().any(char::is_control)).then(|| twice.clone().into_owned())
    });
    classes.text("mojibake/koi8-as-windows-1251", |term, _| {
        let bytes = in_set(term.text(), KOI8_R).filter(|_| term.script() == "Cyrl")?;
        Some(WINDOWS_1251.decode(&bytes).0.into_owned())
    });
    classes.text("mojibake/windows-1251-as-latin-1", |term, _| {
        let bytes = in_set(term.text(), WINDOWS_1251).filter(|_| term.script() == "Cyrl")?;
        Some(WINDOWS_1252.decode(&bytes).0.into_owned())
    });
}

fn code(classes: &mut Classes) {
    classes.changed("code/hex-list", |text, _| each_byte(text.as_bytes(), ", ", |byte| format!("0x{byte:02x}")));
    classes.changed("code/hex-array", |text, _| {
        format!("{{{}}}", each_byte(text.as_bytes(), ",", |byte| format!("0x{byte:02X}")))
    });
    classes.changed("code/decimal-list", |text, _| {
        format!("[{}]", each_byte(text.as_bytes(), ", ", |byte| byte.to_string()))
    });
    classes.changed("code/decimal-spaces", |text, _| each_byte(text.as_bytes(), " ", |byte| byte.to_string()));
    classes.changed("code/octal", |text, _| each_byte(text.as_bytes(), "", |byte| format!("\\{byte:03o}")));
    classes.changed("code/binary", |text, _| each_byte(text.as_bytes(), " ", |byte| format!("{byte:08b}")));
    classes.changed("code/css", |text, _| each(text, "", |letter| format!("\\{:x} ", u32::from(letter))));
    classes.changed("code/css-padded", |text, _| each(text, "", |letter| format!("\\{:06x}", u32::from(letter))));
    classes.changed("code/from-char-code", |text, _| {
        format!("String.fromCharCode({})", each(text, ",", |letter| u32::from(letter).to_string()))
    });
    classes.changed("code/chr-joined", |text, _| each(text, "&", |letter| format!("Chr({})", u32::from(letter))));
    classes
        .changed("code/powershell-chars", |text, _| each(text, "+", |letter| format!("[char]{}", u32::from(letter))));
    classes.changed("code/perl-braces", |text, _| each(text, "", |letter| format!("\\x{{{:x}}}", u32::from(letter))));
    classes.changed("code/rtf", |text, _| {
        each(
            text,
            "",
            |letter| if letter.is_ascii() { letter.to_string() } else { format!("\\u{}?", u32::from(letter)) },
        )
    });
    classes.changed("code/python-bytes", |text, _| {
        let inner = each_byte(text.as_bytes(), "", |byte| {
            if byte.is_ascii_graphic() || byte == b' ' {
                char::from(byte).to_string()
            } else {
                format!("\\x{byte:02x}")
            }
        });
        if text.is_ascii() { text.to_owned() } else { format!("b'{inner}'") }
    });
    classes.changed("code/tex", |text, _| {
        [
            ("ä", "\\\"a"),
            ("ö", "\\\"o"),
            ("ü", "\\\"{u}"),
            ("é", "\\'e"),
            ("è", "\\`{e}"),
            ("ç", "\\c{c}"),
            ("ñ", "\\~n"),
            ("ø", "{\\o}"),
            ("ß", "\\ss{}"),
            ("ł", "{\\l}"),
        ]
        .iter()
        .fold(text.to_owned(), |text, (letter, tex)| text.replace(letter, tex))
    });
    classes.changed(
        "code/reversed",
        |text, _| if text.is_ascii() { text.chars().rev().collect() } else { text.to_owned() },
    );
    classes.text("code/rot13", |term, _| {
        (term.is_long() && term.is_words() && term.text().is_ascii()).then(|| rot13(term.text()))
    });
}

pub(super) fn add(classes: &mut Classes) {
    classes.changed("encoding/quoted-printable", |text, _| quoted_printable(text, false));
    classes.changed("encoding/quoted-printable-all", |text, _| quoted_printable(text, true));
    classes.changed("encoding/quoted-printable-broken", |text, _| {
        crate::letters::split_once(&quoted_printable(text, true), "=\r\n").replace("==\r\n", "=\r\n=")
    });
    classes.changed("encoding/mail-word-b", |text, _| format!("=?UTF-8?B?{}?=", base64_standard(text)));
    classes.changed("encoding/mail-word-q", |text, _| {
        format!("=?utf-8?Q?{}?=", quoted_printable(text, true).replace("=20", "_"))
    });
    classes.text("encoding/mail-word-two", |term, _| {
        let (first, second) = term.text().split_once(' ').filter(|_| term.is_words())?;
        Some(format!(
            "=?UTF-8?B?{}?=\r\n =?UTF-8?B?{}?=",
            base64_standard(format!("{first} ")),
            base64_standard(second)
        ))
    });
    classes.changed("encoding/mail-parameter", |text, _| format!("filename*=UTF-8''{}.pdf", percent(text, false)));
    classes.changed("encoding/base32", |text, _| base32(text.as_bytes(), RFC4648, true));
    classes.changed("encoding/base32-lower-bare", |text, _| base32(text.as_bytes(), RFC4648, false).to_lowercase());
    classes.changed("encoding/base32-hex", |text, _| base32(text.as_bytes(), RFC4648_HEX, true));
    classes.changed("encoding/ascii85", |text, _| ascii85(text.as_bytes()));
    classes.changed("encoding/base64+utf16le", |text, _| base64_standard(utf16(text, false)));
    classes.changed("encoding/base64+utf16be", |text, _| base64_standard(utf16(text, true)));
    classes.changed("encoding/powershell", |text, _| {
        format!(
            "powershell -enc {}",
            base64_standard(utf16(&format!("Write-Host '{}'", text.replace('\'', "''")), false))
        )
    });
    classes.changed("encoding/hex+utf16le", |text, _| hexadecimal(utf16(text, false)));
    classes.changed("encoding/hex+utf16be", |text, _| hexadecimal(utf16(text, true)).to_uppercase());
    classes.text("encoding/utf-7", |term, _| {
        let fits = term.is_long() && term.is_words() && !term.text().is_ascii();
        fits.then(|| {
            let mut out = String::new();
            for letter in term.text().chars() {
                if letter.is_ascii() {
                    out.push(letter);
                } else {
                    let coded = base64_standard(utf16(&letter.to_string(), true));
                    let _ = write!(out, "+{}-", coded.trim_end_matches('='));
                }
            }
            out
        })
    });
    classes.text("encoding/punycode-label", |term, _| {
        let label = term.text().replace([' ', '\'', '·', '・'], "-").to_lowercase();
        let host = idna::domain_to_ascii(&format!("{label}.example")).ok()?;
        (term.is_words() && term.is_long() && host.contains("xn--")).then_some(host)
    });
    sets(classes);
    code(classes);
}
