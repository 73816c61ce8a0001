-- The desk's own tables, beside the objects in holdings.db. All of it is this organisation's; nothing here is read by the gate.

CREATE TABLE desk_setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Officer registry: exact act bytes, chained; signatures as JSON [[code, signature], …].
CREATE TABLE registry_act (
    seq        INTEGER PRIMARY KEY,
    bytes      BLOB NOT NULL,
    signatures TEXT NOT NULL
) STRICT;
CREATE TABLE registry_pending (
    digest     BLOB PRIMARY KEY,
    bytes      BLOB NOT NULL,
    signatures TEXT NOT NULL
) STRICT;

-- Audit: exact entry bytes; chain = SHA-256 over the chain before and the bytes.
CREATE TABLE audit (
    seq   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL,
    chain BLOB NOT NULL
) STRICT;

-- Public declarations (design: catalogues such as ATT&CK): signed by two officers over sorted version digests.
CREATE TABLE public_declaration (
    digest    BLOB PRIMARY KEY,
    bytes     BLOB NOT NULL,
    approvals TEXT NOT NULL,
    effective INTEGER NOT NULL
) STRICT;
CREATE TABLE public_version (
    version_digest BLOB PRIMARY KEY,
    declaration    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Releases. draft is the JSON of the draft with its exact parts; emptied when the release is recalled.
CREATE TABLE release (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'sent', 'recalled', 'withdrawn')),
    author    TEXT NOT NULL,
    digest    BLOB NOT NULL,
    draft     BLOB,
    summary   TEXT NOT NULL,
    approvals TEXT NOT NULL,
    overrides TEXT NOT NULL,
    created   TEXT NOT NULL,
    changed   TEXT NOT NULL
) STRICT;
-- The dissemination record: which of our objects a recipient knows, under which id and version.
CREATE TABLE released_item (
    recipient        TEXT NOT NULL,
    released_id      TEXT NOT NULL,
    released_version TEXT NOT NULL,
    original_id      TEXT NOT NULL,
    original_version TEXT NOT NULL,
    release          TEXT NOT NULL,
    log_seq          INTEGER NOT NULL,
    recalled         INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (recipient, released_id, released_version, release)
) STRICT, WITHOUT ROWID;
CREATE INDEX released_item_original ON released_item (original_id, recipient);
CREATE INDEX released_item_release ON released_item (release);

-- Links: the partner's card as it was read, and what we know of the two logs.
CREATE TABLE link (
    code       TEXT PRIMARY KEY,
    card       TEXT NOT NULL,
    partner    BLOB NOT NULL UNIQUE,
    generation INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
    reason     TEXT,
    added      TEXT NOT NULL
) STRICT;
-- Both logs. direction 0: ours to the partner, 1: the partner's to us. salt and payload are NULL once erased;
-- envelope is kept for outgoing entries until the partner's receipt covers them.
CREATE TABLE log_entry (
    link      TEXT NOT NULL,
    direction INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    header    BLOB NOT NULL,
    signature BLOB NOT NULL,
    leaf      BLOB NOT NULL,
    root      BLOB NOT NULL,
    salt      BLOB,
    payload   BLOB,
    envelope  BLOB,
    kind      TEXT NOT NULL,
    subject   TEXT,
    state     TEXT NOT NULL,
    reason    TEXT,
    at        TEXT NOT NULL,
    PRIMARY KEY (link, direction, seq)
) STRICT;
CREATE INDEX log_entry_subject ON log_entry (subject);
CREATE TABLE log_head (
    link        TEXT NOT NULL,
    direction   INTEGER NOT NULL,
    checkpoint  TEXT,
    cosignature TEXT,
    cosigned    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (link, direction)
) STRICT, WITHOUT ROWID;
CREATE TABLE link_refusal (
    id     INTEGER PRIMARY KEY,
    link   TEXT NOT NULL,
    at     TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- What arrived: one row an item, with the terms it came under.
CREATE TABLE received_item (
    link      TEXT NOT NULL,
    object_id TEXT NOT NULL,
    version   TEXT NOT NULL,
    release   TEXT NOT NULL,
    log_seq   INTEGER NOT NULL,
    header    TEXT NOT NULL,
    at        TEXT NOT NULL,
    recalled  TEXT,
    PRIMARY KEY (link, object_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX received_item_object ON received_item (object_id);
CREATE INDEX received_item_release ON received_item (link, release);

-- Recalls that we send.
CREATE TABLE recall (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'sent')),
    draft     BLOB NOT NULL,
    approvals TEXT NOT NULL,
    confirm_by TEXT,
    created   TEXT NOT NULL
) STRICT;
-- Each recipient is told another id, so that two of them cannot find out that they were given the same.
CREATE TABLE recall_recipient (
    recall    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    notice    TEXT NOT NULL,
    log_seq   INTEGER,
    state     TEXT NOT NULL CHECK (state IN ('outstanding', 'confirmed', 'refused')),
    answer    TEXT,
    at        TEXT NOT NULL,
    PRIMARY KEY (recall, recipient)
) STRICT, WITHOUT ROWID;
-- Recalls that a partner sent us.
CREATE TABLE recall_received (
    recall TEXT NOT NULL,
    link   TEXT NOT NULL,
    notice TEXT NOT NULL,
    answer TEXT NOT NULL,
    at     TEXT NOT NULL,
    PRIMARY KEY (link, recall)
) STRICT, WITHOUT ROWID;
