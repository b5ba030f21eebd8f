//! The tables' versions: compiled in, applied in order, never changed once released.

use futures_util::future::BoxFuture;
use sqlx::SqlSafeStr;
use sqlx::error::BoxDynError;
use sqlx::migrate::{MigrateError, Migration, MigrationSource, MigrationType, Migrator};

use crate::store::StoreError;

/// Number, description and text of each version of the tables in one dialect.
#[derive(Clone, Copy, Debug)]
pub struct Versions(&'static [(i64, &'static str, &'static str)]);

pub const SQLITE: Versions = Versions(&[
    (1, "record", include_str!("migrations/sqlite/0001_record.sql")),
    (2, "rules", include_str!("migrations/sqlite/0002_rules.sql")),
]);
pub const POSTGRES: Versions = Versions(&[
    (1, "record", include_str!("migrations/postgres/0001_record.sql")),
    (2, "rules", include_str!("migrations/postgres/0002_rules.sql")),
]);

impl Versions {
    /// The version that this program writes.
    pub fn newest(self) -> i64 {
        self.0.iter().map(|(number, ..)| *number).max().unwrap_or(0)
    }

    pub async fn migrator(self) -> Result<Migrator, MigrateError> {
        Migrator::new(self).await
    }

    /// Refuses to read tables of a later or an earlier version than this program's.
    pub fn check(self, store: &str, found: Option<i64>) -> Result<(), StoreError> {
        let newest = self.newest();
        let reason = match found {
            Some(version) if version == newest => return Ok(()),
            Some(version) if version > newest => later(version, newest),
            Some(version) => format!(
                "its tables are of version {version}, this program's of version {newest}: start \
                 the daemon or run `entitywatch check` once"
            ),
            None => "it is a database of another program".to_owned(),
        };
        Err(StoreError::Unreadable { place: store.to_owned(), reason })
    }

    /// What a failed migration says to the operator.
    pub fn explain(self, store: &str, error: MigrateError) -> StoreError {
        let unreadable = |reason| StoreError::Unreadable { place: store.to_owned(), reason };
        match error {
            MigrateError::VersionMissing(version) => unreadable(later(version, self.newest())),
            MigrateError::VersionMismatch(version) => {
                unreadable(format!("its tables of version {version} were made by another build"))
            }
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                StoreError::database("make the tables")(source)
            }
            other => unreadable(other.to_string()),
        }
    }
}

fn later(version: i64, newest: i64) -> String {
    format!(
        "its tables are of version {version}, and this program knows versions up to {newest}: it \
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
