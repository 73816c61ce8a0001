//! What differs between two versions of an object, property by property.
//!
//! Guarantees: every difference of the two is in it; texts are compared word by word up to a bound, beyond it as wholes. Does not
//! know: which version is better.

use serde_json::Value;

/// Words of a text that are compared one by one; longer texts are told as wholes.
const WORDS_MAX: usize = 1_500;

/// What happened to a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is only in the second.
    Added,
    /// It is only in the first.
    Removed,
    /// It differs.
    Changed,
}

/// Whether a piece stands in both, or in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// In both.
    Same,
    /// Only in the first.
    Gone,
    /// Only in the second.
    New,
}

/// A piece of a text, or one entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub kind: PieceKind,
    /// The text.
    pub text: String,
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub property: String,
    /// What happened.
    pub kind: ChangeKind,
    /// What it was and is, piece by piece.
    pub pieces: Vec<Piece>,
    /// Whether the pieces are entries of a list rather than parts of a text.
    pub list: bool,
}

/// Compares two objects.
pub fn differences(first: &Value, second: &Value) -> Vec<Change> {
    let empty = serde_json::Map::new();
    let (a, b) = (first.as_object().unwrap_or(&empty), second.as_object().unwrap_or(&empty));
    let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    let mut changes = Vec::new();
    for name in names {
        let (before, after) = (a.get(name), b.get(name));
        if before == after {
            continue;
        }
        let kind = match (before, after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let list = matches!(before.or(after), Some(Value::Array(_) | Value::Object(_)));
        let pieces = if list { entries(before, after) } else { words(&plain(before), &plain(after)) };
        changes.push(Change { property: name.clone(), kind, pieces, list });
    }
    changes
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The entries of a list, or the properties of a dictionary.
fn entries(before: Option<&Value>, after: Option<&Value>) -> Vec<Piece> {
    let flat = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::Array(list)) => list.iter().map(|one| plain(Some(one))).collect(),
            Some(Value::Object(map)) => map.iter().map(|(name, one)| format!("{name}: {}", plain(Some(one)))).collect(),
            None => Vec::new(),
            other => vec![plain(other)],
        }
    };
    align(&flat(before), &flat(after))
}

fn words(before: &str, after: &str) -> Vec<Piece> {
    let cut = |text: &str| -> Vec<String> { text.split_inclusive(char::is_whitespace).map(str::to_owned).collect() };
    let pieces = align(&cut(before), &cut(after));
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if last.kind == piece.kind => last.text.push_str(&piece.text),
            _ => joined.push(piece),
        }
    }
    joined
}

/// Aligns two lists by their longest common subsequence between the common beginning and end.
fn align(a: &[String], b: &[String]) -> Vec<Piece> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a_rest, b_rest) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(x, y)| x == y).count();
    let a_mid = a_rest.get(..a_rest.len() - tail).unwrap_or_default();
    let b_mid = b_rest.get(..b_rest.len() - tail).unwrap_or_default();
    let piece = |kind, text: &String| Piece { kind, text: text.clone() };
    let mut pieces: Vec<Piece> = a.iter().take(head).map(|text| piece(PieceKind::Same, text)).collect();
    if a_mid.len().max(b_mid.len()) > WORDS_MAX {
        pieces.extend(a_mid.iter().map(|text| piece(PieceKind::Gone, text)));
        pieces.extend(b_mid.iter().map(|text| piece(PieceKind::New, text)));
    } else {
        pieces.extend(middle(a_mid, b_mid));
    }
    pieces.extend(a_rest.iter().skip(a_mid.len()).map(|text| piece(PieceKind::Same, text)));
    pieces
}

fn middle(a: &[String], b: &[String]) -> Vec<Piece> {
    let width = b.len() + 1;
    let mut common = vec![0u16; (a.len() + 1) * width];
    let at = |common: &[u16], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or_default();
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let longest =
                if x == y { at(&common, i + 1, j + 1) + 1 } else { at(&common, i + 1, j).max(at(&common, i, j + 1)) };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pieces = Vec::new();
    loop {
        let (kind, text) = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => (PieceKind::Same, x),
            (Some(x), Some(_)) if at(&common, i + 1, j) >= at(&common, i, j + 1) => (PieceKind::Gone, x),
            (_, Some(y)) => (PieceKind::New, y),
            (Some(x), None) => (PieceKind::Gone, x),
            (None, None) => return pieces,
        };
        i += usize::from(kind != PieceKind::New);
        j += usize::from(kind != PieceKind::Gone);
        pieces.push(Piece { kind, text: text.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(a: &str, b: &str) -> Vec<String> {
        let (a, b) = (serde_json::from_str(a).unwrap(), serde_json::from_str(b).unwrap());
        let sign = |kind| match kind {
            PieceKind::Same => ' ',
            PieceKind::Gone => '-',
            PieceKind::New => '+',
        };
        differences(&a, &b)
            .iter()
            .map(|change| {
                let pieces: Vec<String> =
                    change.pieces.iter().map(|piece| format!("{}{}", sign(piece.kind), piece.text)).collect();
                format!("{} {}", change.property, pieces.join("|"))
            })
            .collect()
    }

    #[test]
    fn differences_by_property() {
        for (a, b, expected) in [
            (r#"{"a":1}"#, r#"{"a":1}"#, vec![]),
            (r#"{"a":1}"#, r#"{"a":2}"#, vec!["a -1|+2"]),
            (r#"{"a":"one two three"}"#, r#"{"a":"one 2 three"}"#, vec!["a  one |-two |+2 | three"]),
            (r#"{"l":["x","y"]}"#, r#"{"l":["y","z"]}"#, vec!["l -x| y|+z"]),
            (r#"{"a":"gone"}"#, r#"{"b":true}"#, vec!["a -gone", "b +true"]),
            (r#"{"d":{"k":"v"}}"#, r#"{"d":{"k":"w"}}"#, vec!["d -k: v|+k: w"]),
        ] {
            assert_eq!(shown(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn long_texts_end() {
        let (a, b) = ("x ".repeat(50_000), "y ".repeat(50_000));
        let (a, b) = (serde_json::json!({ "t": a }), serde_json::json!({ "t": b }));
        let changes = differences(&a, &b);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].pieces.len(), 2);
    }
}
