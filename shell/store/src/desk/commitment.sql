-- What vault.db must be: a tag under the vault's key over its acts, counts and rows. It tells nothing without that key.
-- pending: what it will be after the act that is under way.
CREATE TABLE vault_commitment (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    settled BLOB NOT NULL,
    pending BLOB
) STRICT;
