//! A declaration as it is written, and as it is used.
//!
//! Guarantees: what was read can be used: every reference leads to an object that stands before, every name has a number.

use super::MappingError;
use super::convert::Convert;
use super::fields::Fields;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Objects of one declaration at most.
pub(super) const OBJECTS_MAX: usize = 200;
/// Fields of one declaration at most.
const FIELDS_MAX: usize = 1_000;
/// Types of which an object says something by its references alone.
const REFERRING: [&str; 3] = ["email-message", "network-traffic", "process"];
/// Steps of a property at most.
const STEPS_MAX: usize = 8;

/// How a time is written.
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
    /// Logs of Zeek: one JSON object a line, or columns that `#` lines name.
    Zeek,
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
    /// Of these the first that is there says when something was seen first.
    fields: Vec<String>,
    /// Of these the first that is there says when it was seen last; without any, it is as the other.
    #[serde(default)]
    last: Vec<String>,
    format: TimeFormat,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenObject {
    /// How other objects call it.
    #[serde(default)]
    key: Option<String>,
    #[serde(rename = "type")]
    object_type: String,
    properties: BTreeMap<String, WrittenSource>,
    /// How the values of a property are read.
    #[serde(default, rename = "as")]
    convert: BTreeMap<String, Convert>,
    /// Fields without which the object is not made.
    #[serde(default)]
    needs: Vec<String>,
    /// Fields, or `@key` of other objects, with which the object is not made.
    #[serde(default)]
    unless: Vec<String>,
    /// Why the object stands here, for readers.
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

/// `field`, `@key` of another object, or `=constant`; of several the first that gives something, or all for a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSource {
    One(String),
    Several(Vec<String>),
}

/// Where a property comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A field, by number.
    Field(u16),
    /// Another object, by number.
    Object(usize),
    /// A text.
    Constant(String),
}

/// How the type of an object is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypeOf {
    /// It is this.
    Fixed(String),
    /// `ipv4-addr` or `ipv6-addr`; the value must be one of them.
    Address,
    /// The same, or `domain-name`; what is none of them gives no object.
    Host,
    /// `url`, of its parts.
    UrlParts,
    /// `windows-registry-key`, of hive and key.
    RegistryParts,
}

/// Properties that a URL of parts may have.
const URL_PARTS: &[&str] = &["domain", "scheme", "port", "path", "query"];

/// One property of an object.
#[derive(Debug)]
pub(crate) struct Property {
    /// The names on the way to it, at least one.
    pub steps: Vec<String>,
    /// Whether all sources are gathered in a list.
    pub list: bool,
    pub convert: Convert,
    pub from: Vec<Source>,
}

/// One object that lines may give.
#[derive(Debug)]
pub(crate) struct Template {
    pub key: String,
    pub of: TypeOf,
    pub properties: Vec<Property>,
    /// Fields that it is made of, by number.
    pub fields: Vec<u16>,
    /// Fields without which it is not made.
    pub needs: Vec<u16>,
    /// Fields with which it is not made.
    pub unless_fields: Vec<u16>,
    /// Objects with which it is not made.
    pub unless_objects: Vec<usize>,
    /// Whether references alone say something.
    pub by_references: bool,
}

/// A declaration ready to be used.
#[derive(Debug)]
pub(crate) struct Declared {
    pub name: String,
    pub form: Form,
    pub delimiter: u8,
    pub header: bool,
    pub columns: Vec<String>,
    pub first: Vec<u16>,
    pub last: Vec<u16>,
    pub time_format: TimeFormat,
    pub refang: bool,
    pub templates: Vec<Template>,
    pub fields: Fields,
    /// By field: the templates that are made of it, in order.
    pub of_field: Vec<Vec<u16>>,
    /// Templates that may say something by their references alone.
    pub referring: Vec<u16>,
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
        if written.time.fields.is_empty() {
            return Err(MappingError::Time);
        }
        let mut fields = Fields::default();
        let mut numbers = |names: &[String]| names.iter().map(|name| fields.number(name)).collect();
        let (first, last) = (numbers(&written.time.fields), numbers(&written.time.last));
        let mut templates: Vec<Template> = Vec::with_capacity(written.objects.len());
        for (at, object) in written.objects.into_iter().enumerate() {
            let template = template(object, at, &templates, &mut fields);
            templates.push(template.map_err(|why| MappingError::Object { object: at + 1, why })?);
        }
        if fields.len() > FIELDS_MAX {
            return Err(MappingError::TooMany(FIELDS_MAX, "fields"));
        }
        let (mut of_field, mut referring) = (vec![Vec::new(); fields.len()], Vec::new());
        for (number, template) in (0_u16..).zip(&templates) {
            for field in &template.fields {
                if let Some(of_field) = of_field.get_mut(usize::from(*field)) {
                    of_field.push(number);
                }
            }
            if template.by_references {
                referring.push(number);
            }
        }
        Ok(Self {
            name: written.name.chars().filter(|c| !c.is_control()).take(100).collect(),
            form: written.form,
            delimiter,
            header: written.header,
            columns: written.columns,
            first,
            last,
            time_format: written.time.format,
            refang: written.refang,
            templates,
            fields,
            of_field,
            referring,
        })
    }
}

