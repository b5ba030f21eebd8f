-- Times are microseconds since 1970 in UTC, days are ISO dates, JSON is text. Rows are numbered in the order of their writing.

CREATE TABLE source_state (
    source TEXT PRIMARY KEY,
    state  TEXT NOT NULL
) STRICT;

CREATE TABLE list_state (
    source TEXT NOT NULL,
    list   TEXT NOT NULL,
    state  TEXT NOT NULL,
    PRIMARY KEY (source, list)
) STRICT;

-- What publishers served, compressed with zstd; kept for ever, as evidence.
CREATE TABLE document (
    sha256     TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    content    BLOB NOT NULL
) STRICT;

-- A row of a list, with the times between which it was held (ours) and listed (the publisher's).
CREATE TABLE entry (
    row          INTEGER PRIMARY KEY,
    source       TEXT NOT NULL,
    list         TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    json         TEXT NOT NULL,
    -- Name, aliases, addresses and remarks in lower case, one a line.
    search       TEXT NOT NULL,
    known_from   INTEGER NOT NULL,
    known_until  INTEGER,
    listed_from  TEXT,
    listed_until TEXT,
    -- The listed days, and where the publisher says none, the days of the known times.
    day_from     TEXT NOT NULL,
    day_until    TEXT,
    -- 1: written later, from the publisher's past; it is never held and never answers what was known.
    backfilled   INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_held ON entry (source, list, row) WHERE known_until IS NULL;
CREATE INDEX entry_by_day ON entry (source, list, backfilled, day_from);

CREATE TABLE change (
    seq         INTEGER PRIMARY KEY,
    change_id   TEXT NOT NULL,
    base_id     TEXT NOT NULL,
    source      TEXT NOT NULL,
    list        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    editorial   INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    accepted_at INTEGER,
    unconfirmed INTEGER NOT NULL,
    alert_id    TEXT,
    backfilled  INTEGER NOT NULL,
    json        TEXT NOT NULL,
    UNIQUE (source, change_id)
) STRICT;
CREATE INDEX change_by_base ON change (source, base_id);
CREATE INDEX change_by_time ON change (observed_at);

CREATE TABLE alert (
    seq        INTEGER PRIMARY KEY,
    alert_id   TEXT NOT NULL UNIQUE,
    type       TEXT NOT NULL,
    source     TEXT,
    created_at INTEGER NOT NULL,
    changes    INTEGER NOT NULL,
    json       TEXT NOT NULL
) STRICT;
CREATE INDEX alert_by_time ON alert (created_at);

CREATE TABLE alert_citation (
    citation TEXT NOT NULL,
    alert_id TEXT NOT NULL REFERENCES alert (alert_id),
    PRIMARY KEY (citation, alert_id)
) STRICT;

CREATE TABLE delivery (
    delivery_id     TEXT PRIMARY KEY,
    alert_id        TEXT NOT NULL REFERENCES alert (alert_id),
    -- The alert's number: deliveries go out in the order of their alerts.
    alert_seq       INTEGER NOT NULL,
    receiver        TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    selection       TEXT,
    state           TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    parts_done      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    delivered_at    INTEGER,
    last_error      TEXT
) STRICT;
CREATE INDEX delivery_pending_in_order ON delivery (receiver, alert_seq, delivery_id) WHERE state = 'pending';
CREATE INDEX delivery_pending_by_time ON delivery (receiver, next_attempt_at) WHERE state = 'pending';
CREATE INDEX delivery_open ON delivery (receiver, state, created_at) WHERE state <> 'delivered';
CREATE INDEX delivery_by_alert ON delivery (alert_id);

CREATE TABLE attempt (
    seq         INTEGER PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES delivery (delivery_id),
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    delivered   INTEGER NOT NULL,
    detail      TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_by_delivery ON attempt (delivery_id);

CREATE TABLE hold (
    seq       INTEGER PRIMARY KEY,
    hold_id   TEXT NOT NULL UNIQUE,
    source    TEXT NOT NULL,
    state     TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    json      TEXT NOT NULL
) STRICT;
CREATE INDEX hold_open ON hold (opened_at) WHERE state = 'open';

CREATE TABLE receiver_state (
    receiver TEXT PRIMARY KEY,
    state    TEXT NOT NULL
) STRICT;

CREATE TABLE source_check (
    seq         INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    detail      TEXT NOT NULL,
    sha256      TEXT
) STRICT;
CREATE INDEX source_check_by_source ON source_check (source, seq);

-- Each entry carries the hash of the one before it.
CREATE TABLE journal (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    data     TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
