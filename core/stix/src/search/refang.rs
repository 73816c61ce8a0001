//! Values as reports write them so that nobody follows them by accident, read as they are meant.

use std::borrow::Cow;

/// How parts of a value are written, and what is meant.
const DEFANGED: [(&str, &str); 11] = [
    ("[://]", "://"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[:]", ":"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
];

/// Returns what a value means that was made harmless: `hxxp://quay[.]example` is `http://quay.example`.
pub fn refanged(text: &str) -> Cow<'_, str> {
    let begins = text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("hxxp"));
    if !begins && !text.contains(['[', '(', '{']) {
        return Cow::Borrowed(text);
    }
    let mut plain = text.to_owned();
    for (written, meant) in DEFANGED {
        plain = plain.replace(written, meant);
    }
    if begins {
        plain.replace_range(..4, "http");
    }
    if plain == text { Cow::Borrowed(text) } else { Cow::Owned(plain) }
}
