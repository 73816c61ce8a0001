//! The lines of a text that say how its other lines are read. They go before each further piece where a text is cut.
//!
//! Guarantees: they are bounded, and each is a line that was seen; what a reader of the whole text takes for the names of columns, this
//! takes too, whatever stands before it. Does not know: why a text is cut.

use crate::line::{LINE_BYTES_MAX, LineError};
use crate::mapping::{Declared, Form, How, Mapping};
use crate::table::{self, Row, Table};
use crate::zeek::directive;
use std::sync::Arc;

/// The longest of them together, in bytes.
const BYTES_MAX: usize = 256 << 10;

/// What kind of lines they are.
#[derive(Clone, Debug)]
enum Of {
    /// None: every line says itself what it is.
    Nothing,
    /// The first line that names columns of the mapping.
    Csv(Arc<Declared>),
    /// The last line that names type, value and time.
    Table(Table),
    /// The `#` lines of Zeek, wherever they stand.
    Zeek,
}

/// Gathers them.
#[derive(Clone, Debug)]
pub struct Heading {
    of: Of,
    lines: Vec<String>,
}

/// Reads a line as names of columns: for each the field that it gives.
///
/// # Errors
/// [`LineError`] where it is no record, or has no time or nothing that makes an object.
pub(crate) fn columns(declared: &Declared, line: &str) -> Result<Vec<Option<u16>>, LineError> {
    let names = table::record(line, declared.delimiter)?;
    let columns: Vec<Option<u16>> = names.iter().map(|name| declared.fields.find(name.trim())).collect();
    let has = |field: &u16| columns.contains(&Some(*field));
    if !declared.first.iter().any(has) {
        return Err(LineError::Header("the time"));
    }
    if !declared.templates.iter().any(|template| template.fields.iter().any(has)) {
        return Err(LineError::Header("any object"));
    }
    Ok(columns)
}

impl Heading {
    /// Begins before the first piece.
    pub fn new(mapping: &Mapping) -> Self {
        let of = match &mapping.how {
            How::Stix => Of::Nothing,
            How::Simple => Of::Table(Table::default()),
            How::Declared(declared) => match declared.form {
                Form::Json => Of::Nothing,
                Form::Zeek => Of::Zeek,
                Form::Csv if declared.header => Of::Csv(Arc::clone(declared)),
                Form::Csv => Of::Nothing,
            },
        };
        Self { of, lines: Vec::new() }
    }

    /// Returns the lines, each with its line feed, and how many they are.
    pub fn lines(&self) -> (String, u64) {
        (self.lines.concat(), self.lines.len() as u64)
    }

    /// Looks through a piece that was cut off, in the order of the text.
    pub fn note(&mut self, piece: &str) {
        let piece = piece.strip_prefix('\u{feff}').unwrap_or(piece);
        let trimmed = |line: &'_ str| line.trim_end_matches('\n').trim_end_matches('\r').len();
        let mut lines = piece
            .split_inclusive('\n')
            .filter_map(|line| line.get(..trimmed(line)))
            .filter(|line| line.len() <= LINE_BYTES_MAX && !line.trim_ascii().is_empty());
        let found = match &mut self.of {
            Of::Nothing => None,
            Of::Zeek => return self.note_zeek(piece),
            Of::Csv(_) if !self.lines.is_empty() => None,
            Of::Csv(declared) => lines.find(|line| columns(declared, line).is_ok()),
            Of::Table(table) => {
                let is_json = |line: &&str| line.trim_ascii_start().starts_with(['{', '[']);
                lines.filter(|line| !is_json(line)).filter(|line| matches!(table.row(line), Ok(Row::Header))).last()
            }
        };
        if let Some(line) = found {
            self.lines.clear();
            self.keep(line);
        }
    }

    fn note_zeek(&mut self, piece: &str) {
        // Rows are many, and begin with anything: lines are looked at only where some line begins with `#`.
        if !piece.starts_with('#') && !piece.contains("\n#") {
            return;
        }
        for line in piece.split_inclusive('\n').filter(|line| line.starts_with('#')) {
            let Some(name) = directive(line) else { continue };
            match name {
                "separator" => self.lines.clear(),
                "open" | "close" => continue,
                _ => self.lines.retain(|known| directive(known) != Some(name)),
            }
            self.keep(line);
        }
    }

