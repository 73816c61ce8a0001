-- Which objects of which origins have which value. A value is a keyed number, so that the table tells nothing of it; pairs of objects
-- are not stored, they are found by asking. Rows go with the versions they were read from.
CREATE TABLE value_key (
    hash INTEGER NOT NULL, nid INTEGER NOT NULL, oid INTEGER NOT NULL, PRIMARY KEY (hash, nid, oid)
) STRICT, WITHOUT ROWID;

-- How far the table follows the versions, and the further ways by which they came. secret: what the numbers are keyed with.
CREATE TABLE value_state (
    one INTEGER PRIMARY KEY CHECK (one = 1), indexed_vid INTEGER NOT NULL, way_iid INTEGER NOT NULL, way_vid INTEGER NOT NULL,
    edition INTEGER NOT NULL, secret BLOB NOT NULL
) STRICT;
INSERT INTO value_state VALUES (1, 0, 0, 0, 0, randomblob(32));

-- Objects whose rows must be read anew: what this version gave is taken away first; 0 where nothing is.
CREATE TABLE value_stale (oid INTEGER NOT NULL, vid INTEGER NOT NULL, PRIMARY KEY (oid, vid)) STRICT, WITHOUT ROWID;

-- The node's own list of values that say nothing.
CREATE TABLE stop_value (
    hash INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL, officer TEXT, at TEXT NOT NULL
) STRICT;
