//! The term with markup inside or around its parts, and in letters that are not shown.
//!
//! Guarantees: who sees the text laid out sees the term.
//!
//! Does not know: entities; they are in the listed tier.

use crate::class::Classes;
use crate::letters::{split_once, spread};

/// Marks up the first letter of every word.
fn initials(text: &str, open: &str, close: &str) -> String {
    let words = text.split(' ').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| format!("{open}{first}{close}{}", letters.as_str()))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Marks up the second half of the text.
fn half(text: &str, open: &str, close: &str) -> String {
    let split = split_once(text, open);
    if split == text { split } else { format!("{split}{close}") }
}

pub(super) fn add(classes: &mut Classes) {
    for (name, open, close) in [
        ("bold", "<b>", "</b>"),
        ("span", "<span style=\"color:red\">", "</span>"),
        ("bbcode", "[b]", "[/b]"),
        ("bbcode-colour", "[color=#f00]", "[/color]"),
        ("markdown", "**", "**"),
        ("wiki", "'''", "'''"),
        ("mark", "<mark class='hit'>", "</mark>"),
        ("small-caps", "<span class=\"sc\">", "</span>"),
    ] {
        classes.changed(format!("markup/{name}-initials"), move |text, _| initials(text, open, close));
        classes.changed(format!("markup/{name}-half"), move |text, _| half(text, open, close));
    }
    for (name, sign) in [
        ("wbr", "<wbr>"),
        ("wbr-closed", "<wbr/>"),
        ("comment", "<!-- x -->"),
        ("comment-empty", "<!---->"),
        ("cdata", "]]><![CDATA["),
        ("empty-tag", "<i></i>"),
        ("shy", "&shy;"),
        ("zwnj-entity", "&zwnj;"),
        ("zero-width-entity", "&#8203;"),
        ("code-comment", "/**/"),
        ("line-break-tag", "<br>"),
        ("escaped-tag", "&lt;b&gt;&lt;/b&gt;"),
    ] {
        classes.changed(format!("markup/inside-{name}"), move |text, _| split_once(text, sign));
        if matches!(name, "wbr" | "comment" | "empty-tag") {
            classes.changed(format!("markup/between-all-{name}"), move |text, _| spread(text, sign));
        }
    }
    classes.changed("markup/cdata-around", |text, _| format!("<name><![CDATA[{text}]]></name>"));
    classes.changed("markup/nbsp-entity", |text, _| text.replace(' ', "&nbsp;"));
    classes.changed("markup/break-between-words", |text, _| text.replace(' ', "<br/>\n"));
    classes.changed("markup/tags-between-words", |text, _| text.replace(' ', "</td>\n  <td>"));
    classes.changed("markup/word-runs", |text, _| split_once(text, "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>"));
    classes.text("markup/wiki-link", |term, _| Some(format!("[[{}|he]]", term.text())).filter(|_| term.is_words()));
    classes.text("markup/markdown-link", |term, _| {
        Some(format!("[{}](https://x.example/1)", term.text())).filter(|_| term.is_words())
    });
    classes.text("markup/ruby", |term, _| {
        let person = term.person.as_ref().filter(|_| term.lang == "ja" && !term.text().contains('・'))?;
        Some(format!("<ruby>{}<rt>かな</rt></ruby><ruby>{}<rt>かな</rt></ruby>", person.surname, person.given))
    });
    classes.changed("markup/tag-characters", |text, _| {
        let hidden = |letter: char| char::from_u32(0xe0000 + u32::from(letter)).unwrap_or(letter);
        if text.is_ascii() { format!("ok{}", text.chars().map(hidden).collect::<String>()) } else { text.to_owned() }
    });
    classes.changed("markup/attribute", |text, _| format!("<img alt=\"{}\" src=1.png>", text.replace('"', "&quot;")));
    classes.changed("markup/struck", |text, _| spread(text, "\u{336}"));
    classes.changed("markup/underlined", |text, _| spread(text, "\u{332}"));
    classes.changed("markup/ansi-colour", |text, _| half(text, "\u{1b}[31m", "\u{1b}[0m"));
}
