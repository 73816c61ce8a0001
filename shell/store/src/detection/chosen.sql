-- What officers chose about detection.

-- Over-broad indicators that are looked for all the same. pattern: SHA-256 of the pattern's text that was accepted; a version with another
-- pattern is not. The row goes with the indicator's content.
CREATE TABLE accepted_indicator (
    oid INTEGER PRIMARY KEY, pattern BLOB NOT NULL, officer TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;

-- Warning lists of the program that are off.
CREATE TABLE warning_list_off (
    name TEXT PRIMARY KEY, at TEXT NOT NULL, officer TEXT
) STRICT, WITHOUT ROWID;
