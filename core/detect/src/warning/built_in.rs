//! The warning lists that come with the program.
//!
//! Guarantees: each can be read, has its source and licence beside it, and holds only what is harmless by what it is
//! (`lists/README.md`). Does not know: which of them an officer switched off.

use super::list::WarningList;
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A list that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its text, in the form of MISP.
    pub text: &'static str,
    /// Where what it says comes from.
    pub source: &'static str,
    /// Under which licence.
    pub licence: &'static str,
}

const OURS: &str = "facts; as this program";
const MISP: &str = "MISP warning lists, PyPI pymispwarninglists 1.7.0";
const CC0: &str = "CC0-1.0";
const TLDS: &str = include_str!("../../lists/misp-tlds.json");
const EMPTY_FILES: &str = include_str!("../../lists/empty-files.json");

/// Every list that comes with the program.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "comity: special-purpose addresses",
        text: include_str!("../../lists/special-addresses.json"),
        source: "RFC 6890 and the special-purpose registries of IANA",
        licence: OURS,
    },
    BuiltIn {
        name: "comity: special-use names",
        text: include_str!("../../lists/special-names.json"),
        source: "RFC 2606, 6761, 6762, 8375",
        licence: OURS,
    },
    BuiltIn {
        name: "comity: digests of an empty file",
        text: EMPTY_FILES,
        source: "computed from no bytes",
        licence: OURS,
    },
    BuiltIn {
        name: "comity: public DNS resolvers",
        text: include_str!("../../lists/public-dns.json"),
        source: "what the operators publish",
        licence: OURS,
    },
    BuiltIn {
        name: "comity: DNS root servers",
        text: include_str!("../../lists/dns-roots.json"),
        source: "root hints of IANA",
        licence: OURS,
    },
    BuiltIn {
        name: "comity: time servers and connectivity checks",
        text: include_str!("../../lists/time-and-connectivity.json"),
        source: "what makers of operating systems publish",
        licence: OURS,
    },
    BuiltIn {
        name: "List of known hashes with common false-positives (based on Florian Roth input list)",
        text: include_str!("../../lists/misp-common-false-positives.json"),
        source: MISP,
        licence: CC0,
    },
    BuiltIn { name: "TLDs as known by IANA", text: TLDS, source: MISP, licence: CC0 },
];

impl BuiltIn {
    /// Returns the list of a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        BUILT_IN.iter().find(|list| list.name == name)
    }

    /// Reads it; every one can be read (tested).
    pub fn list(&self) -> Option<WarningList> {
        WarningList::parse(self.text.as_bytes()).ok()
    }
}

/// The entries of a list, in lower case.
fn entries(text: &str) -> HashSet<String> {
    let node = Node::parse(text.as_bytes(), &Limits::default()).ok();
    let list = node.as_ref().and_then(|node| node.property("list"));
    list.map(Node::items).into_iter().flatten().filter_map(Node::text).map(str::to_ascii_lowercase).collect()
}

/// The top-level domains, in lower case.
pub(crate) fn top_level_domains() -> &'static HashSet<String> {
    static DOMAINS: LazyLock<HashSet<String>> = LazyLock::new(|| entries(TLDS));
    &DOMAINS
}

/// Tells whether a text is the digest of an empty file, by whatever algorithm.
pub(crate) fn is_empty_file(digest: &str) -> bool {
    static DIGESTS: LazyLock<HashSet<String>> = LazyLock::new(|| entries(EMPTY_FILES));
    DIGESTS.contains(digest) || DIGESTS.contains(digest.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_read_whole() {
        let readme = include_str!("../../lists/README.md");
        for built_in in BUILT_IN {
            let list = built_in.list().expect(built_in.name);
            assert_eq!((list.name(), list.unusable()), (built_in.name, 0));
            assert!(BuiltIn::find(built_in.name).is_some() && readme.contains(built_in.licence), "{}", built_in.name);
        }
        assert!(top_level_domains().len() > 1_400 && is_empty_file("D41D8CD98F00B204E9800998ECF8427E"));
    }

    #[test]
    fn nothing_that_demonstrations_are_made_of_is_on_a_list() {
        let lists = crate::WarningLists::built_in(|_| true);
        for (path, value) in [
            ("ipv4-addr:value", "203.0.113.9"),
            ("ipv4-addr:value", "198.51.100.0/24"),
            ("ipv6-addr:value", "2001:db8::1"),
            ("domain-name:value", "quay.example"),
            ("url:value", "http://quay.example/a"),
        ] {
            assert_eq!(lists.find(path, value), None, "{value}");
        }
        for (path, value) in [
            ("ipv4-addr:value", "127.0.0.1"),
            ("ipv4-addr:value", "8.8.8.8"),
            ("domain-name:value", "LOCALHOST"),
            ("file:hashes.MD5", "d41d8cd98f00b204e9800998ecf8427e"),
            ("network-traffic:dst_ref.value", "fe80::1"),
            ("domain-name:value", "0.pool.ntp.org"),
        ] {
            assert!(lists.find(path, value).is_some(), "{value}");
        }
    }
}
