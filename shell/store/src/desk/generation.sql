-- Generations of a link that have ended: their rows in log_entry and log_head stand under the name `code/generation`.
CREATE TABLE link_generation (
    link       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    card       TEXT NOT NULL,
    read_at    TEXT NOT NULL,
    own_node   TEXT NOT NULL,
    ended      TEXT NOT NULL,
    PRIMARY KEY (link, generation)
) STRICT, WITHOUT ROWID;
-- What the partner says it holds of the logs of an ended generation; mine is the partner's own log, as on the wire.
CREATE TABLE link_view (
    link       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    view       TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (link, generation)
) STRICT, WITHOUT ROWID;
