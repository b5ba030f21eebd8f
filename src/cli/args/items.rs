//! The arguments of `items`.

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::cli::args::OutputArg;
use crate::cli::args::holds::one_line_text;
use crate::cli::when::day;
use crate::domain::ItemState;
use crate::domain::item::Outcome;

#[derive(Clone, Debug, Subcommand)]
pub enum ItemsCommand {
    /// List the items
    List {
        /// Only items in this state
        #[arg(long, value_enum, value_name = "STATE")]
        state: Option<StateArg>,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Show an item with its alerts and what happened to it
    Show {
        id: String,
        #[command(flatten)]
        output: OutputArg,
    },
    /// Say that a person is on it: it is not escalated any more
    Take {
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        actor: ActorArg,
    },
    /// Close items with an outcome
    Close {
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        actor: ActorArg,
        /// How it ended
        #[arg(long, value_enum, value_name = "CODE")]
        outcome: OutcomeArg,
        /// What was checked or done
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        note: String,
    },
    /// Reopen a closed item, or give a taken one back: its clock starts again
    Reopen {
        id: String,
        #[command(flatten)]
        actor: ActorArg,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = one_line_text)]
        note: String,
    },
    /// Hand the items of a receiver, or what a person has taken, over to another
    Handover {
        /// The receiver or person that has the items
        #[arg(value_parser = one_line_text)]
        from: String,
        /// The receiver or person that gets them
        #[arg(value_parser = one_line_text)]
        to: String,
        /// Until the end of this day the receiver's new items are handed over too
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Option<Date>,
        #[command(flatten)]
        actor: ActorArg,
    },
}

/// Who acts. The journal records it.
#[derive(Clone, Debug, Args)]
pub struct ActorArg {
    /// The person who acts
    #[arg(long, value_name = "NAME", value_parser = one_line_text)]
    pub by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    Open,
    Taken,
    Closed,
}

impl From<StateArg> for ItemState {
    fn from(state: StateArg) -> Self {
        match state {
            StateArg::Open => ItemState::Open,
            StateArg::Taken => ItemState::Taken,
            StateArg::Closed => ItemState::Closed,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutcomeArg {
    /// No party of ours is concerned
    NotOurs,
    /// Orders are held
    OrdersHeld,
    /// What was held is released
    Released,
    /// Somebody else decides
    Referred,
    /// Nothing has to be done
    NoAction,
}

impl From<OutcomeArg> for Outcome {
    fn from(outcome: OutcomeArg) -> Self {
        match outcome {
            OutcomeArg::NotOurs => Outcome::NotOurs,
            OutcomeArg::OrdersHeld => Outcome::OrdersHeld,
            OutcomeArg::Released => Outcome::Released,
            OutcomeArg::Referred => Outcome::Referred,
            OutcomeArg::NoAction => Outcome::NoAction,
        }
    }
}
