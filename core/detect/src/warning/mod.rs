//! Warning lists: values that are known to be harmless or ambiguous, in the form of MISP's warning lists.
//!
//! Guarantees: bounded; looking a value up costs the same however long a list is (but for expressions). Does not know: indicators.

mod built_in;
mod index;
mod list;

pub use built_in::{BUILT_IN, BuiltIn};
pub(crate) use built_in::{is_empty_file, top_level_domains};
pub use list::{ListKind, WarningList, WarningListError};

use crate::kind::Kind;
use index::Asked;
use std::collections::{BTreeMap, BTreeSet};

/// Lists that values are looked up in.
#[derive(Debug, Default)]
pub struct WarningLists {
    lists: BTreeMap<String, WarningList>,
    /// Names of those that came with the program.
    built_in: BTreeSet<String>,
}

impl WarningLists {
    /// Begins without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with those that come with the program and are on.
    pub fn built_in(is_on: impl Fn(&str) -> bool) -> Self {
        let mut lists = Self::new();
        for list in BUILT_IN.iter().filter(|list| is_on(list.name)).filter_map(BuiltIn::list) {
            lists.built_in.insert(list.name().to_owned());
            lists.lists.insert(list.name().to_owned(), list);
        }
        lists
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Adds a list, in place of the one of its name.
    pub fn add(&mut self, list: WarningList) {
        self.built_in.remove(list.name());
        self.lists.insert(list.name().to_owned(), list);
    }

    /// Takes a list away; false where there is none of this name.
    pub fn remove(&mut self, name: &str) -> bool {
        self.built_in.remove(name);
        self.lists.remove(name).is_some()
    }

    /// Returns the first list, by name, on which a value stands that was found, or is asked for, at an object path. A list about
    /// attribute types of other kinds says nothing of it.
    pub fn find(&self, path: &str, value: &str) -> Option<&str> {
        self.find_where(path, value, |_| true)
    }

    /// As [`Self::find`], on lists that officers added only.
    pub fn find_added(&self, path: &str, value: &str) -> Option<&str> {
        self.find_where(path, value, |name| !self.built_in.contains(name))
    }

    fn find_where(&self, path: &str, value: &str, counts: impl Fn(&str) -> bool) -> Option<&str> {
        let kind = Kind::of(path, value);
        let asked = Asked::new(kind, value);
        let on = |list: &&WarningList| list.is_about(kind) && list.index.has(&asked) && counts(list.name());
        self.lists.values().find(on).map(WarningList::name)
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
            (list("string", r#""A.exe""#, ""), "file:name", "a.exe", false),
            (list("string", r#""A.exe""#, ""), "file:name", "A.exe", true),
            (list("string", r#""x""#, r#""domain|ip","email-src""#), "domain-name:value", "x", false),
            (list("string", r#""x""#, r#""domain|ip""#), "domain-name:value", "x", true),
            (list("string", r#""x""#, r#""phone-number""#), "domain-name:value", "x", false),
            (list("hostname", r#""a.example""#, ""), "email-addr:value", "x@b.a.example", true),
            (list("cidr", r#""10.0.0.0/8""#, ""), "ipv4-addr:value", "10.2.0.0/16", true),
            (list("cidr", r#""0.0.0.0/0""#, ""), "ipv6-addr:value", "::1", false),
            (list("regex", r##""#^a/b$#","(?=x)""##, ""), "url:value", "a/b", true),
            (list("regex", r#""/^https?:\\/\\/a/g""#, ""), "url:value", "http://a.example", true),
            (list("string", r#""a.example""#, r#""ip-dst""#), "domain-name:value", "a.example", false),
            (list("string", r#""a.example""#, r#""domain""#), "domain-name:value", "a.example", true),
            (list("substring", r#""gmail.""#, ""), "email-addr:value", "x@gmail.example", true),
            (list("substring", r#""gmail.""#, ""), "email-addr:value", "x@mail.example", false),
            (list("hostname", r#""a.example""#, ""), "domain-name:value", "www.A.example", true),
            (list("hostname", r#""Bücher.example""#, ""), "domain-name:value", "www.xn--bcher-kva.example", true),
            (list("hostname", r#""xn--bcher-kva.example""#, ""), "url:value", "http://BÜCHER.example/x", true),
            (list("hostname", r#""οδοσ.example""#, ""), "domain-name:value", "ΟΔΟΣ.example", true),
            (list("hostname", r#""οδος.example""#, ""), "domain-name:value", "ΟΔΟΣ.example", false),
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
            r#"{"name":"x","type":"string","list":"a"}"#,
            r#"{"name":"x","type":"cidr","list":["a","10.0.0.0/33"]}"#,
            r#"{"name":"x","type":"regex","list":["a(?=b)","/a/e"]}"#,
            r#"{"name":"x","type":"string","matching_attributes":"md5","list":["a"]}"#,
            r#"{"name":"x","name":"y","type":"string","list":["a"]}"#,
        ] {
            assert!(WarningList::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_used_is_counted() {
        let text = r#"{"name":"x","type":["cidr"],"version":"7b","matching_attributes":["ip-src","phone-number","domain|ip"],
            "list":{"10.0.0.0/8":"private","nonsense":"","FE80::/10":""}}"#;
        let list = WarningList::parse(text.as_bytes()).expect("a list");
        assert_eq!((list.len(), list.unusable(), list.ignored_attributes(), list.version()), (2, 1, 1, "7b"));
        assert_eq!(list.kind().to_string(), "cidr");
    }

    #[test]
    fn bounds() {
        let list = |kind: &str, entry: &str, times: usize| {
            let entries = vec![format!("\"{entry}\""); times].join(",");
            WarningList::parse(format!(r#"{{"name":"x","type":"{kind}","list":[{entries}]}}"#).as_bytes()).err()
        };
        assert!(matches!(list("substring", &"a".repeat(8_000), 1_100), Some(WarningListError::TooLarge { .. })));
        assert!(matches!(list("regex", &"a".repeat(1_000), 70), Some(WarningListError::TooLarge { .. })));
        assert!(matches!(list("string", &"a".repeat(8_193), 1), Some(WarningListError::Json { .. })));
        assert!(matches!(list("string", "a", 2_000_001), Some(WarningListError::TooMany { entries: 2_000_001 })));
        assert_eq!(list("string", "a", 3), None);
        let long = vec![b' '; (64 << 20) + 1];
        assert_eq!(WarningList::parse(&long).err(), Some(WarningListError::TooLong { bytes: long.len() }));
    }

    #[test]
    fn lists_come_and_go() {
        let mut lists = lists(r#"{"name":"l","type":"string","list":["a"]}"#);
        lists.add(WarningList::parse(br#"{"name":"l","type":"string","list":["b"]}"#).expect("a list"));
        assert_eq!((lists.find("url:value", "a"), lists.find("url:value", "b")), (None, Some("l")));
        assert!(lists.remove("l") && !lists.remove("l") && lists.is_empty());
    }
}
