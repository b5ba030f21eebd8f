//! Runs two computations at the same time, to use a second core. Knows nothing about them.

/// With fewer rows or pairs than this, both computations end before a thread would have started.
const WORTH_A_THREAD: usize = 1_000;

/// Runs both at the same time if `count`, their number of rows or pairs, makes a thread worthwhile.
/// Otherwise runs one after the other.
pub fn side_by_side_if_many<A: Send, B>(
    count: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if count >= WORTH_A_THREAD { side_by_side(one, other) } else { (one(), other()) }
}

/// Runs both at the same time. A panic in either of them goes on in the caller.
pub fn side_by_side<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
