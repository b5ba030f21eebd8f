//! Measures the figures of the design in one run, next to what they are compared with: `cargo
//! bench`, or `cargo bench -- compare check` for some of them. README.md has the results.
//!
//! Nothing here passes or fails. A figure that misses its goal is marked.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a bench may panic, print, and measure time"
)]

mod check;
mod compare;
mod deliver;
mod growth;
mod identity;
mod list;
mod origin;
mod program;
mod report;
mod screen;

fn main() {
    let selected: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [word, before, after] = selected.as_slice()
        && word == compare::PEER
    {
        return compare::peer(before.as_ref(), after.as_ref());
    }
    let areas: [(&str, fn()); 6] = [
        ("compare", compare::figures),
        ("check", check::figures),
        ("deliver", deliver::figures),
        ("growth", growth::figures),
        ("identity", identity::figures),
        ("screen", screen::figures),
    ];
    for (name, figures) in areas {
        if selected.is_empty() || selected.iter().any(|word| word == name) {
            figures();
        }
    }
}
