//! The versions of the tables. They are compiled in and applied in order, and are never changed
//! after a release.

use futures_util::future::BoxFuture;
use sqlx::SqlSafeStr;
use sqlx::error::BoxDynError;
use sqlx::migrate::{MigrateError, Migration, MigrationSource, MigrationType, Migrator};

use crate::store::StoreError;

/// The number, name and SQL of each version of the tables, in one dialect.
#[derive(Clone, Copy, Debug)]
pub struct Versions(&'static [(i64, &'static str, &'static str)]);

pub const SQLITE: Versions = Versions(&[
    (1, "record", include_str!("migrations/sqlite/0001_record.sql")),
    (2, "rules", include_str!("migrations/sqlite/0002_rules.sql")),
    (3, "entry_id", include_str!("migrations/sqlite/0003_entry_id.sql")),
    (4, "instances", include_str!("migrations/sqlite/0004_instances.sql")),
    (5, "configuration", include_str!("migrations/sqlite/0005_configuration.sql")),
    (6, "items", include_str!("migrations/sqlite/0006_items.sql")),
    (7, "digests", include_str!("migrations/sqlite/0007_digests.sql")),
    (8, "matches", include_str!("migrations/sqlite/0008_matches.sql")),
    (9, "pages", include_str!("migrations/sqlite/0009_pages.sql")),
    (10, "document_base", include_str!("migrations/sqlite/0010_document_base.sql")),
    (11, "sections", include_str!("migrations/sqlite/0011_sections.sql")),
    (13, "carried_decisions", include_str!("migrations/sqlite/0013_carried_decisions.sql")),
    (14, "prepared_watchlist", include_str!("migrations/sqlite/0014_prepared_watchlist.sql")),
]);
pub const POSTGRES: Versions = Versions(&[
    (1, "record", include_str!("migrations/postgres/0001_record.sql")),
    (2, "rules", include_str!("migrations/postgres/0002_rules.sql")),
    (3, "entry_id", include_str!("migrations/postgres/0003_entry_id.sql")),
    (4, "instances", include_str!("migrations/postgres/0004_instances.sql")),
    (5, "configuration", include_str!("migrations/postgres/0005_configuration.sql")),
    (6, "items", include_str!("migrations/postgres/0006_items.sql")),
    (7, "digests", include_str!("migrations/postgres/0007_digests.sql")),
    (8, "matches", include_str!("migrations/postgres/0008_matches.sql")),
    (9, "pages", include_str!("migrations/postgres/0009_pages.sql")),
    (10, "document_base", include_str!("migrations/postgres/0010_document_base.sql")),
    (11, "sections", include_str!("migrations/postgres/0011_sections.sql")),
    (13, "carried_decisions", include_str!("migrations/postgres/0013_carried_decisions.sql")),
    (14, "prepared_watchlist", include_str!("migrations/postgres/0014_prepared_watchlist.sql")),
]);

impl Versions {
    /// The version that this program writes.
    pub fn newest(self) -> i64 {
        self.0.iter().map(|(number, ..)| *number).max().unwrap_or(0)
    }

    /// What applies the versions that a database does not have yet.
    pub async fn migrator(self) -> Result<Migrator, MigrateError> {
        Migrator::new(self).await
    }

    /// Refuses tables of another version than this program's. `None` is a database without
    /// versions.
    pub fn check(self, store: &str, found: Option<i64>) -> Result<(), StoreError> {
        let newest = self.newest();
        let reason = match found {
            Some(version) if version == newest => return Ok(()),
            Some(version) if version > newest => later(version, newest),
            Some(version) => format!(
                "its tables are of version {version}, but this program reads version {newest}: \
                 start the daemon or run `entitywatch check` once"
            ),
            None => "it is the database of another program".to_owned(),
        };
        Err(StoreError::Unreadable { place: store.to_owned(), reason })
    }

    /// The error of a failed migration.
    pub fn explain(self, store: &str, error: MigrateError) -> StoreError {
        let unreadable = |reason| StoreError::Unreadable { place: store.to_owned(), reason };
        match error {
            MigrateError::VersionMissing(version) => unreadable(later(version, self.newest())),
            MigrateError::VersionMismatch(version) => {
                unreadable(format!("its tables of version {version} were created by another build"))
            }
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                StoreError::database("create the tables")(source)
            }
            other => unreadable(other.to_string()),
        }
    }
}

fn later(version: i64, newest: i64) -> String {
    format!(
        "its tables are of version {version}, but this program knows versions up to {newest}: it \
         was written by a later entitywatch"
    )
}

impl MigrationSource<'static> for Versions {
    fn resolve(self) -> BoxFuture<'static, Result<Vec<Migration>, BoxDynError>> {
        let migration = |&(number, name, sql): &(i64, &'static str, &'static str)| {
            Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
        };
        Box::pin(async move { Ok(self.0.iter().map(migration).collect()) })
    }
}
