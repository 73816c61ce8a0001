//! Rows against the bytes they were derived from, and against each other.

use super::judged;
use super::{Counts, FirstBad, VerifyError, bad};
use crate::current;
use crate::intern::{self, Words};
use crate::marking;
use crate::prepare;
use crate::record::{self, flag};
use crate::remove::find_object;
use crate::view::View;
use std::collections::BTreeSet;

/// Every version: digest, identifier, type, version key, flags, label, references.
pub(super) fn versions(view: &View<'_>, counts: &mut Counts) -> Result<(), VerifyError> {
    let mut statement = view.conn.prepare(
        "SELECT v.vid, v.oid, v.tid, v.version, v.flags, v.lid, v.digest, v.bytes,
                v.vid BETWEEN i.first_vid AND coalesce(i.last_vid, v.vid), i.lid, o.name
         FROM version v LEFT JOIN import i USING (iid) LEFT JOIN origin o ON o.nid = i.nid ORDER BY v.vid",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let vid: i64 = row.get(0)?;
        let (oid, tid, flags): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(4)?);
        let digest: [u8; 32] = row.get(6).map_err(|_| bad("version", vid, "the digest is no digest"))?;
        let bytes = row.get_ref(7)?.as_blob().map_err(|_| bad("version", vid, "the bytes are no bytes"))?;
        if comity_crypto::sha256(&[bytes]).0 != digest {
            return Err(bad("version", vid, "the bytes do not have the stored digest"));
        }
        let object = prepare::prepare(bytes).map_err(|_| bad("version", vid, "the bytes are no object"))?;
        let facts = &object.facts;
        let wrong = |why| VerifyError::Bad(FirstBad { what: "version", row: vid, id: Some(facts.id.clone()), why });
        if find_object(view.conn, &facts.id)? != Some(oid) {
            return Err(wrong("stands under another identifier"));
        }
        if intern::text(view.conn, Words::Type, tid)? != facts.object_type {
            return Err(wrong("stands under another type"));
        }
        if row.get::<_, Vec<u8>>(3)? != object.version {
            return Err(wrong("stands under another version"));
        }
        let expected = [
            (facts.revoked, flag::REVOKED),
            (facts.has_granular_markings, flag::GRANULAR),
            (object.unknown_marking, flag::UNKNOWN_MARKING),
        ];
        if expected.iter().any(|(set, bit)| *set != (flags & bit != 0)) {
            return Err(wrong("has other flags"));
        }
        if !row.get::<_, Option<bool>>(8)?.unwrap_or_default() {
            return Err(wrong("belongs to no import, or to one that did not bring it"));
        }
        let given = intern::label(view.conn, row.get(9)?)?;
        let origin: Option<String> = row.get(10)?;
        let origin = origin.ok_or_else(|| wrong("its import has no origin"))?;
        let label = marking::combined(view.conn, vid, object.own_label.clone(), given, &origin)?;
        if intern::label(view.conn, row.get(5)?)? != label {
            return Err(wrong("has another label than its markings give"));
        }
        let judged = judged::of(view.conn, vid, oid)?;
        let defects =
            judged::defects(view.conn, vid, facts)?.ok_or_else(|| wrong("its defects are not those found"))?;
        judged::flags(flags, &judged, &defects).map_err(wrong)?;
        let mut entered = BTreeSet::new();
        for target in record::targets(facts) {
            if target == facts.id || crate::key::split(target).is_none() {
                continue;
            }
            entered.insert(find_object(view.conn, target)?.ok_or_else(|| wrong("a reference is not in the index"))?);
        }
        let mut references = view.conn.prepare_cached("SELECT target FROM reference WHERE vid = ?1")?;
        let held: BTreeSet<i64> = references.query_map([vid], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if held != entered {
            return Err(wrong("its references in the index are not those of its bytes"));
        }
        counts.versions += 1;
    }
    Ok(())
}

