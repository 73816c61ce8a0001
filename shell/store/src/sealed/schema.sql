-- What the tables of decisions are held against: one row each, and one under the empty name for the names themselves.
-- rows: how many rows count, in clear, for those who have no key. state: count and keyed sum, sealed (core/ledger).
CREATE TABLE table_seal (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, state BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- How many rows the bulk tables have. Counted as rows come and go, and written in the same transaction.
CREATE TABLE held_count (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO held_count SELECT 'version', count(*) FROM version;
INSERT INTO held_count SELECT 'object', count(*) FROM object;
INSERT INTO held_count SELECT 'print_page', count(*) FROM print_page;
