//! Prints figures next to what they are compared with.

use std::time::{Duration, Instant};

pub fn heading(text: &str) {
    println!("\n{text}\n");
}

/// Prints one figure: what was measured, the result, and what it is compared with.
pub fn line(what: &str, figure: impl std::fmt::Display, against: impl std::fmt::Display) {
    println!("  {what:<58} {:>16}   {against}", figure.to_string());
}

pub fn skipped(what: &str, why: &str) {
    println!("  {what:<58} skipped: {why}");
}

pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

pub fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}

/// `1.43 (≤ 2: reached)`
pub fn ratio(ours: Duration, theirs: Duration, goal: f64) -> String {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    format!("{ratio:.2} × ({})", against_goal(ratio, goal))
}

/// `≤ 64: reached`
pub fn against_goal(figure: f64, goal: f64) -> String {
    format!("aim ≤ {goal}: {}", if figure <= goal { "reached" } else { "MISSED" })
}

/// The medians of two tasks that alternate, so that both run under the same conditions.
pub fn alternating(
    rounds: usize,
    mut one: impl FnMut(),
    mut other: impl FnMut(),
) -> (Duration, Duration) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    one();
    other();
    for _ in 0..rounds {
        ones.push(timed(&mut one));
        others.push(timed(&mut other));
    }
    (median(ones), median(others))
}

pub fn timed(mut work: impl FnMut()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
