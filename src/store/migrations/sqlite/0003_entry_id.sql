-- The permanent id of the listing that a row is a state of. NULL in what an older program wrote,
-- until the next start computes it.
ALTER TABLE entry ADD COLUMN entry_id TEXT;
CREATE INDEX entry_by_id ON entry (entry_id);
CREATE INDEX entry_life ON entry (list, source, entry_id, backfilled, known_until);
CREATE INDEX entry_without_id ON entry (list) WHERE entry_id IS NULL;

-- The listing that the entry of a change is a state of, and that of the entry before, if it is
-- another one.
ALTER TABLE change ADD COLUMN entry_id TEXT;
ALTER TABLE change ADD COLUMN before_id TEXT;
CREATE INDEX change_by_entry ON change (entry_id);
CREATE INDEX change_by_entry_before ON change (before_id) WHERE before_id IS NOT NULL;
