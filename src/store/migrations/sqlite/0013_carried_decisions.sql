-- The decisions that a restored backup did not know. Each start looks for those that wait.
CREATE INDEX journal_carried ON journal (seq) WHERE kind = 'decision.carried';
