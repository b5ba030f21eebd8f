//! How many threads the program may have, and how a panic ends it. The unit's `TasksMax=64` allows
//! all of them, and the threads that a check starts itself to unpack, compare and compress in
//! addition to its main work.

use std::num::NonZeroUsize;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Builder;

use crate::cli::args::Command;
use crate::exit::Exit;

/// The loops mostly wait for the network and the disk. One worker for each core would be 64 workers
/// on a large machine, which is all of the unit's `TasksMax`.
const MOST_WORKERS: usize = 4;
/// Threads for name lookups, list comparison and console output. tokio's own limit is 512. More
/// work waits in a queue.
const MOST_BLOCKING: usize = 24;

/// How many threads run the loops on a machine with this many processors.
pub fn worker_threads(processors: usize) -> usize {
    processors.clamp(1, MOST_WORKERS)
}

/// The runtime for a command. The daemon works on many things at once. Other commands work on one
/// after the other, where several threads would cost more than they gain.
pub fn runtime(command: &Command) -> Builder {
    let mut builder = match command {
        Command::Run(_) | Command::Demo => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    builder.worker_threads(worker_threads(processors)).max_blocking_threads(MOST_BLOCKING);
    builder
}

/// Whether the supervisor of a task handles its panic.
static IS_SUPERVISED: AtomicBool = AtomicBool::new(false);

/// Makes a panic end the process until [`is_supervised`] is called. A half-built runtime cannot be
/// shut down, and would hang.
#[expect(clippy::print_stderr, reason = "the logger may not be running")]
#[expect(
    clippy::disallowed_methods,
    reason = "a panic that unwinds through a half-built runtime hangs in its destructor"
)]
pub fn end_at_a_panic() {
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        show(panic);
        if !IS_SUPERVISED.load(Ordering::Relaxed) {
            let reason = panic.payload_as_str().unwrap_or("unknown reason");
            eprintln!("entitywatch: failed to start or to finish: {reason}");
            process::exit(i32::from(Exit::Failed.code()));
        }
    }));
}

/// From now on, each task has a supervisor that ends the process, or answers 500, if the task
/// panics.
pub fn is_supervised() {
    IS_SUPERVISED.store(true, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value in the unit.
    const TASKS_MAX: usize = 64;
    /// SQLite has a thread for each connection: one writer and four readers.
    const STORE: usize = 5;

    #[test]
    fn the_workers_do_not_grow_with_the_machine() {
        for (processors, expected) in [(0, 1), (1, 1), (2, 2), (4, 4), (5, 4), (64, 4), (1_024, 4)]
        {
            assert_eq!(worker_threads(processors), expected, "{processors}");
        }
    }

    #[test]
    fn all_threads_fit_into_the_units_limit_with_room_for_several_checks() {
        let unit = include_str!("../../config/entitywatch.service");
        assert!(unit.contains(&format!("\nTasksMax={TASKS_MAX}\n")));
        let most = 1 + worker_threads(usize::MAX) + MOST_BLOCKING + STORE;
        assert!(TASKS_MAX - most >= 24, "{most}");
    }
}
