//! Work that keeps a core busy, or that must not stand still, beside the loops. Knows nothing of
//! what it runs.

use tokio::task::JoinHandle;

/// Runs work that keeps a core busy where it stalls no other task. A panic in it ends the program:
/// see the house rules.
pub async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    joined(tokio::task::spawn_blocking(work)).await
}

/// Goes on with something while whoever waits for it does something else: what holds a connection
/// must not stand still with it.
pub async fn aside<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    joined(tokio::spawn(task)).await
}

async fn joined<T>(handle: JoinHandle<T>) -> T {
    match handle.await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that is being shut down cancels it, and then nobody waits for it.
            Err(_) => std::future::pending().await,
        },
    }
}
