-- Who may sign in, and which programs may ask. No secret is here: tokens are kept as their SHA-256.

CREATE TABLE passkey (
    credential BLOB PRIMARY KEY,
    officer    TEXT NOT NULL,
    record     TEXT NOT NULL,            -- JSON: key and what makes it count (core/release)
    counter    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created    TEXT NOT NULL,
    last_used  TEXT,
    removed    TEXT                      -- kept, for it may have vouched for others
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey_grant (
    token     BLOB PRIMARY KEY,          -- SHA-256 of the secret in the link
    officer   TEXT NOT NULL,
    grant_json TEXT NOT NULL,
    signature TEXT NOT NULL,
    not_after TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
    name    TEXT PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,        -- SHA-256 of the token's text
    scopes  TEXT NOT NULL,               -- JSON array
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT
) STRICT, WITHOUT ROWID;
