//! Lines one after the other, or documents over many lines, as observations.
//!
//! Guarantees: a record is taken whole or refused with a reason that holds nothing of it, and costs no other; the time of what is
//! taken is one that can be. Does not know: where lines come from, and what time it is beyond what it was told.

use crate::csv::trimmed;
use crate::documents::{Documents, Is, Span};
use crate::heading;
use crate::instant::{self, Misfit};
use crate::line::{LINE_BYTES_MAX, LineError};
use crate::mapping::{ALONE, Declared, Form, Hit, How, Made, Mapping, OBJECTS_MAX, TimeFormat};
use crate::mapping::{Scalar, Scratch, is_absent, objects, simple_objects};
use crate::table::{self, COLUMNS, Row, Table};
use crate::told::Told;
use crate::unwrap::records;
use crate::zeek::Zeek;
use comity_pattern::{Object, Observed};
use comity_stix::json::tree::Node;
use comity_stix::json::{JsonError, JsonErrorKind, Limits, Walker};
use comity_vocab::Timestamp;
use std::cell::Cell;

/// What takes observations of a line.
type Take<'t> = &'t mut dyn FnMut(&Observed<'_>);
/// What takes observations of a document, each with the line in which it begins, from 1.
type TakeAt<'t> = &'t mut dyn FnMut(u64, &Observed<'_>);

/// Times that a text is looked through again behind what is never closed. Then the rest of it is refused.
const AGAIN_MAX: u32 = 20;

/// Reads lines by a mapping.
pub struct LineReader {
    mapping: Mapping,
    /// What time it is.
    now: Timestamp,
    limits: Limits,
    begun: bool,
    /// Of CSV, by column: the field that it gives. Empty before a header was read.
    columns: Vec<Option<u16>>,
    table: Table,
    zeek: Zeek,
    /// Memory that is used for one record after the other.
    walker: Cell<Walker>,
    scratch: Cell<Scratch>,
}

impl LineReader {
    /// Begins before the first line. `now` is the time by our clock: nothing was observed long after it.
    pub fn new(mapping: Mapping, now: Timestamp) -> Self {
        let columns = match &mapping.how {
            How::Declared(declared) if !declared.header => {
                declared.columns.iter().map(|name| declared.fields.find(name)).collect()
            }
            _ => Vec::new(),
        };
        let (table, zeek) = (Table::default(), Zeek::default());
        let (walker, scratch) = (Cell::default(), Cell::default());
        Self { mapping, now, limits: Limits::default(), begun: false, columns, table, zeek, walker, scratch }
    }

    /// Reads one line, without its line feed, and hands over its observations while they live.
    pub fn line(&mut self, line: &[u8], take: Take<'_>) -> Told {
        let mut told = Told::default();
        if let Err(error) = self.read(line, &mut told, take) {
            told.refuse(1, None, error);
        }
        told
    }

    fn read(&mut self, line: &[u8], told: &mut Told, take: Take<'_>) -> Result<(), LineError> {
        if line.len() > LINE_BYTES_MAX {
            return Err(LineError::TooLong { bytes: line.len() });
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let line = if first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            // A blank line before the header is none.
            self.begun = !first;
            return Ok(());
        }
        let braced = line.trim_ascii_start().starts_with(b"{") || line.trim_ascii_start().starts_with(b"[");
        match self.mapping.how.clone() {
            How::Simple if !braced => return self.table(line, told, take),
            How::Declared(declared) => match declared.form {
                Form::Csv => return self.csv(&declared, line, first, told, take),
                Form::Zeek if !braced => return self.zeek(&declared, line, told, take),
                Form::Zeek | Form::Json => {}
            },
            How::Simple | How::Stix => {}
        }
        self.json(line, 1, told, &mut |_, observed| take(observed)).map_err(|(_, error)| error)
    }

    /// Reads JSON texts that may span many lines, one after another or in a list. Of CSV there are none.
    pub fn document(&mut self, bytes: &[u8], take: TakeAt<'_>) -> Told {
        let mut told = Told::default();
        if !self.mapping.is_json() {
            told.refuse(1, None, LineError::Form);
            return told;
        }
        let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut before = 0;
        for turn in 0..=AGAIN_MAX {
            let mut documents = Documents::new(self.mapping.is_stix());
            let mut open = None;
            let mut each = |span: Span| match span.is {
                Is::Open => open = Some(span),
                Is::Foreign => told.refuse(before + span.line, None, LineError::Form),
                Is::Whole | Is::Broken => self.text(rest, span, before, &mut told, take),
            };
            documents.push(rest, &mut each);
            let list = documents.end(&mut each);
            if let Some(line) = list.filter(|_| open.is_none()) {
                told.refuse(before + line, None, LineError::Open);
            }
            let Some(open) = open else { break };
            told.refuse(before + open.line, None, LineError::Open);
            let Some((lines, next)) = behind(rest, open).filter(|_| turn < AGAIN_MAX) else { break };
            (before, rest) = (before + open.line - 1 + lines, next);
        }
        told
    }

    fn text(&self, all: &[u8], span: Span, before: u64, told: &mut Told, take: TakeAt<'_>) {
        let line = before + span.line;
        let text = all.get(span.begin..span.end).unwrap_or_default();
        if let Err((at, error)) = self.json(text, line, told, take) {
            told.refuse(at, None, error);
        }
    }

    /// Reads one JSON text that begins in this line; with an error comes the line of it.
    fn json(&self, text: &[u8], line: u64, told: &mut Told, take: TakeAt<'_>) -> Result<(), (u64, LineError)> {
        let at = |error: JsonError| {
            // Of a text that ends too early, the line where it begins says more than the last one.
            let at = if error.kind == JsonErrorKind::UnexpectedEnd { line } else { line + error.line - 1 };
            (at, LineError::Json { at: error.column.saturating_sub(1), kind: error.kind })
        };
        let mut take = |observed: &Observed<'_>| take(line, observed);
        if let How::Declared(declared) = &self.mapping.how
            && text.trim_ascii_start().starts_with(b"{")
        {
            let mut walker = self.walker.take();
            let read = declared.fields.read(&mut walker, text, &self.limits);
            self.walker.set(walker);
            // Of what a tool puts around records a tree is made.
            if let Some(scalars) = read.map_err(at)? {
                let hits: Vec<Hit<'_>> = scalars.iter().map(Scalar::hit).collect();
                match self.finish(declared, &hits, &mut take) {
                    Ok(observations) => told.gave(observations),
                    Err(error) => told.refuse(line, None, error),
                }
                return Ok(());
            }
        }
        let node = Node::parse(text, &self.limits).map_err(at)?;
        if self.mapping.is_stix() {
            return self.stix(node, line, told, &mut take).map_err(|error| (line, error));
        }
        let is_field = |name: &str| match &self.mapping.how {
            How::Declared(declared) => declared.fields.begins(name),
            How::Simple | How::Stix => false,
        };
        let mut any = false;
        records(&node, &is_field, &mut |item, record| {
            any = true;
            match self.record(record, &mut take) {
                Ok(observations) => told.gave(observations),
                Err(error) => told.refuse(line, item, error),
            }
        });
        if !any {
            told.gave(0);
        }
        Ok(())
    }

    fn record(&self, record: &Node<'_>, take: Take<'_>) -> Result<u64, LineError> {
        if !matches!(record, Node::Object(_)) {
            return Err(LineError::Form);
        }
        match &self.mapping.how {
            How::Declared(declared) => self.finish(declared, &declared.fields.hits(record), take),
            How::Simple | How::Stix => self.simple(record, take),
        }
    }

    fn stix(&self, node: Node<'_>, line: u64, told: &mut Told, take: Take<'_>) -> Result<(), LineError> {
        let nodes = [node];
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
        let alone = all.len() == 1;
        for (item, one) in (1..).zip(&all) {
            let fits = self.seen(one.first, &|| "first_observed".to_owned());
            match fits.and_then(|_| self.seen(one.last, &|| "last_observed".to_owned())) {
                Ok(_) => {
                    take(one);
                    told.gave(1);
                }
                Err(error) => told.refuse(line, (!alone).then_some(item), error),
            }
        }
        Ok(())
    }

    fn simple(&self, record: &Node<'_>, take: Take<'_>) -> Result<u64, LineError> {
        let properties = record.properties();
        let found = table::find(properties.iter().map(|(name, _)| name.as_ref()));
        let mut texts = [""; 3];
        for ((slot, place), column) in texts.iter_mut().zip(found).zip(COLUMNS) {
            let value = place.and_then(|place| properties.get(place)).map(|(_, value)| value);
            *slot = match value.filter(|value| !is_absent(value)) {
                Some(Node::String(text)) => text,
                Some(Node::Number(written)) => written,
                Some(_) => return Err(LineError::Value { field: column.to_owned(), expected: "text or a number" }),
                None => return Err(LineError::Absent(column)),
            };
        }
        self.simple_values(texts, take)
    }

    fn table(&mut self, line: &[u8], told: &mut Told, take: Take<'_>) -> Result<(), LineError> {
        match self.table.row(utf8(line)?)? {
            Row::Header => {}
            Row::Comment => told.comments += 1,
            Row::Values(values) => told.gave(self.simple_values(values.each_ref().map(AsRef::as_ref), take)?),
        }
        Ok(())
    }

    fn simple_values(&self, texts: [&str; 3], take: Take<'_>) -> Result<u64, LineError> {
        let [word, value, time] = texts.map(trimmed);
        for (name, text) in COLUMNS.iter().zip([word, value, time]) {
            if text.is_empty() {
                return Err(LineError::Absent(name));
            }
        }
        let field = || "time".to_owned();
        let expected = "RFC 3339 with Z or an offset, or a number since 1970";
        let seen = instant::any(time).ok_or_else(|| LineError::Time { field: field(), expected })?;
        let made = simple_objects(word, value)?;
        let seen = self.seen(seen, &field)?;
        hand_over(seen, seen, &made, take);
        Ok(1)
    }

    fn zeek(&mut self, declared: &Declared, line: &[u8], told: &mut Told, take: Take<'_>) -> Result<(), LineError> {
        let line = utf8(line)?;
        if line.starts_with('#') {
            told.comments += u64::from(!self.zeek.direct(line, declared));
            return Ok(());
        }
        let values = self.zeek.row(line)?;
        let nodes: Vec<(u16, u32, Node<'_>)> =
            values.into_iter().map(|(field, place, text)| (field, place, Node::String(text))).collect();
        let hits: Vec<Hit<'_>> =
            nodes.iter().map(|(field, index, node)| Hit { field: *field, index: *index, node }).collect();
        told.gave(self.finish(declared, &hits, take)?);
        Ok(())
    }

    fn csv(
        &mut self,
        declared: &Declared,
        line: &[u8],
        first: bool,
        told: &mut Told,
        take: Take<'_>,
    ) -> Result<(), LineError> {
        if first && declared.header {
            return match utf8(line).and_then(|line| heading::columns(declared, line)) {
                Ok(columns) => {
                    self.columns = columns;
                    Ok(())
                }
                Err(error) => {
                    // Not a header that can be used: the next line may be one.
                    self.begun = false;
                    Err(error)
                }
            };
        }
        let fields = table::record(utf8(line)?, declared.delimiter)?;
        if fields.len() != self.columns.len() {
            return Err(LineError::Columns { found: fields.len(), expected: self.columns.len() });
        }
        let named = fields.into_iter().zip(&self.columns);
        let nodes: Vec<(u16, Node<'_>)> =
            named.filter_map(|(text, field)| Some(((*field)?, Node::String(text)))).collect();
        let present = nodes.iter().filter(|(_, node)| !is_absent(node));
        let hits: Vec<Hit<'_>> = present.map(|(field, node)| Hit { field: *field, index: ALONE, node }).collect();
        told.gave(self.finish(declared, &hits, take)?);
        Ok(())
    }

    fn finish(&self, declared: &Declared, hits: &[Hit<'_>], take: Take<'_>) -> Result<u64, LineError> {
        let (of_first, of_last) = (time_of(&declared.first, hits), time_of(&declared.last, hits));
        let first = of_first.map(|hit| self.time(declared, hit)).transpose()?;
        let last = match of_last {
            // One field says both of most lines.
            Some(hit) if of_first.is_some_and(|first| std::ptr::eq(first, hit)) => first,
            of_last => of_last.map(|hit| self.time(declared, hit)).transpose()?,
        };
        let mut scratch = self.scratch.take();
        let made = objects(declared, hits, &mut scratch);
        self.scratch.set(scratch);
        let made = made?;
        if made.is_empty() {
            return Ok(0);
        }
        let first = first.or(last).ok_or(LineError::Absent("the time"))?;
        let last = last.unwrap_or(first);
        // Clocks of two fields may differ: it was seen between the two.
        hand_over(first.min(last), first.max(last), &made, take);
        Ok(1)
    }

    fn time(&self, declared: &Declared, hit: &Hit<'_>) -> Result<Timestamp, LineError> {
        let text = match hit.node {
            Node::String(text) => text.as_ref(),
            Node::Number(written) => written,
            _ => "",
        };
        let expected = match declared.time_format {
            // What is declared as RFC 3339 is a number in one source of many.
            TimeFormat::Rfc3339 => "RFC 3339 with Z or an offset, or a number since 1970",
            TimeFormat::Unix => "seconds since 1970",
            TimeFormat::UnixMs => "milliseconds since 1970",
        };
        let field = || declared.fields.name(hit.field).to_owned();
        let read = instant::read(text, declared.time_format);
        let time = read.ok_or_else(|| LineError::Time { field: field(), expected })?;
        self.seen(time, &field)
    }

    /// Checks that something can have been seen at a time.
    fn seen(&self, time: Timestamp, field: &dyn Fn() -> String) -> Result<Timestamp, LineError> {
        instant::judge(time, self.now).map_err(|misfit| match misfit {
            Misfit::Early => LineError::Early { field: field() },
            Misfit::Late => LineError::Late { field: field() },
        })
    }
}

/// Returns what may be read again behind a text that is never closed: from the next line that is indented no deeper and begins like
/// one, with the number of lines between.
fn behind(all: &[u8], open: Span) -> Option<(u64, &[u8])> {
    let rest = all.get(open.begin..)?;
    let (mut at, mut lines) = (0, 0);
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        let indent = line.len() - line.trim_ascii_start().len();
        if at > 0 && indent <= open.column && line.get(indent) == Some(&b'{') {
            return Some((lines, rest.get(at..)?));
        }
        at += line.len();
        lines += 1;
    }
    None
}

/// The first of these fields that is there.
fn time_of<'h, 'n>(fields: &[u16], hits: &'h [Hit<'n>]) -> Option<&'h Hit<'n>> {
    fields.iter().find_map(|field| hits.iter().find(|hit| hit.field == *field))
}

fn utf8(line: &[u8]) -> Result<&str, LineError> {
    std::str::from_utf8(line).map_err(|error| LineError::Text { at: error.valid_up_to() })
}

fn hand_over(first: Timestamp, last: Timestamp, made: &[Made<'_>], take: Take<'_>) {
    let objects = made.iter().map(|made| Object { key: &made.key, object_type: made.object_type, node: &made.node });
    take(&Observed { id: None, first, last, count: 1, objects: objects.collect() });
}
