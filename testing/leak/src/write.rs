//! A writing of a term, and where in a bundle it stands.
//!
//! Guarantees: none; it is data.
//!
//! Does not know: whether a check finds it.

/// What is written, by the place it needs.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// Words that can stand in a sentence.
    Text(String),
    /// A whole text of its own: a page, a table, a block of code.
    Block(String),
    /// Text that is already escaped for JSON.
    Escaped(String),
    /// The entries of one list.
    List(Vec<String>),
    /// Members of one object: names and values.
    Members(Vec<(String, String)>),
    /// The name of a member.
    Key(String),
    /// A number.
    Number(String),
    /// A STIX pattern.
    Pattern(String),
    /// The value of a plain field, as the name of an object.
    Name(String),
    /// The address of an external reference.
    Link(String),
    /// A file, in `payload_bin`.
    File(Vec<u8>, &'static str),
    /// A network address or name, as an observable of this type.
    Observable(&'static str, String),
}

impl Written {
    /// The writing, for people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Written::Text(text)
            | Written::Block(text)
            | Written::Escaped(text)
            | Written::Key(text)
            | Written::Number(text)
            | Written::Pattern(text)
            | Written::Name(text)
            | Written::Link(text)
            | Written::Observable(_, text) => text.clone(),
            Written::List(items) => items.join(" | "),
            Written::Members(items) => {
                items.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" | ")
            }
            Written::File(bytes, kind) => format!("{kind}, {} bytes", bytes.len()),
        }
    }
}

/// A text in a sentence.
pub(crate) fn text(text: impl Into<String>) -> Option<Written> {
    Some(Written::Text(text.into())).filter(|written| !written.shown().is_empty())
}
