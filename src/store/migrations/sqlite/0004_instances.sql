-- The last daemon, for `status`. The lock of the file says whether it still runs.
CREATE TABLE instance (
    instance    INTEGER PRIMARY KEY,
    daemon      INTEGER NOT NULL,
    host        TEXT NOT NULL,
    pid         INTEGER NOT NULL,
    version     TEXT NOT NULL,
    config_hash TEXT,
    started_at  INTEGER NOT NULL
) STRICT;