/// Every object: held ones have a fitting current version, erased ones have none and a tombstone.
pub(super) fn objects(view: &View<'_>, counts: &mut Counts) -> Result<(), VerifyError> {
    let mut statement = view.conn.prepare(
        "SELECT o.oid, o.state, o.current, v.oid, v.flags, o.nid,
                EXISTS (SELECT 1 FROM version w WHERE w.oid = o.oid), EXISTS (SELECT 1 FROM tombstone t WHERE t.oid = o.oid),
                EXISTS (SELECT 1 FROM version w WHERE w.oid = o.oid AND w.flags & 7 = 0)
         FROM object o LEFT JOIN version v ON v.vid = o.current ORDER BY o.oid",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let oid: i64 = row.get(0)?;
        let wrong = |why| VerifyError::Bad(FirstBad { what: "object", row: oid, id: view.id_of(oid).ok(), why });
        let (current_of, flags): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
        let origin: Option<i64> = row.get(5)?;
        let (versions, tombstone, sound): (bool, bool, bool) = (row.get(6)?, row.get(7)?, row.get(8)?);
        match row.get::<_, i64>(1)? {
            record::state::HELD => {
                if current_of != Some(oid) {
                    return Err(wrong("its current version is not one of its own"));
                }
                if sound && flags.unwrap_or_default() & flag::NOT_CURRENT != 0 {
                    return Err(wrong("its current version is set aside"));
                }
                if origin.is_none() || origin != judged::first_origin(view.conn, oid)? {
                    return Err(wrong("stands under another origin than its first version"));
                }
                let chosen = current::may_be_current(view.conn, oid)?;
                if !chosen.contains(&row.get::<_, Option<i64>>(2)?) {
                    return Err(wrong("another version of it is current"));
                }
                counts.objects += 1;
            }
            record::state::ERASED => {
                if versions || row.get::<_, Option<i64>>(2)?.is_some() || origin.is_some() {
                    return Err(wrong("it was erased but something is held"));
                }
                if !tombstone {
                    return Err(wrong("it was erased but has no tombstone"));
                }
                counts.tombstones += 1;
            }
            record::state::MENTIONED if versions => {
                return Err(wrong("versions are held but it counts as only mentioned"));
            }
            record::state::MENTIONED if row.get::<_, Option<i64>>(2)?.is_some() || origin.is_some() => {
                return Err(wrong("it is only mentioned but has a version or an origin"));
            }
            record::state::MENTIONED => {}
            _ => return Err(wrong("is in a state that there is not")),
        }
    }
    Ok(())
}

/// Rows that hang on nothing.
pub(super) fn orphans(view: &View<'_>) -> Result<(), VerifyError> {
    use rusqlite::OptionalExtension;
    let refused_rows = format!(
        "SELECT i.iid FROM import i WHERE i.state = 1 AND (SELECT count(*) FROM refused_object r WHERE r.iid = i.iid)
             NOT IN (i.refused, min(i.refused, {})) LIMIT 1",
        crate::import::REFUSED_ROWS_MAX
    );
    for (what, sql) in [
        ("reference", "SELECT r.vid FROM reference r LEFT JOIN version v USING (vid) WHERE v.vid IS NULL LIMIT 1"),
        (
            "reference",
            "SELECT r.target FROM reference r LEFT JOIN object o ON o.oid = r.target WHERE o.oid IS NULL LIMIT 1",
        ),
        ("defect", "SELECT d.vid FROM defect d LEFT JOIN version v USING (vid) WHERE v.vid IS NULL LIMIT 1"),
        ("marking", "SELECT m.mid FROM marking m LEFT JOIN version v USING (vid) WHERE v.vid IS NULL LIMIT 1"),
        (
            "also_received",
            "SELECT a.vid FROM also_received a LEFT JOIN version v USING (vid) WHERE v.vid IS NULL LIMIT 1",
        ),
        ("version", "SELECT v.vid FROM version v LEFT JOIN object o USING (oid) WHERE o.oid IS NULL LIMIT 1"),
        ("tombstone", "SELECT t.oid FROM tombstone t LEFT JOIN object o USING (oid) WHERE o.state IS NOT 2 LIMIT 1"),
        (
            "tombstone digest",
            "SELECT t.oid FROM tombstone_digest t LEFT JOIN object o USING (oid) WHERE o.oid IS NULL LIMIT 1",
        ),
        (
            "also_received",
            "SELECT a.iid FROM also_received a LEFT JOIN import i USING (iid) WHERE i.iid IS NULL LIMIT 1",
        ),
        (
            "also_received",
            "SELECT i.iid FROM import i WHERE i.state = 1
             AND i.unchanged < (SELECT count(*) FROM also_received a WHERE a.iid = i.iid) LIMIT 1",
        ),
        ("refused object", refused_rows.as_str()),
        (
            "refused object",
            "SELECT r.rid FROM refused_object r LEFT JOIN import i USING (iid) WHERE i.iid IS NULL LIMIT 1",
        ),
        (
            "object to be settled",
            "SELECT oid FROM pending_current WHERE NOT EXISTS (SELECT 1 FROM import WHERE state = 0) LIMIT 1",
        ),
    ] {
        if let Some(row) = view.conn.query_row(sql, [], |row| row.get::<_, i64>(0)).optional()? {
            return Err(bad(what, row, "hangs on nothing, or what hangs on it is missing"));
        }
    }
    let notes: Vec<&str> =
        comity_stix::inspect::rules::RULES.iter().filter(|rule| rule.note).map(|rule| rule.name).collect();
    let flagged: Option<i64> = view
        .conn
        .query_row(
            "SELECT v.vid FROM version v WHERE (v.flags & 8 <> 0) <> EXISTS (SELECT 1 FROM defect d WHERE d.vid = v.vid
             AND d.rule NOT IN (SELECT value FROM json_each(?1))) LIMIT 1",
            [serde_json::json!(notes).to_string()],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(row) = flagged {
        return Err(bad("version", row, "counts as defective or not, and its defects say otherwise"));
    }
    let foreign: Option<i64> =
        view.conn.query_row("SELECT rowid FROM pragma_foreign_key_check", [], |row| row.get(0)).optional()?.flatten();
    foreign.map_or(Ok(()), |row| Err(bad("foreign key", row, "refers to nothing")))
}
