-- What officers were given to sign of releases that are not sent yet: where audit chain and registry ended, as JSON.
CREATE TABLE prepared_approval (
    release TEXT NOT NULL, officer TEXT NOT NULL, role TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (release, officer, role)
) STRICT, WITHOUT ROWID;
