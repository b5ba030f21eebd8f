//! Runs work apart from the task that waits for it. It must not know what it runs.

use tokio::task::JoinHandle;

/// Runs work that keeps a core busy on a thread of its own, so that it does not stall other tasks.
/// A panic in the work also panics the caller.
pub async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    joined(tokio::task::spawn_blocking(work)).await
}

/// Runs a future as a task of its own, so that it goes on while its caller is not polled. Use it
/// for work that holds a database connection. A panic in the future also panics the caller.
pub async fn aside<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    joined(tokio::spawn(task)).await
}

async fn joined<T>(handle: JoinHandle<T>) -> T {
    match handle.await {
        Ok(output) => output,
        Err(problem) => match problem.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only the shutdown of the runtime cancels a task. Then nobody waits for the result.
            Err(_) => std::future::pending().await,
        },
    }
}
