//! The exit code of a command that failed.

use anyhow::Error;

use crate::cli::usage::Usage;
use crate::compare_files::Incomparable;
use crate::config::ConfigErrors;
use crate::exit::Exit;
use crate::store::StoreError;
use crate::store::copies::CopyError;

/// Whether the usage or the configuration is wrong, or something failed.
pub fn exit_of(problem: &Error) -> Exit {
    let is_usage = problem.is::<ConfigErrors>()
        || problem.is::<Usage>()
        || problem.is::<Incomparable>()
        || problem.downcast_ref().is_some_and(is_configuration)
        || problem.downcast_ref().is_some_and(CopyError::is_usage);
    if is_usage { Exit::Usage } else { Exit::Failed }
}

/// Whether an error of the store is a mistake in the configuration.
fn is_configuration(problem: &StoreError) -> bool {
    matches!(problem, StoreError::DifferentConfig { .. })
}
