-- What the workbench needs beside the objects: what each officer has read, and when things happened.

-- A mark of its own overrides "read up to". item: `import <number>`, or link, object and version with a blank between.
CREATE TABLE read_mark (
    officer TEXT NOT NULL, item TEXT NOT NULL, is_read INTEGER NOT NULL, PRIMARY KEY (officer, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE read_until (officer TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Labels are searched for as often as types.
CREATE INDEX version_label ON version (lid);
CREATE INDEX received_item_newest ON received_item (at, link, object_id, version);

-- When the current version of an object says that something happened, was made, and came; seconds since 1970.
-- Follows behind like full text; rows go with the versions they were read from.
CREATE TABLE moment (
    oid INTEGER PRIMARY KEY, tid INTEGER NOT NULL, what INTEGER NOT NULL, seen INTEGER, until INTEGER, made INTEGER,
    arrived INTEGER
) STRICT;
CREATE TABLE moment_state (one INTEGER PRIMARY KEY CHECK (one = 1), indexed_vid INTEGER NOT NULL) STRICT;
INSERT INTO moment_state VALUES (1, 0);
-- Objects whose row must be read anew: their current version changed, or one of their versions went.
CREATE TABLE moment_stale (oid INTEGER PRIMARY KEY) STRICT;
