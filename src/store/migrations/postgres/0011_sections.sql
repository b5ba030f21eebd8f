-- The texts of sections of the regulation, each as accepted. The newest of a section is the current
-- one.
CREATE TABLE section_text (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      TEXT COLLATE "C" NOT NULL,
    section     TEXT COLLATE "C" NOT NULL,
    observed_at BIGINT NOT NULL,
    json        TEXT NOT NULL
);
CREATE INDEX section_text_by_section ON section_text (source, section, seq);
