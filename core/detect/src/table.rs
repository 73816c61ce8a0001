//! CSV of three columns, found by a header in any order and among others, or standing in their own: what separates them, and where
//! each is.
//!
//! Guarantees: what separates columns is decided by a header or a row that can be read, never by one that cannot. Does not know:
//! what type, value and time mean.

use crate::csv;
use crate::line::LineError;
use crate::mapping::is_word;
use std::borrow::Cow;

/// The three columns as reasons call them.
pub(crate) const COLUMNS: [&str; 3] = ["type", "value", "time"];

/// What else they are called, as [`plain`] writes it. Of several the first counts.
const NAMES: [&[&str]; 3] = [
    &["type", "indicator_type", "ioc_type", "observable_type", "attribute_type", "value_type", "data_type"],
    &["value", "indicator", "indicator_value", "ioc", "ioc_value", "observable", "observable_value", "attribute_value"],
    &[
        "time",
        "timestamp",
        "@timestamp",
        "ts",
        "datetime",
        "date_time",
        "date",
        "event_time",
        "observed",
        "observed_at",
        "seen",
        "seen_at",
        "first_observed",
        "first_seen",
        "first_seen_utc",
        "last_seen",
        "last_seen_utc",
    ],
];

/// What may separate columns: RFC 4180, the lists of half of Europe, and tables that were copied.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// What a line of a table is.
pub(crate) enum Row<'l> {
    /// A comment.
    Comment,
    /// It names the columns.
    Header,
    /// Type, value and time.
    Values([Cow<'l, str>; 3]),
}

/// Where the columns are, and how many there are.
#[derive(Clone, Copy, Debug)]
struct Header {
    at: [usize; 3],
    columns: usize,
}

/// Reads a table line by line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    delimiter: Option<u8>,
    header: Option<Header>,
}

/// Returns which of the three columns a name is, and how far behind other names of it.
fn role(name: &str) -> Option<(usize, usize)> {
    if name.is_empty() || name.len() > 20 || !name.is_ascii() {
        return None;
    }
    let name = plain(name);
    NAMES
        .iter()
        .enumerate()
        .find_map(|(column, names)| names.iter().position(|known| *known == name).map(|behind| (column, behind)))
}

/// In lower case, with `_` between words.
fn plain(name: &str) -> String {
    let letter = |c: char| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() };
    name.trim().chars().map(letter).collect()
}

/// Finds the three among names; of several for one the best.
pub(crate) fn find<'n>(names: impl Iterator<Item = &'n str>) -> [Option<usize>; 3] {
    let mut best: [Option<(usize, usize)>; 3] = [None; 3];
    for (place, name) in names.enumerate() {
        let Some((column, behind)) = role(name) else { continue };
        if let Some(slot) = best.get_mut(column).filter(|slot| slot.is_none_or(|(known, _)| behind < known)) {
            *slot = Some((behind, place));
        }
    }
    best.map(|found| found.map(|(_, place)| place))
}

/// Reads a line as names of columns.
fn header(line: &str, delimiter: u8) -> Option<Header> {
    let names = csv::split(line.trim_start_matches(['#', ' ']), delimiter).ok()?;
    let [Some(kind), Some(value), Some(time)] = find(names.iter().map(AsRef::as_ref)) else { return None };
    Some(Header { at: [kind, value, time], columns: names.len() })
}

/// Tells whether names are those of type, value and time among others.
pub fn names_table<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    find(names).iter().all(Option::is_some)
}

/// Tells whether a line names the columns of a table.
pub fn is_header(line: &str) -> bool {
    DELIMITERS.iter().any(|delimiter| header(line, *delimiter).is_some())
}

/// Splits a line.
pub(crate) fn record(line: &str, delimiter: u8) -> Result<Vec<Cow<'_, str>>, LineError> {
    csv::split(line, delimiter).map_err(|fault| match fault {
        csv::Fault::Quote(at) => LineError::Quote { at },
        csv::Fault::Columns => LineError::TooManyColumns { limit: csv::COLUMNS_MAX },
    })
}

