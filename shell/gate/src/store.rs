//! `gate.db`: envelopes that wait to go or to be taken. Ciphertext and routing only.
//!
//! Guarantees: what [`Store::receive`] returned for is durable (`synchronous=FULL`); erased envelopes are overwritten
//! (`secure_delete`) and leave the write-ahead log as well.
//!
//! Does not know: what is in an envelope. No other process opens this file.

use comity_link::gate_protocol::Peer;
use comity_vocab::OrgCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;
use std::path::Path;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS outbox (
    peer TEXT NOT NULL, seq INTEGER NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (peer, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (
    peer TEXT NOT NULL, seq INTEGER NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (peer, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    peer TEXT NOT NULL PRIMARY KEY, outbound_origin TEXT NOT NULL, inbound_origin TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";
const SCHEMA_VERSION: i64 = 1;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed; nothing of the operation is stored.
    #[error("gate.db failed")]
    Sql(#[from] rusqlite::Error),
    /// The file was written by another version.
    #[error("gate.db has schema {found}, this version writes {SCHEMA_VERSION}")]
    Schema {
        /// The schema found.
        found: i64,
    },
    /// A sequence that cannot be one.
    #[error("not a sequence")]
    Sequence,
}

impl StoreError {
    /// Tells whether the disk is full: nothing is lost, and it may pass.
    pub(crate) fn is_full(&self) -> bool {
        let Self::Sql(rusqlite::Error::SqliteFailure(error, _)) = self else { return false };
        error.code == rusqlite::ErrorCode::DiskFull
    }
}

/// The gate's store.
pub(crate) struct Store {
    db: Connection,
}

fn sql_seq(seq: u64) -> Result<i64, StoreError> {
    i64::try_from(seq).map_err(|_| StoreError::Sequence)
}

fn seq(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Sequence)
}

impl Store {
    /// Opens or makes `gate.db` in a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let db = Connection::open(folder.join("gate.db"))?;
        // Exclusive: one process, one connection; so the write-ahead log needs no shared memory file.
        db.execute_batch(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;
             PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-2000;
             PRAGMA journal_size_limit=1048576;",
        )?;
        let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match found {
            0 => db.execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"))?,
            SCHEMA_VERSION => {}
            found => return Err(StoreError::Schema { found }),
        }
        Ok(Self { db })
    }

    /// Begins a batch of writes that become durable together.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        Ok(self.db.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Makes the batch durable.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        Ok(self.db.execute_batch("COMMIT")?)
    }

    /// Drops the batch, where one is open.
    pub(crate) fn roll_back(&self) {
        if !self.db.is_autocommit() {
            // Where even this fails the next BEGIN does, and the gate ends.
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }

    /// Keeps an envelope that is to go; replaces what waits under the same sequence.
    pub(crate) fn put_outgoing(&self, peer: &OrgCode, seq: u64, envelope: &[u8]) -> Result<(), StoreError> {
        let mut insert = self.db.prepare_cached("INSERT OR REPLACE INTO outbox VALUES (?1, ?2, ?3)")?;
        insert.execute(params![peer.as_str(), sql_seq(seq)?, envelope])?;
        Ok(())
    }

    /// Returns the envelope that is to go under this sequence, if there is one.
    pub(crate) fn outgoing(&self, peer: &OrgCode, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT envelope FROM outbox WHERE peer = ?1 AND seq = ?2")?;
        Ok(select.query_row(params![peer.as_str(), sql_seq(seq)?], |row| row.get(0)).optional()?)
    }

    /// Returns the sequences of all envelopes that are to go to a partner.
    pub(crate) fn outgoing_seqs(&self, peer: &OrgCode) -> Result<BTreeSet<u64>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT seq FROM outbox WHERE peer = ?1")?;
        let mut rows = select.query([peer.as_str()])?;
        let mut seqs = BTreeSet::new();
        while let Some(row) = rows.next()? {
            seqs.insert(seq(row.get(0)?)?);
        }
        Ok(seqs)
    }

    /// Removes outgoing envelopes; [`Store::scrub`] then clears the write-ahead log.
    pub(crate) fn erase_outgoing(&self, peer: &OrgCode, seqs: &[u64]) -> Result<(), StoreError> {
        let mut delete = self.db.prepare_cached("DELETE FROM outbox WHERE peer = ?1 AND seq = ?2")?;
        for seq in seqs {
            delete.execute(params![peer.as_str(), sql_seq(*seq)?])?;
        }
        Ok(())
    }

    /// Keeps envelopes that arrived, with consecutive sequences; durable when this returns.
    pub(crate) fn receive(&self, peer: &OrgCode, from: u64, envelopes: &[&[u8]]) -> Result<(), StoreError> {
        self.begin()?;
        let stored = self.insert_inbox(peer, from, envelopes).and_then(|()| self.commit());
        if stored.is_err() {
            self.roll_back();
        }
        stored
    }

    fn insert_inbox(&self, peer: &OrgCode, from: u64, envelopes: &[&[u8]]) -> Result<(), StoreError> {
        let mut insert = self.db.prepare_cached("INSERT INTO inbox VALUES (?1, ?2, ?3)")?;
        for (seq, envelope) in (from..).zip(envelopes) {
            insert.execute(params![peer.as_str(), sql_seq(seq)?, envelope])?;
        }
        Ok(())
    }

    /// Returns an envelope that arrived.
    pub(crate) fn arrived(&self, peer: &OrgCode, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT envelope FROM inbox WHERE peer = ?1 AND seq = ?2")?;
        Ok(select.query_row(params![peer.as_str(), sql_seq(seq)?], |row| row.get(0)).optional()?)
    }

    /// Removes what arrived below a sequence.
    pub(crate) fn drop_arrived_below(&self, peer: &OrgCode, next_seq: u64) -> Result<(), StoreError> {
        let mut delete = self.db.prepare_cached("DELETE FROM inbox WHERE peer = ?1 AND seq < ?2")?;
        delete.execute(params![peer.as_str(), sql_seq(next_seq)?])?;
        Ok(())
    }

    /// Removes what arrived from a sequence on.
    pub(crate) fn drop_arrived_from(&self, peer: &OrgCode, next_seq: u64) -> Result<(), StoreError> {
        let mut delete = self.db.prepare_cached("DELETE FROM inbox WHERE peer = ?1 AND seq >= ?2")?;
        delete.execute(params![peer.as_str(), sql_seq(next_seq)?])?;
        Ok(())
    }

    /// Returns the lengths of the envelopes that arrived, from `next_seq` on, up to the first that did not.
    pub(crate) fn arrived_lengths(&self, peer: &OrgCode, next_seq: u64) -> Result<Vec<u64>, StoreError> {
        let mut select = self
            .db
            .prepare_cached("SELECT seq, length(envelope) FROM inbox WHERE peer = ?1 AND seq >= ?2 ORDER BY seq")?;
        let mut rows = select.query(params![peer.as_str(), sql_seq(next_seq)?])?;
        let mut lengths = Vec::new();
        while let Some(row) = rows.next()? {
            if seq(row.get(0)?)? != next_seq + lengths.len() as u64 {
                break;
            }
            lengths.push(seq(row.get(1)?)?);
        }
        Ok(lengths)
    }

    /// Keeps the envelopes of these links only: another generation, or another organisation under a code that was used
    /// before, begins with nothing.
    pub(crate) fn keep_only(&self, peers: &[&Peer]) -> Result<(), StoreError> {
        self.begin()?;
        let kept = self.keep_links(peers).and_then(|()| self.commit());
        if kept.is_err() {
            self.roll_back();
        }
        kept
    }

    fn keep_links(&self, peers: &[&Peer]) -> Result<(), StoreError> {
        let held: Vec<[String; 3]> = {
            let mut select = self.db.prepare("SELECT peer, outbound_origin, inbound_origin FROM links")?;
            let rows = select.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
            rows.collect::<Result<_, _>>()?
        };
        for link in &held {
            let same = |peer: &&Peer| *link == [peer.code.as_str(), &peer.outbound_origin, &peer.inbound_origin];
            let [code, ..] = link;
            if !peers.iter().any(same) {
                for table in ["outbox", "inbox", "links"] {
                    self.db.execute(&format!("DELETE FROM {table} WHERE peer = ?1"), [code])?;
                }
            }
        }
        for peer in peers {
            let mut insert = self.db.prepare_cached("INSERT OR IGNORE INTO links VALUES (?1, ?2, ?3)")?;
            insert.execute(params![peer.code.as_str(), peer.outbound_origin, peer.inbound_origin])?;
        }
        Ok(())
    }

    /// Writes the log back and empties it, so that erased envelopes are nowhere any more.
    pub(crate) fn scrub(&self) -> Result<(), StoreError> {
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store, OrgCode) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store, "kps".parse().unwrap())
    }

    #[test]
    fn arrived_entries_are_a_gap_free_run() {
        let (_folder, store, peer) = store();
        store.receive(&peer, 3, &[b"three", b"four"]).unwrap();
        store.receive(&peer, 7, &[b"seven"]).unwrap();
        assert_eq!(store.arrived_lengths(&peer, 3).unwrap(), [5, 4]);
        assert_eq!(store.arrived_lengths(&peer, 0).unwrap(), [0u64; 0]);
        assert!(store.receive(&peer, 4, &[b"again"]).is_err(), "a sequence is taken once");
        assert_eq!(store.arrived(&peer, 4).unwrap().as_deref(), Some(&b"four"[..]));
        store.drop_arrived_below(&peer, 4).unwrap();
        assert_eq!(store.arrived(&peer, 3).unwrap(), None);
    }

    #[test]
    fn erased_envelopes_are_nowhere_in_the_folder() {
        let (folder, store, peer) = store();
        let canary = b"c9f0f895fb98ab9159f51fd0297e236d".repeat(2000);
        store.put_outgoing(&peer, 0, &canary).unwrap();
        store.put_outgoing(&peer, 1, b"stays").unwrap();
        store.erase_outgoing(&peer, &[0]).unwrap();
        store.scrub().unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(32).any(|window| window == &canary[..32]));
        }
        assert_eq!(store.outgoing_seqs(&peer).unwrap(), BTreeSet::from([1]));
    }

    #[test]
    fn a_new_generation_begins_with_nothing() {
        let (_folder, store, code) = store();
        let mut peer = Peer {
            code: code.clone(),
            spki_pin: [0; 32],
            pin_not_after: 0,
            endpoints: Vec::new(),
            outbound_origin: "comity.link/a/b/0".to_owned(),
            inbound_origin: "comity.link/b/a/0".to_owned(),
            inbound_next_seq: 0,
        };
        store.keep_only(&[&peer]).unwrap();
        store.put_outgoing(&code, 1, b"old").unwrap();
        store.receive(&code, 0, &[b"old"]).unwrap();
        store.keep_only(&[&peer]).unwrap();
        assert_eq!(store.outgoing_seqs(&code).unwrap(), BTreeSet::from([1]));
        peer.inbound_origin = "comity.link/b/a/1".to_owned();
        store.keep_only(&[&peer]).unwrap();
        assert_eq!(store.outgoing_seqs(&code).unwrap(), BTreeSet::new());
        assert_eq!(store.arrived(&code, 0).unwrap(), None);
        store.put_outgoing(&code, 1, b"new").unwrap();
        store.keep_only(&[]).unwrap();
        assert_eq!(store.outgoing_seqs(&code).unwrap(), BTreeSet::new());
    }

    #[test]
    fn another_schema_is_refused() {
        let (folder, store, _) = store();
        store.db.execute_batch("PRAGMA user_version=99").unwrap();
        drop(store);
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Schema { found: 99 })));
    }
}
