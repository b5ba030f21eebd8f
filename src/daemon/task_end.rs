//! How a task of a loop ended.

use tokio::task::JoinError;

/// The task's result, or None if the task was canceled. If the task panicked, panics too: this ends
/// the process.
pub fn result_or_panic<T>(ended: Result<T, JoinError>) -> Option<T> {
    match ended {
        Ok(result) => Some(result),
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_canceled) => None,
        },
    }
}
