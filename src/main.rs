//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use entitywatch::cli::args::{Cli, Command};
use entitywatch::cli::dispatch;
use entitywatch::{dial, exit::Exit};
use tokio::runtime::Builder;

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
    match runtime(&cli.command).enable_all().build() {
        Ok(runtime) => runtime.block_on(dispatch::dispatch(cli)).into(),
        Err(problem) => {
            eprintln!("entitywatch: failed to start: {problem}");
            Exit::Failed.into()
        }
    }
}

/// A daemon has many things to do at once; a command does one after the other, and threads that wake each other would cost more than
/// they bring.
fn runtime(command: &Command) -> Builder {
    match command {
        Command::Run | Command::Demo => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    }
}
