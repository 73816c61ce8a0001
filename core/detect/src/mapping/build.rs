//! Making the objects of one line.
//!
//! Guarantees: an object is made only where the line gives it something; a reference leads to an object of the same line or is
//! left out; a value that does not fit its property is an error and never left out.

use super::convert::Convert;
use super::declaration::{Declared, OBJECTS_MAX as TEMPLATES_MAX, Property, Source, Template, TypeOf};
use super::fields::{ALONE, Hit};
use super::host::{host_type, without_port};
use super::parts::composed;
use crate::line::LineError;
use comity_pattern::Range;
use comity_stix::json::tree::Node;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Objects of one line at most.
pub(crate) const OBJECTS_MAX: usize = 1_000;

/// Types of which an object without this property says nothing.
const NEEDED: &[(&str, &str)] = &[
    ("autonomous-system", "number"),
    ("directory", "path"),
    ("domain-name", "value"),
    ("email-addr", "value"),
    ("ipv4-addr", "value"),
    ("ipv6-addr", "value"),
    ("mac-addr", "value"),
    ("mutex", "name"),
    ("software", "name"),
    ("url", "value"),
    ("windows-registry-key", "key"),
];

/// One object that was made.
pub(crate) struct Made<'n> {
    pub key: Cow<'n, str>,
    pub object_type: &'n str,
    pub node: Node<'n>,
    /// Where in a list its values stood.
    index: u32,
    /// The port that stood behind a host.
    port: Option<&'n str>,
}

impl<'n> Made<'n> {
    /// Makes an object of its properties without type.
    pub(super) fn new(key: &'n str, object_type: &'n str, properties: Vec<(Cow<'n, str>, Node<'n>)>) -> Self {
        let mut all = Vec::with_capacity(properties.len() + 1);
        all.push((Cow::Borrowed("type"), Node::String(Cow::Borrowed(object_type))));
        all.extend(properties);
        Self { key: Cow::Borrowed(key), object_type, node: Node::Object(all), index: ALONE, port: None }
    }
}

/// Returns the type of an address; `None` where a text is none.
pub(crate) fn address_type(text: &str) -> Option<&'static str> {
    Range::parse(text).map(|range| if range.six { "ipv6-addr" } else { "ipv4-addr" })
}

struct Builder<'n, 's> {
    declared: &'n Declared,
    /// Sorted by field and place.
    hits: Vec<Hit<'n>>,
    made: Vec<Made<'n>>,
    scratch: &'s mut Scratch,
}

/// Words with a bit for each template that a line concerns.
const TEMPLATE_WORDS: usize = TEMPLATES_MAX.div_ceil(64);
/// Items of a list that are compared with each other; more are sorted.
const PAIRWISE_MAX: usize = 16;
/// Properties of a usual object. Memory for more is got when they come: far more could be given than ever are.
const USUAL: usize = 6;

