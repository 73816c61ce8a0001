//! A strict JSON value as a tree that borrows from its bytes. Numbers stay as written; properties keep their order.

use super::{Fault, JsonError, Limits, Place, Text, Visitor, whole};
use std::borrow::Cow;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// A string, escapes undone.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Node<'a>>),
    /// An object; names are distinct.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads bytes that are exactly one strict JSON value.
    ///
    /// # Errors
    /// As [`super::check`].
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, JsonError> {
        Self::read(bytes, limits).map_err(|fault| fault.placed(Place::START, bytes))
    }

    fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Fault> {
        let mut builder = Builder::default();
        whole(bytes, limits, &mut builder)?;
        Ok(builder.done.unwrap_or(Node::Null))
    }

    /// Returns the property of this name, where this is an object that has it.
    pub fn property(&self, name: &str) -> Option<&Node<'a>> {
        self.properties().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Returns the properties; none where this is not an object.
    pub fn properties(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match self {
            Node::Object(properties) => properties,
            _ => &[],
        }
    }

    /// Returns the items; none where this is not a list.
    pub fn items(&self) -> &[Node<'a>] {
        match self {
            Node::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns the text, where this is a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Node::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Builds the tree from what the scanner reports: what is complete waits on two stacks until its container ends and takes it, so that
/// each container is allocated once and as large as it is.
#[derive(Default)]
struct Builder<'a> {
    /// Open containers.
    open: Vec<Open>,
    /// Items of open lists.
    items: Vec<Node<'a>>,
    /// Properties of open objects; the last of an object may wait for its value.
    properties: Vec<(Cow<'a, str>, Node<'a>)>,
    done: Option<Node<'a>>,
}

/// Where on its stack an open container begins.
#[derive(Clone, Copy)]
enum Open {
    List(usize),
    Object(usize),
}

impl<'a> Builder<'a> {
    fn put(&mut self, node: Node<'a>) {
        match self.open.last() {
            None => self.done = Some(node),
            Some(Open::List(_)) => self.items.push(node),
            Some(Open::Object(_)) => {
                if let Some((_, value)) = self.properties.last_mut() {
                    *value = node;
                }
            }
        }
    }

    fn close(&mut self) {
        let node = match self.open.pop() {
            None => return,
            Some(Open::List(from)) => Node::Array(self.items.drain(from.min(self.items.len())..).collect()),
            Some(Open::Object(from)) => {
                Node::Object(self.properties.drain(from.min(self.properties.len())..).collect())
            }
        };
        self.put(node);
    }
}

impl<'a> Visitor<'a> for Builder<'a> {
    fn begin_object(&mut self) {
        self.open.push(Open::Object(self.properties.len()));
    }
    fn end_object(&mut self) {
        self.close();
    }
    fn begin_array(&mut self) {
        self.open.push(Open::List(self.items.len()));
    }
    fn end_array(&mut self) {
        self.close();
    }
    fn key(&mut self, text: Text<'a>) {
        self.properties.push((text.unescaped(), Node::Null));
    }
    fn string(&mut self, text: Text<'a>) {
        self.put(Node::String(text.unescaped()));
    }
    fn number(&mut self, text: &'a [u8]) {
        self.put(Node::Number(std::str::from_utf8(text).unwrap_or_default()));
    }
    fn literal(&mut self, value: Option<bool>) {
        self.put(value.map_or(Node::Null, Node::Bool));
    }
}
