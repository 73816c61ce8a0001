//! How text stands in a page: markup is text, and what cannot be seen is written out.
//!
//! Guarantees: `askama.toml` names these for every template, so that a value that a template draws, in text or in an attribute, is shown
//! with marks such as `⟨U+202E⟩` unless the template says `|escape("exact")`. Does not know: which characters are not seen; `comity_text`
//! does.

use askama::filters::{Escaper, Html};
use comity_text::{visible, visible_line};
use std::fmt;

/// Writes text for a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown;

/// Writes text for a place that has one line: the title of a page, a heading, a cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShownLine;

impl Escaper for Shown {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, string: &str) -> fmt::Result {
        write(dest, &visible(string))
    }
}

impl Escaper for ShownLine {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, string: &str) -> fmt::Result {
        write(dest, &visible_line(string))
    }
}

fn write<W: fmt::Write>(mut dest: W, shown: &str) -> fmt::Result {
    // Most text has nothing to escape, and is written in one piece.
    if shown.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'')) {
        return Html.write_escaped_str(dest, shown);
    }
    dest.write_str(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = "<i title=\"{{ text }}\">{{ text }}</i><b>{{ text|escape(\"line\") }}</b><input value=\"{{ text|escape(\"exact\") }}\">{{ number }}",
        ext = "html"
    )]
    struct Sample<'a> {
        text: &'a str,
        number: u8,
    }

    #[test]
    fn templates_show_what_is_not_seen_and_send_back_what_it_is() {
        let page = Sample { text: "a\u{202e}\n<b>\u{e0041}'", number: 7 }.render().unwrap();
        let marked = "a⟨U+202E⟩\n&#60;b&#62;⟨U+E0041⟩&#39;";
        let line = "a⟨U+202E⟩⟨U+000A⟩&#60;b&#62;⟨U+E0041⟩&#39;";
        let exact = "a\u{202e}\n&#60;b&#62;\u{e0041}&#39;";
        assert_eq!(page, format!("<i title=\"{marked}\">{marked}</i><b>{line}</b><input value=\"{exact}\">7"));
    }

    /// Each code point alone, at both ends and between letters, through a template: nothing unseen comes out, and each stands as a mark.
    #[test]
    fn every_code_point_is_seen_or_marked_on_a_page() {
        #[derive(Template)]
        #[template(source = "{{ text }}", ext = "html")]
        struct Page<'a> {
            text: &'a str,
        }
        let all: Vec<char> = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        for some in all.chunks(16_384) {
            let mut text = String::with_capacity(some.len() * 24);
            for &one in some {
                text.extend([one, '\n', one, 'x', one, '\n', 'x', one, 'x', '\n']);
            }
            let page = Page { text: &text }.render().unwrap();
            // `comity_text` proves of each code point that nothing unseen is in what it writes.
            let mut expect = visible(&text).into_owned();
            if some.contains(&'<') {
                for (markup, escaped) in
                    [('&', "&#38;"), ('<', "&#60;"), ('>', "&#62;"), ('"', "&#34;"), ('\'', "&#39;")]
                {
                    expect = expect.replace(markup, escaped);
                }
            }
            assert!(page == expect, "{:?} and the characters after it", some.first());
        }
        let marked = Page { text: "\u{202e}" }.render().unwrap();
        assert_eq!(marked, "⟨U+202E⟩");
    }
}