/// Memory that is used for one line after the other.
#[derive(Default)]
pub(crate) struct Scratch {
    /// By field: where its hits begin and end.
    spans: Vec<(u32, u32)>,
    /// By template: where what it made begins and ends.
    made_by: Vec<(u32, u32)>,
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn emptied<T: Clone>(memory: &mut Vec<T>, length: usize, with: T) {
    memory.clear();
    memory.resize(length, with);
}

/// Sets a bit.
fn set(bits: &mut [u64], number: u16) {
    if let Some(word) = bits.get_mut(usize::from(number / 64)) {
        *word |= 1 << (number % 64);
    }
}

/// Makes the objects of a line, in the order of the declaration. Of the templates only those are looked at that the line touches.
pub(crate) fn objects<'n>(
    declared: &'n Declared,
    mut hits: Vec<Hit<'n>>,
    scratch: &mut Scratch,
) -> Result<Vec<Made<'n>>, LineError> {
    // By place within a field, what stands alone last: a place is looked up, not looked for.
    hits.sort_by_key(|hit| (hit.field, hit.index));
    emptied(&mut scratch.spans, declared.fields.len(), (0, 0));
    emptied(&mut scratch.made_by, declared.templates.len(), (0, 0));
    let mut concerned = [0_u64; TEMPLATE_WORDS];
    let mut place = 0;
    for of_one in hits.chunk_by(|one, other| one.field == other.field) {
        let Some(field) = of_one.first().map(|hit| usize::from(hit.field)) else { continue };
        if let Some(span) = scratch.spans.get_mut(field) {
            *span = (number(place), number(place + of_one.len()));
        }
        place += of_one.len();
        declared.of_field.get(field).into_iter().flatten().for_each(|template| set(&mut concerned, *template));
    }
    declared.referring.iter().for_each(|template| set(&mut concerned, *template));
    let mut builder = Builder { declared, hits, made: Vec::with_capacity(8), scratch };
    for (word, mut bits) in concerned.into_iter().enumerate() {
        while bits != 0 {
            let at = word * 64 + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let Some(template) = declared.templates.get(at) else { continue };
            let begin = builder.made.len();
            builder.template(template)?;
            let end = builder.made.len();
            if let Some(made_by) = builder.scratch.made_by.get_mut(at) {
                *made_by = (number(begin), number(end));
            }
        }
    }
    Ok(builder.made)
}

