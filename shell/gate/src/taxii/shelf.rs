//! What partners' TAXII tools may read, in memory only, each recipient's apart from every other's.
//!
//! Guarantees: nothing of it is on the gate's disk; what was erased is gone with its bytes; a page looks at one recipient and at no
//! other. The order is that of the log, so two pages of one walk never overlap and never leave a gap.
//!
//! Does not know: who asks, HTTP. The desk fills it again whenever the gate starts.

use comity_stix::{Limits, Splitter};
use comity_taxii::{Facts, Query, Versions};
use comity_vocab::{OrgCode, Timestamp};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The most bytes held for all recipients together.
const BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Room for the objects of one entry in a sequence; a part of a release has fewer.
const OBJECTS_BITS: u32 = 20;

/// One object of a released bundle.
pub(super) struct Held {
    pub id: String,
    pub object_type: String,
    /// The version as written; none for what carries no times.
    pub version: Option<String>,
    pub spec_version: String,
    pub added: Timestamp,
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Everything of one recipient.
#[derive(Default)]
pub(super) struct Partition {
    objects: BTreeMap<i64, Held>,
    /// Where each version of each object stands: the first one counts, the others are the same object in another release.
    versions: BTreeMap<String, BTreeMap<Option<Timestamp>, Vec<i64>>>,
    bytes: usize,
}

/// Why an entry was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Nobody made this partner a recipient.
    NoRecipient,
    /// The bundle does not read, or has more objects than a bundle may.
    Malformed,
    /// There is no room.
    Full,
}

/// The shelf of all recipients.
pub(crate) struct Shelf {
    partitions: BTreeMap<OrgCode, Partition>,
}

fn key(version: Option<&str>) -> Option<Timestamp> {
    version.and_then(Timestamp::meant)
}

fn sequence(seq: u64, index: usize) -> Option<i64> {
    let index = i64::try_from(index).ok().filter(|index| *index < 1 << OBJECTS_BITS)?;
    // One more, so that 0 stands before everything.
    i64::try_from(seq).ok()?.checked_add(1)?.checked_mul(1 << OBJECTS_BITS)?.checked_add(index)
}

impl Shelf {
    pub(crate) fn new(recipients: impl IntoIterator<Item = OrgCode>) -> Self {
        Self { partitions: recipients.into_iter().map(|code| (code, Partition::default())).collect() }
    }

    pub(super) fn partition(&self, code: &OrgCode) -> Option<&Partition> {
        self.partitions.get(code)
    }

    /// Takes the bundle of an entry; the same entry once more changes nothing.
    pub(crate) fn put(&mut self, code: &OrgCode, seq: u64, at_us: u64, bundle: &[u8]) -> Result<(), NotTaken> {
        let held: usize = self.partitions.values().map(|partition| partition.bytes).sum();
        let partition = self.partitions.get_mut(code).ok_or(NotTaken::NoRecipient)?;
        if held.saturating_add(bundle.len()) > BYTES_MAX {
            return Err(NotTaken::Full);
        }
        partition.erase(seq);
        let seconds = i64::try_from(at_us / 1_000_000).map_err(|_| NotTaken::Malformed)?;
        let nanos = u32::try_from(at_us % 1_000_000).map_err(|_| NotTaken::Malformed)? * 1_000;
        let added = Timestamp::from_unix(seconds, nanos);
        let mut objects = Vec::new();
        let mut splitter = Splitter::new(Limits::default());
        let mut take = |object: comity_stix::RawObject<'_>| objects.push(object.bytes.to_vec());
        splitter.push(bundle, &mut take).map_err(|_| NotTaken::Malformed)?;
        splitter.finish().map_err(|_| NotTaken::Malformed)?;
        // The whole is read before anything of it is shown.
        let mut read = Vec::new();
        for (index, bytes) in objects.into_iter().enumerate() {
            let at = sequence(seq, index).ok_or(NotTaken::Malformed)?;
            let facts = Facts::read(&bytes).ok_or(NotTaken::Malformed)?;
            let (id, object_type) = (facts.id.to_string(), facts.object_type.to_string());
            let (version, spec_version) = (facts.version().map(str::to_owned), facts.spec_version().to_owned());
            read.push((at, Held { id, object_type, version, spec_version, added, bytes: Zeroizing::new(bytes) }));
        }
        for (at, held) in read {
            let versions = partition.versions.entry(held.id.clone()).or_default();
            let places = versions.entry(key(held.version.as_deref())).or_default();
            places.push(at);
            places.sort_unstable();
            partition.bytes += held.bytes.len();
            partition.objects.insert(at, held);
        }
        Ok(())
    }

    /// Forgets entries.
    pub(crate) fn erase(&mut self, code: &OrgCode, seqs: &[u64]) {
        if let Some(partition) = self.partitions.get_mut(code) {
            for seq in seqs {
                partition.erase(*seq);
            }
        }
    }
}

impl Partition {
    fn erase(&mut self, seq: u64) {
        let (Some(from), Some(to)) = (sequence(seq, 0), sequence(seq.saturating_add(1), 0)) else { return };
        let gone: Vec<i64> = self.objects.range(from..to).map(|(at, _)| *at).collect();
        for at in gone {
            let Some(held) = self.objects.remove(&at) else { continue };
            self.bytes = self.bytes.saturating_sub(held.bytes.len());
            let Some(versions) = self.versions.get_mut(&held.id) else { continue };
            if let Some(places) = versions.get_mut(&key(held.version.as_deref())) {
                places.retain(|place| *place != at);
            }
            versions.retain(|_, places| !places.is_empty());
            if versions.is_empty() {
                self.versions.remove(&held.id);
            }
        }
    }

