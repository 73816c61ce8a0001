-- Our own objects that rest on what a partner recalled. how: they refer to it, quote it, or follow one that does. blocks: whether releases
-- of it wait for a decision: where content was erased. decision: what an officer said, keep or withdraw; none yet.
CREATE TABLE recall_dependent (
    link      TEXT NOT NULL,
    recall    TEXT NOT NULL,
    object_id TEXT NOT NULL,
    how       TEXT NOT NULL,
    blocks    INTEGER NOT NULL,
    decision  TEXT,
    officer   TEXT,
    at        TEXT NOT NULL,
    PRIMARY KEY (link, recall, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recall_dependent_object ON recall_dependent (object_id);
