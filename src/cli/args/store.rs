//! The arguments of `store`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Clone, Debug, Subcommand)]
pub enum StoreCommand {
    /// Copy the whole database to a new file, also while the daemon runs
    ///
    /// The copy is a SQLite file of mode 0600, also that of a PostgreSQL database. It is verified
    /// before it gets its name. Documents inside it are verified by `store restore`. It contains
    /// the private keys of receipts too.
    #[command(verbatim_doc_comment)]
    Backup {
        /// The name of the copy; no file may have it yet
        file: PathBuf,
    },
    /// Replace the database with a backup; stop the daemon first
    ///
    /// The old database is kept beside the new one. What happened since the backup is found and
    /// alerted again, under the same ids. Decisions that were made since are read from the old
    /// database and from decisions.jsonl beside the backup, and carried out again. Those whose
    /// item, match or hold is not in the backup wait until a check brings it back. A PostgreSQL
    /// database must be empty.
    #[command(verbatim_doc_comment)]
    Restore {
        /// A file of `store backup`
        file: PathBuf,
    },
    /// Copy the SQLite database into an empty PostgreSQL database; stop the daemon first
    ///
    /// Every row is compared on both sides, and the journal is verified, before a daemon can use
    /// the new database. A copy that is interrupted is continued by the same command. A password
    /// can be in PGPASSWORD or ~/.pgpass instead of the address.
    #[command(verbatim_doc_comment)]
    Migrate {
        /// The address of the new database, as in `postgres://user@host/database`
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Check the file, the references, the tables, the journal and every document
    Check,
    /// Remove what [retention] allows, and record in the journal what was removed
    Prune,
}
