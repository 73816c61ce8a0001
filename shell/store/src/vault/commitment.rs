//! What the vault holds, in one keyed tag that stands in the holdings, so that a vault that is gone, emptied, older or changed
//! is noticed.
//!
//! Guarantees: every row of every table counts, and every table's definition; without the vault's key nobody makes the tag, and
//! nobody learns a number from it. The sum is kept up row by row, so an act costs what it adds, not what is held.
//! Does not know: where the tag is kept.
//!
//! A later version that adds tables to the vault must compare before it adds them: the definitions are part of the tag.

use super::VaultError;
use comity_crypto::MacKey;
use comity_vocab::Digest;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

const KEY: &str = "comity/v1/vault-commitment-key";
const ROW: &str = "comity/v1/vault-row";
const COMMITMENT: &str = "comity/v1/vault-commitment";

/// What the holdings say that the vault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// After the last act that was finished.
    pub settled: Digest,
    /// After the act that was under way, where one was.
    pub pending: Option<Digest>,
}

/// How a vault fits what the holdings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Fit {
    /// As after the last finished act. Where an act was under way, it did not happen.
    Settled,
    /// As after the act that was under way: it happened.
    Pending,
    /// Nothing was ever committed to; this is the first commitment.
    First,
}

/// Derives the key of the tags from the vault's key.
pub(super) fn key(seed: &[u8; 32]) -> MacKey {
    MacKey::new(&MacKey::new(seed).tag(KEY, &[]).0)
}

#[derive(Clone)]
struct Table {
    name: String,
    /// Whether new rows can be told by their number.
    numbered: bool,
    count: u64,
    last: Option<i64>,
    sum: [u64; 4],
}

/// Count and keyed sum of every table.
#[derive(Clone)]
pub(super) struct Register {
    tables: Vec<Table>,
}

/// Adds a tag to a sum, both as numbers of 256 bits. The tags are pseudo-random and the sum is never shown, so no other set of
/// rows with the same sum can be found.
fn add(sum: &mut [u64; 4], tag: &Digest) {
    let mut carry = false;
    for (limb, bytes) in sum.iter_mut().zip(tag.0.as_chunks::<8>().0) {
        let (first, over) = limb.overflowing_add(u64::from_be_bytes(*bytes));
        let (second, again) = first.overflowing_add(u64::from(carry));
        (*limb, carry) = (second, over || again);
    }
}

/// A value as bytes that no other value has.
fn encoded(value: ValueRef<'_>) -> Vec<u8> {
    let (kind, bytes) = match value {
        ValueRef::Null => (b'n', Vec::new()),
        ValueRef::Integer(number) => (b'i', number.to_be_bytes().to_vec()),
        ValueRef::Real(number) => (b'r', number.to_bits().to_be_bytes().to_vec()),
        ValueRef::Text(text) => (b't', text.to_vec()),
        ValueRef::Blob(blob) => (b'b', blob.to_vec()),
    };
    [&[kind], bytes.as_slice()].concat()
}

/// Runs a query of all columns and adds up its rows. `numbered`: the first column is the row's number.
fn sum_up(conn: &Connection, key: &MacKey, table: &mut Table, sql: &str, after: Option<i64>) -> Result<(), VaultError> {
    let mut statement = conn.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = match after {
        Some(after) => statement.query([after])?,
        None => statement.query([])?,
    };
    while let Some(row) = rows.next()? {
        let values =
            (0..columns).map(|at| Ok(encoded(row.get_ref(at)?))).collect::<Result<Vec<_>, rusqlite::Error>>()?;
        let parts: Vec<&[u8]> =
            std::iter::once(table.name.as_bytes()).chain(values.iter().map(Vec::as_slice)).collect();
        add(&mut table.sum, &key.tag(ROW, &parts));
        table.count += 1;
        if table.numbered {
            table.last = Some(row.get(0)?);
        }
    }
    Ok(())
}

impl Table {
    fn empty(name: String, numbered: bool) -> Self {
        Self { name, numbered, count: 0, last: None, sum: [0; 4] }
    }

    /// Adds what came since; a table whose rows have no number is read whole again.
    fn follow(&mut self, conn: &Connection, key: &MacKey) -> Result<(), VaultError> {
        let name = self.name.replace('"', "\"\"");
        match (self.numbered, self.last) {
            (true, Some(last)) => {
                let sql = format!("SELECT rowid, * FROM \"{name}\" WHERE rowid > ?1 ORDER BY rowid");
                sum_up(conn, key, self, &sql, Some(last))
            }
            (true, None) => sum_up(conn, key, self, &format!("SELECT rowid, * FROM \"{name}\" ORDER BY rowid"), None),
            (false, _) => {
                *self = Self::empty(std::mem::take(&mut self.name), false);
                sum_up(conn, key, self, &format!("SELECT * FROM \"{name}\""), None)
            }
        }
    }
}

impl Register {
    /// Reads every table whole.
    pub fn read(conn: &Connection, key: &MacKey) -> Result<Self, VaultError> {
        let listed: Vec<(String, bool)> = conn
            .prepare(
                "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
            )?
            .query_map([], |row| Ok((row.get(0)?, !row.get::<_, bool>(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut tables = Vec::new();
        for (name, numbered) in listed {
            let mut table = Table::empty(name, numbered);
            table.follow(conn, key)?;
            tables.push(table);
        }
        let mut definitions = Table::empty("sqlite_schema".into(), false);
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema";
        sum_up(conn, key, &mut definitions, sql, None)?;
        tables.push(definitions);
        Ok(Self { tables })
    }

    /// Adds what was appended since.
    ///
    /// INVARIANT: rows of the vault are only ever appended, under a number above all others. An act that changes or removes rows
    /// must read the register whole instead.
    pub fn follow(&mut self, conn: &Connection, key: &MacKey) -> Result<(), VaultError> {
        for table in self.tables.iter_mut().filter(|table| table.name != "sqlite_schema") {
            table.follow(conn, key)?;
        }
        Ok(())
    }

    /// Tells whether the rows of a table are still those that count.
    pub fn holds(&self, conn: &Connection, key: &MacKey, name: &str) -> Result<bool, VaultError> {
        let Some(counted) = self.tables.iter().find(|table| table.name == name) else { return Ok(false) };
        let mut found = Table::empty(counted.name.clone(), counted.numbered);
        found.follow(conn, key)?;
        Ok((found.count, found.sum) == (counted.count, counted.sum))
    }

    /// Returns count and sum of one table, as bytes.
    pub fn state(&self, name: &str) -> Option<Vec<u8>> {
        let table = self.tables.iter().find(|table| table.name == name)?;
        let sum = table.sum.iter().flat_map(|limb| limb.to_be_bytes());
        Some(table.count.to_be_bytes().into_iter().chain(sum).collect())
    }

    /// Returns the tag over the number of the act, the counts and the sums.
    pub fn commitment(&self, key: &MacKey) -> Digest {
        // Every act writes one entry of the access log, so its number is the act's.
        let act = self.tables.iter().find(|table| table.name == "access").map_or(0, |table| table.count);
        let mut parts: Vec<Vec<u8>> = vec![act.to_be_bytes().to_vec()];
        for table in &self.tables {
            parts.push(table.name.as_bytes().to_vec());
            parts.push(table.count.to_be_bytes().to_vec());
            parts.push(table.sum.iter().flat_map(|limb| limb.to_be_bytes()).collect());
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        key.tag(COMMITMENT, &parts)
    }
}
