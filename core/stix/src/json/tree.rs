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

/// Builds the tree from what the scanner reports.
#[derive(Default)]
struct Builder<'a> {
    /// Open containers and, for objects, the name that waits for its value.
    open: Vec<(Node<'a>, Option<Cow<'a, str>>)>,
    done: Option<Node<'a>>,
}

impl<'a> Builder<'a> {
    fn put(&mut self, node: Node<'a>) {
        match self.open.last_mut() {
            None => self.done = Some(node),
            Some((Node::Array(items), _)) => items.push(node),
            Some((Node::Object(properties), name)) => properties.push((name.take().unwrap_or_default(), node)),
            Some(_) => {}
        }
    }

    fn close(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.put(node);
        }
    }
}

impl<'a> Visitor<'a> for Builder<'a> {
    fn begin_object(&mut self) {
        self.open.push((Node::Object(Vec::new()), None));
    }
    fn end_object(&mut self) {
        self.close();
    }
    fn begin_array(&mut self) {
        self.open.push((Node::Array(Vec::new()), None));
    }
    fn end_array(&mut self) {
        self.close();
    }
    fn key(&mut self, text: Text<'a>) {
        if let Some((_, name)) = self.open.last_mut() {
            *name = Some(text.unescaped());
        }
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
