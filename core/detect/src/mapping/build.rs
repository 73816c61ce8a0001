//! Making the objects of one line.
//!
//! Guarantees: an object is made only where the line gives it something; a reference leads to an object of the same line or is
//! left out; a value that does not fit its property is an error and never left out.

use super::convert::Convert;
use super::declaration::{Declared, Property, Source, Template, TypeOf};
use super::fields::{ALONE, Hit};
use super::host::{host_type, without_port};
use super::parts::composed;
use super::plan::{Given, Make, Plans};
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
    pub(super) fn new<const N: usize>(
        key: &'n str,
        object_type: &'n str,
        properties: [(Cow<'n, str>, Node<'n>); N],
    ) -> Self {
        let mut all = Vec::with_capacity(N + 1);
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
    hits: &'s [Hit<'n>],
    made: Vec<Made<'n>>,
    /// By place in the plan: where what was made begins and ends.
    spans: &'s mut Vec<(u32, u32)>,
}

/// Items of a list that are compared with each other; more are sorted.
const PAIRWISE_MAX: usize = 16;
/// Properties of a usual object. Memory for more is got when they come: far more could be given than ever are.
const USUAL: usize = 6;

/// Memory that is used for one line after the other.
#[derive(Default)]
pub(crate) struct Scratch {
    plans: Plans,
    spans: Vec<(u32, u32)>,
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Makes the objects of a line, in the order of the declaration. Of the templates only those are looked at that the line touches.
pub(crate) fn objects<'n>(
    declared: &'n Declared,
    hits: &[Hit<'n>],
    scratch: &mut Scratch,
) -> Result<Vec<Made<'n>>, LineError> {
    let Scratch { plans, spans } = scratch;
    spans.clear();
    let plan = plans.of(declared, hits);
    let mut builder = Builder { declared, hits, made: Vec::with_capacity(plan.makes.len()), spans };
    let built = plan.makes.iter().try_for_each(|make| {
        let begin = number(builder.made.len());
        builder.make(make)?;
        builder.spans.push((begin, number(builder.made.len())));
        Ok(())
    });
    let made = builder.made;
    plans.shorten();
    built.map(|()| made)
}

