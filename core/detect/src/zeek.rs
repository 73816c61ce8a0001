//! Logs of Zeek as it writes them: `#` lines that say what separates columns and what they are called, and rows.
//!
//! Guarantees: a row is read only by columns that were named before it; names may change in between, as where logs were put
//! together. Does not know: what a column means.

use crate::line::LineError;
use crate::mapping::{ALONE, Declared};
use std::borrow::Cow;

/// Columns of a row at most.
const COLUMNS_MAX: usize = 1_000;

/// One column.
struct Column {
    /// The field that it gives.
    field: Option<u16>,
    /// Whether a value is a list.
    list: bool,
}

/// Reads such logs line by line.
pub(crate) struct Zeek {
    separator: char,
    in_lists: char,
    unset: String,
    empty: String,
    columns: Vec<Column>,
}

impl Default for Zeek {
    fn default() -> Self {
        Self { separator: '\t', in_lists: ',', unset: "-".into(), empty: "(empty)".into(), columns: Vec::new() }
    }
}

/// A field, where in a list its value stood, and the value.
pub(crate) type Value<'l> = (u16, u32, Cow<'l, str>);

/// Returns the name of a line that says something of those after it.
pub(crate) fn directive(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?;
    let name = rest.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).next()?;
    let known =
        ["separator", "set_separator", "empty_field", "unset_field", "path", "open", "close", "fields", "types"];
    known.contains(&name).then_some(name)
}

impl Zeek {
    /// Takes a line that begins with `#`; tells whether it is more than a comment.
    pub(crate) fn direct(&mut self, line: &str, declared: &Declared) -> bool {
        let Some(name) = directive(line) else { return false };
        let rest = line.get(name.len() + 1..).unwrap_or_default();
        if name == "separator" {
            // It stands after a blank, and begins another log.
            *self = Self::default();
            let separator = unescaped(rest.trim_start_matches(' '));
            self.separator = separator.chars().next().unwrap_or('\t');
            return true;
        }
        let rest = rest.strip_prefix(self.separator).unwrap_or(rest);
        match name {
            "set_separator" => self.in_lists = unescaped(rest).chars().next().unwrap_or(','),
            "empty_field" => self.empty = rest.to_owned(),
            "unset_field" => self.unset = rest.to_owned(),
            "fields" => {
                let names = rest.split(self.separator).take(COLUMNS_MAX + 1);
                self.columns = names.map(|name| Column { field: declared.fields.find(name), list: false }).collect();
            }
            "types" => {
                let is_list = |name: &str| ["set[", "vector[", "table["].iter().any(|list| name.starts_with(list));
                for (column, name) in self.columns.iter_mut().zip(rest.split(self.separator)) {
                    column.list = is_list(name);
                }
            }
            _ => {}
        }
        true
    }

    /// Reads a row.
    ///
    /// # Errors
    /// [`LineError`].
    pub(crate) fn row<'l>(&self, line: &'l str) -> Result<Vec<Value<'l>>, LineError> {
        let (expected, found) = (self.columns.len(), line.split(self.separator).count());
        if expected == 0 {
            return Err(LineError::NoHeader);
        }
        if expected > COLUMNS_MAX {
            return Err(LineError::TooManyColumns { limit: COLUMNS_MAX });
        }
        if found != expected {
            return Err(LineError::Columns { found, expected });
        }
        let mut values = Vec::with_capacity(expected);
        for (column, value) in self.columns.iter().zip(line.split(self.separator)) {
            let Some(field) = column.field.filter(|_| value != self.unset && value != self.empty) else { continue };
            if !column.list {
                values.push((field, ALONE, unescaped(value)));
                continue;
            }
            let items = value.split(self.in_lists).filter(|item| *item != self.unset);
            values.extend((0..ALONE).zip(items).map(|(place, item)| (field, place, unescaped(item))));
        }
        Ok(values)
    }
}

/// Undoes `\x09` and the like; what would be no text stays as it is written.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("\\x") {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        let (before, escape) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let digits = escape.get(2..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = escape.get(4..).unwrap_or_default();
            }
            None => {
                bytes.extend_from_slice(b"\\x");
                rest = escape.get(2..).unwrap_or_default();
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}
