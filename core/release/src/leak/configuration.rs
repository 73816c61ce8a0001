//! What the leak check looks for, apart from what is held: the part of it that a configuration could take away.
//!
//! Guarantees: it is made from the very values that the check searches, so that nothing else can be signed than what was searched; it
//! holds digests, not names. Does not know: where hosts and names come from.

use comity_crypto::sha256;
use comity_vocab::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the tables and rules of the check: what it undoes, how it reads words, which classes it has.
pub const TABLES: &str = "comity-leak-check/9";

/// What the leak check looks for by configuration: tables, who we are, own hosts, officers, partners.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckConfiguration {
    tables: String,
    own: Digest,
    hosts: BTreeSet<Digest>,
    officers: BTreeSet<Digest>,
    /// What the version before stored has none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    partners: BTreeSet<Digest>,
    private_addresses: bool,
}

impl std::fmt::Debug for CheckConfiguration {
    /// Shows counts.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckConfiguration({}, {} hosts, {} officers)", self.tables, self.hosts.len(), self.officers.len())
    }
}

fn of(parts: &[&str]) -> Digest {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&[b"comity/v1/check-configuration", &bytes])
}

impl CheckConfiguration {
    pub(super) fn new(
        own: &[String],
        hosts: &[String],
        officers: &[(String, String)],
        partners: &[(String, String)],
        private_addresses: bool,
    ) -> Self {
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let named = |list: &[(String, String)]| list.iter().map(|(code, name)| of(&[code, name])).collect();
        Self {
            tables: TABLES.to_owned(),
            own: of(&own),
            hosts: hosts.iter().map(|host| of(&[host])).collect(),
            officers: named(officers),
            partners: named(partners),
            private_addresses,
        }
    }

    /// Returns the version of the check's tables.
    pub fn tables(&self) -> &str {
        &self.tables
    }

    /// Returns the digest that stands in the statement.
    pub fn digest(&self) -> Digest {
        let Self { tables, own, hosts, officers, partners, private_addresses } = self;
        let mut text =
            format!("comity-check-configuration/1\ntables {tables}\nown {own}\nprivate {private_addresses}\n");
        hosts.iter().for_each(|host| text.push_str(&format!("host {host}\n")));
        officers.iter().for_each(|officer| text.push_str(&format!("officer {officer}\n")));
        partners.iter().for_each(|partner| text.push_str(&format!("partner {partner}\n")));
        sha256(&[text.as_bytes()])
    }

    /// Tells whether a check with this looks for everything that a check with `earlier` looked for: only more hosts, officers and partners.
    pub fn covers(&self, earlier: &Self) -> bool {
        self.tables == earlier.tables
            && self.own == earlier.own
            && self.hosts.is_superset(&earlier.hosts)
            && self.officers.is_superset(&earlier.officers)
            && self.partners.is_superset(&earlier.partners)
            && (self.private_addresses || !earlier.private_addresses)
    }
}
