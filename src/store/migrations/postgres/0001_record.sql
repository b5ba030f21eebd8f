-- Times are microseconds since 1970 in UTC, days are ISO dates, JSON is text. Rows are numbered in the order of their writing.
-- COLLATE "C": text is ordered by its bytes, as SQLite does it.

CREATE TABLE source_state (
    source TEXT COLLATE "C" PRIMARY KEY,
    state  TEXT COLLATE "C" NOT NULL
);

CREATE TABLE list_state (
    source TEXT COLLATE "C" NOT NULL,
    list   TEXT COLLATE "C" NOT NULL,
    state  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (source, list)
);

-- What publishers served, compressed with zstd; kept for ever, as evidence.
CREATE TABLE document (
    sha256     TEXT COLLATE "C" PRIMARY KEY,
    size_bytes BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    content    BYTEA NOT NULL
);

-- A row of a list, with the times between which it was held (ours) and listed (the publisher's).
CREATE TABLE entry (
    row          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source       TEXT COLLATE "C" NOT NULL,
    list         TEXT COLLATE "C" NOT NULL,
    content_hash TEXT COLLATE "C" NOT NULL,
    json         TEXT COLLATE "C" NOT NULL,
    -- Name, aliases, addresses and remarks in lower case, one a line.
    search       TEXT COLLATE "C" NOT NULL,
    known_from   BIGINT NOT NULL,
    known_until  BIGINT,
    listed_from  TEXT COLLATE "C",
    listed_until TEXT COLLATE "C",
    -- The listed days, and where the publisher says none, the days of the known times.
    day_from     TEXT COLLATE "C" NOT NULL,
    day_until    TEXT COLLATE "C",
    -- 1: written later, from the publisher's past; it is never held and never answers what was known.
    backfilled   BIGINT NOT NULL
);
CREATE INDEX entry_held ON entry (source, list, row) WHERE known_until IS NULL;
CREATE INDEX entry_by_day ON entry (source, list, backfilled, day_from);

CREATE TABLE change (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id   TEXT COLLATE "C" NOT NULL,
    base_id     TEXT COLLATE "C" NOT NULL,
    source      TEXT COLLATE "C" NOT NULL,
    list        TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    editorial   BIGINT NOT NULL,
    observed_at BIGINT NOT NULL,
    accepted_at BIGINT,
    unconfirmed BIGINT NOT NULL,
    alert_id    TEXT COLLATE "C",
    backfilled  BIGINT NOT NULL,
    json        TEXT COLLATE "C" NOT NULL,
    UNIQUE (source, change_id)
);
CREATE INDEX change_by_base ON change (source, base_id);
CREATE INDEX change_by_time ON change (observed_at);

CREATE TABLE alert (
    seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id   TEXT COLLATE "C" NOT NULL UNIQUE,
    type       TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    changes    BIGINT NOT NULL,
    json       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX alert_by_time ON alert (created_at);

CREATE TABLE alert_citation (
    citation TEXT COLLATE "C" NOT NULL,
    alert_id TEXT COLLATE "C" NOT NULL REFERENCES alert (alert_id),
    PRIMARY KEY (citation, alert_id)
);

CREATE TABLE delivery (
    delivery_id     TEXT COLLATE "C" PRIMARY KEY,
    alert_id        TEXT COLLATE "C" NOT NULL REFERENCES alert (alert_id),
    -- The alert's number: deliveries go out in the order of their alerts.
    alert_seq       BIGINT NOT NULL,
    receiver        TEXT COLLATE "C" NOT NULL,
    recipient       TEXT COLLATE "C" NOT NULL,
    selection       TEXT COLLATE "C",
    state           TEXT COLLATE "C" NOT NULL,
    attempts        BIGINT NOT NULL,
    parts_done      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    delivered_at    BIGINT,
    last_error      TEXT COLLATE "C"
);
CREATE INDEX delivery_pending_in_order ON delivery (receiver, alert_seq, delivery_id) WHERE state = 'pending';
CREATE INDEX delivery_pending_by_time ON delivery (receiver, next_attempt_at) WHERE state = 'pending';
CREATE INDEX delivery_open ON delivery (receiver, state, created_at) WHERE state <> 'delivered';
CREATE INDEX delivery_by_alert ON delivery (alert_id);

CREATE TABLE attempt (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id TEXT COLLATE "C" NOT NULL REFERENCES delivery (delivery_id),
    at          BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    delivered   BIGINT NOT NULL,
    detail      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX attempt_by_delivery ON attempt (delivery_id);

CREATE TABLE hold (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold_id   TEXT COLLATE "C" NOT NULL UNIQUE,
    source    TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    json      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX hold_open ON hold (opened_at) WHERE state = 'open';

CREATE TABLE receiver_state (
    receiver TEXT COLLATE "C" PRIMARY KEY,
    state    TEXT COLLATE "C" NOT NULL
);

CREATE TABLE source_check (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    detail      TEXT COLLATE "C" NOT NULL,
    sha256      TEXT COLLATE "C"
);
CREATE INDEX source_check_by_source ON source_check (source, seq);

-- Each entry carries the hash of the one before it.
CREATE TABLE journal (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    data     TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash     TEXT COLLATE "C" NOT NULL
);
