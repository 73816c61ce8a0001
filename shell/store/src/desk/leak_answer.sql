-- What the leak check answered of a release: without any word of the vault's. `tag` is keyed by the vault, so that nobody who can
-- write to this file makes an answer.
CREATE TABLE leak_answer (
    release  TEXT NOT NULL PRIMARY KEY,
    officer  TEXT NOT NULL,
    at       TEXT NOT NULL,
    answer   TEXT NOT NULL,
    findings TEXT NOT NULL,
    tag      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Drafts in which a protected term stood. What stood in one that waits is not asked of the vault again.
CREATE TABLE leak_blocked (
    release TEXT NOT NULL PRIMARY KEY,
    officer TEXT NOT NULL,
    at      TEXT NOT NULL,
    digest  BLOB NOT NULL,
    draft   BLOB NOT NULL,
    waits   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keyed numbers of the pieces of texts that were sent: nothing of a source stood in them.
CREATE TABLE leak_clear (
    n      INTEGER PRIMARY KEY,
    prints BLOB NOT NULL
) STRICT;

-- How many answers on new text an officer was given on a day.
CREATE TABLE leak_asked (
    day     TEXT NOT NULL,
    officer TEXT NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (day, officer)
) STRICT, WITHOUT ROWID;
