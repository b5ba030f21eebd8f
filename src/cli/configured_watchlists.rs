//! The counterparty files of a configuration, as the commands and the pages read them.

use crate::config::{Config, WatchlistSettings};
use crate::stored_json::ConfiguredWatchlist;

/// In the order of the configuration.
pub fn watchlists_in(config: &Config) -> Vec<ConfiguredWatchlist> {
    let line = |watchlist: &WatchlistSettings| ConfiguredWatchlist {
        name: watchlist.name.clone(),
        path: watchlist.path.display().to_string(),
        lists: watchlist.lists.clone(),
    };
    config.watchlists.iter().map(line).collect()
}
