//! The fetched documents, compressed, by their hash.

use crate::domain::{Document, Sha256};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::{Result, Store};

impl Store {
    pub async fn document(&self, sha256: &Sha256) -> Result<Option<Document>> {
        let statement =
            sql("SELECT size_bytes, fetched_at, content FROM document WHERE sha256 = $1")
                .bind(sha256.as_str());
        let read = |row: Row| {
            Ok(Document {
                sha256: sha256.clone(),
                size_bytes: row.count(0)?,
                fetched_at: row.time(1)?,
                compressed: row.bytes(2)?.into(),
            })
        };
        self.pools.fetch_one("read a document", statement).await?.map(read).transpose()
    }
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
