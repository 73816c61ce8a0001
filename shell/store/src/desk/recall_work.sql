-- The way from the id that recipients know to whom it was given.
CREATE INDEX released_item_known ON released_item (released_id);

-- Recalls that are done in part; a row goes when the whole is done. direction: 0 ours, 1 a partner's. link: the partner, empty for ours.
-- log, seq: where the notice of a partner stands. done: how many items, or releases, of the stage are done. found: the copies that a
-- partner's recall found, or the items that ours withheld before they were delivered.
CREATE TABLE recall_work (
    direction INTEGER NOT NULL,
    link      TEXT NOT NULL,
    recall    TEXT NOT NULL,
    log       TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    stage     TEXT NOT NULL CHECK (stage IN ('mark', 'hold', 'erase', 'apply')),
    done      INTEGER NOT NULL,
    found     INTEGER NOT NULL,
    officer   TEXT,
    begun     TEXT NOT NULL,
    PRIMARY KEY (direction, link, recall)
) STRICT, WITHOUT ROWID;
