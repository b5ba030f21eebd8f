//! Gives back the memory in which the connections of SQLite keep pages and statements.

use sqlx::Connection as _;

use crate::store::Store;
use crate::store::pools::Pools;

impl Store {
    /// Frees the pages and the prepared statements that idle connections keep. A check allocates
    /// them among its entries, and the C library gives back only what lies above the last
    /// allocation. PostgreSQL keeps its pages itself.
    pub async fn free_connection_caches(&self) {
        let Pools::Sqlite { writer, readers } = &self.pools else { return };
        let mut idle = Vec::new();
        // None is given back before all are taken, so that none is taken twice.
        for pool in writer.iter().chain([readers]) {
            idle.extend(std::iter::from_fn(|| pool.try_acquire()));
        }
        for connection in &mut idle {
            // If it fails, the daemon only needs more memory.
            let _ = connection.clear_cached_statements().await;
            let shrink = sqlx::query("PRAGMA shrink_memory").persistent(false);
            let _ = shrink.execute(&mut **connection).await;
        }
    }
}