    /// Tells whether the recipient may see an object of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.versions.contains_key(id)
    }

    /// The last sequence that was added at or before a time; walks go on after it.
    pub(super) fn until(&self, time: Timestamp) -> i64 {
        // Times follow sequences but for ties, and a tie belongs to what was added until then.
        self.objects.iter().rev().find(|(_, held)| held.added <= time).map_or(0, |(at, _)| *at)
    }

    /// Walks what a query lets through after a sequence; ends where `take` returns `false`.
    pub(super) fn walk<'p>(&'p self, after: i64, query: &Query, take: &mut dyn FnMut(i64, &'p Held) -> bool) {
        for (at, held) in self.objects.range(after.saturating_add(1)..) {
            let wanted = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
            let through = wanted(&query.ids, &held.id)
                && wanted(&query.types, &held.object_type)
                && wanted(&query.spec_versions, &held.spec_version)
                && self.is_version(*at, held, &query.versions);
            if through && !take(*at, held) {
                return;
            }
        }
    }

    fn is_version(&self, at: i64, held: &Held, wanted: &Versions) -> bool {
        let Some(versions) = self.versions.get(&held.id) else { return false };
        let own = key(held.version.as_deref());
        if versions.get(&own).and_then(|places| places.first()) != Some(&at) {
            return false;
        }
        match wanted {
            Versions::All => true,
            Versions::Any { first, last, at } => {
                (*first && versions.first_key_value().is_some_and(|(version, _)| *version == own))
                    || (*last && versions.last_key_value().is_some_and(|(version, _)| *version == own))
                    || own.is_some_and(|own| at.contains(&own))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "indicator--11111111-1111-4111-8111-111111111111";

    fn bundle(version: &str, name: &str) -> Vec<u8> {
        format!(
            r#"{{"type":"bundle","id":"bundle--22222222-2222-4222-8222-222222222222","objects":[{{"type":"indicator","spec_version":"2.1","id":"{A}","created":"2026-01-01T00:00:00Z","modified":"{version}","name":"{name}"}}]}}"#
        )
        .into_bytes()
    }

    fn seen(shelf: &Shelf, code: &OrgCode, query: &Query) -> Vec<String> {
        let mut names = Vec::new();
        shelf.partition(code).unwrap().walk(0, query, &mut |_, held| {
            names.push(held.version.clone().unwrap_or_default());
            true
        });
        names
    }

    #[test]
    fn partitions_versions_and_erasure() {
        let (kps, tfo): (OrgCode, OrgCode) = ("kps".parse().unwrap(), "tfo".parse().unwrap());
        let mut shelf = Shelf::new([kps.clone(), tfo.clone()]);
        let (one, two) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        shelf.put(&kps, 0, 1_000_000, &bundle(one, "first")).unwrap();
        shelf.put(&kps, 1, 2_000_000, &bundle(two, "second")).unwrap();
        shelf.put(&kps, 2, 3_000_000, &bundle(two, "second")).unwrap();
        let all = Query { versions: Versions::All, ..Query::default() };
        assert_eq!(seen(&shelf, &kps, &Query::default()), [two], "the latest, once");
        assert_eq!(seen(&shelf, &kps, &all), [one, two]);
        assert!(seen(&shelf, &tfo, &all).is_empty(), "nothing of another recipient");
        assert!(!shelf.partition(&tfo).unwrap().has(A));
        shelf.erase(&tfo, &[0, 1, 2]);
        shelf.erase(&kps, &[1]);
        assert_eq!(seen(&shelf, &kps, &all), [one, two], "the same version in another release stays");
        shelf.erase(&kps, &[2]);
        assert_eq!(seen(&shelf, &kps, &Query::default()), [one]);
        shelf.erase(&kps, &[0]);
        assert!(seen(&shelf, &kps, &all).is_empty());
        assert!(!shelf.partition(&kps).unwrap().has(A));
        assert_eq!(shelf.partition(&kps).unwrap().bytes, 0);
    }

    #[test]
    fn what_is_refused() {
        let (kps, tfo): (OrgCode, OrgCode) = ("kps".parse().unwrap(), "tfo".parse().unwrap());
        let mut shelf = Shelf::new([kps.clone()]);
        assert_eq!(shelf.put(&tfo, 0, 0, &bundle("2026-01-01T00:00:00Z", "x")), Err(NotTaken::NoRecipient));
        assert_eq!(shelf.put(&kps, 0, 0, b"{\"type\":\"bundle\""), Err(NotTaken::Malformed));
        assert!(shelf.partition(&kps).unwrap().objects.is_empty());
    }

    #[test]
    fn added_after_is_exact() {
        let kps: OrgCode = "kps".parse().unwrap();
        let mut shelf = Shelf::new([kps.clone()]);
        shelf.put(&kps, 0, 1_000_000, &bundle("2026-01-01T00:00:00Z", "x")).unwrap();
        shelf.put(&kps, 1, 1_000_001, &bundle("2026-02-01T00:00:00Z", "y")).unwrap();
        let partition = shelf.partition(&kps).unwrap();
        let until = |nanos| partition.until(Timestamp::from_unix(1, nanos)) >> OBJECTS_BITS;
        assert_eq!((until(0), until(999), until(1_000)), (1, 1, 2));
        assert_eq!(partition.until(Timestamp::from_unix(0, 0)), 0);
    }
}
