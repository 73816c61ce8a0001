-- What our own sensors saw of what indicators ask for. One row for each indicator and set of matched values; it counts.

-- oid: the indicator, held or recalled. dedup: 16 bytes that stand for the matched values; random once recalled, for few values could be
-- guessed from it. state: 0 open, 1 warning listed, 2 decayed, 3 recalled. judgement: 0 unreviewed, 1 true positive, 2 false positive.
-- first_at, last_at: seconds since 1970, for the order. change grows with everything that changes.
CREATE TABLE sighting (
    sid INTEGER PRIMARY KEY,
    uuid BLOB NOT NULL UNIQUE,
    oid INTEGER NOT NULL,
    dedup BLOB NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    list TEXT, score INTEGER,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    judgement INTEGER NOT NULL DEFAULT 0 CHECK (judgement BETWEEN 0 AND 2), judged_by TEXT, judged_at TEXT, comment TEXT,
    entered TEXT NOT NULL, changed TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sighting_of ON sighting (oid, dedup);
CREATE INDEX sighting_newest ON sighting (last_at, sid);

CREATE TABLE sighting_value (
    sid INTEGER NOT NULL, n INTEGER NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (sid, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_value_is ON sighting_value (value);

-- day: its first second since 1970.
CREATE TABLE sighting_day (
    sid INTEGER NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (sid, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_day_of ON sighting_day (day);

-- The first and the newest pieces of evidence. match: which match of the sighting, from 1; n: which observation of its binding.
CREATE TABLE sighting_evidence (
    sid INTEGER NOT NULL, match INTEGER NOT NULL, n INTEGER NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL, evidence TEXT NOT NULL,
    PRIMARY KEY (sid, match, n)
) STRICT, WITHOUT ROWID;

-- What was counted already, so that the same lines once more are not.
CREATE TABLE sighting_counted (
    sid INTEGER NOT NULL, digest BLOB NOT NULL, match INTEGER NOT NULL, PRIMARY KEY (sid, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_counted_order ON sighting_counted (sid, match);

-- What was written to be sent back to a partner.
CREATE TABLE sighting_return (
    sid INTEGER NOT NULL, partner TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, PRIMARY KEY (sid, partner, kind)
) STRICT, WITHOUT ROWID;

-- Lists of values that are known to be harmless, in the form of MISP.
CREATE TABLE warning_list (
    name TEXT PRIMARY KEY, text BLOB NOT NULL, added TEXT NOT NULL, officer TEXT
) STRICT, WITHOUT ROWID;

-- Objects whose current version changed otherwise than by a version that came: who follows the holdings reads them here.
-- oid below zero: -1 less the highest number of a version that was left when some were erased.
CREATE TABLE current_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, oid INTEGER NOT NULL) STRICT;
