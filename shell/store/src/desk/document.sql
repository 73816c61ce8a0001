-- Documents that arrived: where each stands in its partner's log, whose bytes are the only copy of what it says. A second body under
-- one identifier is another row and contradicts the first. Rows are never taken away: how many there are is part of what a leak check compares with. Of a document that was recalled the proof stays, without salt and body.
CREATE TABLE received_document (
    link     TEXT NOT NULL,
    document TEXT NOT NULL,
    log      TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    form     TEXT NOT NULL,
    label    TEXT NOT NULL,
    policy   TEXT NOT NULL,
    proof    TEXT,
    at       TEXT NOT NULL,
    contradicts INTEGER NOT NULL,
    recalled TEXT,
    PRIMARY KEY (link, document, log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX received_document_at ON received_document (at, link, document);
CREATE INDEX received_document_document ON received_document (document);
-- What both ends of a link said, in its present generation, that they can receive.
CREATE TABLE link_features (
    link       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    ours       TEXT,
    theirs     TEXT,
    PRIMARY KEY (link, generation)
) STRICT, WITHOUT ROWID;
