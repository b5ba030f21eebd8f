//! `screen`: compares a counterparty file, or one counterparty, with a list file or with the
//! current lists of the store. Writes nothing but a receipt.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use sha2::Digest;

use crate::cli::args::{ScreenArgs, ScreenFormat};
use crate::cli::output;
use crate::cli::screen_receipt::{Asked, ListRead, Nearest, Party, Receipt};
use crate::cli::screen_rows::Printer;
use crate::cli::screened_file::ScreenedFile;
use crate::config::Config;
use crate::diff::sources::counterparts;
use crate::domain::{Entry, ListCode, Sha256};
use crate::exit::Exit;
use crate::receipt::KeyFolder;
use crate::screen::match_row::keys_of_rows;
use crate::screen::{Counterparty, MatchRow, Options, Screened, Screener, batch};
use crate::store::{self, EntryQuery, HistoricEntry, Mode, Store};
use crate::watchlist::{RowProblem, Watchlist, read};

/// What counterparties are compared with.
pub struct Lists {
    pub entries: Vec<Entry>,
    pub sha256: Sha256,
    /// Each list of each document.
    pub read: Vec<ListRead>,
    /// The last entry of the journal before the lists were read from the store. With a list file,
    /// see [`Lists::anchor`].
    pub journal_head: Option<Sha256>,
}

impl Lists {
    /// Takes the last entry of the journal from the store of the configuration, if there is one, so
    /// that a receipt of a comparison with a list file has a place in the journal too.
    pub async fn anchor(&mut self, config: &Config) {
        let is_there = config.store.sqlite_path().is_none_or(Path::exists);
        if self.journal_head.is_some() || !is_there {
            return;
        }
        let head = async { store::open(&config.store, Mode::Read).await?.journal_head().await };
        match head.await {
            Ok(head) => self.journal_head = Some(head),
            Err(problem) => tracing::warn!("the receipt has no journal head: {problem}"),
        }
    }
}

/// Where the receipt is written, and the keys that sign it.
pub struct ReceiptOrder<'a> {
    pub file: &'a Path,
    pub keys: KeyFolder,
    pub now: Timestamp,
}

/// Reads the lists of a file. A truncated or malformed file is an error that says where.
pub fn lists_of_file(path: &Path, lists: &[ListCode]) -> Result<Lists> {
    let file = File::open(path).with_context(|| format!("failed to open {}", path.display()))?;
    let mut hashed = Hashed { inner: BufReader::new(file), hasher: sha2::Sha256::new() };
    let snapshot = crate::parse::parse(&mut hashed, lists)
        .with_context(|| format!("failed to read {}", path.display()))?;
    std::io::copy(&mut hashed, &mut std::io::sink())?;
    let entries = snapshot.entries;
    if entries.is_empty() {
        let lists: Vec<&str> = lists.iter().map(|list| list.as_str()).collect();
        anyhow::bail!(
            "expected entries of {} in {}, but it has none",
            lists.join(", "),
            path.display()
        );
    }
    for list in lists.iter().filter(|list| !entries.iter().any(|entry| entry.list == **list)) {
        tracing::warn!(file = %path.display(), "{list}: the file has no entry of it");
    }
    let sha256 = Sha256::from_digest(&hashed.hasher.finalize());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = |list: &ListCode| ListRead {
        list: *list,
        source: name.to_string(),
        sha256: sha256.clone(),
        as_of: snapshot.as_of,
        entries: entries.iter().filter(|entry| entry.list == *list).count(),
    };
    let read = lists.iter().map(read).collect();
    Ok(Lists { entries, sha256, read, journal_head: None })
}

