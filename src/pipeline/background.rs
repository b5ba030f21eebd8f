//! Work that keeps a core busy, beside the loops or beside other such work. Knows nothing of what it runs.

/// Runs work that keeps a core busy where it stalls no other task. A panic in it ends the program: see the house rules.
pub async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that is being shut down cancels blocking work, and then nobody waits for it.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Does two things that each keep a core busy at the same time.
pub fn side_by_side<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
