//! Where in an object the words of a search stand.
//!
//! Guarantees: what is shown is cut from the object's own text, at whole characters, with the words told apart; bounded. Words are
//! compared folded, as the index does. Does not know: how it is drawn.

use comity_stix::{fold, is_hangul};
use serde_json::Value;

/// Characters shown before and after the first word.
const BEFORE: usize = 60;
const AFTER: usize = 180;
/// Texts longer than this are looked at only so far.
const TEXT_BYTES_MAX: usize = 200_000;
/// Properties that say nothing to a reader.
const SILENT: [&str; 8] =
    ["type", "spec_version", "created", "modified", "object_marking_refs", "created_by_ref", "granular_markings", "id"];

/// A piece of a property's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetPiece {
    /// The text.
    pub text: String,
    /// Whether it is one of the words.
    pub hit: bool,
}

/// A place in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The property, with dots where it is further in.
    pub property: String,
    /// Its text, or a part of it.
    pub pieces: Vec<SnippetPiece>,
}

/// The folded words of a search.
pub(super) struct Words(Vec<(String, bool)>);

impl Words {
    /// Takes the words out of what was typed.
    pub(super) fn of(text: &str) -> Self {
        let words = text
            .split(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}')
            })
            .flat_map(|piece| {
                let folded = fold(piece);
                // As the index finds them: a word in Hangul is a beginning.
                let open = piece.ends_with('*') || folded.chars().next_back().is_some_and(is_hangul);
                let parts: Vec<&str> =
                    folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
                let last = parts.len();
                parts
                    .into_iter()
                    .enumerate()
                    .map(|(place, part)| (part.to_owned(), open && place + 1 == last))
                    .collect::<Vec<_>>()
            })
            .take(64)
            .collect();
        Self(words)
    }

    fn is_one(&self, word: &str) -> bool {
        let folded = fold(word);
        let folded = folded.trim();
        !folded.is_empty()
            && self.0.iter().any(|(wanted, open)| {
                folded == wanted
                    || (*open && folded.starts_with(wanted.as_str()))
                    || folded.split(' ').any(|part| part == wanted)
            })
    }
}

/// Returns where the words stand; without words, the beginning of the description.
pub(super) fn snippet(bytes: &[u8], words: &Words) -> Option<Snippet> {
    let object: Value = serde_json::from_slice(bytes).ok()?;
    if words.0.is_empty() {
        let text = object.get("description").or_else(|| object.get("abstract")).and_then(Value::as_str)?;
        let cut: String = text.chars().take(AFTER).collect();
        let more = if cut.len() < text.len() { "…" } else { "" };
        let pieces = vec![SnippetPiece { text: format!("{cut}{more}"), hit: false }];
        return Some(Snippet { property: "description".to_owned(), pieces });
    }
    let mut texts = Vec::new();
    collect(&object, &mut String::new(), &mut texts, 0);
    // A long text explains more than a name that stands above it already.
    texts.sort_by_key(|(path, _)| match path.as_str() {
        "description" | "content" | "body" | "abstract" | "pattern" => 0,
        "name" => 2,
        _ => 1,
    });
    texts.into_iter().find_map(|(property, text)| marked(text, words).map(|pieces| Snippet { property, pieces }))
}

fn collect<'v>(value: &'v Value, path: &mut String, texts: &mut Vec<(String, &'v str)>, depth: usize) {
    if depth > 8 || texts.len() > 2_000 {
        return;
    }
    match value {
        Value::String(text) => texts.push((path.clone(), text)),
        Value::Array(list) => list.iter().for_each(|one| collect(one, path, texts, depth + 1)),
        Value::Object(map) => {
            for (name, one) in map {
                if depth == 0 && SILENT.contains(&name.as_str()) {
                    continue;
                }
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                collect(one, path, texts, depth + 1);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// Cuts a text around its first word of the search; `None` where it has none.
fn marked(text: &str, words: &Words) -> Option<Vec<SnippetPiece>> {
    let end = (0..=text.len().min(TEXT_BYTES_MAX)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let text = text.get(..end).unwrap_or_default();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    let mut found: Option<usize> = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                start = None;
                if words.is_one(text.get(from..at).unwrap_or_default()) {
                    runs.push((from, at));
                    found.get_or_insert(from);
                }
            }
            _ => {}
        }
        if found.is_some_and(|first| at > first + 4 * AFTER) {
            break;
        }
    }
    let first = found?;
    let from = text.get(..first)?.char_indices().rev().take(BEFORE).last().map_or(first, |(at, _)| at);
    let to = text.get(first..)?.char_indices().nth(AFTER).map_or(text.len(), |(at, _)| first + at);
    let mut pieces = Vec::new();
    let mut push = |text: &str, hit: bool| {
        if !text.is_empty() {
            pieces.push(SnippetPiece { text: text.to_owned(), hit });
        }
    };
    if from > 0 {
        push("…", false);
    }
    let mut at = from;
    for (start, end) in runs.into_iter().filter(|(start, end)| *start >= from && *end <= to) {
        push(text.get(at..start).unwrap_or_default(), false);
        push(text.get(start..end).unwrap_or_default(), true);
        at = end;
    }
    push(text.get(at..to).unwrap_or_default(), false);
    if to < text.len() {
        push("…", false);
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str, words: &str) -> Option<String> {
        snippet(json.as_bytes(), &Words::of(words)).map(|found| {
            let pieces: Vec<String> =
                found.pieces.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect();
            format!("{}: {}", found.property, pieces.concat())
        })
    }

    #[test]
    fn words_are_found_as_the_index_finds_them() {
        for (json, words, expected) in [
            (r#"{"name":"a","description":"the Emotet loader"}"#, "emotet", Some("description: the [Emotet] loader")),
            (r#"{"description":"Zażółć gęślą"}"#, "zazolc", Some("description: [Zażółć] gęślą")),
            (r#"{"description":"loaders and more"}"#, "load*", Some("description: [loaders] and more")),
            (r#"{"description":"부산항만공사 침해"}"#, "부산", Some("description: [부산항만공사] 침해")),
            (r#"{"x_a":{"b":["deep word"]}}"#, "WORD", Some("x_a.b: deep [word]")),
            (r#"{"description":"nothing"}"#, "other", None),
            (r#"{"id":"indicator--1","type":"indicator"}"#, "indicator", None),
            (r#"{"description":"only a beginning"}"#, "", Some("description: only a beginning")),
        ] {
            assert_eq!(shown(json, words).as_deref(), expected, "{words}");
        }
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        let json = format!(r#"{{"description":"{} нить {}"}}"#, "я ".repeat(500), "ы ".repeat(500));
        let text = shown(&json, "нить").unwrap();
        assert!(text.contains("[нить]") && text.starts_with("description: …") && text.ends_with('…'), "{text}");
        assert!(text.chars().count() < 300);
    }
}
