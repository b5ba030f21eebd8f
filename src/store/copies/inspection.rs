//! Whether a database is whole: its file, its references, the version of its tables, its journal
//! and its documents.

use futures_util::TryStreamExt as _;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::domain::{Document, JournalEntry, Sha256, document_difference, size_text};
use crate::store::address::Backend;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::file_copy::connect_to_read;
use crate::store::copies::foreign_keys;
use crate::store::copies::side::Side;
use crate::store::documents::stored;
use crate::store::journal::entry_of;
use crate::store::journal_verifier::Verifier;
use crate::store::statement::sql;
use crate::store::{StoreError, StoreUrl, migrations};

/// How many faults SQLite names. One is enough to refuse a database.
const FAULTS_NAMED: &str = "5";

/// The first version of the tables whose documents may be differences from others.
const BASE_VERSION: i64 = 11;

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub what: &'static str,
    /// What was found, or what is wrong.
    pub result: std::result::Result<String, String>,
}

/// What was found in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub findings: Vec<Finding>,
    pub version: Option<i64>,
    pub journal_entries: u64,
    pub journal_head: Sha256,
}

impl Inspection {
    pub fn is_whole(&self) -> bool {
        self.findings.iter().all(|finding| finding.result.is_ok())
    }

    /// Refuses a database with a fault. `place` names it.
    pub(super) fn expect_whole(self, place: &str) -> Result<Self> {
        let fault = self.findings.iter().find_map(|finding| finding.result.as_ref().err());
        match fault {
            None => Ok(self),
            Some(fault) => Err(CopyError::Faulty { place: place.to_owned(), fault: fault.clone() }),
        }
    }
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// All but the content of the documents, which are most of the bytes.
    WithoutDocuments,
    Whole,
}

/// Checks a database. It may be in use.
pub async fn check(url: &StoreUrl) -> Result<Inspection> {
    let mut side = match url.backend() {
        Backend::Sqlite(path) => Side::Sqlite(connect_to_read(path).await?),
        Backend::Postgres(address) => connect_postgres(url, address).await?,
    };
    let newest = match side {
        Side::Sqlite(_) => migrations::SQLITE.newest(),
        Side::Postgres(_) => migrations::POSTGRES.newest(),
    };
    let mut found = inspect(&mut side, Depth::Whole).await?;
    side.close().await;
    if let Some(version) = found.version.filter(|version| *version < newest) {
        let result = Err(format!(
            "version {version}, but this program writes version {newest}: start the daemon once"
        ));
        found.findings.push(Finding { what: "tables", result });
    }
    Ok(found)
}

pub(super) async fn connect_postgres(url: &StoreUrl, address: &url::Url) -> Result<Side> {
    let failed =
        |error: sqlx::Error| StoreError::Open { store: url.to_string(), reason: error.to_string() };
    let options: PgConnectOptions = address.as_str().parse().map_err(failed)?;
    let options = options.application_name("entitywatch copy").disable_statement_logging();
    Ok(Side::Postgres(options.connect().await.map_err(failed)?))
}

/// Checks an open database.
pub(super) async fn inspect(side: &mut Side, depth: Depth) -> Result<Inspection> {
    let version = side.version().await?;
    let mut found = Inspection {
        findings: Vec::new(),
        version,
        journal_entries: 0,
        journal_head: JournalEntry::genesis(),
    };
    let newest = migrations::SQLITE.newest();
    let tables = match version {
        None => Err("it has no tables of entitywatch".to_owned()),
        Some(version) if version > newest => Err(format!(
            "its tables are of version {version}, but this program knows versions up to {newest}"
        )),
        Some(version) => Ok(format!("version {version}")),
    };
    let is_ours = tables.is_ok();
    found.findings.push(Finding { what: "tables", result: tables });
    if !is_ours {
        return Ok(found);
    }
    if let Side::Sqlite(_) = side {
        let result = pages(side).await?;
        found.findings.push(Finding { what: "file", result });
    }
    let broken = foreign_keys::broken(side).await?;
    let result = if broken.is_empty() { Ok("complete".to_owned()) } else { Err(broken.join("; ")) };
    found.findings.push(Finding { what: "references", result });
    let result = match journal(side).await? {
        Ok((entries, head)) => {
            (found.journal_entries, found.journal_head) = (entries, head.clone());
            Ok(format!("{entries} entries, head {head}"))
        }
        Err(fault) => Err(fault),
    };
    found.findings.push(Finding { what: "journal", result });
    if depth == Depth::Whole {
        let result = documents(side, version.unwrap_or(0)).await?;
        found.findings.push(Finding { what: "documents", result });
    }
    Ok(found)
}

async fn pages(side: &mut Side) -> Result<std::result::Result<String, String>> {
    const ACTION: &str = "check the file";
    let statement = sql(format!("PRAGMA integrity_check({FAULTS_NAMED})"));
    match side.fetch(ACTION, statement, |row| row.text(0)).await {
        Ok(lines) if lines == ["ok"] => Ok(Ok("intact".to_owned())),
        Ok(lines) => Ok(Err(format!("the file is damaged: {}", lines.join("; ")))),
        Err(StoreError::Unreadable { reason, .. }) => Ok(Err(reason)),
        Err(error) => Err(error.into()),
    }
}

async fn journal(side: &mut Side) -> Result<std::result::Result<(u64, Sha256), String>> {
    let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal ORDER BY seq");
    let mut rows = side.rows("read the journal", statement);
    let mut verifier = Verifier::new(None);
    while let Some(row) = rows.try_next().await? {
        if let Err(fault) = verifier.check(&entry_of(&row)?) {
            return Ok(Err(fault.to_string()));
        }
    }
    Ok(verifier.finish().map_err(|fault| fault.to_string()))
}

/// Documents that others are differences from come first of their group. They are read one by one:
/// a query that orders whole rows would have all of them in memory.
async fn documents(side: &mut Side, version: i64) -> Result<std::result::Result<String, String>> {
    const ACTION: &str = "read the documents";
    let base = if version >= BASE_VERSION { "base" } else { "CAST(NULL AS TEXT)" };
    let in_order = sql(format!(
        "SELECT sha256 FROM document \
         ORDER BY COALESCE(NULLIF({base}, ''), sha256), COALESCE({base}, '') <> ''"
    ));
    let hashes: Vec<String> = side.fetch(ACTION, in_order, |row| row.text(0)).await?;
    let (mut bytes, mut wrong) = (0_u64, Vec::new());
    let mut last_whole: Option<Document> = None;
    for sha256 in &hashes {
        let statement = sql(format!(
            "SELECT sha256, size_bytes, fetched_at, content, {base} FROM document \
             WHERE sha256 = $1"
        ));
        // It may have been pruned in the meantime.
        let found = side.fetch_one(ACTION, statement.bind(sha256), stored).await?;
        let Some((document, base)) = found else { continue };
        bytes += document.size_bytes;
        let is_intact = match (base, &last_whole) {
            (None, _) => document_difference::is_intact(last_whole.insert(document), None),
            (Some(base), Some(whole)) if base == whole.sha256 => {
                document_difference::is_intact(&document, Some(whole))
            }
            (Some(_), _) => false,
        };
        if !is_intact {
            wrong.push(sha256.as_str());
        }
    }
    let count = hashes.len();
    Ok(if wrong.is_empty() {
        Ok(format!("{count}, {} when unpacked, each with its hash", size_text(bytes)))
    } else {
        let named = wrong.join(", ");
        Err(format!("{} of {count} documents are not what was fetched: {named}", wrong.len()))
    })
}