    fn keep(&mut self, line: &str) {
        let held: usize = self.lines.iter().map(String::len).sum();
        if held + line.len() < BYTES_MAX {
            let line = line.trim_end_matches(['\n', '\r']);
            self.lines.push(format!("{line}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "test")]

    use super::*;
    use crate::LineReader;

    fn heading(mapping: &str, pieces: &[&str]) -> (String, u64) {
        let mapping = Mapping::built_in(mapping).unwrap_or(Mapping { how: How::Stix });
        let mut heading = Heading::new(&mapping);
        pieces.iter().for_each(|piece| heading.note(piece));
        heading.lines()
    }

    /// A declaration of CSV with a header.
    const CSV: &str = r#"{"name":"proxy","form":"csv","header":true,
        "time":{"fields":["when"],"format":"rfc3339"},
        "objects":[{"type":"address","properties":{"value":"client"}}]}"#;

    /// However a text is cut, its pieces with the heading before them give what the whole gives.
    #[test]
    fn pieces_give_what_the_whole_gives() {
        let at = "2026-03-16T09:14:00Z";
        let title = "Log of the proxy\n# more: \"about\" it\n\"never closed\n\n";
        let rows = |format: &str| {
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|ip| format.replace("IP", ip).replace("AT", at)).concat()
        };
        let csv = format!("{title}when,client,x\n{}", rows("AT,IP,1\n"));
        let csv = [
            csv.clone(),
            csv.replace('\n', "\r\n"),
            format!("\u{feff}{csv}"),
            format!("when,client,x\n{}", rows("AT,IP,1\n")),
        ];
        let simple = [
            format!("A list\n# more\ntime;value;type\n{}", rows("AT;IP;ip\n")),
            format!("{}value,type,time\n{}", rows("ip,IP,AT\n"), rows("IP,ip,AT\n")),
            format!(
                "#time,type,value\n{}{{\"type\":\"ip\",\"value\":\"192.0.2.9\",\"time\":\"{at}\"}}\n",
                rows("AT,ip,IP\n")
            ),
        ];
        let now = comity_vocab::Timestamp::parse("2026-03-17T00:00:00Z").unwrap();
        let declared = Mapping::parse(CSV.as_bytes()).unwrap();
        let simple_mapping = Mapping::built_in("simple").unwrap();
        let read = |mapping: &Mapping, pieces: &[String]| -> u64 {
            let mut heading = Heading::new(mapping);
            let mut given = 0;
            for piece in pieces {
                let mut reader = LineReader::new(mapping.clone(), now);
                let text = format!("{}{piece}", heading.lines().0);
                heading.note(piece);
                given += text
                    .split_terminator('\n')
                    .map(|line| reader.line(line.as_bytes(), &mut |_| {}).observations)
                    .sum::<u64>();
            }
            given
        };
        for (mapping, text) in
            csv.iter().map(|text| (&declared, text)).chain(simple.iter().map(|text| (&simple_mapping, text)))
        {
            let whole = read(mapping, std::slice::from_ref(text));
            assert!(whole >= 3, "{whole} of\n{text}");
            let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
            for length in 1..lines.len() {
                let pieces: Vec<String> = lines.chunks(length).map(<[String]>::concat).collect();
                assert_eq!(read(mapping, &pieces), whole, "{length} lines each of\n{text}");
            }
        }
    }

    #[test]
    fn what_later_pieces_need() {
        let none = (String::new(), 0);
        assert_eq!(heading("ecs", &["{}\n"]), none);
        assert_eq!(heading("simple", &["ip,10.0.0.1,1\n", "ip,10.0.0.2,2\n"]), none);
        assert_eq!(
            heading("simple", &["type,value,time\nip,10.0.0.1,1\nvalue,type,time\n10.0.0.1,ip,1\n"]),
            ("value,type,time\n".to_owned(), 1)
        );
        assert_eq!(
            heading("simple", &["\u{feff}\n# x\nTime;type;value\r\n1;ip;10.0.0.1\n"]),
            ("Time;type;value\n".to_owned(), 1)
        );
        let one = "#separator \\x09\n#path\tconn\n#open\tx\n#fields\ta\n#types\ttime\n1\n#close\tx\n";
        let other = "2\n#separator \\x09\n#fields\tb\n3\n";
        assert_eq!(heading("zeek", &[one, "1\n"]).0, "#separator \\x09\n#path\tconn\n#fields\ta\n#types\ttime\n");
        assert_eq!(heading("zeek", &[one, other]), ("#separator \\x09\n#fields\tb\n".to_owned(), 2));
    }
}
