//! Warning lists: values that are known to be harmless or ambiguous, in the form of MISP's warning lists.
//!
//! Guarantees: bounded; looking a value up costs the same however long a list is (but for expressions). Does not know: indicators.

mod index;
mod list;

pub use list::{ListKind, WarningList, WarningListError};

use crate::kind::Kind;
use index::Index;
use std::collections::BTreeMap;

/// Lists that values are looked up in.
#[derive(Default)]
pub struct WarningLists {
    lists: BTreeMap<String, (WarningList, Index)>,
}

impl WarningLists {
    /// Begins without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Adds a list, in place of the one of its name.
    pub fn add(&mut self, list: WarningList) {
        let index = Index::of(&list);
        self.lists.insert(list.name().to_owned(), (list, index));
    }

    /// Takes a list away; false where there is none of this name.
    pub fn remove(&mut self, name: &str) -> bool {
        self.lists.remove(name).is_some()
    }

    /// Returns the first list, by name, on which a value stands that was found at an object path.
    pub fn find(&self, path: &str, value: &str) -> Option<&str> {
        let kind = Kind::of(path, value);
        let on = |(list, index): &&(WarningList, Index)| list.is_about(kind) && index.has(kind, value);
        self.lists.values().find(on).map(|(list, _)| list.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(text: &str) -> WarningLists {
        let mut lists = WarningLists::new();
        lists.add(WarningList::parse(text.as_bytes()).expect("a list"));
        lists
    }

    #[test]
    fn every_kind_of_list() {
        let list = |kind: &str, entries: &str, about: &str| {
            format!(
                r#"{{"name":"l","version":1,"description":"","type":"{kind}","matching_attributes":[{about}],"list":[{entries}]}}"#
            )
        };
        for (text, path, value, on) in [
            (list("string", r#""A.example""#, ""), "domain-name:value", "a.example", true),
            (list("string", r#""a.example""#, ""), "domain-name:value", "b.a.example", false),
            (list("string", r#""a.example""#, r#""ip-dst""#), "domain-name:value", "a.example", false),
            (list("string", r#""a.example""#, r#""domain""#), "domain-name:value", "a.example", true),
            (list("substring", r#""gmail.""#, ""), "email-addr:value", "x@gmail.example", true),
            (list("substring", r#""gmail.""#, ""), "email-addr:value", "x@mail.example", false),
            (list("hostname", r#""a.example""#, ""), "domain-name:value", "www.A.example", true),
            (list("hostname", r#"".a.example""#, ""), "domain-name:value", "www.a.example", true),
            (list("hostname", r#""a.example""#, ""), "domain-name:value", "ba.example", false),
            (list("hostname", r#""a.example""#, ""), "url:value", "https://user@www.a.example:8443/x?y", true),
            (list("hostname", r#""a.example""#, ""), "url:value", "https://b.example/a.example", false),
            (list("cidr", r#""10.0.0.0/8","2001:db8::/32""#, ""), "ipv4-addr:value", "10.7.8.9", true),
            (list("cidr", r#""10.0.0.0/8","2001:db8::/32""#, ""), "ipv6-addr:value", "2001:DB8:0::7", true),
            (list("cidr", r#""10.0.0.0/8""#, ""), "ipv4-addr:value", "11.0.0.1", false),
            (list("cidr", r#""10.0.0.0/8""#, ""), "ipv4-addr:value", "10.0.0.0/7", false),
            (list("cidr", r#""192.0.2.7""#, ""), "network-traffic:dst_ref.value", "192.0.2.7", true),
            (list("regex", r#""/^a+\\.example$/i""#, ""), "domain-name:value", "AAA.example", true),
            (list("regex", r#""^a+$""#, ""), "domain-name:value", "b", false),
            (
                list("string", r#""d41d8cd98f00b204e9800998ecf8427e""#, r#""md5""#),
                "file:hashes.MD5",
                "D41D8CD98F00B204E9800998ECF8427E",
                true,
            ),
        ] {
            assert_eq!(lists(&text).find(path, value).is_some(), on, "{text} {path} {value}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"name":"","type":"string","list":[]}"#,
            r#"{"name":"x","type":"other","list":[]}"#,
            r#"{"name":"x","type":"string","list":[1]}"#,
        ] {
            assert!(WarningList::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
