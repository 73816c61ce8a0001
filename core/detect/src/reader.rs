//! Lines one after the other, as observations.
//!
//! Guarantees: a line is read whole or refused with a reason that holds nothing of it; the first line of CSV may name the columns.
//! Does not know: where lines come from.

use crate::instant;
use crate::mapping::{Builder, Declared, Form, How, Mapping, TimeFormat, simple_object};
use comity_pattern::{Object, Observed};
use comity_stix::json::tree::Node;
use comity_stix::json::{JsonError, Limits};
use comity_vocab::Timestamp;
use csv_core::{ReadRecordResult, ReaderBuilder};
use std::borrow::Cow;
use std::collections::HashMap;

/// The longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// Columns of a CSV line at most.
const COLUMNS_MAX: usize = 1_000;

/// Why a line is no observation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is longer than 1 MiB.
    #[error("the line is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// It is not text.
    #[error("the line is not UTF-8")]
    Text,
    /// It is not JSON.
    #[error("the line is not strict JSON: byte {at}")]
    Json {
        /// The byte, from 0.
        at: u64,
    },
    /// It is JSON of another form.
    #[error("the line is no JSON object")]
    Form,
    /// It is no STIX that can be observed.
    #[error("{0}")]
    Stix(comity_pattern::ObservedError),
    /// STIX without any observed-data.
    #[error("it holds no observed-data")]
    Nothing,
    /// A CSV line with too many columns or a quote that is not closed.
    #[error("the line is no record of comma-separated values with at most {COLUMNS_MAX} columns")]
    Csv,
    /// A column or field that is needed is absent.
    #[error("`{0}` is absent")]
    Absent(&'static str),
    /// The time cannot be read.
    #[error("the time is absent or not of the form that the mapping names")]
    Time,
    /// The type is not known, or the value does not fit it.
    #[error("the type is not known or the value does not fit it")]
    Kind,
    /// It would give more than a thousand objects.
    #[error("the line gives more than 1,000 objects")]
    TooMany,
}

impl From<JsonError> for LineError {
    fn from(error: JsonError) -> Self {
        Self::Json { at: error.offset }
    }
}

/// Reads lines by a mapping.
pub struct LineReader {
    mapping: Mapping,
    limits: Limits,
    begun: bool,
    /// Column by field, once the header of CSV was read.
    columns: Vec<(usize, usize)>,
}

impl LineReader {
    /// Begins.
    pub fn new(mapping: Mapping) -> Self {
        let columns = match &mapping.how {
            How::Declared(declared) if !declared.header => columns(declared, &declared.columns),
            _ => Vec::new(),
        };
        Self { mapping, limits: Limits::default(), begun: false, columns }
    }

    /// Reads one line, without its line feed, and hands over its observations while they live. Blank lines and a header give none.
    ///
    /// # Errors
    /// [`LineError`]; nothing of the line was handed over then.
    pub fn line(&mut self, line: &[u8], take: &mut dyn FnMut(&Observed<'_>)) -> Result<u32, LineError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            return Err(LineError::TooLong);
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let line = if first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(0);
        }
        match self.mapping.how.clone() {
            How::Stix => self.stix(line, take),
            How::Simple => self.simple(line, take),
            How::Declared(declared) => match declared.form {
                Form::Json => self.declared_json(&declared, line, take),
                Form::Csv => self.declared_csv(&declared, line, first, take),
            },
        }
    }

    /// Reads one STIX document, which may span many lines.
    ///
    /// # Errors
    /// [`LineError`]; nothing was handed over then.
    pub fn document(&mut self, bytes: &[u8], take: &mut dyn FnMut(&Observed<'_>)) -> Result<u32, LineError> {
        self.stix(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), take)
    }

