//! Runs the program and reads its time and memory from the kernel.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program as cargo built it for this bench, in release mode.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entitywatch"));
    command.env_remove("ENTITYWATCH_CONFIG").stdin(Stdio::null());
    command
}

/// The time and the output of one run.
pub struct Run {
    pub wall: Duration,
    pub output: Output,
}

pub fn run(arguments: &[&str]) -> Run {
    let started = Instant::now();
    let output = command().args(arguments).output().expect("the program starts");
    Run { wall: started.elapsed(), output }
}

/// The peak memory of a run (`VmHWM`), in KiB. Its output is discarded.
pub fn peak_kib(arguments: &[&str]) -> u64 {
    let mut child = command()
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    while child.try_wait().expect("the program can be waited for").is_none() {
        peak = peak.max(status_kib(child.id(), "VmHWM:").unwrap_or(0));
        std::thread::sleep(Duration::from_micros(500));
    }
    peak
}

/// A figure of a running process, in KiB.
pub fn status_kib(pid: u32, key: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

/// The CPU time of a running process. The kernel counts it in hundredths of a second.
pub fn cpu_of(pid: u32) -> Duration {
    cpu_in(&format!("/proc/{pid}/stat"), 11)
}

/// The CPU time of all programs that have ended.
pub fn cpu_of_runs() -> Duration {
    cpu_in("/proc/self/stat", 13)
}

/// The sum of two fields of `stat` after the command's name: user and system time, or those of the
/// children.
fn cpu_in(path: &str, first: usize) -> Duration {
    let stat = fs::read_to_string(path).unwrap_or_default();
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    let hundredths: u64 = fields.iter().skip(first).take(2).sum();
    Duration::from_millis(hundredths * 10)
}

/// A daemon that ends with the bench.
pub struct Daemon(Child);

impl Daemon {
    pub fn start(config: &Path) -> Self {
        let config = config.to_str().expect("a path of ASCII");
        let child = command()
            .args(["--config", config, "run"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("the daemon starts"))
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
