//! Two things at a time, where each keeps a core busy. Knows nothing of what it runs.

/// Does two things with so many rows or pairs: at the same time, unless both are done before a
/// thread has started.
pub fn side_by_side_if_many<A: Send, B>(
    count: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    const MANY: usize = 1_000;
    if count >= MANY { side_by_side(one, other) } else { (one(), other()) }
}

/// Does two things that each keep a core busy at the same time.
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
