-- How far what is kept of versions beside their bytes was read again, after a program that reads them in another way came.
-- edition: that of the rules they were read by, or are being read by. done_vid: read again up to here, of those up to last_vid.
-- changed: versions of which something else is kept now. moved: objects of which another version is current now. told: whether the
-- audit log says so.
CREATE TABLE version_reread (
    one INTEGER PRIMARY KEY CHECK (one = 1), edition INTEGER NOT NULL, done_vid INTEGER NOT NULL, last_vid INTEGER NOT NULL,
    changed INTEGER NOT NULL, moved INTEGER NOT NULL, told INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;
INSERT INTO version_reread VALUES (1, 0, 0, 0, 0, 0, 1);
