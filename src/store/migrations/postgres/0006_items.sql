-- What must be acknowledged: one item for each rule, or for an alert without a rule.
CREATE TABLE item (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id   TEXT COLLATE "C" NOT NULL UNIQUE,
    state     TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    json      TEXT COLLATE "C" NOT NULL,
    -- The names and addresses that its alerts brought, as a JSON list. Only others reopen it.
    contents  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX item_unclosed ON item (seq) WHERE state <> 'closed';

CREATE TABLE item_alert (
    alert_id TEXT COLLATE "C" PRIMARY KEY REFERENCES alert (alert_id),
    item_id  TEXT COLLATE "C" NOT NULL REFERENCES item (item_id)
);
CREATE INDEX item_alert_by_item ON item_alert (item_id);

-- The document number and the pages of the rule of an item.
CREATE TABLE item_rule (
    rule    TEXT COLLATE "C" NOT NULL,
    item_id TEXT COLLATE "C" NOT NULL REFERENCES item (item_id),
    PRIMARY KEY (rule, item_id)
);

-- New items of one receiver are those of another until the end.
CREATE TABLE handover (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_name TEXT COLLATE "C" NOT NULL,
    to_name   TEXT COLLATE "C" NOT NULL,
    began_at  BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL
);
