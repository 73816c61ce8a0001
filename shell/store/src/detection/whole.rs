//! Sightings against their own parts: counts against days, times against their texts, values against what stands for them.
//!
//! Does not know: what a sensor said; there is no second copy of that to compare with.

use super::list::{Matched, SightingState};
use super::record::{COUNT_MAX, DAY_SECONDS, MANY_VALUES, stand_in, stand_in_as_written};
use crate::verify::{VerifyError, bad};
use crate::view::View;
use comity_vocab::Timestamp;
use rusqlite::{Connection, OptionalExtension};

/// Derives what of a sighting follows from its parts, and compares.
pub(crate) fn verify(view: &View<'_>) -> Result<(), VerifyError> {
    let conn = view.conn;
    for (what, sql) in [
        ("sighting", "SELECT s.sid FROM sighting s LEFT JOIN object o USING (oid) WHERE o.oid IS NULL LIMIT 1"),
        ("sighting value", "SELECT v.sid FROM sighting_value v LEFT JOIN sighting s USING (sid) WHERE s.sid IS NULL LIMIT 1"),
        ("sighting day", "SELECT d.sid FROM sighting_day d LEFT JOIN sighting s USING (sid) WHERE s.sid IS NULL LIMIT 1"),
        (
            "sighting evidence",
            "SELECT e.sid FROM sighting_evidence e LEFT JOIN sighting_counted c ON c.sid = e.sid AND c.match = e.match
             WHERE c.sid IS NULL AND e.match > (SELECT coalesce(max(match), 0) - 10000 FROM sighting_counted w WHERE w.sid = e.sid) LIMIT 1",
        ),
        (
            "sighting evidence",
            "SELECT e.sid FROM sighting_evidence e GROUP BY e.sid, e.match HAVING max(e.n) <> count(*) - 1 LIMIT 1",
        ),
        (
            "counted match",
            "SELECT c.sid FROM sighting_counted c LEFT JOIN sighting s USING (sid) WHERE s.sid IS NULL LIMIT 1",
        ),
        // Numbers of matches are given out in order; only the oldest are forgotten.
        (
            "counted match",
            "SELECT sid FROM sighting_counted GROUP BY sid
             HAVING count(*) < min(10000, max(match)) OR max(match) - min(match) <> count(*) - 1 LIMIT 1",
        ),
    ] {
        if let Some(row) = conn.query_row(sql, [], |row| row.get(0)).optional()? {
            return Err(bad(what, row, "hangs on nothing, or what hangs on it is missing"));
        }
    }
    let mut select = conn.prepare(
        "SELECT s.sid, s.dedup, s.state, s.first_seen, s.last_seen, s.first_at, s.last_at, s.count, s.entered, s.changed, o.state, s.list, s.score
         FROM sighting s JOIN object o USING (oid)",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let sid: i64 = row.get(0)?;
        let wrong = |why| bad("sighting", sid, why);
        let dedup: Vec<u8> = row.get(1)?;
        let recalled = row.get::<_, i64>(2)? == SightingState::Recalled.number();
        let (first, last): (i64, i64) = (row.get(5)?, row.get(6)?);
        for (text, at) in [(row.get::<_, String>(3)?, first), (row.get(4)?, last)] {
            if Timestamp::parse(&text).ok().map(|time| time.unix_seconds()) != Some(at) {
                return Err(wrong("its times are not those of its texts"));
            }
        }
        let (entered, changed): (String, String) = (row.get(8)?, row.get(9)?);
        match (Timestamp::parse(&entered), Timestamp::parse(&changed)) {
            (Ok(entered), Ok(changed)) if entered <= changed => {}
            _ => return Err(wrong("it changed before it was entered")),
        }
        let count: i64 = row.get(7)?;
        days(conn, sid, (first, last), count).map_err(|error| error.said_of(wrong))?;
        if row.get::<_, i64>(10)? == crate::record::state::ERASED && !recalled {
            return Err(wrong("its indicator was recalled, and it was not"));
        }
        let stands = stood_for(conn, sid)?;
        let (listed, scored) = (row.get::<_, Option<String>>(11)?.is_some(), row.get::<_, Option<i64>>(12)?.is_some());
        let lawful = match SightingState::of(row.get(2)?) {
            SightingState::Open => !listed,
            SightingState::WarningListed => !scored && (listed || stands.is_none()),
            SightingState::Decayed => !listed && scored,
            SightingState::Recalled => !listed && !scored,
        };
        if !lawful {
            return Err(wrong("its list and its score are not those of its state"));
        }
        // Without values it stands for too many of them, or for a pattern that asks for none.
        let fits = match (&stands, recalled) {
            (None, true) => true,
            (None, false) => dedup == MANY_VALUES || dedup == stand_in(&[]),
            (Some(_), true) => false,
            (Some(stands), false) => stands.contains(&dedup),
        };
        if !fits {
            return Err(wrong("its values are not those that it stands for"));
        }
    }
    Ok(())
}

/// Compares a sighting with its days; what it can be told of it, or a failing database.
fn days(conn: &Connection, sid: i64, span: (i64, i64), count: i64) -> Result<(), Wrong> {
    let (first, last) = (span.0.div_euclid(DAY_SECONDS) * DAY_SECONDS, span.1.div_euclid(DAY_SECONDS) * DAY_SECONDS);
    let mut select = conn.prepare_cached("SELECT day, count FROM sighting_day WHERE sid = ?1 ORDER BY day")?;
    let mut rows = select.query([sid])?;
    let (mut sum, mut newest) = (0_i64, None);
    while let Some(row) = rows.next()? {
        let (day, often): (i64, i64) = (row.get(0)?, row.get(1)?);
        if day % DAY_SECONDS != 0 || day < first || day > last || often < 0 {
            return Err(Wrong::Sighting("was counted on a day on which it was not seen"));
        }
        sum = sum.saturating_add(often);
        newest = Some(day);
    }
    if sum.min(COUNT_MAX) != count || newest != Some(last) {
        return Err(Wrong::Sighting("was counted otherwise than its days say"));
    }
    Ok(())
}

/// Derives what stands for the values of a sighting; none where it has none, and nothing that stands for any where one is missing.
fn stood_for(conn: &Connection, sid: i64) -> Result<Option<Vec<Vec<u8>>>, rusqlite::Error> {
    let mut select = conn.prepare_cached("SELECT n, path, value FROM sighting_value WHERE sid = ?1 ORDER BY n")?;
    let mut rows = select.query([sid])?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        let (n, path, value): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if usize::try_from(n) != Ok(values.len()) {
            return Ok(Some(Vec::new()));
        }
        values.push(Matched { path, value });
    }
    Ok((!values.is_empty()).then(|| vec![stand_in(&values).to_vec(), stand_in_as_written(&values).to_vec()]))
}

/// Why a sighting does not fit, or why that could not be found out.
enum Wrong {
    Sighting(&'static str),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Wrong {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl Wrong {
    fn said_of(self, wrong: impl Fn(&'static str) -> VerifyError) -> VerifyError {
        match self {
            Self::Sighting(why) => wrong(why),
            Self::Database(error) => error.into(),
        }
    }
}