impl Table {
    /// Reads a line.
    ///
    /// # Errors
    /// [`LineError`].
    pub(crate) fn row<'l>(&mut self, line: &'l str) -> Result<Row<'l>, LineError> {
        if line.trim_start().starts_with('#') {
            let named = self.header.is_none() && self.names(line);
            return Ok(if named { Row::Header } else { Row::Comment });
        }
        if self.delimiter.is_none() {
            if self.names(line) {
                return Ok(Row::Header);
            }
            let fits = |delimiter: &&u8| {
                let columns = csv::split(line, **delimiter).unwrap_or_default();
                columns.len() == COLUMNS.len() && columns.first().is_some_and(|word| is_word(word))
            };
            self.delimiter = DELIMITERS.iter().find(fits).copied();
        }
        let mut fields = record(line, self.delimiter.unwrap_or(b','))?;
        let Header { at, columns } = self.header.unwrap_or(Header { at: [0, 1, 2], columns: COLUMNS.len() });
        // A header may stand again, where files were put together; no word of a type is the name of its column.
        let is_row =
            fields.len() == columns && at.first().and_then(|at| fields.get(*at)).is_some_and(|word| is_word(word));
        if !is_row && self.names(line) {
            return Ok(Row::Header);
        }
        if fields.len() != columns {
            return Err(LineError::Columns { found: fields.len(), expected: columns });
        }
        Ok(Row::Values(at.map(|at| fields.get_mut(at).map(std::mem::take).unwrap_or_default())))
    }

    /// Takes a line for a header, where it is one.
    fn names(&mut self, line: &str) -> bool {
        for delimiter in DELIMITERS {
            if let Some(header) = header(line, delimiter) {
                (self.delimiter, self.header) = (Some(delimiter), Some(header));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each line is: `#`, `header`, the three values, or a reason.
    fn rows(lines: &[&str]) -> Vec<String> {
        let mut table = Table::default();
        let shown = |row: Result<Row<'_>, LineError>| match row {
            Ok(Row::Comment) => "#".to_owned(),
            Ok(Row::Header) => "header".to_owned(),
            Ok(Row::Values(values)) => values.join(" "),
            Err(error) => error.to_string(),
        };
        lines.iter().map(|line| shown(table.row(line))).collect()
    }

    #[test]
    fn columns_are_found() {
        for (lines, expect) in [
            (vec!["ip,10.0.0.1,1"], vec!["ip 10.0.0.1 1"]),
            (vec!["ip;10.0.0.1;1", "url;http://a.example/,b;2"], vec!["ip 10.0.0.1 1", "url http://a.example/,b 2"]),
            (vec!["ip\t10.0.0.1\t1"], vec!["ip 10.0.0.1 1"]),
            (vec!["type;value;time", "ip;10.0.0.1;1"], vec!["header", "ip 10.0.0.1 1"]),
            (vec!["type,value,time,comment", "ip,10.0.0.1,1,\"a,b\""], vec!["header", "ip 10.0.0.1 1"]),
            (
                vec!["\"First-Seen\",id,\"IOC Type\",note,ioc_value", "1,7,ip,x,10.0.0.1"],
                vec!["header", "ip 10.0.0.1 1"],
            ),
            (vec!["first_seen,type,value,time", "1,ip,10.0.0.1,2"], vec!["header", "ip 10.0.0.1 2"]),
            (
                vec!["# a list", "#type,value,time", "# more", "ip,10.0.0.1,1"],
                vec!["#", "header", "#", "ip 10.0.0.1 1"],
            ),
            (
                vec!["type,value,time", "ip,10.0.0.1,1", "value,type,time", "10.0.0.1,ip,1"],
                vec!["header", "ip 10.0.0.1 1", "header", "ip 10.0.0.1 1"],
            ),
            (vec!["secret;10.0.0.1;1", "ip;10.0.0.1;1"], vec!["1 columns, expected 3", "ip 10.0.0.1 1"]),
            (vec!["type,value,time", "ip,10.0.0.1"], vec!["header", "2 columns, expected 3"]),
        ] {
            assert_eq!(rows(&lines), expect, "{lines:?}");
        }
    }
}
