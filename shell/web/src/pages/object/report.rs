//! Long texts to be read: reports, notes, opinions, groupings, with what they are about beside them.
//!
//! Guarantees: plain text; markdown is text; paragraphs as they were written, none left out. Does not know: how the text was made.

use super::super::banner::Banner;
use super::super::line::Line;
use super::super::shell::Shell;
use super::{ID_BYTES_MAX, absent, readable};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use comity_node::Looked;
use comity_store::{Glimpse, Presence};
use serde_json::Value;
use std::sync::Arc;

/// Properties that are read as text, in order.
const TEXTS: [&str; 5] = ["abstract", "description", "content", "body", "explanation"];
/// Types whose text is what they are for.
const TYPES: [&str; 5] = ["report", "note", "opinion", "grouping", "x-comity-raw-report"];
/// Other objects are read as text when it is longer than this.
const LONG_CHARS: usize = 1_200;
/// Headings before a list of contents is worth it.
const CONTENTS_MIN: usize = 3;
/// Objects listed beside the text.
const BESIDE_MAX: usize = 300;

/// A paragraph, or a heading with a place to jump to.
struct Paragraph {
    text: String,
    anchor: String,
    heading: bool,
}

#[derive(Template)]
#[template(path = "object_report.html")]
struct ReportPage<'a> {
    shell: &'a Shell,
    line: Line,
    origin: String,
    grade: String,
    facts: Vec<(&'static str, String, String)>,
    authors: String,
    paragraphs: Vec<Paragraph>,
    contents: bool,
    beside: Vec<Line>,
    more: usize,
}

/// Tells whether the object has a text that is worth a page.
pub fn reads_as_text(body: &Value) -> bool {
    let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
    let texts = || TEXTS.iter().filter_map(|name| body.get(*name).and_then(Value::as_str));
    let any = texts().any(|text| !text.trim().is_empty());
    any && (TYPES.contains(&kind) || texts().any(|text| text.chars().count() > LONG_CHARS))
}

/// Tells whether a paragraph is a heading: one short line that ends in no sentence sign, or is marked as one.
fn is_heading(text: &str) -> bool {
    let line = text.trim();
    let short = line.chars().count() <= 90 && !line.contains('\n');
    short
        && (line.starts_with('#') || !line.ends_with(['.', '!', '?', ':', ';', ',', '…', '؟', '。', ')', '"', '”']))
        && line.chars().any(char::is_alphabetic)
        && !line.starts_with(['-', '*', '•'])
}

fn paragraphs(body: &Value) -> Vec<Paragraph> {
    let mut found = Vec::new();
    for text in TEXTS.iter().filter_map(|name| body.get(*name).and_then(Value::as_str)) {
        let normal = text.replace("\r\n", "\n");
        let parts: Vec<&str> = normal.split("\n\n").map(str::trim_end).filter(|part| !part.trim().is_empty()).collect();
        let many = parts.len() > 1;
        for part in parts {
            let anchor = format!("p{}", found.len() + 1);
            found.push(Paragraph { heading: many && is_heading(part), text: part.to_owned(), anchor });
        }
    }
    found
}

/// Answers `GET /objects/{id}/text`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    if id.len() > ID_BYTES_MAX {
        return shell.not_released();
    }
    let sheet = match desk.readers.read(move |reader| reader.sheet(&id, 0)).await {
        Ok(Looked::Held(sheet)) => sheet,
        Ok(Looked::Recalled(recalled)) => return absent(&shell, Some(recalled)),
        Ok(Looked::Unknown) => return absent(&shell, None),
        Err(failure) => return shell.failure(&failure),
    };
    let object = &sheet.object;
    let refers = sheet.body.get("object_refs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let about: Vec<&Glimpse> = refers
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|reference| sheet.names.get(reference))
        .take(BESIDE_MAX)
        .collect();
    let labels = about.iter().filter(|glimpse| glimpse.label.is_some()).map(|glimpse| glimpse.label.as_ref());
    let shell = shell.banner(Banner::of(std::iter::once(object.label.as_ref()).chain(labels)));
    let said = |name: &str| sheet.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let facts = [("Published", said("published")), ("Made", said("created")), ("Changed", said("modified"))]
        .into_iter()
        .filter_map(|(word, exact)| readable(&exact).map(|text| (word, text, exact)))
        .collect();
    let grading = sheet.body.get("grading");
    let grade_of = |name: &str| grading.and_then(|g| g.get(name)).and_then(Value::as_str).unwrap_or_default();
    let authors: Vec<&str> = sheet
        .body
        .get("authors")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let paragraphs = paragraphs(&sheet.body);
    let mut line = Line::of(&Glimpse {
        id: object.id.clone(),
        object_type: object.object_type.clone(),
        title: comity_store::title(&object.bytes),
        label: object.label.clone(),
        presence: Presence::Held,
    });
    if !line.named {
        line.title = format!("{} without a title", line.object_type.replace('-', " "));
    }
    let beside: Vec<Line> = about.into_iter().map(Line::of).collect();
    shell.answer(Ok(ReportPage {
        shell: &shell,
        origin: object.origin().to_string(),
        grade: format!("{}{}", grade_of("source_grade"), grade_of("information_grade")),
        facts,
        authors: authors.join(", "),
        contents: paragraphs.iter().filter(|p| p.heading).count() >= CONTENTS_MIN,
        paragraphs,
        more: refers.len().saturating_sub(beside.len()),
        beside,
        line,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_become_paragraphs() {
        let body = json!({"type": "report", "description": "Summary\n\nFirst sentence.\nSame paragraph.\n\n# Findings\n\n- a point", "content": "More."});
        let shown: Vec<(String, bool)> = paragraphs(&body).into_iter().map(|p| (p.text, p.heading)).collect();
        let expected = [
            ("Summary", true),
            ("First sentence.\nSame paragraph.", false),
            ("# Findings", true),
            ("- a point", false),
            ("More.", false),
        ];
        let expected: Vec<(String, bool)> =
            expected.iter().map(|(text, heading)| ((*text).to_owned(), *heading)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_read_as_text() {
        for (body, expected) in [
            (json!({"type": "note", "content": "x"}), true),
            (json!({"type": "note", "content": " "}), false),
            (json!({"type": "malware", "description": "short"}), false),
            (json!({"type": "malware", "description": "long ".repeat(400)}), true),
        ] {
            assert_eq!(reads_as_text(&body), expected);
        }
    }
}
