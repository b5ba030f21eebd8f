//! Copies of the whole database: made while it is in use, verified, restored, and moved to another
//! kind of database.
//!
//! A copy is always a SQLite file, also that of a PostgreSQL database. It is written under another
//! name, verified, and only then gets its own name. A process that is killed on the way leaves
//! nothing that could be taken for a whole copy, and the next one starts over or continues.

mod backup;
mod cell;
mod decisions;
mod error;
mod file_copy;
mod foreign_keys;
mod free_space;
mod inspection;
mod kept_files;
mod layout;
mod migration_copy;
mod move_in;
mod restore;
mod side;
mod staging;
mod swap;
mod transfer;

pub use backup::{Backup, back_up};
pub use decisions::{Decision, RestoredFrom, WaitingDecision, is_decision};
pub use error::CopyError;
pub use inspection::{Finding, Inspection, check};
pub use kept_files::KeptFile;
pub(super) use migration_copy::copy_before_migration;
pub use move_in::{Moved, move_to_postgres};
pub use restore::{Restored, restore};
