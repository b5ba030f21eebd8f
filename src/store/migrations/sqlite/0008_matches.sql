-- Counterparty files: the last good content of each, and what is wrong with the file now.
CREATE TABLE watchlist (
    name TEXT PRIMARY KEY,
    json TEXT NOT NULL
) STRICT;

-- The rows of the content in use, and those that were removed since. A new counterparty under the
-- id of another one is another incarnation.
CREATE TABLE counterparty (
    watchlist   TEXT NOT NULL,
    id          TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    removed_at  INTEGER,
    json        TEXT NOT NULL,
    PRIMARY KEY (watchlist, id, incarnation)
) STRICT;

-- Each counterparty that may be an entry.
CREATE TABLE possible_match (
    seq         INTEGER PRIMARY KEY,
    match_id    TEXT NOT NULL UNIQUE,
    watchlist   TEXT NOT NULL,
    id          TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    entry_id    TEXT NOT NULL,
    state       TEXT NOT NULL,
    band        TEXT NOT NULL,
    score       INTEGER NOT NULL,
    ended       INTEGER NOT NULL,
    json        TEXT NOT NULL
) STRICT;
CREATE INDEX possible_match_by_entry ON possible_match (entry_id);
CREATE INDEX possible_match_by_counterparty ON possible_match (watchlist, id);

-- What each receiver with `show_matches` is shown with an alert.
CREATE TABLE screening (
    alert_id   TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    watchlists TEXT NOT NULL,
    PRIMARY KEY (alert_id, receiver)
) STRICT;
CREATE TABLE shown_match (
    alert_id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    position INTEGER NOT NULL,
    match_id TEXT NOT NULL,
    json     TEXT NOT NULL,
    PRIMARY KEY (alert_id, receiver, position)
) STRICT;
CREATE INDEX shown_match_by_match ON shown_match (match_id);

-- The key of the hashes of counterparties in the journal.
CREATE TABLE matching_key (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    hash_key TEXT NOT NULL
) STRICT;