impl<'n> Builder<'n, '_> {
    fn of_field(&self, field: u16) -> &[Hit<'n>] {
        let (begin, end) = self.scratch.spans.get(usize::from(field)).copied().unwrap_or_default();
        self.hits.get(begin as usize..end as usize).unwrap_or_default()
    }

    /// The first hit of a field at a place, or else one that stands alone.
    fn of_place(&self, field: u16, place: u32) -> Option<&Hit<'n>> {
        let hits = self.of_field(field);
        let first =
            |index: u32| hits.get(hits.partition_point(|hit| hit.index < index)).filter(|hit| hit.index == index);
        first(place).or_else(|| first(ALONE))
    }

    fn of_object(&self, template: usize) -> &[Made<'n>] {
        let (begin, end) = self.scratch.made_by.get(template).copied().unwrap_or_default();
        self.made.get(begin as usize..end as usize).unwrap_or_default()
    }

    fn template(&mut self, template: &'n Template) -> Result<(), LineError> {
        let touched = template.fields.iter().any(|field| !self.of_field(*field).is_empty());
        let says_something = touched || template.by_references && self.refers(template);
        if !says_something {
            return Ok(());
        }
        let given = |field: &u16| !self.of_field(*field).is_empty();
        if !template.needs.iter().all(given)
            || template.unless_fields.iter().any(given)
            || template.unless_objects.iter().any(|other| !self.of_object(*other).is_empty())
        {
            return Ok(());
        }
        // Values in lists make an object for each place; what stands alone is said of each of them.
        let mut places: Vec<u32> = Vec::new();
        for property in template.properties.iter().filter(|property| !property.list) {
            for source in &property.from {
                if let Source::Field(field) = source {
                    places.extend(self.of_field(*field).iter().map(|hit| hit.index).filter(|index| *index != ALONE));
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        // Before the loop: most places may make nothing, and each is looked at.
        if places.len() > OBJECTS_MAX {
            return Err(LineError::TooManyObjects);
        }
        if places.is_empty() {
            places.push(ALONE);
        }
        for (number, place) in places.into_iter().enumerate() {
            let key = match number {
                0 => Cow::Borrowed(template.key.as_str()),
                _ => Cow::Owned(format!("{}#{number}", template.key)),
            };
            if let Some(made) = self.object(template, key, place)? {
                if self.made.len() >= OBJECTS_MAX {
                    return Err(LineError::TooManyObjects);
                }
                self.made.push(made);
            }
        }
        Ok(())
    }

    /// Tells whether something was made that the object would refer to.
    fn refers(&self, template: &Template) -> bool {
        let made = |source: &Source| matches!(source, Source::Object(other) if !self.of_object(*other).is_empty());
        template.properties.iter().any(|property| property.from.iter().any(made))
    }

    fn object(&self, template: &'n Template, key: Cow<'n, str>, place: u32) -> Result<Option<Made<'n>>, LineError> {
        let mut all = Vec::with_capacity(template.properties.len().min(USUAL) + 1);
        all.push((Cow::Borrowed("type"), Node::Null));
        let (mut own, mut refers) = (false, false);
        for property in &template.properties {
            let value = if property.list { self.list(property)? } else { self.single(property, place)? };
            let Some((value, source)) = value else { continue };
            own |= matches!(source, Source::Field(_));
            refers |= matches!(source, Source::Object(_));
            put(&mut all, &property.steps, value);
        }
        let says_something = own || refers && template.by_references;
        if !says_something {
            return Ok(None);
        }
        let Some(mut all) = composed(&template.of, all) else { return Ok(None) };
        let mut port = None;
        if template.of == TypeOf::Host || matches!(&template.of, TypeOf::Fixed(of) if of == "domain-name") {
            port = all.iter_mut().find(|(name, _)| name == "value").and_then(|(_, value)| without_port(value));
        }
        let Some(object_type) = self.type_of(template, &all)? else { return Ok(None) };
        let needed = NEEDED.iter().find(|(of, _)| *of == object_type);
        if needed.is_some_and(|(_, needed)| !all.iter().any(|(name, _)| name == needed)) {
            return Ok(None);
        }
        if object_type == "network-traffic" {
            self.ports(&mut all);
            if !all.iter().any(|(name, _)| name == "protocols") {
                all.extend(self.protocols(&all));
            }
        }
        if let Some((_, slot)) = all.first_mut() {
            *slot = Node::String(Cow::Borrowed(object_type));
        }
        Ok(Some(Made { key, object_type, node: Node::Object(all), index: place, port }))
    }

    fn type_of(
        &self,
        template: &'n Template,
        properties: &[(Cow<'n, str>, Node<'n>)],
    ) -> Result<Option<&'n str>, LineError> {
        let value = || properties.iter().find(|(name, _)| name == "value").and_then(|(_, value)| value.text());
        match &template.of {
            TypeOf::Fixed(fixed) => Ok(Some(fixed)),
            TypeOf::UrlParts => Ok(Some("url")),
            TypeOf::RegistryParts => Ok(Some("windows-registry-key")),
            TypeOf::Address => match value() {
                Some(value) => match address_type(value) {
                    Some(object_type) => Ok(Some(object_type)),
                    None => Err(self.unfit(template, "an IPv4 or IPv6 address")),
                },
                None => Ok(None),
            },
            TypeOf::Host => Ok(value().and_then(host_type)),
        }
    }

    fn unfit(&self, template: &Template, expected: &'static str) -> LineError {
        let given = template.fields.iter().find(|field| !self.of_field(**field).is_empty());
        let field = given.map(|field| self.declared.fields.name(*field)).unwrap_or_default();
        LineError::Value { field: field.to_owned(), expected }
    }

    /// The first source that gives something.
    fn single(&self, property: &'n Property, place: u32) -> Result<Option<(Node<'n>, &'n Source)>, LineError> {
        for source in &property.from {
            let value = match source {
                Source::Field(field) => match self.of_place(*field, place) {
                    Some(hit) => self.read(property.convert, *field, hit.node)?,
                    None => None,
                },
                Source::Object(template) => {
                    let made = self.of_object(*template);
                    let one = made.iter().find(|one| one.index == place).or_else(|| made.first());
                    one.map(|one| Node::String(one.key.clone()))
                }
                Source::Constant(text) => property.convert.read_text(text, false).unwrap_or_default(),
            };
            if let Some(value) = value {
                return Ok(Some((value, source)));
            }
        }
        Ok(None)
    }

    /// What all sources give, each once.
    fn list(&self, property: &'n Property) -> Result<Option<(Node<'n>, &'n Source)>, LineError> {
        let (mut items, mut first): (Vec<Node<'n>>, Option<&'n Source>) = (Vec::new(), None);
        for source in &property.from {
            let before = items.len();
            match source {
                Source::Field(field) => {
                    for hit in self.of_field(*field) {
                        items.extend(self.read(property.convert, *field, hit.node)?);
                    }
                }
                Source::Object(template) => {
                    items.extend(self.of_object(*template).iter().map(|one| Node::String(one.key.clone())));
                }
                Source::Constant(text) => items.extend(property.convert.read_text(text, false).unwrap_or_default()),
            }
            if items.len() > before && first.is_none() {
                first = Some(source);
            }
        }
        if items.len() > PAIRWISE_MAX {
            let mut seen: BTreeSet<String> = BTreeSet::new();
            items.retain(|item| seen.insert(item.to_json()));
        } else {
            let mut distinct: Vec<Node<'n>> = Vec::with_capacity(items.len());
            for item in items {
                if !distinct.contains(&item) {
                    distinct.push(item);
                }
            }
            items = distinct;
        }
        if items.len() > OBJECTS_MAX {
            return Err(LineError::TooManyObjects);
        }
        Ok(first.map(|source| (Node::Array(items), source)))
    }

    fn read(&self, convert: Convert, field: u16, node: &'n Node<'n>) -> Result<Option<Node<'n>>, LineError> {
        convert
            .read(node, self.declared.refang)
            .map_err(|expected| LineError::Value { field: self.declared.fields.name(field).to_owned(), expected })
    }

    /// Ports that no field of their own says and that stood behind the host at that end.
    fn ports(&self, properties: &mut Vec<(Cow<'n, str>, Node<'n>)>) {
        for (end, name) in [("src_ref", "src_port"), ("dst_ref", "dst_port")] {
            let find = |wanted: &str| properties.iter().find(|(known, _)| known == wanted).map(|(_, value)| value);
            let host = find(end).filter(|_| find(name).is_none()).and_then(Node::text);
            let host = host.and_then(|key| self.made.iter().find(|made| made.key == key));
            if let Some(port) = host.and_then(|made| made.port) {
                properties.push((Cow::Borrowed(name), Node::Number(port)));
            }
        }
    }

    /// What traffic between addresses is at least (STIX 2.1 §6.12 asks for a protocol).
    fn protocols(&self, properties: &[(Cow<'n, str>, Node<'n>)]) -> Option<(Cow<'n, str>, Node<'n>)> {
        let ends = properties.iter().filter(|(name, _)| name == "src_ref" || name == "dst_ref");
        let mut types = ends.filter_map(|(_, end)| {
            let key = end.text()?;
            self.made.iter().find(|made| made.key == key).map(|made| made.object_type)
        });
        let protocol = types.find_map(|object_type| match object_type {
            "ipv4-addr" => Some("ipv4"),
            "ipv6-addr" => Some("ipv6"),
            _ => None,
        })?;
        let list = Node::Array(vec![Node::String(Cow::Borrowed(protocol))]);
        Some((Cow::Borrowed("protocols"), list))
    }
}

/// Puts a value at the end of these steps; a step that ends with `[]` is a list of one object.
fn put<'n>(properties: &mut Vec<(Cow<'n, str>, Node<'n>)>, steps: &'n [String], value: Node<'n>) {
    match steps {
        [] => {}
        [last] => properties.push((Cow::Borrowed(last.as_str()), value)),
        [first, rest @ ..] => {
            let (name, list) = first.strip_suffix("[]").map_or((first.as_str(), false), |name| (name, true));
            let at = match properties.iter().position(|(known, _)| known == name) {
                Some(at) => at,
                None => {
                    let inner = Node::Object(Vec::new());
                    let inner = if list { Node::Array(vec![inner]) } else { inner };
                    properties.push((Cow::Borrowed(name), inner));
                    properties.len() - 1
                }
            };
            let inner = match properties.get_mut(at).map(|(_, inner)| inner) {
                Some(Node::Array(items)) => items.first_mut(),
                inner => inner,
            };
            if let Some(Node::Object(inner)) = inner {
                put(inner, rest, value);
            }
        }
    }
}
