-- A delivery in the state `waiting` waits for the digest of its receiver.
CREATE INDEX delivery_waiting ON delivery (receiver, created_at) WHERE state = 'waiting';

-- One digest for each receiver and due time.
CREATE TABLE digest (
    receiver TEXT NOT NULL,
    due_at   INTEGER NOT NULL,
    alert_id TEXT NOT NULL REFERENCES alert (alert_id),
    PRIMARY KEY (receiver, due_at)
) STRICT;

-- The deliveries in the state `digested`, each with the digest that contains its alert.
CREATE TABLE digested_delivery (
    delivery_id TEXT PRIMARY KEY REFERENCES delivery (delivery_id),
    alert_id    TEXT NOT NULL REFERENCES alert (alert_id)
) STRICT;

-- `routes explain` finds a change by its id alone.
CREATE INDEX change_by_id ON change (change_id);
