//! Reading of the data files: rows of fields divided by `|`, notes after `#`.
//!
//! Guarantees: empty lines and notes are left out; fields are trimmed.
//!
//! Does not know: what the fields mean.

/// The rows of a data file.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .map(|line| line.split('|').map(str::trim).collect())
}

/// A field of a row; the empty text where it has none.
pub(crate) fn field(row: &[&'static str], at: usize) -> &'static str {
    row.get(at).copied().unwrap_or("")
}

/// Puts every key of `pairs` in `text` in place of itself by its value, the longest key first.
pub(crate) fn replace_longest(text: &str, pairs: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while !rest.is_empty() {
        let found = pairs
            .iter()
            .filter(|(from, _)| !from.is_empty() && rest.starts_with(from.as_str()))
            .max_by_key(|(from, _)| from.len());
        if let Some((from, to)) = found {
            out.push_str(to);
            rest = rest.strip_prefix(from.as_str()).unwrap_or("");
        } else {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
        }
    }
    out
}
