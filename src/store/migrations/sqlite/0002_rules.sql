-- Documents of the Federal Register that change the Entity List.
CREATE TABLE rule (
    document_number TEXT PRIMARY KEY,
    source          TEXT NOT NULL,
    state           TEXT NOT NULL,
    volume          INTEGER,
    start_page      INTEGER,
    end_page        INTEGER,
    -- Of publication, else of filing, else of its first sight.
    day             TEXT NOT NULL,
    json            TEXT NOT NULL
) STRICT;
CREATE INDEX rule_by_page ON rule (volume, start_page) WHERE start_page IS NOT NULL;
CREATE INDEX rule_by_day ON rule (day);
