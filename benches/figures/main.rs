//! The figures that the design promises, measured in one run beside what they are held against:
//! `cargo bench`, or `cargo bench -- compare check` for some of them. README.md tells what was
//! measured.
//!
//! Nothing here passes or fails: a figure that is missed is said so.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on ends, says what it saw, and measures time"
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

fn main() {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [word, before, after] = asked.as_slice()
        && word == compare::PEER
    {
        return compare::peer(before.as_ref(), after.as_ref());
    }
    let areas: [(&str, fn()); 5] = [
        ("compare", compare::figures),
        ("check", check::figures),
        ("deliver", deliver::figures),
        ("growth", growth::figures),
        ("identity", identity::figures),
    ];
    for (name, figures) in areas {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            figures();
        }
    }
}
