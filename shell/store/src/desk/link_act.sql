-- Acts about links that two officers sign: statement and approvals as JSON, and the card that an act brings. Never deleted: what
-- was agreed is what `verify` derives each link from.
CREATE TABLE link_act (
    id        INTEGER PRIMARY KEY,
    partner   TEXT NOT NULL,
    act       TEXT NOT NULL CHECK (act IN ('add', 'confirm', 'renew', 'resume')),
    statement TEXT NOT NULL,
    approvals TEXT NOT NULL,
    card      TEXT,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'agreed', 'dropped')),
    made      TEXT NOT NULL,
    changed   TEXT NOT NULL
) STRICT;
CREATE INDEX link_act_partner ON link_act (partner);
-- Links that an earlier version made, without officers and without words. Filled once, when this section is made.
CREATE TABLE link_earlier (
    code    TEXT PRIMARY KEY,
    partner BLOB NOT NULL,
    noted   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO link_earlier (code, partner) SELECT code, partner FROM link;
