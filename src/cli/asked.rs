//! What a command about counterparties and matches asks for: something to print, or a step.

use anyhow::Result;
use jiff::Timestamp;

use crate::actions::Request;
use crate::cli::args::{
    MatchesCommand, OutputFormat, RescreenArgs, WatchlistsArgs, WatchlistsCommand,
};
use crate::cli::read;
use crate::config::Config;
use crate::domain::MatchId;
use crate::store::{MatchQuery, Store};

/// What a command asks for.
pub enum Asked {
    Print(Printed),
    Act(Request),
}

/// What is printed.
pub enum Printed {
    Watchlists(OutputFormat),
    Matches(MatchQuery, OutputFormat),
    Match(String, OutputFormat),
    Touched(Timestamp, OutputFormat),
}

impl Asked {
    pub fn of_watchlists(args: WatchlistsArgs) -> Self {
        match args.command {
            None => Self::Print(Printed::Watchlists(args.output.output)),
            Some(WatchlistsCommand::List { output }) => {
                Self::Print(Printed::Watchlists(output.output))
            }
            Some(WatchlistsCommand::Accept { watchlist, actor, reason }) => {
                Self::Act(Request::WatchlistsAccept { watchlist, by: actor.by, reason })
            }
            Some(WatchlistsCommand::Erase { watchlist, id, actor }) => {
                Self::Act(Request::WatchlistsErase { watchlist, id, by: actor.by })
            }
        }
    }

    pub fn of_matches(command: MatchesCommand) -> Self {
        let several = |ids: Vec<String>| ids.into_iter().map(MatchId).collect();
        match command {
            MatchesCommand::List { state, watchlist, all, output } => {
                let state = state.map(Into::into);
                let query = MatchQuery { watchlist, state, with_ended: all };
                Self::Print(Printed::Matches(query, output.output))
            }
            MatchesCommand::Show { id, output } => Self::Print(Printed::Match(id, output.output)),
            MatchesCommand::Dismiss { ids, actor, reason, note } => {
                Self::Act(Request::MatchesDismiss {
                    ids: several(ids),
                    by: actor.by,
                    reason: reason.into(),
                    note,
                })
            }
            MatchesCommand::Confirm { ids, actor, note } => Self::Act(Request::MatchesConfirm {
                ids: several(ids),
                by: actor.by,
                note: note.unwrap_or_default(),
            }),
            MatchesCommand::Reopen { id, actor, note } => Self::Act(Request::MatchesReopen {
                id: MatchId(id),
                by: actor.by,
                note: note.unwrap_or_default(),
            }),
        }
    }

    pub fn of_rescreen(args: &RescreenArgs, now: Timestamp) -> Self {
        Self::Print(Printed::Touched(args.since.before(now), args.output.output))
    }
}

/// Prints what is asked for.
pub async fn print(printed: Printed, store: &Store, config: &Config, now: Timestamp) -> Result<()> {
    match printed {
        Printed::Watchlists(format) => read::watchlists(store, config, format, now).await,
        Printed::Matches(query, format) => read::matches(store, config, &query, format).await,
        Printed::Match(id, format) => read::one_match(store, &id, format).await,
        Printed::Touched(since, format) => read::rescreen(store, config, since, format, now).await,
    }
}
