//! `journal verify | export`.

use std::io::{
    BufWriter, Write, stdout, {self},
};

use anyhow::Result;

use crate::cli::output;
use crate::domain::{JournalEntry, Sha256};
use crate::exit::Exit;
use crate::store::{Result as StoreResult, Store, Verifier};

/// How many entries are read at a time, so that a journal of many years is never completely in
/// memory.
const PAGE: usize = 1000;

/// Verifies every entry, and that the journal contains `head`.
pub async fn verify(store: &Store, head: Option<String>) -> Result<Exit> {
    let mut verifier = Verifier::new(head.map(Sha256));
    let mut after = 0;
    loop {
        let page = page(store, after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in &page {
            if let Err(fault) = verifier.check(entry) {
                output::problem(&fault.to_string());
                return Ok(Exit::Failed);
            }
        }
    }
    match verifier.finish() {
        Ok((count, head)) => {
            output::line(
                &mut stdout(),
                &format!("the journal is intact: {count} entries, head {head}"),
            )?;
            Ok(Exit::Success)
        }
        Err(fault) => {
            output::problem(&fault.to_string());
            Ok(Exit::Failed)
        }
    }
}

/// Prints every entry as a line of JSON.
pub async fn export(store: &Store) -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let mut after = 0;
    loop {
        let page = page(store, after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in &page {
            let line = serde_json::to_string(entry)?;
            if !is_open(writeln!(out, "{line}"))? {
                return Ok(());
            }
        }
    }
    is_open(out.flush())?;
    Ok(())
}

async fn page(store: &Store, after: u64) -> StoreResult<Vec<JournalEntry>> {
    store.journal(after, PAGE).await
}

/// Whether the reader is still there: false for a closed pipe.
fn is_open(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(problem) => Err(problem),
    }
}
