//! The forms, and which property has which.

use crate::host;
use std::borrow::Cow;

/// One step of a path behind the object's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A property, or a key of a dictionary.
    Key(&'a str),
    /// An item of a list, whichever.
    Item,
}

/// How the values of a property are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// As it is written.
    #[default]
    Exact,
    /// The name of a host, or an address where one stands in its place.
    Domain,
}

impl Form {
    /// Returns how the values are compared that a path leads to.
    pub fn of(object_type: &str, steps: &[Step<'_>]) -> Self {
        match (object_type, steps) {
            ("domain-name", [Step::Key("value")]) => Form::Domain,
            _ => Form::Exact,
        }
    }

    /// Returns the normal form of a text; the text itself, not copied, where it is in normal form or is no value of this kind.
    pub fn normal(self, text: &str) -> Cow<'_, str> {
        match self {
            Form::Exact => Cow::Borrowed(text),
            Form::Domain => host::domain(text),
        }
    }
}
