//! Undoing what makes links in reports harmless.
//!
//! Guarantees: a text that is not defanged stays as it is. Does not know: whether undoing is asked for in a mapping; it is told.

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

/// Reads a text as it was meant, where that is asked for.
pub(super) fn refanged(text: &str, asked: bool) -> Cow<'_, str> {
    let begins = |(scheme, _): &&(&str, &str)| {
        let rest = text.get(scheme.len()..).unwrap_or_default();
        let same = text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        same && rest.starts_with([':', '['])
    };
    if !asked || !text.contains(['[', '(', '{', ':']) {
        return Cow::Borrowed(text);
    }
    let scheme = SCHEMES.iter().find(begins);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    if let Some((written, meant)) = scheme {
        plain.push_str(meant);
        rest = rest.get(written.len()..).unwrap_or_default();
    }
    while let Some(at) = rest.find(['[', '(', '{']) {
        let (before, marked) = rest.split_at(at);
        plain.push_str(before);
        let same =
            |(mark, _): &&(&str, &str)| marked.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
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
    fn only_where_asked_is_something_made_harmful_again() {
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
            assert_eq!(refanged(text, true), plain);
            assert_eq!(refanged(text, false), text);
        }
    }
}
