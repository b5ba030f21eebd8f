//! The command line: every command and flag, with the texts of `--help`.

mod alerts;
mod deliveries;
mod diff;
mod drill;
mod history;
mod holds;
mod items;
mod matches;
mod receipts;
mod receivers;
mod report;
mod routes;
mod run;
mod screen;
mod store;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::cli::when::day;
use crate::config::DEFAULT_CONFIG;

pub use alerts::{AlertsArgs, AlertsCommand, AlertsListArgs, ShowFormat};
pub use deliveries::{DeliveriesArgs, DeliveriesCommand, DeliveriesListArgs};
pub use diff::DiffArgs;
pub use drill::{DrillArgs, DrillFormat};
pub use history::{ChangesArgs, EntriesArgs, EntriesCommand, EntriesListArgs};
pub use holds::{DecisionArgs, HoldsCommand};
pub use items::ItemsCommand;
pub use matches::{MatchesCommand, RescreenArgs, WatchlistsArgs, WatchlistsCommand};
pub use receipts::{KeysArgs, ReceiptArgs};
pub use receivers::{EmailFormat, PreviewArgs, ReceiversCommand};
pub use report::{ReportArgs, ReportFormat};
pub use routes::RoutesCommand;
pub use run::RunArgs;
pub use screen::{ScreenArgs, ScreenFormat};
pub use store::StoreCommand;

const LOG_FORMAT: &str =
    "Format of log lines on standard error (auto: journald under systemd, text elsewhere)";