    fn stix(&self, bytes: &[u8], take: &mut dyn FnMut(&Observed<'_>)) -> Result<u32, LineError> {
        let nodes = [Node::parse(bytes, &self.limits)?];
        let observed = Observed::of_documents(&nodes).map_err(LineError::Stix)?;
        if observed.is_empty() {
            return Err(LineError::Nothing);
        }
        observed.iter().for_each(take);
        Ok(u32::try_from(observed.len()).unwrap_or(u32::MAX))
    }

    fn simple(&self, line: &[u8], take: &mut dyn FnMut(&Observed<'_>)) -> Result<u32, LineError> {
        let text = std::str::from_utf8(line).map_err(|_| LineError::Text)?;
        if text.trim_start().starts_with('{') {
            let node = Node::parse(line, &self.limits)?;
            let number = |name| match node.property(name) {
                Some(Node::String(text)) => Some(text.as_ref()),
                Some(Node::Number(written)) => Some(*written),
                _ => None,
            };
            let word = number("type").ok_or(LineError::Absent("type"))?;
            let value = number("value").ok_or(LineError::Absent("value"))?;
            let time = number("time").ok_or(LineError::Absent("time"))?;
            return self.simple_values(word, value, time, take);
        }
        let fields = csv_fields(line, b',').ok_or(LineError::Csv)?;
        let [word, value, time, ..] = fields.as_slice() else { return Err(LineError::Absent("type,value,time")) };
        let named = |name: &str, field: &str| field.trim().eq_ignore_ascii_case(name);
        if named("type", word) && named("value", value) && named("time", time) {
            return Ok(0);
        }
        self.simple_values(word, value, time, take)
    }

    fn simple_values(
        &self,
        word: &str,
        value: &str,
        time: &str,
        take: &mut dyn FnMut(&Observed<'_>),
    ) -> Result<u32, LineError> {
        let time = instant::any(time).ok_or(LineError::Time)?;
        let (key, object_type, node) = simple_object(word, value).ok_or(LineError::Kind)?;
        take(&observed(time, vec![Object { key: &key, object_type, node: &node }]));
        Ok(1)
    }

    fn declared_json(
        &self,
        declared: &Declared,
        line: &[u8],
        take: &mut dyn FnMut(&Observed<'_>),
    ) -> Result<u32, LineError> {
        let node = Node::parse(line, &self.limits)?;
        if !matches!(node, Node::Object(_)) {
            return Err(LineError::Form);
        }
        let mut builder = Builder::new(declared);
        walk(declared, &node, &mut String::new(), &mut builder);
        finish(declared, &builder, take)
    }

    fn declared_csv(
        &mut self,
        declared: &Declared,
        line: &[u8],
        first: bool,
        take: &mut dyn FnMut(&Observed<'_>),
    ) -> Result<u32, LineError> {
        let fields = csv_fields(line, declared.delimiter).ok_or(LineError::Csv)?;
        if first && declared.header {
            self.columns = columns(declared, &fields);
            return Ok(0);
        }
        let nodes: Vec<(usize, Node<'_>)> = self
            .columns
            .iter()
            .filter_map(|(column, field)| {
                // A dash says that there is nothing, in most logs.
                let text = fields.get(*column).filter(|text| !text.is_empty() && *text != "-")?;
                Some((*field, Node::String(Cow::Borrowed(text.as_str()))))
            })
            .collect();
        let mut builder = Builder::new(declared);
        nodes.iter().for_each(|(field, node)| builder.set(*field, node));
        finish(declared, &builder, take)
    }
}

fn observed<'o>(time: Timestamp, objects: Vec<Object<'o>>) -> Observed<'o> {
    Observed { id: None, first: time, last: time, count: 1, objects }
}

fn finish(declared: &Declared, builder: &Builder<'_>, take: &mut dyn FnMut(&Observed<'_>)) -> Result<u32, LineError> {
    let time = declared.time.iter().find_map(|field| builder.get(*field));
    let read = |text: &str| match declared.time_format {
        // What is declared as RFC 3339 is often a number in one source of many.
        TimeFormat::Rfc3339 => instant::any(text),
        format => instant::read(text, format),
    };
    let time = match time {
        Some(Node::String(text)) => read(text),
        Some(Node::Number(written)) => read(written),
        _ => None,
    };
    let time = time.ok_or(LineError::Time)?;
    let made = builder.objects().ok_or(LineError::TooMany)?;
    let objects = made.iter().map(|(key, object_type, node)| Object { key, object_type, node }).collect();
    take(&observed(time, objects));
    Ok(1)
}

/// Finds the fields of a declaration in a line, whether they are nested or written with dots.
fn walk<'n>(declared: &Declared, node: &'n Node<'n>, path: &mut String, builder: &mut Builder<'n>) {
    for (name, value) in node.properties() {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        if let Some(field) = declared.fields.get(path.as_str()) {
            builder.set(*field, value);
        }
        if declared.beginnings.contains(path.as_str()) {
            match value {
                Node::Object(_) => walk(declared, value, path, builder),
                Node::Array(items) => items.iter().for_each(|item| walk(declared, item, path, builder)),
                _ => {}
            }
        }
        path.truncate(length);
    }
}

/// Which column gives which field.
fn columns(declared: &Declared, names: &[String]) -> Vec<(usize, usize)> {
    let by_name: HashMap<&str, usize> = names.iter().enumerate().map(|(column, name)| (name.trim(), column)).collect();
    declared
        .fields
        .iter()
        .filter_map(|(name, field)| by_name.get(name.as_str()).map(|column| (*column, *field)))
        .collect()
}

/// Splits one line of CSV (RFC 4180); a record does not span lines here.
fn csv_fields(line: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let mut output = vec![0; line.len() + 1];
    let mut ends = vec![0; 64];
    let (mut written, mut counted, mut input) = (0, 0, line);
    loop {
        let (result, read, wrote, ended) =
            reader.read_record(input, output.get_mut(written..)?, ends.get_mut(counted..)?);
        input = input.get(read..)?;
        written += wrote;
        counted += ended;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => return None,
            ReadRecordResult::OutputEndsFull if ends.len() < COLUMNS_MAX => ends.resize(COLUMNS_MAX, 0),
            ReadRecordResult::OutputEndsFull => return None,
            ReadRecordResult::Record | ReadRecordResult::End => break,
        }
    }
    if !input.is_empty() {
        return None;
    }
    let mut fields = Vec::with_capacity(counted);
    let mut begin = 0;
    for end in ends.get(..counted)? {
        fields.push(std::str::from_utf8(output.get(begin..*end)?).ok()?.to_owned());
        begin = *end;
    }
    Some(fields)
}
