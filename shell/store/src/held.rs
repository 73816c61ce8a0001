//! What reading gives: objects, their versions, their provenance, their tombstones.

use crate::origin::Origin;
use comity_vocab::{Digest, OfficerCode, SecurityLabel, Timestamp};
use std::collections::BTreeMap;

/// What place a version has among the versions of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The one that counts.
    Current,
    /// An earlier one, or a later one that does not count yet.
    History,
    /// Same identifier and version as an earlier arrival, other content.
    Conflict,
    /// From another than the one who began the object (security.md §5, case 70).
    Foreign,
    /// Set aside: its `created` differs from that of the version held (case 51).
    Quarantined,
}

/// A defect as stored with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDefect {
    /// The rule that is broken.
    pub rule: String,
    /// The place, as a JSON pointer; empty for the whole object.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// How a version came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The number of the import.
    pub import: i64,
    /// Where it came from.
    pub origin: Origin,
    /// When it came in.
    pub received_at: Timestamp,
    /// The officer who wrote or imported it.
    pub officer: Option<OfficerCode>,
    /// The file's name.
    pub file_name: Option<String>,
    /// SHA-256 of the file.
    pub file_digest: Option<Digest>,
    /// The partner's release.
    pub release: Option<String>,
    /// The position in the partner's log.
    pub seq: Option<u64>,
    /// The terms that came with the release.
    pub terms: Option<String>,
}

/// One version of an object, with its bytes.
#[derive(Clone, Debug)]
pub struct Object {
    /// The identifier.
    pub id: String,
    /// The object's `type`.
    pub object_type: String,
    /// Its `name`, where it has one.
    pub name: Option<String>,
    /// `modified` as written; empty without one.
    pub version_text: String,
    /// `modified` as an instant.
    pub modified: Option<Timestamp>,
    /// The exact bytes as they came.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// The effective label; `None` is unmarked.
    pub label: Option<SecurityLabel>,
    /// Marking references that are not TLP.
    pub unknown_markings: Vec<String>,
    /// Whether parts are marked on their own.
    pub granular_markings: bool,
    /// Whether it says that it is revoked.
    pub revoked: bool,
    /// Its place among the versions.
    pub standing: Standing,
    /// What is wrong with it.
    pub defects: Vec<StoredDefect>,
    /// How it first came in.
    pub provenance: Provenance,
}

impl Object {
    /// Returns where the version came from first.
    pub fn origin(&self) -> &Origin {
        &self.provenance.origin
    }
}

/// One version in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSummary {
    /// `modified` as written; empty without one.
    pub version_text: String,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// Its place.
    pub standing: Standing,
    /// The effective label.
    pub label: Option<SecurityLabel>,
    /// Where it came from.
    pub origin: Origin,
    /// When it came in.
    pub received_at: Timestamp,
    /// The number of its defects.
    pub defects: u64,
    /// The length of its bytes.
    pub bytes: u64,
}

/// An object that an import could not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The number of the object in its file, from 0.
    pub position: u64,
    /// Its identifier, where one could be read.
    pub id: Option<String>,
    /// Why.
    pub reason: String,
}

/// An object that was stored with defects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defective {
    /// Its identifier.
    pub id: String,
    /// The rules that it breaks, each once.
    pub rules: Vec<String>,
}

/// A tombstone: what stood here was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The identifier.
    pub id: String,
    /// The recall that asked for it.
    pub recall: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of every version that was held.
    pub digests: Vec<Digest>,
}

/// Counts over all that is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Objects held.
    pub objects: u64,
    /// Visible versions.
    pub versions: u64,
    /// Versions in conflict, foreign or quarantined.
    pub set_aside: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Finished imports.
    pub imports: u64,
    /// Visible versions per type.
    pub by_type: BTreeMap<String, u64>,
    /// At most how many versions full text does not cover yet.
    pub text_behind: u64,
}
