-- What arrived and is not held, because it says of a person what may not be kept: where it stands in the partner's log, whose bytes are the
-- only copy, which property says so, and when that copy is erased.
CREATE TABLE set_aside (
    link      TEXT NOT NULL,
    object_id TEXT NOT NULL,
    release   TEXT NOT NULL,
    log       TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    property  TEXT NOT NULL,
    at        TEXT NOT NULL,
    due       TEXT NOT NULL,
    PRIMARY KEY (link, object_id, log, seq)
) STRICT, WITHOUT ROWID;
