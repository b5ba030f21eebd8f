//! The arguments of `run`.

use std::time::Duration;

use clap::Args;

use crate::store::LeaseTimes;

/// The arguments of `run`.
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// Start although another daemon on the same PostgreSQL database has another configuration
    #[arg(long)]
    pub allow_different_config: bool,

    /// After how many seconds of silence other daemons on the same PostgreSQL database take over
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600),
        hide = true
    )]
    pub lease: Option<u64>,
}

impl RunArgs {
    pub fn lease_times(&self) -> LeaseTimes {
        self.lease.map_or_else(LeaseTimes::default, |seconds| {
            LeaseTimes::of_lifetime(Duration::from_secs(seconds))
        })
    }
}
