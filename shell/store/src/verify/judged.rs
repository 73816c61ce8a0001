//! What was said of a version when it came, beside what it says itself: derived again from the versions that came before it.

use crate::error::StoreError;
use crate::origin::Origin;
use crate::record::{COMPARED, flag};
use comity_stix::ObjectFacts;
use rusqlite::{Connection, OptionalExtension};

/// The defects that a version has beside those of its bytes.
pub(super) const DIFFERS: &str = "created-differs-from-held-version";
const AFTER_REVOCATION: &str = "version-after-revocation";

/// What the versions around a version say of it; none where a recall took some of them, for then it cannot be told.
pub(super) struct Judged {
    conflict: Option<bool>,
    foreign: Option<bool>,
}

/// The defects of a version as they are stored.
pub(super) struct Defects {
    /// Whether it was set aside because its `created` differs.
    differs: bool,
}

/// Derives whether a version is in conflict with another, and whether it came from another than who began the line.
pub(super) fn of(conn: &Connection, vid: i64, oid: i64) -> Result<Judged, StoreError> {
    let erased: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone_digest WHERE oid = ?1)")?
        .query_row([oid], |row| row.get(0))?;
    if erased {
        return Ok(Judged { conflict: None, foreign: None });
    }
    let conflict = crate::dispute::is_conflict(conn, vid)?;
    let mut names = conn.prepare_cached(
        "SELECT o.name FROM version v JOIN import i USING (iid) JOIN origin o ON o.nid = i.nid
         WHERE v.oid = ?1 AND v.vid IN (?2, (SELECT min(vid) FROM version WHERE oid = ?1)) ORDER BY v.vid",
    )?;
    let names: Vec<String> = names.query_map((oid, vid), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let foreign = match names.as_slice() {
        [first, own] => Some(match (first.parse::<Origin>(), own.parse::<Origin>()) {
            (Ok(first), Ok(own)) => !first.admits(&own),
            _ => true,
        }),
        _ => Some(false),
    };
    Ok(Judged { conflict: Some(conflict), foreign })
}

/// Compares the stored defects with those of the bytes; `None` where they are others.
pub(super) fn defects(conn: &Connection, vid: i64, facts: &ObjectFacts) -> Result<Option<Defects>, StoreError> {
    let mut query = conn.prepare_cached("SELECT n, rule, path, message FROM defect WHERE vid = ?1 ORDER BY n")?;
    let mut rows = query.query([vid])?;
    for (n, defect) in facts.defects.iter().enumerate() {
        let Some(row) = rows.next()? else { return Ok(None) };
        let held: (i64, String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if (held.0, held.1.as_str(), &held.2, &held.3) != (n as i64, defect.rule, &defect.path, &defect.message) {
            return Ok(None);
        }
    }
    let Some(row) = rows.next()? else { return Ok(Some(Defects { differs: false })) };
    let (n, rule): (i64, String) = (row.get(0)?, row.get(1)?);
    let (path, message): (String, String) = (row.get(2)?, row.get(3)?);
    let known = rule == DIFFERS || rule == AFTER_REVOCATION;
    if n != facts.defects.len() as i64 || !known || !path.is_empty() || message != COMPARED {
        return Ok(None);
    }
    Ok(rows.next()?.is_none().then_some(Defects { differs: rule == DIFFERS }))
}

/// Compares the flags that a version cannot have of itself.
pub(super) fn flags(flags: i64, judged: &Judged, defects: &Defects) -> Result<(), &'static str> {
    let is = |bit: i64| flags & bit != 0;
    if flags & !flag::ALL != 0 {
        return Err("has flags that there are not");
    }
    if judged.conflict.is_some_and(|conflict| conflict != is(flag::CONFLICT)) {
        return Err("counts as a conflict or not, and the versions around it say otherwise");
    }
    if judged.foreign.is_some_and(|foreign| foreign != is(flag::FOREIGN)) {
        return Err("counts as foreign or not, and its origin says otherwise");
    }
    if defects.differs != is(flag::QUARANTINED) {
        return Err("is set aside or not, and its defects say otherwise");
    }
    Ok(())
}

/// Returns the origin of the first version that is held of an object.
pub(super) fn first_origin(conn: &Connection, oid: i64) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT i.nid FROM version v JOIN import i USING (iid) WHERE v.oid = ?1 ORDER BY v.vid LIMIT 1";
    Ok(conn.prepare_cached(sql)?.query_row([oid], |row| row.get(0)).optional()?)
}
