//! Values that reports make harmless (`hxxp://quay[.]example`), read as they are meant.
//!
//! Guarantees: a text that is not made harmless stays as it is, not copied. One table for detection, patterns and search.

use crate::quick;
use std::borrow::Cow;

/// As written, in lower case, and as meant.
const MARKS: &[(&str, &str)] = &[
    ("[://]", "://"),
    ("[:]", ":"),
    ("[/]", "/"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
];
/// Schemes, in lower case.
const SCHEMES: &[(&str, &str)] =
    &[("hxxps", "https"), ("hxxp", "http"), ("hxtps", "https"), ("hxtp", "http"), ("fxp", "ftp")];

/// Reads a value as it is meant.
pub fn refanged(text: &str) -> Cow<'_, str> {
    undone(text, |_| true)
}

/// Reads a URL as it is meant: round brackets may stand in one (RFC 3986 §3.3), so that they are left as they are.
pub fn refanged_url(text: &str) -> Cow<'_, str> {
    undone(text, |mark| !mark.starts_with('('))
}

fn undone(text: &str, counts: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let begins = |(scheme, _): &&(&str, &str)| {
        let rest = text.get(scheme.len()..).unwrap_or_default();
        let same = text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        same && rest.starts_with([':', '['])
    };
    if quick::is_without_marks(text) || !text.contains(['[', '(', '{', ':']) {
        return Cow::Borrowed(text);
    }
    let scheme = SCHEMES.iter().find(begins);
    if scheme.is_none() && !text.contains(['[', '(', '{']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    if let Some((written, meant)) = scheme {
        plain.push_str(meant);
        rest = rest.get(written.len()..).unwrap_or_default();
    }
    while let Some(at) = rest.find(['[', '(', '{']) {
        let (before, marked) = rest.split_at(at);
        plain.push_str(before);
        let same = |(mark, _): &&(&str, &str)| {
            counts(mark) && marked.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark))
        };
        let (length, meant) = match MARKS.iter().find(same) {
            Some((mark, meant)) => (mark.len(), *meant),
            None => (1, marked.get(..1).unwrap_or_default()),
        };
        plain.push_str(meant);
        rest = marked.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    if plain == text { Cow::Borrowed(text) } else { Cow::Owned(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_harmless_is_read_as_it_is_meant() {
        for (text, plain) in [
            ("hxxps://a[.]example[:]8080/(x)", "https://a.example:8080/(x)"),
            ("hXXp[:]//a[dot]example", "http://a.example"),
            ("hxxp[://]a.example", "http://a.example"),
            ("fxp://a.example/", "ftp://a.example/"),
            ("1[.]2[.]3[.]4", "1.2.3.4"),
            ("a[AT]b(dot)example", "a@b.example"),
            ("http://a.example/", "http://a.example/"),
            ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
            ("hxxp.example", "hxxp.example"),
            ("[é(", "[é("),
        ] {
            assert_eq!(refanged(text), plain);
        }
        assert_eq!(refanged_url("hxxp://a[.]example/b(.)c"), "http://a.example/b(.)c");
    }
}
