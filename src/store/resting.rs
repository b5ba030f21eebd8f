//! Documents at rest: one that the next checks do not need is stored as its difference from another
//! one of its source, which takes a hundredth of the space.
//!
//! The other one is always whole, so a document is read from two rows at most. After some
//! differences the next document stays whole, because lists drift apart. Nothing depends on this
//! for correctness: a document that does not rest only takes more space.

use std::collections::BTreeSet;

use tracing::debug;

use crate::domain::{Document, ListState, Sha256, document_difference};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::{Result, Store};

/// Documents that are differences from one. Of a list that changes on 120 days a year, 8 a year
/// stay whole.
const DIFFERENCES: i64 = 15;
/// A smaller document is not worth it, in bytes as stored.
const LEAST_BYTES: u64 = 64 * 1024;
/// The newest documents of a source, which stay as they are.
const NEWEST: usize = 2;
/// The mark of a document that stays whole.
const WHOLE: &str = "";

/// What was done to one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rested {
    pub sha256: Sha256,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

const ACTION: &str = "put a document to rest";

/// Documents that were not considered so far, in the order in which their source served them. Not
/// those that a current list or the next check of a source is compared with.
const WAITING: &str = "SELECT c.source, d.sha256, MIN(c.seq) AS first \
    FROM document d JOIN source_check c ON c.sha256 = d.sha256 \
    WHERE d.base IS NULL \
    GROUP BY c.source, d.sha256 ORDER BY c.source, first";

/// The last whole document of a source before another one, and how many are differences from it.
const LAST_WHOLE: &str = "SELECT d.sha256, \
    (SELECT COUNT(*) FROM document o WHERE o.base = d.sha256) \
    FROM document d \
    WHERE d.base = '' AND d.fetched_at <= $2 AND d.sha256 <> $3 \
    AND EXISTS (SELECT 1 FROM source_check c WHERE c.sha256 = d.sha256 AND c.source = $1) \
    ORDER BY d.fetched_at DESC LIMIT 1";

impl Store {
    /// Puts the next document to rest, or decides that it stays whole. `None` if all are decided.
    pub async fn rest_one_document(&self) -> Result<Option<Rested>> {
        let read = |row: &Row| Ok((row.text(0)?, Sha256(row.text(1)?)));
        let waiting = self.pools.fetch(ACTION, sql(WAITING), read).await?;
        let in_use = self.documents_in_use().await?;
        match next(&waiting, &in_use) {
            Some((source, sha256)) => self.rest(source, sha256).await.map(Some),
            None => Ok(None),
        }
    }

    /// The documents that sources and lists were last read from. Of those before them, a source
    /// only remembers the hashes.
    async fn documents_in_use(&self) -> Result<BTreeSet<Sha256>> {
        let lists = sql("SELECT state FROM list_state");
        let read = |row: &Row| row.json::<ListState>(0).map(|state| state.document_sha256);
        let mut in_use: BTreeSet<Sha256> =
            self.pools.fetch(ACTION, lists, read).await?.into_iter().collect();
        for state in self.source_states().await? {
            let editions = [state.editions.current, state.editions.older];
            in_use.extend(editions.into_iter().flatten().map(|edition| edition.sha256));
            in_use.extend(state.document_sha256);
        }
        Ok(in_use)
    }

    async fn rest(&self, source: &str, sha256: &Sha256) -> Result<Rested> {
        let Some((document, _)) = self.stored_document(sha256).await? else {
            return Ok(Rested { sha256: sha256.clone(), bytes_before: 0, bytes_after: 0 });
        };
        let bytes_before = document.compressed.len() as u64;
        let mut rested = Rested { sha256: sha256.clone(), bytes_before, bytes_after: bytes_before };
        let smaller = self.smaller(source, &document).await?;
        let (base, content) = match smaller {
            Some((base, content)) => (base, content),
            None => (WHOLE.to_owned(), document.compressed.to_vec()),
        };
        rested.bytes_after = content.len() as u64;
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql("UPDATE document SET base = $1, content = $2 WHERE sha256 = $3")
            .bind(base)
            .bind(content)
            .bind(sha256.as_str());
        tx.execute(ACTION, statement).await?;
        tx.commit(ACTION).await?;
        Ok(rested)
    }

    /// The difference of a document, and what it is from, if that saves half of the space.
    async fn smaller(
        &self,
        source: &str,
        document: &Document,
    ) -> Result<Option<(String, Vec<u8>)>> {
        if (document.compressed.len() as u64) < LEAST_BYTES {
            return Ok(None);
        }
        let statement =
            sql(LAST_WHOLE).bind(source).bind(document.fetched_at).bind(document.sha256.as_str());
        let Some(row) = self.pools.fetch_one(ACTION, statement).await? else { return Ok(None) };
        if row.integer(1)? >= DIFFERENCES {
            return Ok(None);
        }
        let base = Sha256(row.text(0)?);
        let Some((base, None)) = self.stored_document(&base).await? else { return Ok(None) };
        let document = document.clone();
        // Seconds of computing, which must not delay other tasks.
        let computed = tokio::task::spawn_blocking(move || compute(document, &base)).await;
        Ok(computed.ok().flatten())
    }
}

/// The oldest document that may rest.
fn next<'a>(
    waiting: &'a [(String, Sha256)],
    in_use: &BTreeSet<Sha256>,
) -> Option<(&'a str, &'a Sha256)> {
    waiting.chunk_by(|one, other| one.0 == other.0).find_map(|of_source| {
        let resting = of_source.len().saturating_sub(NEWEST);
        let found = of_source.iter().take(resting).find(|(_, sha256)| !in_use.contains(sha256));
        found.map(|(source, sha256)| (source.as_str(), sha256))
    })
}

/// The difference, if it is small and gives the document back.
fn compute(document: Document, base: &Document) -> Option<(String, Vec<u8>)> {
    let found = document_difference::difference(&document, base);
    let difference = match found {
        Ok(difference) => difference?,
        Err(problem) => {
            debug!("no difference of {} was made: {problem}", document.sha256);
            return None;
        }
    };
    if difference.len() * 2 > document.compressed.len() {
        return None;
    }
    let stored = Document { compressed: difference.clone(), ..document };
    if !document_difference::is_intact(&stored, Some(base)) {
        return None;
    }
    Some((base.sha256.to_string(), difference.to_vec()))
}
