//! Lines one after the other, as observations.
//!
//! Guarantees: a line is taken whole or refused with a reason that holds nothing of it; the first line of CSV may name the
//! columns. Does not know: where lines come from.

use crate::csv;
use crate::instant;
use crate::line::{LINE_BYTES_MAX, LineError};
use crate::mapping::{ALONE, Declared, Form, Hit, How, Made, Mapping, OBJECTS_MAX, TimeFormat};
use crate::mapping::{Scratch, is_absent, objects, simple_objects};
use comity_pattern::{Object, Observed};
use comity_stix::json::tree::Node;
use comity_stix::json::{Limits, Walker};
use comity_vocab::Timestamp;
use std::borrow::Cow;

/// What takes observations.
type Take<'t> = &'t mut dyn FnMut(&Observed<'_>);

/// Reads lines by a mapping.
pub struct LineReader {
    mapping: Mapping,
    limits: Limits,
    walker: Walker,
    scratch: Scratch,
    begun: bool,
    /// By column: the field that it gives. Empty before a header was read.
    columns: Vec<Option<u16>>,
    /// Where `type`, `value` and `time` stand.
    simple: [usize; 3],
}

const SIMPLE: [&str; 3] = ["type", "value", "time"];

impl LineReader {
    /// Begins before the first line.
    pub fn new(mapping: Mapping) -> Self {
        let columns = match &mapping.how {
            How::Declared(declared) if !declared.header => {
                declared.columns.iter().map(|name| declared.fields.find(name)).collect()
            }
            _ => Vec::new(),
        };
        Self {
            mapping,
            limits: Limits::default(),
            walker: Walker::default(),
            scratch: Scratch::default(),
            begun: false,
            columns,
            simple: [0, 1, 2],
        }
    }

    /// Reads one line, without its line feed, and hands over its observations while they live. Returns how many they were:
    /// blank lines, a header, and lines that hold nothing that the mapping names give none.
    ///
    /// # Errors
    /// [`LineError`]; nothing of the line was handed over then.
    pub fn line(&mut self, line: &[u8], take: Take<'_>) -> Result<u32, LineError> {
        if line.len() > LINE_BYTES_MAX {
            return Err(LineError::TooLong { bytes: line.len() });
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let line = if first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            // A blank line before the header is none.
            self.begun = !first;
            return Ok(0);
        }
        match self.mapping.how.clone() {
            How::Stix => self.stix(line, take),
            How::Simple => self.simple(line, take),
            How::Declared(declared) => match declared.form {
                Form::Json if is_plain_object(line) => {
                    let scalars = declared.fields.read(&mut self.walker, line, &self.limits)?;
                    finish(&declared, scalars.iter().map(|scalar| scalar.hit()).collect(), &mut self.scratch, take)
                }
                Form::Json => {
                    let node = Node::parse(line, &self.limits)?;
                    if !matches!(node, Node::Object(_)) {
                        return Err(LineError::Form);
                    }
                    finish(&declared, declared.fields.hits(&node), &mut self.scratch, take)
                }
                Form::Csv => self.csv(&declared, line, first, take),
            },
        }
    }

    /// Reads one STIX document, which may span many lines: a bundle, a list, or an object.
    ///
    /// # Errors
    /// [`LineError`]; nothing was handed over then.
    pub fn document(&mut self, bytes: &[u8], take: Take<'_>) -> Result<u32, LineError> {
        self.stix(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), take)
    }

    fn stix(&self, bytes: &[u8], take: Take<'_>) -> Result<u32, LineError> {
        let nodes = [Node::parse(bytes, &self.limits)?];
        let all = Observed::of_documents(&nodes).map_err(LineError::Stix)?;
        if all.is_empty() {
            return Err(LineError::NoObservation);
        }
        if let Some(at) = all.iter().position(|one| one.objects.is_empty()) {
            return Err(LineError::NoObjects { position: at + 1 });
        }
        if all.iter().any(|one| one.objects.len() > OBJECTS_MAX) {
            return Err(LineError::TooManyObjects);
        }
        all.iter().for_each(take);
        Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
    }

    fn simple(&mut self, line: &[u8], take: Take<'_>) -> Result<u32, LineError> {
        if line.trim_ascii_start().starts_with(b"{") {
            let node = Node::parse(line, &self.limits)?;
            let text = |name: &'static str| match node.property(name).filter(|node| !is_absent(node)) {
                Some(Node::String(text)) => Ok(text.as_ref()),
                Some(Node::Number(written)) => Ok(*written),
                Some(_) => Err(LineError::Value { field: name.to_owned(), expected: "text or a number" }),
                None => Err(LineError::Absent(name)),
            };
            return simple_values([text("type")?, text("value")?, text("time")?], take);
        }
        let fields = record(line, b',')?;
        let place = |name: &str| fields.iter().position(|field| field.eq_ignore_ascii_case(name));
        if let (3, [Some(word), Some(value), Some(time)]) = (fields.len(), SIMPLE.map(place)) {
            self.simple = [word, value, time];
            return Ok(0);
        }
        if fields.len() != 3 {
            return Err(LineError::Columns { found: fields.len(), expected: 3 });
        }
        simple_values(self.simple.map(|at| fields.get(at).map(AsRef::as_ref).unwrap_or_default()), take)
    }

    fn csv(&mut self, declared: &Declared, line: &[u8], first: bool, take: Take<'_>) -> Result<u32, LineError> {
        let fields = record(line, declared.delimiter)?;
        if first && declared.header {
            self.columns = fields.iter().map(|name| declared.fields.find(name.trim())).collect();
            let has = |field: &u16| self.columns.contains(&Some(*field));
            let complete = if !declared.first.iter().any(has) {
                Err(LineError::Header("the time"))
            } else if !declared.templates.iter().any(|template| template.fields.iter().any(has)) {
                Err(LineError::Header("any object"))
            } else {
                Ok(0)
            };
            if complete.is_err() {
                // Not a header that can be used: the next line may be one.
                self.columns.clear();
                self.begun = false;
            }
            return complete;
        }
        if fields.len() != self.columns.len() {
            return Err(LineError::Columns { found: fields.len(), expected: self.columns.len() });
        }
        let named = fields.into_iter().zip(&self.columns);
        let nodes: Vec<(u16, Node<'_>)> =
            named.filter_map(|(text, field)| Some(((*field)?, Node::String(text)))).collect();
        let present = nodes.iter().filter(|(_, node)| !is_absent(node));
        let hits = present.map(|(field, node)| Hit { field: *field, index: ALONE, node }).collect();
        finish(declared, hits, &mut self.scratch, take)
    }
}

