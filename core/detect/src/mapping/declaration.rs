//! A declaration as it is written, and as it is used.

use super::MappingError;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Objects and fields of one declaration at most.
const OBJECTS_MAX: usize = 200;
const FIELDS_MAX: usize = 1_000;

/// What a field of a line is called that says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// RFC 3339, with `Z` or an offset.
    Rfc3339,
    /// Seconds since 1970, perhaps with a fraction.
    Unix,
    /// Milliseconds since 1970.
    UnixMs,
}

/// What lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One JSON object a line.
    Json,
    /// Comma-separated values (RFC 4180), one record a line.
    Csv,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    form: Form,
    #[serde(default)]
    delimiter: Option<String>,
    /// Whether the first line names the columns.
    #[serde(default)]
    header: bool,
    #[serde(default)]
    columns: Vec<String>,
    time: WrittenTime,
    #[serde(default)]
    refang: bool,
    objects: Vec<WrittenObject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTime {
    fields: Vec<String>,
    format: TimeFormat,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenObject {
    key: String,
    #[serde(rename = "type")]
    object_type: String,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
}

/// Where a property comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A field, by number.
    Field(usize),
    /// Another object, by number.
    Object(usize),
    /// A text.
    Constant(String),
}

/// One object that lines may give.
#[derive(Debug)]
pub(crate) struct Template {
    pub key: String,
    pub object_type: String,
    /// The steps to the property, and where its value comes from.
    pub properties: Vec<(Vec<String>, Source)>,
}

/// A declaration ready to be used.
#[derive(Debug)]
pub(crate) struct Declared {
    pub name: String,
    pub form: Form,
    pub delimiter: u8,
    pub header: bool,
    pub columns: Vec<String>,
    /// Fields that say when, by number, the first that is there counts.
    pub time: Vec<usize>,
    pub time_format: TimeFormat,
    pub refang: bool,
    pub templates: Vec<Template>,
    /// Field by name.
    pub fields: HashMap<String, usize>,
    /// Beginnings of fields' names up to a dot.
    pub beginnings: HashSet<String>,
}

impl Declared {
    pub(super) fn new(written: Written) -> Result<Self, MappingError> {
        if written.objects.len() > OBJECTS_MAX {
            return Err(MappingError::TooMany(OBJECTS_MAX, "objects"));
        }
        if written.objects.is_empty() {
            return Err(MappingError::Object { object: 1, why: "there is none" });
        }
        let delimiter = match written.delimiter.as_deref().map(str::as_bytes) {
            None => b',',
            Some([one]) if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => *one,
            Some(_) => return Err(MappingError::Delimiter),
        };
        if written.form == Form::Csv && !written.header && written.columns.is_empty() {
            return Err(MappingError::Columns);
        }
        let mut declared = Self {
            name: written.name.chars().take(100).collect(),
            form: written.form,
            delimiter,
            header: written.header,
            columns: written.columns,
            time: Vec::new(),
            time_format: written.time.format,
            refang: written.refang,
            templates: Vec::new(),
            fields: HashMap::new(),
            beginnings: HashSet::new(),
        };
        declared.time = written.time.fields.iter().map(|field| declared.field(field)).collect();
        let keys: Vec<&str> = written.objects.iter().map(|object| object.key.as_str()).collect();
        for (at, object) in written.objects.iter().enumerate() {
            let wrong = |why| MappingError::Object { object: at + 1, why };
            if keys.iter().filter(|key| **key == object.key).count() > 1 {
                return Err(wrong("another object has its key twice"));
            }
            let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if object.object_type.is_empty() || !object.object_type.chars().all(good) {
                return Err(wrong("this is no type of STIX"));
            }
            if object.properties.is_empty() {
                return Err(wrong("it has no property that comes from a field"));
            }
            let steps = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
            let mut properties = Vec::new();
            for (path, from) in &object.properties {
                let source = match from.strip_prefix('@').filter(|_| path.ends_with("_ref")) {
                    Some(key) => match keys.iter().position(|known| *known == key) {
                        Some(other) => Source::Object(other),
                        None => return Err(wrong("a property refers to no object of the declaration")),
                    },
                    None => Source::Field(declared.field(from)),
                };
                properties.push((steps(path), source));
            }
            for (path, text) in &object.constants {
                properties.push((steps(path), Source::Constant(text.clone())));
            }
            declared.templates.push(Template {
                key: object.key.clone(),
                object_type: object.object_type.clone(),
                properties,
            });
        }
        if declared.fields.len() > FIELDS_MAX {
            return Err(MappingError::TooMany(FIELDS_MAX, "fields"));
        }
        Ok(declared)
    }

    /// Numbers a field.
    fn field(&mut self, name: &str) -> usize {
        for (dot, _) in name.match_indices('.') {
            self.beginnings.insert(name.get(..dot).unwrap_or_default().to_owned());
        }
        let next = self.fields.len();
        *self.fields.entry(name.to_owned()).or_insert(next)
    }
}
