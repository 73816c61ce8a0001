-- Objects: received bytes, and what is derived from them. Keys are small integers; texts that repeat are interned.
-- Hot tables carry no FOREIGN KEY clauses (each would cost a look-up per row); `verify` looks for orphans instead.

CREATE TABLE type_name (tid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE origin    (nid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE label     (lid INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- One row for everything that brought objects in. state 0: not finished, its versions are invisible; 1: finished.
CREATE TABLE import (
    iid INTEGER PRIMARY KEY,
    nid INTEGER NOT NULL REFERENCES origin,
    lid INTEGER REFERENCES label,
    state INTEGER NOT NULL CHECK (state IN (0, 1)),
    first_vid INTEGER NOT NULL, last_vid INTEGER,
    at TEXT NOT NULL,
    officer TEXT,
    file_name TEXT, file_bytes INTEGER, file_digest BLOB,
    release TEXT, seq INTEGER, terms TEXT,
    accepted INTEGER NOT NULL DEFAULT 0, new_versions INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0,
    conflicts INTEGER NOT NULL DEFAULT 0, defects INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_unfinished ON import (iid) WHERE state = 0;
CREATE INDEX import_release ON import (release) WHERE release IS NOT NULL;

-- key: the 16 bytes of the UUID where the identifier is lawful (tid is then its prefix), else the whole text (tid 0).
-- state 0: only referred to; 1: held; 2: erased (tombstone). nid: origin of the first version.
CREATE TABLE object (
    oid INTEGER PRIMARY KEY,
    key ANY NOT NULL,
    tid INTEGER NOT NULL,
    state INTEGER NOT NULL,
    current INTEGER,
    nid INTEGER
) STRICT;
CREATE UNIQUE INDEX object_id ON object (key, tid);

-- version: 12 bytes that sort like `modified`; empty without one; 0x00 and the text where it is no timestamp.
-- tid: the object's own `type`. lid: the effective label; NULL is unmarked. bytes stay last: scans stop before them.
CREATE TABLE version (
    vid INTEGER PRIMARY KEY,
    oid INTEGER NOT NULL,
    iid INTEGER NOT NULL,
    tid INTEGER NOT NULL,
    version BLOB NOT NULL,
    flags INTEGER NOT NULL,
    lid INTEGER,
    digest BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX version_of ON version (oid, version);
CREATE INDEX version_newest ON version (tid, version);
CREATE INDEX version_set_aside ON version (oid) WHERE flags & 7 <> 0;

-- Who refers to whom, for the way back. Marking references are left out: every object would refer to the same few.
CREATE TABLE reference (target INTEGER NOT NULL, vid INTEGER NOT NULL, PRIMARY KEY (target, vid)) STRICT, WITHOUT ROWID;

CREATE TABLE defect (
    vid INTEGER NOT NULL, n INTEGER NOT NULL, rule TEXT NOT NULL, path TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (vid, n)
) STRICT, WITHOUT ROWID;

-- Every marking an officer gave; the row with the highest mid counts.
CREATE TABLE marking (
    mid INTEGER PRIMARY KEY, vid INTEGER NOT NULL, lid INTEGER NOT NULL, officer TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX marking_of ON marking (vid);

-- The same version came again by another way.
CREATE TABLE also_received (vid INTEGER NOT NULL, iid INTEGER NOT NULL, PRIMARY KEY (vid, iid)) STRICT, WITHOUT ROWID;
CREATE INDEX also_received_by ON also_received (iid);

-- What could not be held: never silently lost, never kept as content.
CREATE TABLE refused_object (
    rid INTEGER PRIMARY KEY, iid INTEGER NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL, id TEXT, reason TEXT NOT NULL
) STRICT;
CREATE INDEX refused_of ON refused_object (iid);

-- Objects whose current version must be chosen anew when the running import finishes.
CREATE TABLE pending_current (oid INTEGER PRIMARY KEY) STRICT;

CREATE TABLE tombstone (oid INTEGER PRIMARY KEY, recall TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE tombstone_digest (oid INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (oid, digest)) STRICT, WITHOUT ROWID;

-- Full text follows behind: versions up to indexed_vid are in it.
CREATE TABLE text_state (one INTEGER PRIMARY KEY CHECK (one = 1), indexed_vid INTEGER NOT NULL) STRICT;
INSERT INTO text_state VALUES (1, 0);

-- Contentless, and not `contentless_delete`: that option only hides deleted rows, while the 'delete' command together with
-- 'secure-delete' takes the words out of the pages (design.md §7.5).
CREATE VIRTUAL TABLE version_text USING fts5 (body, content = '', tokenize = "unicode61 remove_diacritics 0");
INSERT INTO version_text (version_text, rank) VALUES ('secure-delete', 1);
-- Words gather in memory up to this many bytes before they become a segment; few large segments need little merging.
INSERT INTO version_text (version_text, rank) VALUES ('hashsize', 16777216);
INSERT INTO version_text (version_text, rank) VALUES ('automerge', 8);
