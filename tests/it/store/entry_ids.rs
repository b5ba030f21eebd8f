//! The permanent ids of entries: stored with each row and change, and computed for a database of an
//! older program.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use entitywatch::diff;
use entitywatch::domain::EntryId;
use entitywatch::pipeline::entry_identity::add_missing_ids;
use entitywatch::store::{AlertQuery, ChangeQuery, Fence, PastUpdate, Store};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlSafeStr, SqliteConnection};

use super::places::Place;
use super::*;

on_every_backend! {
    ids_come_back_with_entries_and_changes
    the_history_takes_over_the_id_of_the_checked_list
    a_database_of_an_older_program_gets_its_ids
    an_entry_is_found_by_every_name_that_it_had
}

fn identified(name: &str, id: &str) -> Entry {
    Entry { entry_id: Some(EntryId(id.to_owned())), ..entry(name) }
}

fn id(text: &str) -> EntryId {
    EntryId(text.to_owned())
}

async fn ids_come_back_with_entries_and_changes(place: &Place) {
    let (store, at) = (place.write().await, time("2026-03-01T10:00:00Z"));
    let (alpha, birch) = (identified("Alpha", "ent_a"), identified("Birch", "ent_b"));
    let mut record = check_of("csl", at, None, Vec::new(), vec![alpha.clone(), birch.clone()]);
    let added = change(ChangeKind::Added, alpha.clone(), 0);
    let folded =
        Change { before: Some(birch.clone()), ..change(ChangeKind::Revised, alpha.clone(), 1) };
    record.changes = vec![recorded("csl", added.clone(), at), recorded("csl", folded.clone(), at)];
    store.record(record).await.unwrap();
    let stored = store.current_entries("csl", ListCode::EL).await.unwrap();
    assert_eq!(stored.into_iter().map(|row| row.entry).collect::<Vec<_>>(), [alpha, birch]);
    let changes = store.changes(&ChangeQuery { editorial: true, ..Default::default() }).await;
    let changes: Vec<Change> = changes.unwrap().into_iter().map(|row| row.change).collect();
    assert_eq!(changes, [added, folded.clone()]);
    let of_birch = store.changes_of_entry(&id("ent_b")).await.unwrap();
    assert_eq!(of_birch.into_iter().map(|row| row.change).collect::<Vec<_>>(), [folded]);
    assert_eq!(store.taken_entry_ids(&[id("ent_a"), id("ent_z")]).await.unwrap(), [id("ent_a")]);
    // The next state of a listing has its id, and only what is not current is ended.
    let row = store.current_entries("csl", ListCode::EL).await.unwrap()[0].row;
    let later = time("2026-03-02T10:00:00Z");
    let next = vec![identified("Alpha Works", "ent_a")];
    store.record(check_of("csl", later, None, vec![row, row + 1], next)).await.unwrap();
    let ended = store.ended_entries(ListCode::EL).await.unwrap();
    assert_eq!(ended, [("csl".to_owned(), identified("Birch", "ent_b"))]);
    let first = store.first_entries("csl", ListCode::EL).await.unwrap();
    assert_eq!(first, [identified("Alpha", "ent_a"), identified("Birch", "ent_b")]);
}

async fn the_history_takes_over_the_id_of_the_checked_list(place: &Place) {
    let (store, at) = (place.write().await, time("2026-03-01T10:00:00Z"));
    let past = |as_of: &str, name: &str, entry_id: &str, joined: &[(&str, &str)]| PastUpdate {
        source: "ecfr".to_owned(),
        list: ListCode::EL,
        as_of: day(as_of),
        close: Vec::new(),
        open: vec![identified(name, entry_id)],
        changes: vec![recorded(
            "ecfr",
            change(ChangeKind::Added, identified(name, entry_id), 0),
            at,
        )],
        joined: joined.iter().map(|(old, new)| (id(old), id(new))).collect(),
        at,
        journal: vec![event("history.recorded")],
        fence: Fence::default(),
    };
    store.record_history(past("2026-01-01", "Alpha", "ent_old", &[])).await.unwrap();
    let joined = &[("ent_old", "ent_checked")];
    store.record_history(past("2026-01-02", "Birch", "ent_checked", joined)).await.unwrap();
    let states = store.states_of_entry(&id("ent_checked")).await.unwrap();
    let names: Vec<&str> = states.iter().map(|(state, _)| state.entry.name.as_str()).collect();
    assert_eq!(names, ["Alpha", "Birch"]);
    assert!(states.iter().all(|(_, backfilled)| *backfilled));
    assert_eq!(store.changes_of_entry(&id("ent_checked")).await.unwrap().len(), 2);
    assert!(store.states_of_entry(&id("ent_old")).await.unwrap().is_empty());
    assert!(store.checked_entry_ids(&[id("ent_checked")]).await.unwrap().is_empty());
}

