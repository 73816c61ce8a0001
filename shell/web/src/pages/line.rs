//! Objects as lists show them, and addresses of pages about them.
//!
//! Guarantees: an address is a path of ours whatever the identifier is.

use comity_store::{Glimpse, Presence};
use comity_text::shortened;
use comity_vocab::SecurityLabel;

/// One object in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// The identifier.
    pub id: String,
    /// Its page.
    pub href: String,
    /// Its type.
    pub object_type: String,
    /// What it is called, cut where it is very long; the identifier where it has no name.
    pub title: String,
    /// Whether it has a name.
    pub named: bool,
    /// Its label; "" is unmarked.
    pub label: String,
    /// `held`, `not held`, or `recalled`.
    pub presence: &'static str,
}

/// The most that a list or a heading shows of a name, in characters as they are shown.
pub const NAME_SHOWN_MAX: usize = 200;

/// Returns a name as lists and headings show it; the page of the object has the whole.
pub fn titled(name: &str) -> String {
    match shortened(name, NAME_SHOWN_MAX) {
        Some(beginning) => format!("{beginning}…"),
        None => name.to_owned(),
    }
}

impl Line {
    /// Makes the line of an object.
    pub fn of(glimpse: &Glimpse) -> Self {
        Self {
            href: address(&glimpse.id),
            id: glimpse.id.clone(),
            object_type: glimpse.object_type.clone(),
            named: glimpse.title.is_some(),
            title: titled(glimpse.title.as_deref().unwrap_or(&glimpse.id)),
            label: label_text(glimpse.label.as_ref()),
            presence: match glimpse.presence {
                Presence::Held => "held",
                Presence::Mentioned => "not held",
                Presence::Recalled => "recalled",
            },
        }
    }

    /// Tells whether the object has a page.
    pub fn has_page(&self) -> bool {
        self.presence != "not held"
    }

    /// Tells whether it has a label to show: what is not held has none.
    pub fn is_held(&self) -> bool {
        self.presence == "held"
    }
}

/// Returns the text of a label; "" is unmarked.
pub fn label_text(label: Option<&SecurityLabel>) -> String {
    label.map(ToString::to_string).unwrap_or_default()
}

/// Writes a text so that it can stand in a path or a query.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns the page of an object.
pub fn address(id: &str) -> String {
    format!("/objects/{}", encoded(id))
}

/// Writes pairs as a query, without those that are empty; "" where none is left.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// Writes a count with separators, as people read it.
pub fn counted(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths_of_ours() {
        for (id, expected) in [
            ("malware--a1", "/objects/malware--a1"),
            ("//evil.example/x?y#z", "/objects/%2F%2Fevil.example%2Fx%3Fy%23z"),
            ("ملف", "/objects/%D9%85%D9%84%D9%81"),
        ] {
            assert_eq!(address(id), expected);
        }
        assert_eq!(query(&[("q", "a b"), ("type", ""), ("x", "ü")]), "?q=a%20b&x=%C3%BC");
        assert_eq!(query(&[("q", "")]), "");
    }

    #[test]
    fn counts() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(counted(count), expected);
        }
    }
}
