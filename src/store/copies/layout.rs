//! The tables that a copy has: which, with which columns, in an order in which a row comes after
//! the rows that it refers to.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::copies::cell::Kind;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::kept_files;
use crate::store::copies::side::Side;
use crate::store::statement::sql;

const ACTION: &str = "read the tables";

/// Tables about processes that run now, which mean nothing in a copy.
const OF_PROCESSES: [&str; 2] = ["instance", "lease"];

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// The columns that both databases have.
    pub columns: Vec<(String, Kind)>,
    /// The columns of the primary key, which is the order of the rows.
    pub key: Vec<String>,
}

impl Table {
    pub fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|(_, kind)| *kind).collect()
    }

    /// `"a", "b"`
    pub fn column_list(&self) -> String {
        quoted(self.columns.iter().map(|(name, _)| name))
    }

    /// `SELECT` of all rows, in order.
    pub fn select(&self) -> String {
        let key = quoted(&self.key);
        format!("SELECT {} FROM \"{}\" ORDER BY {key}", self.column_list(), self.name)
    }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The tables of a SQLite and a PostgreSQL database of one version.
pub async fn tables(sqlite: &mut Side, postgres: &mut Side) -> Result<Vec<Table>> {
    let theirs = postgres_columns(postgres).await?;
    let names = sqlite_tables(sqlite).await?;
    let ours: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let missing = theirs.keys().map(String::as_str).find(|name| !ours.contains(name));
    if let Some(missing) = missing {
        return Err(CopyError::Layout(format!("only one of the databases has `{missing}`")));
    }
    let mut found = BTreeMap::new();
    for name in &names {
        let Some(theirs) = theirs.get(name) else {
            return Err(CopyError::Layout(format!("only one of the databases has `{name}`")));
        };
        found.insert(name.clone(), sqlite_table(sqlite, name, theirs).await?);
    }
    Ok(in_order(found))
}

async fn sqlite_tables(sqlite: &mut Side) -> Result<Vec<String>> {
    let statement = sql("SELECT name FROM sqlite_schema WHERE type = 'table' \
                         AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> '_sqlx_migrations' \
                         ORDER BY name");
    let mut names = sqlite.fetch(ACTION, statement, |row| row.text(0)).await?;
    // A backup that was put in the place of a database by hand has its files.
    names.retain(|name| !OF_PROCESSES.contains(&name.as_str()) && name != kept_files::TABLE);
    Ok(names)
}

/// The names of the columns of each table.
async fn postgres_columns(postgres: &mut Side) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let statement = sql("SELECT table_name::TEXT, column_name::TEXT \
                         FROM information_schema.columns \
                         WHERE table_schema = current_schema() \
                         AND table_name <> '_sqlx_migrations'");
    let read = |row: &crate::store::row::Row| Ok((row.text(0)?, row.text(1)?));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in postgres.fetch(ACTION, statement, read).await? {
        if !OF_PROCESSES.contains(&table.as_str()) {
            found.entry(table).or_default().insert(column);
        }
    }
    Ok(found)
}

/// A table, and the tables that it refers to.
async fn sqlite_table(
    sqlite: &mut Side,
    name: &str,
    theirs: &BTreeSet<String>,
) -> Result<(Table, BTreeSet<String>)> {
    let statement = sql("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid").bind(name);
    let read = |row: &crate::store::row::Row| Ok((row.text(0)?, row.text(1)?, row.integer(2)?));
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for (column, declared, place_in_key) in sqlite.fetch(ACTION, statement, read).await? {
        if place_in_key > 0 {
            key.push((place_in_key, column.clone()));
        }
        if !theirs.contains(&column) {
            let missing = format!("only one of the databases has `{name}.{column}`");
            return Err(CopyError::Layout(missing));
        }
        let Some(kind) = Kind::of_declared(&declared) else {
            return Err(CopyError::Layout(format!("`{name}.{column}` has the type {declared}")));
        };
        columns.push((column, kind));
    }
    key.sort();
    if key.is_empty() {
        return Err(CopyError::Layout(format!("`{name}` has no primary key")));
    }
    let key = key.into_iter().map(|(_, column)| column).collect();
    let statement = sql("SELECT \"table\" FROM pragma_foreign_key_list($1)").bind(name);
    let refers_to = sqlite.fetch(ACTION, statement, |row| row.text(0)).await?;
    let table = Table { name: name.to_owned(), columns, key };
    Ok((table, refers_to.into_iter().filter(|other| other != name).collect()))
}

/// Each table after those that it refers to. Tables that refer to each other in a circle, which
/// there are none of, would come last.
fn in_order(mut waiting: BTreeMap<String, (Table, BTreeSet<String>)>) -> Vec<Table> {
    let mut ordered = Vec::new();
    loop {
        let ready = waiting
            .iter()
            .find(|(_, (_, refers_to))| refers_to.iter().all(|other| !waiting.contains_key(other)));
        let Some(name) = ready.map(|(name, _)| name.clone()) else { break };
        ordered.extend(waiting.remove(&name).map(|(table, _)| table));
    }
    ordered.extend(waiting.into_values().map(|(table, _)| table));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        let table = |name: &str, refers_to: &[&str]| {
            let key = vec!["id".to_owned()];
            let table = Table { name: name.to_owned(), columns: Vec::new(), key };
            (name.to_owned(), (table, refers_to.iter().map(|name| (*name).to_owned()).collect()))
        };
        let found = in_order(BTreeMap::from([
            table("attempt", &["delivery"]),
            table("delivery", &["alert"]),
            table("alert", &[]),
            table("zone", &[]),
        ]));
        let names: Vec<&str> = found.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["alert", "delivery", "attempt", "zone"]);
    }
}
