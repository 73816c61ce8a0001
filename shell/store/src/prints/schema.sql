-- Fingerprints of the texts of every version, so that the leak check finds a copied sentence without reading everything. A print is
-- a keyed number; what stands in a segment is sorted by print and version. Rows go with the versions they were read from.
CREATE TABLE print_state (
    one INTEGER PRIMARY KEY CHECK (one = 1), indexed_vid INTEGER NOT NULL, edition INTEGER NOT NULL,
    segments INTEGER NOT NULL, prints INTEGER NOT NULL
) STRICT;
INSERT INTO print_state VALUES (1, 0, 0, 0, 0);
CREATE TABLE print_segment (segment INTEGER PRIMARY KEY, pages INTEGER NOT NULL, prints INTEGER NOT NULL) STRICT;
-- first, first_vid: the first entry of the page. prints: entries of 13 bytes. One row fills one page of the file.
CREATE TABLE print_page (
    page INTEGER PRIMARY KEY, segment INTEGER NOT NULL, first INTEGER NOT NULL, first_vid INTEGER NOT NULL, prints BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX print_page_first ON print_page (segment, first, first_vid);
