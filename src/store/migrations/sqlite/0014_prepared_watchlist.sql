-- The counterparties in use as a comparison reads them. It is made again if it is missing, or of
-- another generation of the content, or made by another version of the program.
CREATE TABLE prepared_watchlist (
    watchlist  TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    made_by    TEXT NOT NULL,
    content    BLOB NOT NULL
) STRICT;
