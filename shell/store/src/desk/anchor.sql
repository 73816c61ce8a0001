-- What the anchor said before the last step: it is kept outside the database and written after each commit that moved the end of a
-- chain, so after a crash it may say this. One row.
CREATE TABLE anchor_step (
    row    INTEGER PRIMARY KEY CHECK (row = 1),
    before TEXT NOT NULL
) STRICT;
