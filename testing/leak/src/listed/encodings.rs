//! The term, or a text with the term in it, in base64 or hexadecimal.
//!
//! Guarantees: the encoded text is long enough to tell the term.
//!
//! Does not know: other character sets; they are in the expected tier.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::class::Classes;
use crate::rng::Rng;

pub(crate) fn base64_standard(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn hexadecimal(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(bytes)
}

/// A short message around the term, of any length, so that the term stands at any place of the alphabet.
fn message(text: &str, rng: &mut Rng) -> String {
    let before = rng.text(&["to: ", "re ", "name=", "", "see also ", "x", "about: ", "user ", "{\"n\":\""]);
    let before = if before == "x" { "from the desk, for " } else { before };
    let after = rng.text(&["", " today", ", urgent", "\n", ".", " (ok)", "\"}", " - confirmed by phone"]);
    format!("{before}{text}{after}")
}

fn lines(text: &str, width: usize, joint: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(width).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join(joint)
}

fn pairs(text: &str, prefix: &str, joint: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let pairs = letters.chunks(2).map(|pair| format!("{prefix}{}", pair.iter().collect::<String>()));
    pairs.collect::<Vec<_>>().join(joint)
}

pub(super) fn add(classes: &mut Classes) {
    classes.changed("base64/standard", |text, _| STANDARD.encode(text));
    classes.changed("base64/no-padding", |text, _| STANDARD_NO_PAD.encode(text));
    classes.changed("base64/url", |text, rng| URL_SAFE.encode(message(text, rng)));
    classes.changed("base64/url-no-padding", |text, rng| URL_SAFE_NO_PAD.encode(message(text, rng)));
    classes.changed("base64/message", |text, rng| STANDARD.encode(message(text, rng)));
    classes.changed("base64/glued", |text, rng| {
        let (before, after) = (rng.text(&["id", "tok", "v1x", "data"]), rng.text(&[":", "=", "_", "-"]));
        format!("{before}{after}{}", STANDARD.encode(message(text, rng)))
    });
    classes.changed("base64/data-link", |text, rng| {
        format!("data:text/plain;base64,{}", STANDARD.encode(message(text, rng)))
    });
    classes.changed("base64/lines-76", |text, rng| {
        let long = format!("{} {}", "For the record of this week, as agreed with the desk.", message(text, rng));
        lines(&STANDARD.encode(long), 76, "\r\n")
    });
    classes.changed("base64/short-lines", |text, rng| lines(&STANDARD.encode(message(text, rng)), 16, "\n"));
    classes.changed("base64/with-spaces", |text, rng| lines(&STANDARD.encode(message(text, rng)), 8, " "));
    classes.changed("base64/quoted-line", |text, rng| lines(&STANDARD.encode(message(text, rng)), 20, "\n> "));
    classes.changed("base64/twice", |text, rng| STANDARD.encode(STANDARD.encode(message(text, rng))));
    classes.changed("base64/two-in-a-row", |text, rng| {
        format!("{}{}", STANDARD.encode("first part of it"), STANDARD.encode(message(text, rng)))
    });
    classes.changed("base64/json-inside", |text, _| {
        STANDARD.encode(serde_json::json!({"name": text, "seen": true}).to_string())
    });
    classes.changed("base64/command", |text, rng| format!("echo {} | base64 -d", STANDARD.encode(message(text, rng))));
    classes.changed("hex/lower", |text, _| hexadecimal(text));
    classes.changed("hex/upper", |text, _| hexadecimal(text).to_uppercase());
    classes.changed("hex/message", |text, rng| hexadecimal(message(text, rng)));
    classes.changed("hex/prefix", |text, _| format!("0x{}", hexadecimal(text)));
    classes.changed("hex/colons", |text, _| pairs(&hexadecimal(text), "", ":"));
    classes.changed("hex/spaces", |text, _| pairs(&hexadecimal(text), "", " "));
    classes.changed("hex/hyphens", |text, _| pairs(&hexadecimal(text).to_uppercase(), "", "-"));
    classes.changed("hex/backslash-x", |text, _| pairs(&hexadecimal(text), "\\x", ""));
    classes.changed("hex/lines", |text, rng| lines(&hexadecimal(message(text, rng)), 32, "\n"));
    classes.changed("hex/words", |text, _| lines(&hexadecimal(text), 4, " "));
    classes.changed("hex/dump", |text, rng| {
        let message = message(text, rng);
        let rows = message.as_bytes().chunks(16).enumerate();
        rows.map(|(at, row)| format!("{:08x}: {}", at * 16, pairs(&hexadecimal(row), "", " ")))
            .collect::<Vec<_>>()
            .join("\n")
    });
}