/// Hashes what is read through it.
struct Hashed<R> {
    inner: R,
    hasher: sha2::Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Reads the current lists of all sources. An entry that several sources show is taken once.
pub async fn lists_of_store(store: &Store, config: &Config, lists: &[ListCode]) -> Result<Lists> {
    let mut all: Vec<Entry> = Vec::new();
    let mut read: Vec<ListRead> = Vec::new();
    let journal_head = Some(store.journal_head().await?);
    for list in lists {
        let mut known: Vec<Entry> = Vec::new();
        for source in config.sources.iter().filter(|source| source.lists.contains(list)) {
            let states = store.list_states(&source.name).await?;
            let Some(state) = states.into_iter().find(|state| state.list == *list) else {
                continue;
            };
            let query = EntryQuery {
                source: Some(source.name.clone()),
                list: Some(*list),
                ..EntryQuery::default()
            };
            let rows = store.entries(&query).await?;
            let entries: Vec<Entry> =
                rows.into_iter().map(|HistoricEntry { entry, .. }| entry).collect();
            read.push(ListRead {
                list: *list,
                source: source.name.clone(),
                sha256: state.document_sha256,
                as_of: state.as_of,
                entries: entries.len(),
            });
            if known.is_empty() {
                known = entries;
            } else {
                let only = counterparts::match_lists(&known, &entries).only_other;
                known.extend(only.iter().filter_map(|at| entries.get(*at)).cloned());
            }
        }
        if known.is_empty() {
            tracing::warn!("{list}: no source of it has a current list");
        }
        all.append(&mut known);
    }
    if all.is_empty() {
        anyhow::bail!(
            "expected a current list in the store, but it has none: run `entitywatch check`, or \
             name a list file with --against"
        );
    }
    let sha256 = match read.as_slice() {
        [one] => one.sha256.clone(),
        several => Sha256::of_parts(several.iter().map(|read| read.sha256.as_str())),
    };
    Ok(Lists { entries: all, sha256, read, journal_head })
}

/// Screens and prints. Bad rows are named on standard error. If one is left out, something failed,
/// because that counterparty was not compared.
pub fn screen(
    args: &ScreenArgs,
    file: Option<&ScreenedFile>,
    lists: Lists,
    order: Option<ReceiptOrder<'_>>,
    out: &mut dyn Write,
) -> Result<Exit> {
    let watchlist = counterparties(args, file)?;
    let name = file.map(|file| file.name.as_str()).unwrap_or_default();
    let known = file.and_then(|file| file.known.as_ref());
    for problem in &watchlist.problems {
        output::problem(&problem.to_string());
    }
    for note in &watchlist.notes {
        output::problem(note);
    }
    let keys = keys_of_rows(&lists.entries);
    let screened = Screened {
        counterparties: watchlist.counterparties.len(),
        entries: lists.entries.len(),
        list_sha256: lists.sha256,
        watchlist_sha256: args.watchlist.is_some().then_some(watchlist.sha256),
    };
    let screener = Screener::new(lists.entries);
    let options = Options { min_score: args.min_score, top: args.top, among: None };
    let mut receipt = order.as_ref().map(|order| {
        let asked = Asked { min_score: args.min_score, top: args.top };
        let (screened, head) = (screened.clone(), lists.journal_head);
        let begun = Receipt::begin(screened, lists.read, asked, order.now, head);
        let problems = watchlist.problems.iter().map(ToString::to_string).collect();
        Receipt { problems, ..begun }
    });
    let mut unmatched: Vec<Counterparty> = Vec::new();
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // A receipt is complete even if nobody reads the output to its end.
    let mut is_closed = false;
    let mut printer = Printer::begin(args.output, &screened, out)?;
    batch::screen_all(
        &screener,
        &watchlist.counterparties,
        options,
        threads,
        &mut |party: &Counterparty, found| {
            if let Some(receipt) = &mut receipt {
                receipt.counterparties.push(Party::from(party));
                if found.is_empty() {
                    unmatched.push(party.clone());
                }
            }
            for found in found {
                let row = MatchRow::open(name, party, found, screener.entries(), &keys);
                if let Some(mut row) = row {
                    if let Some(known) = known {
                        known.tell(&mut row);
                    }
                    if let Some(receipt) = &mut receipt {
                        receipt.matches.push(serde_json::to_value(&row)?);
                    }
                    if !is_closed {
                        is_closed = is_closed_pipe(printer.row(&row))?;
                    }
                }
            }
            std::io::Result::Ok(())
        },
    )?;
    if !is_closed {
        printer.end().or_else(output::ignore_closed_pipe)?;
    }
    if let (Some(mut receipt), Some(order)) = (receipt, order) {
        receipt.nearest = nearest(&screener, &unmatched, threads)?;
        receipt.write(order.file, &order.keys)?;
    }
    if args.output == ScreenFormat::Text {
        let is_one = screened.counterparties == 1;
        let names = if is_one { "counterparty" } else { "counterparties" };
        let lists: Vec<&str> = args.lists.iter().map(|list| list.as_str()).collect();
        output::line(
            &mut std::io::stderr(),
            &format!(
                "compared by name and address: {} {names} with {} entries of {}; no match is not a \
                 clearance",
                screened.counterparties,
                screened.entries,
                lists.join(", ")
            ),
        )?;
    }
    let is_complete = !watchlist.problems.iter().any(RowProblem::is_left_out);
    Ok(if is_complete { Exit::Success } else { Exit::Failed })
}

/// The nearest entry of each of these counterparties.
fn nearest(screener: &Screener, parties: &[Counterparty], threads: usize) -> Result<Vec<Nearest>> {
    let options = Options { top: Some(1), ..Options::default() };
    let mut all = Vec::with_capacity(parties.len());
    batch::screen_all(screener, parties, options, threads, &mut |party, found| {
        all.push(Nearest::of(party, found.into_iter().next(), screener.entries()));
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(all)
}

fn is_closed_pipe(written: std::io::Result<()>) -> std::io::Result<bool> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(true),
        written => written.map(|()| false),
    }
}

/// Those of the file, or the one of the command line.
fn counterparties(args: &ScreenArgs, file: Option<&ScreenedFile>) -> Result<Watchlist> {
    if let Some(file) = file {
        return Ok(read(&file.path, &file.columns)?);
    }
    let party = Counterparty {
        name: args.name.clone().unwrap_or_default(),
        addresses: args.address.clone().into_iter().collect(),
        country: args.country.clone().unwrap_or_default(),
        ..Counterparty::default()
    };
    let sha256 = Sha256::of(b"");
    let watchlist = Watchlist {
        counterparties: vec![party],
        problems: Vec::new(),
        notes: Vec::new(),
        ends_within: None,
        sha256,
    };
    Ok(watchlist)
}
