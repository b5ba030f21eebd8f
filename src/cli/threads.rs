//! How many threads the program may have, and what happens if it cannot have them. The unit's
//! `TasksMax=64` allows for all of these, and for those that a check starts for itself: unpacking,
//! comparing and compressing beside the main work.

use std::num::NonZeroUsize;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Builder;

use crate::cli::args::Command;
use crate::exit::Exit;

/// The loops wait for the network and the disk most of the time. One worker per core would be 64 of
/// them on a large machine, which is the whole of the unit's `TasksMax`.
const MOST_WORKERS: usize = 4;
/// Looking names up, comparing lists and writing to the console. tokio's own limit is 512; more
/// work than this waits its turn.
const MOST_BLOCKING: usize = 24;

/// How many threads run the loops on a machine of so many processors.
pub fn worker_threads(processors: usize) -> usize {
    processors.clamp(1, MOST_WORKERS)
}

/// A daemon has many things to do at once; a command does one after the other, and threads that
/// wake each other would cost more than they bring.
pub fn runtime(command: &Command) -> Builder {
    let mut builder = match command {
        Command::Run | Command::Demo => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    builder.worker_threads(worker_threads(processors)).max_blocking_threads(MOST_BLOCKING);
    builder
}

/// Whether a panic is left to whoever supervises the task.
static IS_SUPERVISED: AtomicBool = AtomicBool::new(false);

/// Makes a panic end the process until [`is_supervised`] is called: a runtime that is half built
/// cannot be taken down, and would hang.
#[expect(clippy::print_stderr, reason = "where nothing runs, nothing else can say so")]
#[expect(
    clippy::disallowed_methods,
    reason = "a panic that unwinds through a runtime that is half built hangs in its destructor"
)]
pub fn end_at_a_panic() {
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        show(panic);
        if !IS_SUPERVISED.load(Ordering::Relaxed) {
            let reason = panic.payload_as_str().unwrap_or("for a reason that was not given");
            eprintln!("entitywatch: failed to start or to finish: {reason}");
            process::exit(i32::from(Exit::Failed.code()));
        }
    }));
}

/// From here on each task has somebody who ends the process, or answers 500, when it panics.
pub fn is_supervised() {
    IS_SUPERVISED.store(true, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the unit says.
    const TASKS_MAX: usize = 64;
    /// SQLite has a thread for each connection: one that writes, four that read.
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