fn template(
    object: WrittenObject,
    at: usize,
    before: &[Template],
    fields: &mut Fields,
) -> Result<Template, &'static str> {
    let key = object.key.unwrap_or_else(|| at.to_string());
    if key.is_empty() || before.iter().any(|other| other.key == key) {
        return Err("its key is empty, or another object has it too");
    }
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let of = match object.object_type.as_str() {
        "address" => TypeOf::Address,
        "host" => TypeOf::Host,
        "url-parts" => TypeOf::UrlParts,
        "registry-parts" => TypeOf::RegistryParts,
        other if !other.is_empty() && other.len() <= 250 && other.chars().all(good) => TypeOf::Fixed(other.to_owned()),
        _ => return Err("its type is no type of STIX, nor address, host, url-parts or registry-parts"),
    };
    if object.convert.keys().any(|path| !object.properties.contains_key(path)) {
        return Err("`as` names a property that it does not have");
    }
    let (mut properties, mut own) = (Vec::new(), Vec::new());
    for (path, sources) in object.properties {
        let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
        let last = steps.last().map(String::as_str).unwrap_or_default();
        if steps.len() > STEPS_MAX || steps.iter().any(String::is_empty) || path == "type" || path == "id" {
            return Err("a property cannot have this name");
        }
        let refers = last.ends_with("_ref") || last.ends_with("_refs");
        let list = last.ends_with("_refs") || last == "protocols";
        let sources = match sources {
            WrittenSource::One(one) => vec![one],
            WrittenSource::Several(several) => several,
        };
        let mut from = Vec::with_capacity(sources.len());
        for source in sources {
            from.push(match (source.strip_prefix('@'), source.strip_prefix('=')) {
                (Some(key), _) if refers => match before.iter().position(|other| other.key == key) {
                    Some(other) => Source::Object(other),
                    None => return Err("a property refers to no object that stands before it"),
                },
                (_, Some(constant)) => Source::Constant(constant.to_owned()),
                // `@timestamp` and its like are fields.
                _ if refers => return Err("a reference must be written @key"),
                _ => {
                    let field = fields.number(&source);
                    own.push(field);
                    Source::Field(field)
                }
            });
        }
        let convert = object.convert.get(&path).copied();
        let convert = convert.unwrap_or_else(|| Convert::usual(&object.object_type, last));
        properties.push(Property { steps, list, convert, from });
    }
    let by_value = of == TypeOf::Address || of == TypeOf::Host;
    if by_value && !properties.iter().any(|property| property.steps.first().is_some_and(|step| step == "value")) {
        return Err("an address or host needs the property value");
    }
    let has = |name: &str| properties.iter().any(|property| property.steps.first().is_some_and(|step| step == name));
    let foreign = |property: &Property| !property.steps.first().is_some_and(|step| URL_PARTS.contains(&step.as_str()));
    match of {
        TypeOf::UrlParts if !has("domain") || !has("scheme") || properties.iter().any(foreign) => {
            return Err("url-parts needs domain and scheme, and may have port, path and query");
        }
        TypeOf::RegistryParts if !has("hive") || !has("key") => return Err("registry-parts needs hive and key"),
        _ => {}
    }
    let refers = properties.iter().any(|property| property.from.iter().any(|from| matches!(from, Source::Object(_))));
    if own.is_empty() && !refers {
        return Err("it has no property that comes from a field");
    }
    own.sort_unstable();
    own.dedup();
    let needs = object.needs.iter().map(|name| fields.number(name)).collect();
    let (mut unless_fields, mut unless_objects) = (Vec::new(), Vec::new());
    for name in &object.unless {
        match name.strip_prefix('@').and_then(|key| before.iter().position(|other| other.key == key)) {
            Some(other) => unless_objects.push(other),
            None => unless_fields.push(fields.number(name)),
        }
    }
    let by_references = matches!(&of, TypeOf::Fixed(fixed) if REFERRING.contains(&fixed.as_str()));
    Ok(Template { key, of, properties, fields: own, needs, unless_fields, unless_objects, by_references })
}
