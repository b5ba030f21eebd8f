//! `completions SHELL` and `man`: generated from the definition of the command line.

use std::io::{
    Write, {self},
};

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::output;

/// Prints the completions of a shell.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "entitywatch", &mut script);
    output::line(out, &String::from_utf8_lossy(&script))
}

/// Prints the manual page, in roff.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn man(out: &mut dyn Write) -> io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output::line(out, &String::from_utf8_lossy(&page))
}
