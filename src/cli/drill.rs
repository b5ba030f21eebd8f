//! `drill`: takes parties that were listed lately, writes their names as others would, screens
//! them, sends a marked test alert through every receiver, and prints what an examiner asks for.

use std::io::Write;
use std::num::NonZeroUsize;

use anyhow::Result;
use jiff::Timestamp;

use crate::actions::{Reply, Request};
use crate::cli::args::{DrillArgs, DrillFormat};
use crate::cli::drill_report::{DrillReport, Drilled, FileAge, ListAge, Parties, ReceiverAnswer};
use crate::cli::screen::lists_of_store;
use crate::cli::{drill_text, output, read};
use crate::config::Config;
use crate::domain::matching::screening::WatchlistProblemKind;
use crate::domain::{AlertKind, Entry, ListCode};
use crate::exit::Exit;
use crate::pipeline::drill::{cases, latest, screen_cases};
use crate::screen::MATCHER;
use crate::store::Store;
use crate::stored_json::WatchlistRow;

/// The test alert that each receiver gets. It is marked as a test.
const SAMPLE: AlertKind = AlertKind::ListChanged;

/// All but the answers of the receivers.
pub async fn report(
    args: &DrillArgs,
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<DrillReport> {
    let entries = lists_of_store(store, config, &args.lists).await?.entries;
    let places = latest(&entries, args.parties.get());
    let parties = parties(args.parties.get(), &entries, &places);
    let cases = cases::of(&entries, &places, args.parties.get());
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Ok(DrillReport {
        at: now,
        program: concat!("entitywatch ", env!("CARGO_PKG_VERSION")).to_owned(),
        matcher: MATCHER.to_owned(),
        lists: ages(store, config, &args.lists).await?,
        watchlists: file_ages(store, config, now).await?,
        parties,
        outcome: screen_cases(entries, &cases, threads),
        receivers: Vec::new(),
    })
}

async fn ages(store: &Store, config: &Config, lists: &[ListCode]) -> Result<Vec<ListAge>> {
    let (states, holds) = (store.source_states().await?, store.holds(true).await?);
    let mut ages = Vec::new();
    for source in &config.sources {
        let state = states.iter().find(|state| state.source == source.name);
        let current = store.list_states(&source.name).await?;
        // Also a list that was never read: an examiner must see that it is not compared.
        for list in source.lists.iter().filter(|list| lists.contains(list)) {
            let of_list = current.iter().find(|current| current.list == *list);
            ages.push(ListAge {
                source: source.name.clone(),
                list: *list,
                entries: of_list.map_or(0, |current| current.count),
                as_of: of_list.and_then(|current| current.as_of),
                observed_at: of_list.map(|current| current.observed_at),
                last_success_at: state.and_then(|state| state.last_success_at),
                failing_since: state.and_then(|state| state.failing_since),
                on_hold: holds.iter().any(|hold| hold.source == source.name && hold.list == *list),
            });
        }
    }
    Ok(ages)
}

async fn file_ages(store: &Store, config: &Config, now: Timestamp) -> Result<Vec<FileAge>> {
    let rows = read::configured_watchlists(store, config, now).await?;
    let age = |row: WatchlistRow| FileAge {
        watchlist: row.name,
        rows: row.rows,
        dated: row.dated,
        problem: row.problem,
    };
    Ok(rows.into_iter().map(age).collect())
}

fn parties(asked: usize, entries: &[Entry], places: &[usize]) -> Parties {
    let last = places.last().and_then(|at| entries.get(*at));
    let citation = last.and_then(|entry| entry.citations.iter().max());
    // An amended entry keeps its start date. Those that the same page added have its date.
    let dates = entries.iter().filter(|entry| entry.citations.first() == citation);
    let dates = dates.filter_map(|entry| entry.start_date.clone());
    let since = match citation {
        Some(_) => dates.max(),
        None => last.and_then(|entry| entry.start_date.clone()),
    };
    let (taken, since_citation) = (places.len(), citation.map(ToString::to_string));
    Parties { asked, taken, since, since_citation }
}

/// The request that sends the test alert to each receiver.
pub fn requests(config: &Config) -> Vec<(String, &'static str, Request)> {
    let request = |name: &str| Request::ReceiversTest {
        name: name.to_owned(),
        sample: Some(SAMPLE.as_str().to_owned()),
    };
    config
        .receivers
        .iter()
        .map(|given| (given.name.clone(), given.channel.kind(), request(&given.name)))
        .collect()
}

impl ReceiverAnswer {
    pub fn of(receiver: String, kind: &str, reply: Result<Reply>) -> Self {
        let (accepted, answer) = match reply {
            Ok(reply) => {
                let lines = reply.lines.iter().chain(&reply.problems);
                let lines: Vec<String> = lines.map(|line| detail(&receiver, line)).collect();
                (reply.exit == Exit::Success.code(), lines.join("; "))
            }
            Err(problem) => (false, format!("{problem:#}")),
        };
        Self { receiver, kind: kind.to_owned(), accepted, answer }
    }
}

/// What a receiver answered, without its name and whether it accepted: the report has both.
fn detail(receiver: &str, line: &str) -> String {
    let line = line.strip_prefix(receiver).unwrap_or(line).trim_start_matches(": ").trim_start();
    for verdict in ["not accepted: ", "accepted: "] {
        if let Some((recipient, answer)) = line.split_once(verdict) {
            return format!("{recipient}{answer}");
        }
    }
    line.to_owned()
}

/// Prints the report.
///
/// The exit code is 1 if a receiver did not accept the alert, a source or a counterparty file
/// fails, or a listed name was missed as it is listed; otherwise 3 if a list or a counterparty file
/// is on hold. That another spelling was missed is a finding and no failure.
pub fn print(report: DrillReport, format: DrillFormat, out: &mut dyn Write) -> Result<Exit> {
    let exit = exit_code(&report);
    match format {
        DrillFormat::Json => output::json(out, &Drilled { drill: report })?,
        DrillFormat::Text => output::line(out, &drill_text::text(&report))?,
    }
    Ok(exit)
}

fn exit_code(report: &DrillReport) -> Exit {
    let mut exit = Exit::Success;
    let problems = report.watchlists.iter().filter_map(|file| file.problem.as_ref());
    let problems = problems.filter(|problem| problem.kind.is_stale());
    let (on_hold, failing): (Vec<_>, Vec<_>) =
        problems.partition(|problem| problem.kind == WatchlistProblemKind::OnHold);
    if report.lists.iter().any(|list| list.on_hold) || !on_hold.is_empty() {
        exit = exit.worst(Exit::OnHold);
    }
    if report.receivers.iter().any(|receiver| !receiver.accepted)
        || report.lists.iter().any(|list| list.failing_since.is_some())
        || !failing.is_empty()
        || report.outcome.missed_listed_name()
    {
        exit = exit.worst(Exit::Failed);
    }
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_repeats_neither_the_receiver_nor_the_verdict() {
        let check = |line: &str, expected: &str| assert_eq!(detail("erp", line), expected);
        check("erp: accepted: 200 OK", "200 OK");
        check("erp: not accepted: 500: no", "500: no");
        check("erp (a@example.com): not accepted: 550", "(a@example.com): 550");
        check("the daemon stopped", "the daemon stopped");
    }
}
