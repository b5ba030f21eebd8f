-- What a document at rest is the difference from. Empty: it stays whole. NULL: not considered so
-- far.
ALTER TABLE document ADD COLUMN base TEXT;
CREATE INDEX document_waiting ON document (sha256) WHERE base IS NULL;
CREATE INDEX document_by_base ON document (base) WHERE base IS NOT NULL;
CREATE INDEX source_check_by_document ON source_check (sha256) WHERE sha256 IS NOT NULL;
