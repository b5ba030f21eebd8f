//! The fetched documents, compressed, by their hash.
//!
//! A document that is not needed by the next checks may rest as its difference from another one
//! (`resting.rs`). It is read as if it were whole.

use crate::domain::{Document, Sha256, document_difference};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::{Result, Store, StoreError};

/// The columns of a document, and what it is a difference from.
pub(super) const COLUMNS: &str = "sha256, size_bytes, fetched_at, content, base";

impl Store {
    pub async fn document(&self, sha256: &Sha256) -> Result<Option<Document>> {
        let Some((document, base)) = self.stored_document(sha256).await? else { return Ok(None) };
        let Some(base) = base else { return Ok(Some(document)) };
        let found = self.stored_document(&base).await?;
        // What others are differences from is always whole.
        let whole = match found {
            Some((base, None)) => document_difference::from_difference(&document, &base),
            _ => Err(std::io::Error::other("the document that it is a difference from is missing")),
        };
        whole.map(Some).map_err(|error| StoreError::Unreadable {
            place: format!("the document {sha256}"),
            reason: error.to_string(),
        })
    }

    /// A document as it is stored, and the hash of the one that it is a difference from.
    pub(super) async fn stored_document(
        &self,
        sha256: &Sha256,
    ) -> Result<Option<(Document, Option<Sha256>)>> {
        let statement = sql(format!("SELECT {COLUMNS} FROM document WHERE sha256 = $1"));
        let row = self.pools.fetch_one("read a document", statement.bind(sha256.as_str())).await?;
        row.as_ref().map(stored).transpose()
    }
}

/// Reads [`COLUMNS`].
pub(super) fn stored(row: &Row) -> Result<(Document, Option<Sha256>)> {
    let document = Document {
        sha256: Sha256(row.text(0)?),
        size_bytes: row.count(1)?,
        fetched_at: row.time(2)?,
        compressed: row.bytes(3)?.into(),
    };
    let base = row.text_if_any(4)?.filter(|base| !base.is_empty()).map(Sha256);
    Ok((document, base))
}

/// Stores a document, unless one with its hash is already stored.
pub async fn write(tx: &mut Tx, document: Document) -> Result<()> {
    let statement = sql("INSERT INTO document (sha256, size_bytes, fetched_at, content) \
                         VALUES ($1, $2, $3, $4) \
                         ON CONFLICT (sha256) DO NOTHING")
    .bind(document.sha256.as_str())
    .bind(document.size_bytes)
    .bind(document.fetched_at)
    .bind(Vec::from(document.compressed));
    tx.execute("keep a document", statement).await?;
    Ok(())
}
