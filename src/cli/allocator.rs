//! Configures the C library's allocator for the daemon, so that it returns memory after a check.
//!
//! glibc keeps an arena for each thread and raises its thresholds over time: after a check of the
//! full list it kept 64 MB, of which 7 MB were in use. It reads its settings only from the
//! environment at the start of a process.

use std::os::unix::process::CommandExt as _;
use std::process;

use crate::cli::args::Command;

/// mallopt(3): one arena, and fixed thresholds instead of ones that grow with the largest freed
/// block. In bytes. And no lists of small freed blocks, because a block in such a list counts as in
/// use: all memory below it stays.
const SETTINGS: [(&str, &str); 4] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
    ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0"),
];

/// Executes the daemon again with these settings, in the same process, unless the environment
/// already has one of them. The unit file sets them, so under systemd this does nothing. If the
/// program cannot be executed again, it continues and uses more memory.
pub fn set(command: &Command) {
    let is_set = SETTINGS.iter().any(|(name, _)| std::env::var_os(name).is_some());
    if is_set || !matches!(command, Command::Run(_)) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = process::Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    let _ = again.args(arguments).envs(SETTINGS).exec();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_sets_what_the_program_would_set() {
        let unit = include_str!("../../config/entitywatch.service");
        for (name, value) in SETTINGS {
            assert!(
                unit.lines().any(|line| line.starts_with("Environment=")
                    && line.contains(&format!("{name}={value}"))),
                "{name}"
            );
        }
    }
}