/// Watches the US Entity List and alerts people by email, Slack and webhook when it changes
#[derive(Clone, Debug, Parser)]
#[command(
    name = "entitywatch",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit status: 0 success · 1 something failed · 2 wrong usage or configuration · \
                  3 a list is on hold.\nTry it: `entitywatch demo` needs no configuration and no \
                  network."
)]
pub struct Cli {
    /// The configuration file [default: /etc/entitywatch/entitywatch.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    // The manual page has the help of an option that is hidden from the short help only if it is
    // given as the long help.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        long_help = LOG_FORMAT,
        hide_short_help = true
    )]
    pub log_format: LogFormat,

    /// Log only errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        long_help = "Log only errors",
        hide_short_help = true
    )]
    pub quiet: bool,

    /// Log details
    #[arg(short, long, global = true, long_help = "Log details", hide_short_help = true)]
    pub verbose: bool,

    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// The path of the configuration: the given one or the default.
    pub fn config_path(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Auto,
    Text,
    Json,
    Journald,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run the daemon: check every source on its schedule and deliver alerts
    Run(RunArgs),
    /// Check each source and try each due delivery once, then exit
    Check {
        /// Check only this source; can be repeated
        #[arg(long = "source", value_name = "NAME")]
        sources: Vec<String>,
    },
    /// Show on one screen what is watched, what is on hold, and what fails
    ///
    /// Exit status: 1 if a source fails, or a receiver is switched off, fails, or has deliveries
    /// that were given up; otherwise 3 if a list is on hold.
    #[command(verbatim_doc_comment)]
    Status(OutputArg),
    /// Compare two files, or two recorded days of a source, and print the changes
    Diff(DiffArgs),
    /// Run the complete pipeline on built-in data over loopback, and write the messages to
    /// ./entitywatch-demo/
    Demo,
    /// List the recorded changes
    Changes(ChangesArgs),
    /// List the current entries, or those of an earlier time, or show one
    Entries(EntriesArgs),
    /// List the sources and their status
    Sources {
        /// Compare the entries of the sources that watch the same list
        #[arg(long)]
        compare: bool,
        #[command(flatten)]
        output: OutputArg,
    },
    /// List the deliveries, or send some again
    Deliveries(DeliveriesArgs),
    /// List the recorded alerts, or show one
    Alerts(AlertsArgs),
    /// List the lists on hold, and accept or reject them
    Holds {
        #[command(subcommand)]
        command: HoldsCommand,
    },
    /// List the open items, and take, close, reopen or hand them over
    Items {
        #[command(subcommand)]
        command: ItemsCommand,
    },
    /// List the counterparty files, and erase a counterparty
    Watchlists(WatchlistsArgs),
    /// List the possible matches with your counterparties, and decide on them
    Matches {
        #[command(subcommand)]
        command: MatchesCommand,
    },
    /// List the counterparties that the changes since a time touch, with the reason
    Rescreen(RescreenArgs),
    /// List the receivers, test one, or enable one again
    Receivers {
        #[command(subcommand)]
        command: ReceiversCommand,
    },
    /// Explain who was alerted of a change
    Routes {
        #[command(subcommand)]
        command: RoutesCommand,
    },
    /// Check or print the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Record the history of a list from the publisher's past dates (eCFR)
    ///
    /// Fetches only the dates on which Part 744 was amended, oldest first, one at a time. The first
    /// one is the last amendment at or before --from. No alerts are sent. You can stop the command
    /// at any time: the same command continues where it stopped. If --from is earlier than the
    /// start of the recorded history, the history is recorded again. Dates on or after the day on
    /// which the source was first watched are skipped, because the checks cover them. If a daemon
    /// is running, it fetches and records, and this command shows the progress.
    #[command(verbatim_doc_comment)]
    Backfill {
        /// A source of kind ecfr
        #[arg(long, value_name = "NAME")]
        source: String,
        /// The first date, such as 2022-01-01
        #[arg(long, value_name = "DATE", value_parser = day)]
        from: Date,
        /// The last date [default: the publisher's newest date]
        #[arg(long, value_name = "DATE", value_parser = day)]
        to: Option<Date>,
    },
    /// Compare your counterparties with the lists, by name and address
    ///
    /// Prints which entries a counterparty may be, why, and what was compared with what. `strong`
    /// means: act on it. `review` means: a person should look. No match is not a clearance:
    /// ownership, end use, other lists and unlisted aliases are not checked.
    Screen(ScreenArgs),
    /// Test whether listed parties would be found, and whether every receiver can be reached
    ///
    /// Takes the parties that were listed or amended last, writes their names as others would,
    /// screens them, and sends one alert that is marked as a test through every receiver. Prints
    /// how old each list and each counterparty file is, how many were found of each kind, which
    /// were missed, and which receivers answered. Exit status: 1 if a receiver does not accept the
    /// alert, a source or a counterparty file fails, or a name was missed as it is listed;
    /// otherwise 3 if a list or a counterparty file is on hold.
    Drill(DrillArgs),
    /// Print the audit report of a period: checks, changes, alerts, items, holds, configurations
    ///
    /// Both days are included, in the time zone of messages. The report of a past period is the
    /// same whenever it is made.
    Report(ReportArgs),
    /// Verify or print the journal of all checks and decisions
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Back up, restore, move, check or prune the database
    Store {
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Print shell completions
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write the page of each command
    Man {
        /// Write all pages to this folder, which is created if necessary
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

/// The output format of a reading command.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct OutputArg {
    /// Print tables for people; or JSON, JSON Lines or CSV for programs
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: OutputFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    /// One object with a list of objects
    Json,
    /// One object a line
    Jsonl,
    /// One row a line, with exact values; lists are JSON in their cell
    Csv,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration, and warn about probable mistakes
    Check {
        /// Treat warnings as errors (exit status 2)
        #[arg(long)]
        strict: bool,
    },
    /// Print the configuration in effect, with secrets hidden
    Show,
    /// Print the JSON Schemas of the configuration, of webhooks and of the output of the reading
    /// commands
    Schema,
    /// Print an example with every key
    Example,
    /// Print a new token for a person, and its hash for the configuration
    Token,
    /// Print the public keys of receipts, old ones too
    Keys(KeysArgs),
}

#[derive(Clone, Debug, Subcommand)]
pub enum JournalCommand {
    /// Verify that no entry was changed, deleted or inserted; or that a receipt is intact
    Verify {
        /// Also verify that the journal contains this hash, from an alert or an earlier `verify`
        #[arg(long, value_name = "HASH", value_parser = head)]
        head: Option<String>,
        #[command(flatten)]
        receipt: ReceiptArgs,
    },
    /// Print each entry as one line of JSON
    Export,
}

/// The hash of a journal entry, in upper or lower case.
fn head(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash {
        Ok(text)
    } else {
        Err("expected the hash of a journal entry (64 hexadecimal digits)".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn ok_command_lines() {
        for line in [
            "run",
            "run --allow-different-config --lease 8",
            "status",
            "status --output json",
            "--config x.toml run",
            "run --config x.toml",
            "-q check",
            "check --verbose",
            "check",
            "check --source csl --source ecfr",
            "diff a.csv b.csv",
            "diff a.csv b.csv --lists EL,UVL --output json",
            "diff --source csl --from 2026-07-01 --to 2026-07-02 --output csv",
            "demo",
            "changes --country cn --country RU --search ring --output jsonl",
            "changes --since 2026-07-01 --until 2026-07-02T00:00:00Z --list EL --kind added \
             --output json",
            "entries --search ring --as-of 2026-07-01",
            "entries --known-at 24h",
            "entries show Alpha",
            "entries show ent_1 --output json",
            "sources --compare",
            "deliveries",
            "deliveries --state dead",
            "deliveries retry dlv_1 dlv_2",
            "deliveries send --receiver erp --since 7d",
            "alerts --output json",
            "alerts --id alr_1",
            "alerts show alr_1",
            "alerts show alr_1 --format html",
            "holds list",
            "holds show hld_1",
            "holds accept hld_1 --by Ann --reason checked --as-baseline",
            "holds reject hld_1 --by Ann --reason outage",
            "items list",
            "items list --state open --output json",
            "items show itm_1",
            "items take itm_1 itm_2 --by Ann",
            "items close itm_1 --by Ann --outcome not-ours --note checked",
            "items reopen itm_1 --by Ann --note news",
            "items handover mail deputy --until 2026-12-31 --by Ann",
            "receivers list --output json",
            "receivers test erp",
            "receivers enable erp",
            "routes explain chg_1",
            "routes explain chg_1 --output json",
            "config check",
            "config check --strict",
            "config token",
            "drill",
            "drill --lists EL,UVL --parties 20 --output json",
            "config keys",
            "config keys --new --output json",
            "journal verify --receipt r.json --key keys.txt",
            "screen --name Alder --receipt r.json",
            "config show",
            "config schema",
            "config example",
            "backfill --source ecfr --from 2022-01-01 --to 2022-02-01",
            "journal verify --head \
             abababababababababababababababababababababababababababababababab",
            "journal export",
            "store backup copy.db",
            "store restore copy.db",
            "store migrate --to postgres://host/database",
            "store check",
            "store prune",
            "report --from 2026-01-01 --to 2026-12-31",
            "report --from 2026-11-01 --to 2026-11-01 --format html",
            "screen --watchlist c.csv",
            "screen --watchlist c.csv --against l.csv --lists EL,UVL --min-score 0 --top 5",
            "screen --name Alder --address Quay --country cn --output json",
            "completions bash",
            "man",
        ] {
            let parsed = Cli::try_parse_from(["entitywatch"].into_iter().chain(line.split(' ')));
            assert!(
                parsed.is_ok(),
                "{line}: {}",
                parsed.err().map(|e| e.to_string()).unwrap_or_default()
            );
        }
    }

    #[test]
    fn err_command_lines_exit_with_2() {
        for line in [
            "",
            "watch",
            "run --lease 0",
            "check -q -v",
            "diff a.csv",
            "diff a.csv b.csv --lists XX",
            "diff a.csv b.csv --source csl",
            "diff --source csl --from 2026-07-01",
            "diff --from 2026-07-01 --to 2026-07-02",
            "changes --country China",
            "changes --output xml",
            "changes --since yesterday",
            "changes --kind moved",
            "holds accept hld_1 --by Ann",
            "holds accept hld_1 --reason checked",
            "items take --by Ann",
            "items take itm_1",
            "items close itm_1 --by Ann --outcome not-ours",
            "items close itm_1 --by Ann --outcome done --note checked",
            "items reopen itm_1 --by Ann",
            "items handover mail --by Ann",
            "items handover mail deputy --until soon --by Ann",
            "items list --state done",
            "matches dismiss mat_1 --by Ann --note checked",
            "matches dismiss mat_1 --by Ann --reason other",
            "matches list --state taken",
            "watchlists erase --watchlist customers --by Ann",
            "rescreen",
            "deliveries retry",
            "entries show",
            "entries show Alpha --source csl",
            "alerts show",
            "routes explain",
            "alerts show alr_1 --format pdf",
            "alerts --id alr_1 --since 24h",
            "deliveries send --receiver erp",
            "entries --as-of 2026-07-01 --known-at 24h",
            "backfill --source ecfr",
            "store",
            "store backup",
            "store restore",
            "store migrate",
            "store prune --all",
            "report --from 2026-01-01",
            "report --from 2026-01-01 --to 2026-01-02 --format json",
            "screen",
            "screen --watchlist c.csv --name Alder",
            "screen --watchlist c.csv --country CN",
            "screen --name Alder --country Atlantis",
            "screen --name Alder --min-score 2",
            "journal verify --receipt r.json",
            "journal verify --key keys.txt",
            "drill --parties 0",
            "drill --output csv",
        ] {
            let parsed = Cli::try_parse_from(
                ["entitywatch"].into_iter().chain(line.split(' ').filter(|word| !word.is_empty())),
            );
            assert_eq!(parsed.err().map(|error| error.exit_code()), Some(2), "{line}");
        }
    }
}
