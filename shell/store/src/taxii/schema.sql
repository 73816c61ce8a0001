-- The order in which versions became visible, and when: what TAXII pages by.
-- The sequence of an addition is its `vid`: given out once, never again. Versions up to the last run's `last_vid` are visible.
-- at: microseconds since 1970 of the first version of the run; each further one is a microsecond later, and every run begins
-- after the one before has ended. So a time of addition names one version, and the index behind it is one row per import.
CREATE TABLE addition_run (first_vid INTEGER PRIMARY KEY, last_vid INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX addition_run_at ON addition_run (at);

-- What was held before there were runs counts as added by the newest import.
INSERT INTO addition_run (first_vid, last_vid, at)
SELECT 1, held.last, coalesce((SELECT max(unixepoch(at)) FROM import WHERE state = 1), 0) * 1000000
FROM (SELECT max(coalesce((SELECT max(vid) FROM version), 0), coalesce((SELECT max(last_vid) FROM import WHERE state = 1), 0)) AS last) held
WHERE held.last > 0;

-- From this the identifiers of the node's TAXII collections are derived: they are stable, and no two nodes share one.
CREATE TABLE addition_node (one INTEGER PRIMARY KEY CHECK (one = 1), uuid BLOB NOT NULL) STRICT;
INSERT INTO addition_node VALUES (1, randomblob(16));

-- A page walks current versions in the order they came, of all, of a type, or of an origin, and nothing else.
CREATE INDEX object_current ON object (current) WHERE current IS NOT NULL;
CREATE INDEX object_current_of_type ON object (tid, current) WHERE current IS NOT NULL;
CREATE INDEX object_current_of_origin ON object (nid, current) WHERE current IS NOT NULL;