impl<'n> Builder<'n, '_> {
    fn of_make(&self, make: usize) -> &[Made<'n>] {
        let (begin, end) = self.spans.get(make).copied().unwrap_or_default();
        self.made.get(begin as usize..end as usize).unwrap_or_default()
    }

    fn make(&mut self, make: &Make) -> Result<(), LineError> {
        let Some(template) = self.declared.templates.get(make.template) else { return Ok(()) };
        if !make.touched && !self.refers(make) || make.unless.iter().any(|other| !self.of_make(*other).is_empty()) {
            return Ok(());
        }
        // Before the loop: most places may make nothing, and each is looked at.
        if make.places.len() > OBJECTS_MAX {
            return Err(LineError::TooManyObjects);
        }
        for (number, place) in make.places.iter().enumerate() {
            let key = match number {
                0 => Cow::Borrowed(template.key.as_str()),
                _ => Cow::Owned(format!("{}#{number}", template.key)),
            };
            if let Some(made) = self.object(template, make, key, *place)? {
                if self.made.len() >= OBJECTS_MAX {
                    return Err(LineError::TooManyObjects);
                }
                self.made.push(made);
            }
        }
        Ok(())
    }

    /// Tells whether something was made that the object would refer to.
    fn refers(&self, make: &Make) -> bool {
        let made = |given: &Given| matches!(given, Given::Made(other) if !self.of_make(*other).is_empty());
        make.properties.iter().any(|(_, from)| from.iter().any(made))
    }

    fn object(
        &self,
        template: &'n Template,
        make: &Make,
        key: Cow<'n, str>,
        place: u32,
    ) -> Result<Option<Made<'n>>, LineError> {
        let mut all = Vec::with_capacity(make.properties.len().min(USUAL) + 1);
        all.push((Cow::Borrowed("type"), Node::Null));
        let (mut own, mut refers) = (false, false);
        for (number, from) in &make.properties {
            let Some(property) = template.properties.get(*number) else { continue };
            let value = if property.list { self.list(property, from)? } else { self.single(property, from, place)? };
            let Some((value, source)) = value else { continue };
            own |= matches!(source, Given::Field(..));
            refers |= matches!(source, Given::Made(..));
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
        let given = template.fields.iter().find(|field| self.hits.iter().any(|hit| hit.field == **field));
        let field = given.map(|field| self.declared.fields.name(*field)).unwrap_or_default();
        LineError::Value { field: field.to_owned(), expected }
    }

    fn hit(&self, number: u32) -> Option<&Hit<'n>> {
        self.hits.get(number as usize)
    }

    /// The first of these hits, which are sorted by place, at a place, or else one that stands alone.
    fn of_place(&self, hits: &[u32], place: u32) -> Option<&Hit<'n>> {
        let is_before = |number: &u32, index: u32| self.hit(*number).is_some_and(|hit| hit.index < index);
        let first = |index: u32| {
            let number = hits.get(hits.partition_point(|number| is_before(number, index)))?;
            self.hit(*number).filter(|hit| hit.index == index)
        };
        first(place).or_else(|| first(ALONE))
    }

    /// The first source that gives something.
    fn single<'g>(
        &self,
        property: &'n Property,
        from: &'g [Given],
        place: u32,
    ) -> Result<Option<(Node<'n>, &'g Given)>, LineError> {
        for given in from {
            let value = match given {
                Given::Field(hits) => match self.of_place(hits, place) {
                    Some(hit) => self.read(property.convert, hit)?,
                    None => None,
                },
                Given::Made(make) => {
                    let made = self.of_make(*make);
                    let one = made.iter().find(|one| one.index == place).or_else(|| made.first());
                    one.map(|one| Node::String(one.key.clone()))
                }
                Given::Constant(number) => constant(property, *number),
            };
            if let Some(value) = value {
                return Ok(Some((value, given)));
            }
        }
        Ok(None)
    }

    /// What all sources give, each once.
    fn list<'g>(&self, property: &'n Property, from: &'g [Given]) -> Result<Option<(Node<'n>, &'g Given)>, LineError> {
        let (mut items, mut first): (Vec<Node<'n>>, Option<&'g Given>) = (Vec::with_capacity(from.len()), None);
        for given in from {
            let before = items.len();
            match given {
                Given::Field(hits) => {
                    for hit in hits.iter().filter_map(|number| self.hit(*number)) {
                        items.extend(self.read(property.convert, hit)?);
                    }
                }
                Given::Made(make) => {
                    items.extend(self.of_make(*make).iter().map(|one| Node::String(one.key.clone())));
                }
                Given::Constant(number) => items.extend(constant(property, *number)),
            }
            if items.len() > before && first.is_none() {
                first = Some(given);
            }
        }
        if items.len() > PAIRWISE_MAX {
            let mut seen: BTreeSet<String> = BTreeSet::new();
            items.retain(|item| seen.insert(item.to_json()));
        } else {
            let mut at = 0;
            while let Some((known, [item, ..])) = items.split_at_checked(at) {
                if known.contains(item) {
                    items.remove(at);
                } else {
                    at += 1;
                }
            }
        }
        if items.len() > OBJECTS_MAX {
            return Err(LineError::TooManyObjects);
        }
        Ok(first.map(|given| (Node::Array(items), given)))
    }

    fn read(&self, convert: Convert, hit: &Hit<'n>) -> Result<Option<Node<'n>>, LineError> {
        convert
            .read(hit.node, self.declared.refang)
            .map_err(|expected| LineError::Value { field: self.declared.fields.name(hit.field).to_owned(), expected })
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

/// What a source gives that is a text.
fn constant<'n>(property: &'n Property, source: usize) -> Option<Node<'n>> {
    match property.from.get(source) {
        Some(Source::Constant(text)) => property.convert.read_text(text, false).unwrap_or_default(),
        _ => None,
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
