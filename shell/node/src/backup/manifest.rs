//! What a backup says it holds: heads of every log, counts, versions, time. Ids and counts, no content.
//!
//! Guarantees: derived from the copy itself, so a restore that derives it again must come to the same.

use crate::failure::Failure;
use comity_ledger::empty_root;
use comity_store::Stats;
use comity_store::desk::{Desk, Direction};
use comity_vocab::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the manifest.
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When the copy was begun.
    pub created: Timestamp,
    /// Base64 of the organisation's public key.
    pub organisation_key: String,
    /// Number of audit entries and the chain's head.
    pub audit: (u64, Option<Digest>),
    /// Number of acts of the officer registry and its head.
    pub registry: (u64, Digest),
    pub counts: BTreeMap<String, u64>,
    pub links: Vec<ManifestLink>,
}

/// Both logs of a link, or of one of its ended generations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestLink {
    pub log: String,
    pub generation: u32,
    pub ours: Head,
    pub theirs: Head,
}

/// Size, root, and how far a receipt covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub size: u64,
    pub root: Digest,
    pub cosigned: u64,
}

fn head(desk: Desk<'_>, log: &str, direction: Direction) -> Result<Head, Failure> {
    let size = desk.log_size(log, direction)?;
    let root = desk.log_root(log, direction, size)?.unwrap_or_else(empty_root);
    Ok(Head { size, root, cosigned: desk.log_head(log, direction)?.cosigned })
}

/// Describes what a copy of the holdings has.
pub(crate) fn describe(desk: Desk<'_>, stats: &Stats, created: Timestamp) -> Result<Manifest, Failure> {
    let mut links = Vec::new();
    for link in desk.links()? {
        let mut logs = vec![(link.code.clone(), link.generation)];
        logs.extend(desk.generations(&link.code)?.iter().map(|ended| (ended.log_name(), ended.generation)));
        for (log, generation) in logs {
            let (ours, theirs) = (head(desk, &log, Direction::Out)?, head(desk, &log, Direction::In)?);
            links.push(ManifestLink { log, generation, ours, theirs });
        }
    }
    let registry = crate::officers::replay(desk)?.head();
    let audited = desk.audit_head()?;
    let counts = [
        ("objects", stats.objects),
        ("versions", stats.versions),
        ("tombstones", stats.tombstones),
        ("imports", stats.imports),
        ("releases", desk.releases(usize::MAX >> 1)?.len() as u64),
    ];
    Ok(Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created,
        organisation_key: desk.setting("organisation_key")?.unwrap_or_default(),
        audit: audited.map_or((0, None), |row| (row.seq + 1, Some(row.chain))),
        registry,
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        links,
    })
}

impl Manifest {
    /// Reads a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|_| Failure::no("the manifest of the backup is not of this version"))?;
        if manifest.format != FORMAT {
            return Err(Failure::no(format!("the backup has format {}, this program reads {FORMAT}", manifest.format)));
        }
        Ok(manifest)
    }

    /// Names the first thing in which what was found differs.
    pub fn difference(&self, found: &Self) -> Option<&'static str> {
        [
            ("the organisation key", self.organisation_key == found.organisation_key),
            ("the audit chain", self.audit == found.audit),
            ("the officer registry", self.registry == found.registry),
            ("the counts", self.counts == found.counts),
            ("the heads of the logs", self.links == found.links),
        ]
        .into_iter()
        .find_map(|(what, same)| (!same).then_some(what))
    }
}
