-- The entries about the configuration in effect, which each start compares with.
CREATE INDEX journal_configuration ON journal (seq) WHERE kind = 'config.loaded';
