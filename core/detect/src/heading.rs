//! The lines of a text that say how its other lines are read. They go before each further piece where a text is cut.
//!
//! Guarantees: they are bounded, and each is a line that was seen. Does not know: why a text is cut.

use crate::mapping::{Form, How, Mapping};
use crate::table;
use crate::zeek::directive;

/// Lines before the first row that may name columns, behind others.
const LINES_MAX: usize = 1_000;
/// The longest of them together, in bytes.
const BYTES_MAX: usize = 256 << 10;

/// What kind of lines they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// None: every line says itself what it is.
    Nothing,
    /// The first line that is not blank.
    First,
    /// A line that names type, value and time, before the first row.
    Table,
    /// The `#` lines of Zeek, wherever they stand.
    Zeek,
}

/// Gathers them.
#[derive(Clone, Debug)]
pub struct Heading {
    of: Of,
    settled: bool,
    lines: Vec<String>,
}

impl Heading {
    /// Begins before the first piece.
    pub fn new(mapping: &Mapping) -> Self {
        let of = match &mapping.how {
            How::Stix => Of::Nothing,
            How::Simple => Of::Table,
            How::Declared(declared) => match declared.form {
                Form::Json => Of::Nothing,
                Form::Zeek => Of::Zeek,
                Form::Csv if declared.header => Of::First,
                Form::Csv => Of::Nothing,
            },
        };
        Self { of, settled: of == Of::Nothing, lines: Vec::new() }
    }

    /// Returns the lines, each with its line feed, and how many they are.
    pub fn lines(&self) -> (String, u64) {
        (self.lines.concat(), self.lines.len() as u64)
    }

    /// Looks through a piece that was cut off, in the order of the text.
    pub fn note(&mut self, piece: &str) {
        if self.settled {
            return;
        }
        let piece = piece.strip_prefix('\u{feff}').unwrap_or(piece);
        if self.of == Of::Zeek {
            return self.note_zeek(piece);
        }
        for line in piece.split_inclusive('\n').filter(|line| !line.trim().is_empty()).take(LINES_MAX) {
            let takes = self.of == Of::First || table::is_header(line);
            if takes {
                self.keep(line);
            }
            if takes || !line.trim_start().starts_with('#') {
                self.settled = true;
                return;
            }
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
    use super::*;

    fn heading(mapping: &str, pieces: &[&str]) -> (String, u64) {
        let mapping = Mapping::built_in(mapping).unwrap_or(Mapping { how: How::Stix });
        let mut heading = Heading::new(&mapping);
        pieces.iter().for_each(|piece| heading.note(piece));
        heading.lines()
    }

    #[test]
    fn what_later_pieces_need() {
        let none = (String::new(), 0);
        assert_eq!(heading("ecs", &["{}\n"]), none);
        assert_eq!(heading("simple", &["ip,10.0.0.1,1\n", "type,value,time\n"]), none);
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
