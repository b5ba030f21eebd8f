-- The calendar counts the checks of each day.
CREATE INDEX source_check_by_time ON source_check (at, source, outcome);
-- The entries about checks that were due and were not made.
CREATE INDEX journal_gap ON journal (at) WHERE kind = 'gap';
-- All deliveries, newest first, a page at a time.
CREATE INDEX delivery_by_time ON delivery (created_at DESC, alert_seq DESC, delivery_id);
