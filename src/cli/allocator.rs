//! How the C library's allocator is set for the daemon, so that it gives memory back after a check.
//!
//! glibc keeps an arena per thread and raises its thresholds as it goes: after a check of the whole
//! list it held 64 MB, of which 7 MB were in use. It reads its settings from the environment at the
//! start of a process and at no other time.

use std::os::unix::process::CommandExt as _;
use std::process;

use crate::cli::args::Command;

/// mallopt(3): one arena, and thresholds that are fixed instead of growing with the largest block
/// that was freed. In bytes.
const SETTINGS: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
];

/// Replaces a daemon's process by itself with these settings, unless the environment has one of
/// them: the process keeps its id, and the unit file sets them itself. If the program cannot be
/// started again, it goes on as it is and only takes more memory.
pub fn set(command: &Command) {
    let is_set = SETTINGS.iter().any(|(name, _)| std::env::var_os(name).is_some());
    if is_set || !matches!(command, Command::Run) {
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