async fn an_entry_is_found_by_every_name_that_it_had(place: &Place) {
    let (store, at) = (place.write().await, time("2026-03-01T10:00:00Z"));
    let open = vec![
        identified("Alpha Works Co., Ltd.", "ent_a"),
        Entry { aliases: vec!["Élan 100%".into()], ..identified("Birch_Mill", "ent_b") },
        Entry { aliases: vec!["Birch Mill".into()], ..identified("Cedar", "ent_c") },
    ];
    store.record(check_of("csl", at, None, Vec::new(), open)).await.unwrap();
    for (name, expected) in [
        ("alpha works co ltd", vec!["ent_a"]),
        ("ALPHA  WORKS CO., LTD", vec!["ent_a"]),
        ("Birch Mill", vec!["ent_b"]),
        ("élan 100", vec!["ent_b"]),
        ("Alpha", vec![]),
        ("%", vec![]),
        ("", vec![]),
    ] {
        let found = store.entries_named(name).await.unwrap();
        assert_eq!(found, expected.into_iter().map(id).collect::<Vec<_>>(), "{name}");
    }
}

/// The tables as they were before entries had ids.
pub(super) async fn old_tables(place: &Place) {
    let migration = |number, name: &'static str, sql: &'static str| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let old = if place.postgres.is_some() {
        vec![
            migration(
                1,
                "record",
                include_str!("../../../src/store/migrations/postgres/0001_record.sql"),
            ),
            migration(
                2,
                "rules",
                include_str!("../../../src/store/migrations/postgres/0002_rules.sql"),
            ),
        ]
    } else {
        vec![
            migration(
                1,
                "record",
                include_str!("../../../src/store/migrations/sqlite/0001_record.sql"),
            ),
            migration(
                2,
                "rules",
                include_str!("../../../src/store/migrations/sqlite/0002_rules.sql"),
            ),
        ]
    };
    let migrator = Migrator { migrations: Cow::Owned(old), ..Migrator::DEFAULT };
    if let Some(url) = &place.postgres {
        let mut connection = PgConnection::connect(url).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(place.url.sqlite_path().unwrap())
            .create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Writes what the older program recorded, as SQL.
#[derive(Default)]
struct OldProgram {
    current: BTreeMap<&'static str, Vec<(i64, Entry)>>,
    statements: Vec<String>,
    rows: i64,
    alerts: u64,
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl OldProgram {
    /// A check of a source finds this list.
    fn check(&mut self, source: &'static str, at: &str, list: &[Entry]) {
        let time = time(at);
        let (at, day) = (time.as_microsecond(), quoted(&at[..10]));
        let current = self.current.entry(source).or_default();
        let is_first = current.is_empty();
        let before: Vec<Entry> = current.iter().map(|(_, entry)| entry.clone()).collect();
        let changes = if is_first { Vec::new() } else { diff::compare(&before, list) };
        current.retain(|(row, entry)| {
            let is_kept = list.contains(entry);
            if !is_kept {
                self.statements.push(format!(
                    "UPDATE entry SET known_until = {at}, day_until = {day} WHERE row = {row}"
                ));
            }
            is_kept
        });
        for entry in list.iter().filter(|entry| !before.contains(entry)) {
            self.rows += 1;
            current.push((self.rows, entry.clone()));
            self.statements.push(format!(
                "INSERT INTO entry (source, list, content_hash, json, search, known_from, \
                 day_from, backfilled) VALUES ('{source}', 'EL', '', {}, {}, {at}, {day}, 0)",
                quoted(&serde_json::to_string(entry).unwrap()),
                quoted(&entry.name.to_lowercase()),
            ));
        }
        for change in &changes {
            self.record(source, at, change, false);
        }
        if !changes.is_empty() {
            self.alerts += 1;
            let alert = outgoing(source, self.alerts, time, changes, &[]).alert;
            self.statements.push(format!(
                "INSERT INTO alert (alert_id, type, source, created_at, changes, json) VALUES \
                 ('{}', 'list.changed', '{source}', {at}, 1, {})",
                alert.alert_id,
                quoted(&serde_json::to_string(&alert).unwrap()),
            ));
        }
    }

    /// A backfill of a source finds these lists on these days.
    fn backfill(&mut self, source: &'static str, days: &[(&str, &[Entry])]) {
        let mut open: Vec<(i64, Entry)> = Vec::new();
        for (date, list) in days {
            let at = time(&format!("{date}T00:00:00Z")).as_microsecond();
            let before: Vec<Entry> = open.iter().map(|(_, entry)| entry.clone()).collect();
            let changes = if open.is_empty() { Vec::new() } else { diff::compare(&before, list) };
            for (row, _) in open.iter().filter(|(_, entry)| !list.contains(entry)) {
                self.statements.push(format!(
                    "UPDATE entry SET known_until = {at}, listed_until = '{date}', day_until = \
                     '{date}' WHERE row = {row}"
                ));
            }
            open.retain(|(_, entry)| list.contains(entry));
            for entry in list.iter().filter(|entry| !before.contains(entry)) {
                self.rows += 1;
                open.push((self.rows, entry.clone()));
                self.statements.push(format!(
                    "INSERT INTO entry (source, list, content_hash, json, search, known_from, \
                     listed_from, day_from, backfilled) VALUES ('{source}', 'EL', '', {}, '', \
                     {at}, '{date}', '{date}', 1)",
                    quoted(&serde_json::to_string(entry).unwrap()),
                ));
            }
            for mut change in changes {
                change.change_id = RecordedChange::past_id(day(date), &change.change_id);
                self.record(source, at, &change, true);
            }
        }
    }

    fn record(&mut self, source: &str, at: i64, change: &Change, backfilled: bool) {
        self.statements.push(format!(
            "INSERT INTO change (change_id, base_id, source, list, kind, editorial, observed_at, \
             unconfirmed, backfilled, json) VALUES ('{0}', '{0}', '{source}', 'EL', '{1}', {2}, \
             {at}, 0, {3}, {4})",
            change.change_id,
            change.kind.as_str(),
            i64::from(change.editorial),
            i64::from(backfilled),
            quoted(&serde_json::to_string(change).unwrap()),
        ));
    }

    async fn write(&self, place: &Place) {
        for statement in &self.statements {
            place.tamper(statement).await;
        }
    }
}

fn listed(name: &str, aliases: &[&str], addresses: &[&str], pages: &[u32]) -> Entry {
    Entry {
        aliases: aliases.iter().map(ToString::to_string).collect(),
        addresses: addresses.iter().map(ToString::to_string).collect(),
        countries: vec!["CN".into()],
        citations: pages.iter().map(|page| Citation::page(87, *page)).collect(),
        ..entry(name)
    }
}

/// The ids of the rows of each source, each with the names of its rows.
async fn names_by_id(store: &Store) -> BTreeMap<EntryId, BTreeSet<(String, String)>> {
    let mut names: BTreeMap<EntryId, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in store.entry_log(ListCode::EL).await.unwrap() {
        let id = row.entry.entry_id.unwrap();
        names.entry(id).or_default().insert((row.source, row.entry.name));
    }
    names
}

async fn a_database_of_an_older_program_gets_its_ids(place: &Place) {
    const DOCK: &str = "1 Dock Road, Wuxi, CN";
    const QUAY: &str = "2 Quay Street, Dalian, CN";
    let alpha = listed("Alpha Works", &["Birch Mill"], &[DOCK, QUAY], &[100]);
    let amended = Entry { license_policy: "Denial".into(), ..alpha.clone() };
    let renamed = Entry {
        name: "Omega Holding Group".into(),
        aliases: vec!["Alpha Works".into(), "Birch Mill".into()],
        ..amended.clone()
    };
    let rest = Entry {
        aliases: vec!["Alpha Works".into()],
        addresses: vec![DOCK.into()],
        ..renamed.clone()
    };
    let part = Entry {
        name: "Birch Mill".into(),
        aliases: Vec::new(),
        addresses: vec![QUAY.into()],
        ..renamed.clone()
    };
    let other = listed("Zelkova Trading", &[], &["9 Hill, Lhasa, CN"], &[7]);
    let spelled = Entry { name: "ZELKOVA Trading, Ltd.".into(), ..other.clone() };
    let never_checked = listed("Gone Before", &[], &["3 Lane, Xian, CN"], &[3]);

    let mut old = OldProgram::default();
    old.check("csl", "2026-03-01T10:00:00Z", &[alpha.clone(), spelled.clone()]);
    old.check("ecfr", "2026-03-01T11:00:00Z", &[other.clone(), alpha.clone()]);
    for (at, lists) in [
        ("2026-03-02T10", vec![amended]),
        ("2026-03-03T10", vec![renamed.clone()]),
        ("2026-03-04T10", vec![rest, part]),
        ("2026-03-05T10", vec![renamed.clone()]),
        ("2026-03-06T10", vec![]),
        ("2026-03-07T10", vec![renamed.clone()]),
    ] {
        for (source, minute, rest) in [("ecfr", "00", &other), ("csl", "30", &spelled)] {
            let list: Vec<Entry> = lists.iter().chain([rest]).cloned().collect();
            old.check(source, &format!("{at}:{minute}:00Z"), &list);
        }
    }
    let earlier = listed("Alef Workshop", &["Birch Mill"], &[DOCK, QUAY], &[100]);
    old.backfill(
        "ecfr",
        &[
            ("2026-01-01", &[earlier, never_checked]),
            (
                "2026-02-01",
                &[Entry { aliases: vec!["Birch Mill".into(), "Alef Workshop".into()], ..alpha }],
            ),
        ],
    );
    old_tables(place).await;
    old.write(place).await;

    let store = place.write().await;
    let head = store.journal_head().await.unwrap();
    add_missing_ids(&store).await.unwrap();
    assert_eq!(store.journal_head().await.unwrap(), head, "the journal stays as it was");
    let names = names_by_id(&store).await;
    let found: Vec<Vec<String>> = names
        .values()
        .map(|names| names.iter().map(|(source, name)| format!("{source}: {name}")).collect())
        .collect();
    let mut expected = vec![
        vec![
            "csl: Alpha Works",
            "csl: Omega Holding Group",
            "ecfr: Alef Workshop",
            "ecfr: Alpha Works",
            "ecfr: Omega Holding Group",
        ],
        vec!["csl: Birch Mill", "ecfr: Birch Mill"],
        vec!["csl: ZELKOVA Trading, Ltd.", "ecfr: Zelkova Trading"],
        vec!["ecfr: Gone Before"],
    ];
    let mut sorted = found.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    let first = listed("Alpha Works", &[], &[], &[100]).first_id(0);
    assert!(names.contains_key(&first), "made of the row that was recorded first: {names:?}");

    let changes = store.changes(&ChangeQuery { editorial: true, ..Default::default() }).await;
    let changes = changes.unwrap();
    assert!(changes.len() > 14, "{}", changes.len());
    for recorded in &changes {
        let id = recorded.change.entry.entry_id.as_ref();
        assert!(id.is_some_and(|id| names.contains_key(id)), "{recorded:?}");
        let before = recorded.change.before.as_ref();
        assert!(before.is_none_or(|entry| entry.entry_id.is_some()), "{recorded:?}");
    }
    let alerts = store.alerts(&AlertQuery::default()).await.unwrap();
    let alerted: Vec<&Change> =
        alerts.iter().filter_map(|alert| alert.body.changes()).flatten().collect();
    assert!(!alerted.is_empty() && alerted.iter().all(|change| change.entry.entry_id.is_some()));

    add_missing_ids(&store).await.unwrap();
    assert_eq!(names_by_id(&store).await, names, "what has an id keeps it");
}
