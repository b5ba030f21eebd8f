//! Work that is done on several cores.

use std::thread::ScopedJoinHandle;

/// The work on fewer is done before a second thread has started.
pub const WORTH_A_THREAD: usize = 50;
/// More threads gain little.
pub const MOST_THREADS: usize = 8;

/// Works on neighboring parts of all, each on a thread of its own. The results are in their order.
pub fn in_parts<T, R>(all: &[T], threads: usize, work: impl Fn(&[T]) -> R + Sync) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    let threads = if all.len() < WORTH_A_THREAD { 1 } else { threads.clamp(1, MOST_THREADS) };
    let share = all.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> =
            all.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().map(joined).collect()
    })
}

/// The result of a thread. If the thread panicked, the panic continues here.
pub fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_neighbors_and_in_order() {
        let all: Vec<usize> = (0..=2 * WORTH_A_THREAD).collect();
        for threads in [0, 1, 2, 3, 1000] {
            let parts = in_parts(&all, threads, <[usize]>::to_vec);
            assert!(parts.len() <= threads.clamp(1, MOST_THREADS));
            assert_eq!(parts.concat(), all);
        }
        assert!(in_parts(&[0; 0], 2, <[usize]>::len).is_empty());
    }
}
