//! The limit on the time in which PostgreSQL must answer.

use std::time::Duration;

/// For one answer. A server that vanished without closing its connections never answers, and its
/// successor is only found over a new connection.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Waits for an answer of PostgreSQL.
pub async fn answered<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(ANSWER_TIMEOUT, answer)
        .await
        .unwrap_or_else(|_elapsed| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}
