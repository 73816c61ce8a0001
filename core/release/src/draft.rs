//! A draft: the exact bytes that would leave, and the statement officers sign over them.
//!
//! Guarantees: the statement binds everything a recipient is given and everyone it is given to (security.md I3).
//! `items`, `dropped` and `sanitisation` name originals; they stay at home.

use crate::{POLICY_VERSION, ReleaseId, SourceDescriptor};
use base64::Engine as _;
use comity_crypto::sha256;
use comity_vocab::{Digest, OrgCode, SecurityLabel, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// In which form objects leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rebuilt from the allow-list.
    Tearline,
    /// Exact bytes of objects declared public.
    AsPublished,
}

impl Mode {
    /// Returns the word of the statement.
    pub fn as_str(&self) -> &'static str {
        match self {
            Mode::Tearline => "tearline",
            Mode::AsPublished => "as_published",
        }
    }
}

/// Which original became which released object. The note written for a release without a raw report stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The identifier of the original; stays at home.
    pub original_id: String,
    /// Its version key; stays at home.
    pub original_version: String,
    /// The identifier recipients see.
    pub released_id: String,
    /// The version key recipients see.
    pub released_version: String,
}

/// A reference or object that did not make it into the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// The identifier of the original.
    pub object: String,
    /// JSON pointer of the property, empty where the whole object was dropped.
    pub property: String,
    /// What it referred to, empty where it referred to nothing.
    pub target: String,
    /// Why, for the officer.
    pub reason: String,
}

/// A property that was left out or altered (the sanitisation log of domain.md R2.13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The identifier of the original.
    pub object: String,
    /// The property, or its JSON pointer.
    pub property: String,
    /// What was done, for the officer.
    pub change: String,
}

/// What would leave.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The identifier of the release.
    pub release: ReleaseId,
    /// The organisation in whose name it is made.
    pub organisation: OrgCode,
    /// In which form objects leave.
    pub mode: Mode,
    /// The recipients.
    pub audience: BTreeSet<OrgCode>,
    /// The label of the whole release.
    pub label: SecurityLabel,
    /// What recipients are told about the source.
    pub descriptor: Option<SourceDescriptor>,
    /// The version of the rules it was made under.
    pub policy_version: String,
    /// When it was drafted.
    pub created: Timestamp,
    /// After this the approvals are void.
    pub expires: Timestamp,
    /// The exact bytes of whole STIX bundles.
    #[serde(with = "base64_parts")]
    pub parts: Vec<Vec<u8>>,
    /// Which original became what, ordered by released identifier.
    pub items: Vec<Item>,
    /// What was dropped.
    pub dropped: Vec<Dropped>,
    /// What was left out or altered.
    pub sanitisation: Vec<Change>,
}

impl std::fmt::Debug for Draft {
    /// Shows identifier and counts; content never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({}, {} items, {} parts)", self.release, self.items.len(), self.parts.len())
    }
}

impl Draft {
    /// Returns the exact bytes that officers sign (with their role appended, [`crate::approval_message`]).
    pub fn statement(&self) -> Vec<u8> {
        let mut text = String::from("comity-release-statement/1\n");
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name} {value}");
        };
        line("release", &self.release);
        line("organisation", &self.organisation);
        line("mode", &self.mode.as_str());
        for recipient in &self.audience {
            line("recipient", recipient);
        }
        line("label", &self.label);
        match &self.descriptor {
            Some(descriptor) => line("terms", descriptor),
            None => line("terms", &"none"),
        }
        line("policy", &self.policy_version);
        line("created", &self.created);
        line("expires", &self.expires);
        line("items", &self.items.len());
        line("items-sha256", &self.items_digest());
        for (number, part) in self.parts.iter().enumerate() {
            line("part", &format!("{number} {} {}", part.len(), sha256(&[part])));
        }
        text.into_bytes()
    }

    /// Returns the SHA-256 of the statement.
    pub fn digest(&self) -> Digest {
        sha256(&[&self.statement()])
    }

    /// Returns the identifiers of the released objects.
    pub fn released_ids(&self) -> BTreeSet<String> {
        self.items.iter().map(|item| item.released_id.clone()).collect()
    }

    /// Tells whether the draft was made under the rules now in force.
    pub fn is_current(&self) -> bool {
        self.policy_version == POLICY_VERSION
    }

    fn items_digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for item in &self.items {
            for text in [&item.original_id, &item.original_version, &item.released_id, &item.released_version] {
                bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        sha256(&[&bytes])
    }
}

/// Bytes as base64 text: a list of numbers would be four times as long.
mod base64_parts {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;

    pub fn serialize<S: serde::Serializer>(parts: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts.iter().map(|part| STANDARD.encode(part)))
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|text| STANDARD.decode(text).map_err(|_| D::Error::custom("part is not base64")))
            .collect()
    }
}
