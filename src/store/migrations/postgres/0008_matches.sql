-- Counterparty files: the last good content of each, and what is wrong with the file now.
CREATE TABLE watchlist (
    name TEXT COLLATE "C" PRIMARY KEY,
    json TEXT COLLATE "C" NOT NULL
);

-- The rows of the content in use, and those that were removed since. A new counterparty under the
-- id of another one is another incarnation.
CREATE TABLE counterparty (
    watchlist   TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    removed_at  BIGINT,
    json        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (watchlist, id, incarnation)
);

-- Each counterparty that may be an entry.
CREATE TABLE possible_match (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    match_id    TEXT COLLATE "C" NOT NULL UNIQUE,
    watchlist   TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    entry_id    TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    band        TEXT COLLATE "C" NOT NULL,
    score       BIGINT NOT NULL,
    ended       BIGINT NOT NULL,
    json        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX possible_match_by_entry ON possible_match (entry_id);
CREATE INDEX possible_match_by_counterparty ON possible_match (watchlist, id);

-- What each receiver with `show_matches` is shown with an alert.
CREATE TABLE screening (
    alert_id   TEXT COLLATE "C" NOT NULL,
    receiver   TEXT COLLATE "C" NOT NULL,
    watchlists TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (alert_id, receiver)
);
CREATE TABLE shown_match (
    alert_id TEXT COLLATE "C" NOT NULL,
    receiver TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    match_id TEXT COLLATE "C" NOT NULL,
    json     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (alert_id, receiver, position)
);
CREATE INDEX shown_match_by_match ON shown_match (match_id);

-- The key of the hashes of counterparties in the journal.
CREATE TABLE matching_key (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    hash_key TEXT COLLATE "C" NOT NULL
);
