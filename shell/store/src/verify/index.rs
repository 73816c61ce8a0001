//! The full-text index against one derived again.
//!
//! For each version the sum of hashes of its (word, place) pairs is taken over both indexes. The new one is built in memory, a
//! slice of versions at a time; only the sums are kept for all.

use super::{Counts, VerifyError, bad};
use crate::view::View;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// Settings of the full-text index, with its own version.
const CONFIGURED: i64 = 4;
/// Has the index compare its own pages; it writes nothing.
const INTEGRITY: &str = "INSERT INTO version_text (version_text) VALUES ('integrity-check')";
/// Versions per slice.
const SLICE: i64 = 4_000;

pub(super) fn texts(view: &View<'_>, counts: &mut Counts) -> Result<(), VerifyError> {
    let conn = view.conn;
    let indexed: i64 = conn.query_row("SELECT indexed_vid FROM text_state", [], |row| row.get(0))?;
    if indexed >= crate::taxii::next_vid(conn)? {
        return Err(bad("full text", indexed, "covers versions that there never were"));
    }
    let as_made = "SELECT count(*) FROM version_text_config
                   WHERE (k, v) IN (VALUES ('secure-delete', 1), ('hashsize', 16777216), ('automerge', 8)) OR (k = 'version' AND v IN (4, 5))";
    let (found, all): (i64, i64) = (
        conn.query_row(as_made, [], |row| row.get(0))?,
        conn.query_row("SELECT count(*) FROM version_text_config", [], |row| row.get(0))?,
    );
    if (found, all) != (CONFIGURED, CONFIGURED) {
        return Err(bad("full text", all, "is configured otherwise than it was made"));
    }
    if !conn.is_readonly("main")? && conn.execute(INTEGRITY, []).is_err() {
        return Err(bad("full text", 0, "its pages do not hold together"));
    }
    let missing: Option<i64> = conn
        .query_row(
            "SELECT v.vid FROM version v LEFT JOIN version_text_docsize d ON d.id = v.vid WHERE v.vid <= ?1 AND d.id IS NULL LIMIT 1",
            [indexed],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(vid) = missing {
        return Err(bad("version", vid, "is not in the full-text index"));
    }
    let extra: Option<i64> = conn
        .query_row(
            "SELECT d.id FROM version_text_docsize d LEFT JOIN version v ON v.vid = d.id WHERE v.vid IS NULL OR d.id > ?1 LIMIT 1",
            [indexed],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(vid) = extra {
        return Err(bad("full text", vid, "belongs to no version"));
    }
    // Tables in the temporary database lie in memory; the main one is not written, and may be open for reading only.
    let query_only: bool = conn.query_row("PRAGMA query_only", [], |row| row.get(0))?;
    conn.pragma_update(None, "query_only", false)?;
    let compared = compare(conn, indexed, counts);
    let cleaned = conn.execute_batch(
        "DROP TABLE IF EXISTS temp.held_words; DROP TABLE IF EXISTS temp.new_words; DROP TABLE IF EXISTS temp.new_text",
    );
    conn.pragma_update(None, "query_only", query_only)?;
    compared?;
    Ok(cleaned?)
}

fn compare(conn: &Connection, indexed: i64, counts: &mut Counts) -> Result<(), VerifyError> {
    conn.execute_batch("CREATE VIRTUAL TABLE temp.held_words USING fts5vocab (main, version_text, instance)")?;
    let mut held = sums(conn, "SELECT doc, term, offset FROM temp.held_words")?;
    let mut after = 0;
    loop {
        let last = derive_slice(conn, after, indexed)?;
        let Some(last) = last else { break };
        let derived = sums(conn, "SELECT doc, term, offset FROM temp.new_words")?;
        let vids: Vec<i64> = conn
            .prepare_cached("SELECT vid FROM version WHERE vid > ?1 AND vid <= ?2 ORDER BY vid")?
            .query_map((after, last), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for vid in vids {
            if held.remove(&vid).unwrap_or(0) != derived.get(&vid).copied().unwrap_or(0) {
                return Err(bad("version", vid, "its words in the full-text index are not those of its bytes"));
            }
            counts.texts += 1;
        }
        after = last;
    }
    match held.keys().min() {
        Some(vid) => Err(bad("full text", *vid, "words belong to no version")),
        None => Ok(()),
    }
}

/// Builds the new index of the next slice and returns its last version.
fn derive_slice(conn: &Connection, after: i64, indexed: i64) -> Result<Option<i64>, VerifyError> {
    conn.execute_batch(
        "DROP TABLE IF EXISTS temp.new_words; DROP TABLE IF EXISTS temp.new_text;
         CREATE VIRTUAL TABLE temp.new_text USING fts5 (body, content = '', tokenize = \"unicode61 remove_diacritics 0\");
         CREATE VIRTUAL TABLE temp.new_words USING fts5vocab (temp, new_text, instance);",
    )?;
    let mut insert = conn.prepare("INSERT INTO temp.new_text (rowid, body) VALUES (?1, ?2)")?;
    let mut select =
        conn.prepare_cached("SELECT vid, bytes FROM version WHERE vid > ?1 AND vid <= ?2 ORDER BY vid LIMIT ?3")?;
    let mut rows = select.query((after, indexed, SLICE))?;
    let mut last = None;
    conn.execute_batch("SAVEPOINT derive")?;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| bad("version", vid, "the bytes are no bytes"))?;
        insert.execute((vid, comity_stix::search_text(bytes)))?;
        last = Some(vid);
    }
    drop(rows);
    conn.execute_batch("RELEASE derive")?;
    Ok(last)
}

fn sums(conn: &Connection, sql: &str) -> Result<HashMap<i64, u64>, VerifyError> {
    let mut sums: HashMap<i64, u64> = HashMap::new();
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (doc, offset): (i64, i64) = (row.get(0)?, row.get(2)?);
        let term = row.get_ref(1)?.as_bytes_or_null().ok().flatten().unwrap_or_default();
        let sum = sums.entry(doc).or_default();
        *sum = sum.wrapping_add(hash(term, offset));
    }
    Ok(sums)
}

/// FNV-1a over word and place. Not against an adversary (who could change the bytes as well), against decay.
fn hash(term: &[u8], offset: i64) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = term.iter().fold(0xcbf2_9ce4_8422_2325, step);
    offset.to_be_bytes().iter().fold(hash, step) | 1
}