/// Tells whether a line is one object, whose fields can be found without making a tree of it.
fn is_plain_object(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"{")
}

fn record(line: &[u8], delimiter: u8) -> Result<Vec<Cow<'_, str>>, LineError> {
    let text = std::str::from_utf8(line).map_err(|error| LineError::Text { at: error.valid_up_to() })?;
    csv::split(text, delimiter).map_err(|fault| match fault {
        csv::Fault::Quote(at) => LineError::Quote { at },
        csv::Fault::Columns => LineError::TooManyColumns { limit: csv::COLUMNS_MAX },
    })
}

fn simple_values([word, value, time]: [&str; 3], take: Take<'_>) -> Result<u32, LineError> {
    for (name, text) in SIMPLE.iter().zip([word, value, time]) {
        if text.is_empty() {
            return Err(LineError::Absent(name));
        }
    }
    let seen = instant::any(time).ok_or_else(|| LineError::Time {
        field: "time".to_owned(),
        expected: "RFC 3339 with Z or an offset, or seconds since 1970",
    })?;
    hand_over(seen, seen, &simple_objects(word, value)?, take);
    Ok(1)
}

fn hand_over(first: Timestamp, last: Timestamp, made: &[Made<'_>], take: Take<'_>) {
    let objects = made.iter().map(|made| Object { key: &made.key, object_type: made.object_type, node: &made.node });
    take(&Observed { id: None, first, last, count: 1, objects: objects.collect() });
}

fn finish(declared: &Declared, hits: Vec<Hit<'_>>, scratch: &mut Scratch, take: Take<'_>) -> Result<u32, LineError> {
    let first = time(declared, &declared.first, &hits)?;
    let last = time(declared, &declared.last, &hits)?;
    let made = objects(declared, hits, scratch)?;
    if made.is_empty() {
        return Ok(0);
    }
    let first = first.or(last).ok_or(LineError::Absent("the time"))?;
    let last = last.unwrap_or(first);
    // Clocks of two fields may differ: it was seen between the two.
    hand_over(first.min(last), first.max(last), &made, take);
    Ok(1)
}

/// Reads the first of these fields that is there.
fn time(declared: &Declared, fields: &[u16], hits: &[Hit<'_>]) -> Result<Option<Timestamp>, LineError> {
    let Some(hit) = fields.iter().find_map(|field| hits.iter().find(|hit| hit.field == *field)) else {
        return Ok(None);
    };
    let text = match hit.node {
        Node::String(text) => text.as_ref(),
        Node::Number(written) => written,
        _ => "",
    };
    let (read, expected) = match declared.time_format {
        // What is declared as RFC 3339 is a number in one source of many.
        TimeFormat::Rfc3339 => (instant::any(text), "RFC 3339 with Z or an offset"),
        format @ TimeFormat::Unix => (instant::read(text, format), "seconds since 1970"),
        format @ TimeFormat::UnixMs => (instant::read(text, format), "milliseconds since 1970"),
    };
    let field = || declared.fields.name(hit.field).to_owned();
    read.map(Some).ok_or_else(|| LineError::Time { field: field(), expected })
}
