//! Making objects of fields.
//!
//! Guarantees: an object is made only where a field of its own gives it something; a reference leads to an object of the same
//! observation or is left out. Values are as they came, but for what STIX asks: numbers are numbers, lists are lists.

use super::declaration::{Declared, Source, Template};
use comity_pattern::Range;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Objects of one line at most.
const OBJECTS_MAX: usize = 1_000;
/// Properties that are whole numbers.
const WHOLE: &[&str] = &[
    "src_port",
    "dst_port",
    "number",
    "pid",
    "size",
    "src_byte_count",
    "dst_byte_count",
    "src_packets",
    "dst_packets",
];
/// Properties that are lists.
const LISTS: &[&str] = &["protocols"];

/// One object that was made: key, type, object.
pub(crate) type Made<'n> = (Cow<'n, str>, &'n str, Node<'n>);

/// Makes the objects of one line.
pub(crate) struct Builder<'n> {
    declared: &'n Declared,
    /// By field: its value.
    values: Vec<Option<&'n Node<'n>>>,
    /// Further values of fields that stand in a list of objects.
    more: Vec<(usize, &'n Node<'n>)>,
}

/// Something that an address may also be.
fn type_of<'n>(template: &'n Template, value: Option<&str>) -> Option<&'n str> {
    match (template.object_type.as_str(), value) {
        ("address" | "host", Some(value)) => match Range::parse(value) {
            Some(range) if range.six => Some("ipv6-addr"),
            Some(_) => Some("ipv4-addr"),
            None if template.object_type == "host" => Some("domain-name"),
            None => None,
        },
        ("address" | "host", None) => None,
        (object_type, _) => Some(object_type),
    }
}

impl<'n> Builder<'n> {
    pub(crate) fn new(declared: &'n Declared) -> Self {
        Self { declared, values: vec![None; declared.fields.len()], more: Vec::new() }
    }

    /// Gives a field a value.
    pub(crate) fn set(&mut self, field: usize, value: &'n Node<'n>) {
        match self.values.get_mut(field) {
            Some(slot @ None) => *slot = Some(value),
            Some(Some(_)) => self.more.push((field, value)),
            None => {}
        }
    }

    /// Returns the value of a field.
    pub(crate) fn get(&self, field: usize) -> Option<&'n Node<'n>> {
        self.values.get(field).copied().flatten()
    }

