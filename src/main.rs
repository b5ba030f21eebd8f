//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use entitywatch::cli::args::Cli;
use entitywatch::cli::{allocator, dispatch, threads};
use entitywatch::dial;
use entitywatch::exit::Exit;

#[expect(clippy::print_stderr, reason = "where nothing runs, nothing else can say so")]
fn main() -> ExitCode {
    dial::install_tls_provider();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(shown) => {
            // Help and version are answers, not mistakes; a closed pipe is neither.
            let _ = shown.print();
            return if shown.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    allocator::set(&cli.command);
    threads::end_at_a_panic();
    match threads::runtime(&cli.command).enable_all().build() {
        Ok(runtime) => runtime.block_on(dispatch::dispatch(cli)).into(),
        Err(problem) => {
            eprintln!("entitywatch: failed to start: {problem}");
            Exit::Failed.into()
        }
    }
}
