-- What must be acknowledged: one item for each rule, or for an alert without a rule.
CREATE TABLE item (
    seq       INTEGER PRIMARY KEY,
    item_id   TEXT NOT NULL UNIQUE,
    state     TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    json      TEXT NOT NULL,
    -- The names and addresses that its alerts brought, as a JSON list. Only others reopen it.
    contents  TEXT NOT NULL
) STRICT;
CREATE INDEX item_unclosed ON item (seq) WHERE state <> 'closed';

CREATE TABLE item_alert (
    alert_id TEXT PRIMARY KEY REFERENCES alert (alert_id),
    item_id  TEXT NOT NULL REFERENCES item (item_id)
) STRICT;
CREATE INDEX item_alert_by_item ON item_alert (item_id);

-- The document number and the pages of the rule of an item.
CREATE TABLE item_rule (
    rule    TEXT NOT NULL,
    item_id TEXT NOT NULL REFERENCES item (item_id),
    PRIMARY KEY (rule, item_id)
) STRICT;

-- New items of one receiver are those of another until the end.
CREATE TABLE handover (
    seq       INTEGER PRIMARY KEY,
    from_name TEXT NOT NULL,
    to_name   TEXT NOT NULL,
    began_at  INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL
) STRICT;
