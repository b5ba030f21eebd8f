-- Documents of the Federal Register that change the Entity List.
CREATE TABLE rule (
    document_number TEXT COLLATE "C" PRIMARY KEY,
    source          TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    volume          BIGINT,
    start_page      BIGINT,
    end_page        BIGINT,
    -- Of publication, else of filing, else of its first sight.
    day             TEXT COLLATE "C" NOT NULL,
    json            TEXT COLLATE "C" NOT NULL
);
CREATE INDEX rule_by_page ON rule (volume, start_page) WHERE start_page IS NOT NULL;
CREATE INDEX rule_by_day ON rule (day);
