-- The texts of sections of the regulation, each as accepted. The newest of a section is the current
-- one.
CREATE TABLE section_text (
    seq         INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    section     TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    json        TEXT NOT NULL
) STRICT;
CREATE INDEX section_text_by_section ON section_text (source, section, seq);
