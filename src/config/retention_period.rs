//! Warns about a `[retention]` that the rules of the watched lists do not allow.

use crate::config::{Config, ConfigWarning, Years};

/// Records under the sanctions of the Treasury are kept for 10 years (31 CFR 501.601, since March
/// 12, 2025).
const TREASURY_YEARS: i16 = 10;
const TREASURY: &str = "Treasury Department";

/// Warns if records of the Treasury's lists are kept for less than its rules ask.
pub fn warnings(config: &Config) -> Vec<ConfigWarning> {
    let settings = &config.retention;
    let watched = config.sources.iter().flat_map(|source| &source.lists);
    let Some(list) = watched.copied().find(|list| list.agency() == TREASURY) else {
        return Vec::new();
    };
    [("documents", settings.documents), ("deliveries", settings.deliveries)]
        .into_iter()
        .filter_map(|(what, years)| {
            let years = years.filter(|years| *years < Years(TREASURY_YEARS))?;
            Some(ConfigWarning(format!(
                "`[retention] {what}` is {years}, but {list} of the Treasury Department is \
                 watched, and its records are kept for {TREASURY_YEARS} years (31 CFR 501.601)"
            )))
        })
        .collect()
}
