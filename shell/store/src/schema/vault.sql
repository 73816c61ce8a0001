-- The source register. Every blob is sealed under the vault's key with its own role; row numbers and random ids are all
-- that can be read without it. No other database refers to these rows.

CREATE TABLE secret (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    matter INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    handlers BLOB NOT NULL,
    record BLOB NOT NULL
) STRICT;

-- object_mac: keyed hash of the object's identifier, so that the join can be found without opening every row.
CREATE TABLE source_object (
    n INTEGER PRIMARY KEY,
    matter INTEGER NOT NULL REFERENCES source,
    object_mac BLOB NOT NULL,
    object BLOB NOT NULL,
    UNIQUE (matter, object_mac)
) STRICT;
CREATE INDEX source_object_mac ON source_object (object_mac);

CREATE TABLE access (n INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