    /// Makes the objects; `None` where a line gives more than are allowed.
    pub(crate) fn objects(&self) -> Option<Vec<Made<'n>>> {
        let mut made = Vec::new();
        for template in &self.declared.templates {
            // A list in the only field of an object means an object for each.
            let fields = template.properties.iter().filter(|(_, source)| matches!(source, Source::Field(_))).count();
            match self.only_list(template, fields) {
                Some((items, steps)) => {
                    for (number, item) in items.iter().enumerate() {
                        let key = if number == 0 {
                            Cow::Borrowed(template.key.as_str())
                        } else {
                            Cow::Owned(format!("{}#{number}", template.key))
                        };
                        made.extend(self.of_item(template, key, item, steps));
                        if made.len() > OBJECTS_MAX {
                            return None;
                        }
                    }
                }
                None => made.extend(self.of_template(template)),
            }
            if let (1, Some((steps, Source::Field(field)))) = (fields, template.properties.first()) {
                let further = self.more.iter().filter(|(of, _)| of == field);
                for (number, (_, value)) in further.enumerate() {
                    let key = Cow::Owned(format!("{}+{number}", template.key));
                    made.extend(self.of_item(template, key, value, steps));
                }
            }
        }
        (made.len() <= OBJECTS_MAX).then_some(made)
    }

    fn only_list(&self, template: &'n Template, fields: usize) -> Option<(&'n [Node<'n>], &'n [String])> {
        let (steps, Source::Field(field)) = template.properties.first()? else { return None };
        match self.get(*field) {
            Some(Node::Array(items)) if fields == 1 => Some((items, steps)),
            _ => None,
        }
    }

    fn of_item(
        &self,
        template: &'n Template,
        key: Cow<'n, str>,
        item: &'n Node<'n>,
        steps: &'n [String],
    ) -> Option<Made<'n>> {
        let object_type = type_of(template, item.text())?;
        let mut properties = vec![(Cow::Borrowed("type"), Node::String(Cow::Borrowed(object_type)))];
        put(&mut properties, steps, self.value(steps, item)?);
        Some((key, object_type, Node::Object(properties)))
    }

    fn of_template(&self, template: &'n Template) -> Option<Made<'n>> {
        let first = template.properties.iter().find_map(|(_, source)| match source {
            Source::Field(field) => self.get(*field),
            Source::Object(_) | Source::Constant(_) => None,
        });
        let refers =
            template.properties.iter().any(|(_, source)| matches!(source, Source::Object(at) if self.is_made(*at)));
        // Constants alone make nothing, and neither does a reference alone, except of what exists by its references.
        if first.is_none() && !(refers && template.object_type == "network-traffic") {
            return None;
        }
        let object_type = type_of(template, first.and_then(Node::text))?;
        let mut properties = vec![(Cow::Borrowed("type"), Node::String(Cow::Borrowed(object_type)))];
        for (steps, source) in &template.properties {
            let value = match source {
                Source::Field(field) => self.get(*field).and_then(|value| self.value(steps, value)),
                Source::Object(at) if self.is_made(*at) => {
                    self.declared.templates.get(*at).map(|other| Node::String(Cow::Borrowed(other.key.as_str())))
                }
                Source::Object(_) => None,
                Source::Constant(text) => self.text(steps, Cow::Borrowed(text.as_str())),
            };
            if let Some(value) = value {
                put(&mut properties, steps, value);
            }
        }
        (properties.len() > 1).then_some((Cow::Borrowed(template.key.as_str()), object_type, Node::Object(properties)))
    }

    /// Whether an object that references may lead to is made of this line.
    fn is_made(&self, at: usize) -> bool {
        let Some(template) = self.declared.templates.get(at) else { return false };
        template.properties.iter().any(|(_, source)| match source {
            Source::Field(field) => match self.get(*field) {
                Some(Node::Array(items)) => items.first().is_some_and(|item| type_of(template, item.text()).is_some()),
                Some(value) => type_of(template, value.text()).is_some(),
                None => false,
            },
            Source::Object(_) | Source::Constant(_) => false,
        })
    }

    fn value(&self, steps: &[String], value: &'n Node<'n>) -> Option<Node<'n>> {
        match value {
            Node::String(text) => self.text(steps, Cow::Borrowed(text.as_ref())),
            Node::Number(_) | Node::Bool(_) => Some(value.clone()),
            Node::Array(items) => items.iter().find_map(|item| self.value(steps, item)),
            Node::Null | Node::Object(_) => None,
        }
    }

    fn text(&self, steps: &[String], text: Cow<'n, str>) -> Option<Node<'n>> {
        let text = if text.trim().len() == text.len() { text } else { Cow::Owned(text.trim().to_owned()) };
        if text.is_empty() {
            return None;
        }
        let last = steps.last().map(String::as_str).unwrap_or_default();
        if WHOLE.contains(&last) {
            return match text {
                Cow::Borrowed(text) if is_whole(text) => Some(Node::Number(text)),
                _ => None,
            };
        }
        let text = if self.declared.refang { refanged(text) } else { text };
        if LISTS.contains(&last) {
            return Some(Node::Array(vec![Node::String(Cow::Owned(text.to_ascii_lowercase()))]));
        }
        Some(Node::String(text))
    }
}

fn is_whole(text: &str) -> bool {
    let digits = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && !text.is_empty() && (text == "0" || !text.starts_with('0'))
}

/// Undoes what makes links in reports harmless.
fn refanged(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(['[', '(']) && !text.starts_with("hxxp") {
        return text;
    }
    let mut plain =
        text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":").replace("[@]", "@").replace("[://]", "://");
    if let Some(rest) = plain.strip_prefix("hxxp") {
        plain = format!("http{rest}");
    }
    Cow::Owned(plain)
}

/// Puts a value at the end of these steps.
fn put<'n>(properties: &mut Vec<(Cow<'n, str>, Node<'n>)>, steps: &'n [String], value: Node<'n>) {
    match steps {
        [] => {}
        [last] => properties.push((Cow::Borrowed(last.as_str()), value)),
        [first, rest @ ..] => {
            let at = match properties.iter().position(|(name, _)| name == first) {
                Some(at) => at,
                None => {
                    properties.push((Cow::Borrowed(first.as_str()), Node::Object(Vec::new())));
                    properties.len() - 1
                }
            };
            if let Some((_, Node::Object(inner))) = properties.get_mut(at) {
                put(inner, rest, value);
            }
        }
    }
}
