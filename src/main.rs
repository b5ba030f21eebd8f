//! The binary: parses the arguments, runs the command, and returns the exit code.

use std::process::ExitCode;

use clap::Parser;
use entitywatch::cli::args::Cli;
use entitywatch::cli::{allocator, dispatch, threads};
use entitywatch::dial;
use entitywatch::exit::Exit;

#[expect(clippy::print_stderr, reason = "no log exists yet")]
fn main() -> ExitCode {
    dial::install_tls_provider();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(shown) => {
            // Help and version are not usage errors. A closed pipe is not an error either.
            let _ = shown.print();
            return if shown.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() };
        }
    };
    allocator::set(&cli.command);
    threads::end_at_a_panic();
    match dispatch::run_to_its_end(cli) {
        Ok(exit) => exit.into(),
        Err(problem) => {
            eprintln!("entitywatch: failed to start: {problem}");
            Exit::Failed.into()
        }
    }
}
