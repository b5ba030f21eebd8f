//! A backup, decisions after it, the loss of the database, and a restore: the real binary.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::store::places::Place;
use crate::story_backup::succeeds;
use crate::world::{Site, change_ids};

fn listed(name: &str, citation: &str) -> Row {
    row(name, citation).at("8 Xueyuan Road, Beijing, CN")
}

fn with(more: &[Row]) -> Vec<Row> {
    rows(40).into_iter().chain(more.iter().cloned()).collect()
}

fn first() -> Row {
    listed("Tianshan Avionics Institute", "87 FR 38925")
}

fn second() -> Row {
    listed("Birchgrove Turbine Works", "88 FR 12170")
}

async fn site() -> Site {
    site_in("").await
}

/// `office` must acknowledge and is shown matches with three counterparties. `shared` is the
/// address of a PostgreSQL database, or empty.
async fn site_in(shared: &str) -> Site {
    let mut site = Site { shared: shared.to_owned(), ..Site::new().await };
    let url = site.webhook.url("/office");
    site.sections = format!(
        "[backup]\nfolder = \"backup\"\n[[receiver]]\nname = \"office\"\nkind = \"webhook\"\nurl \
         = \"{url}\"\nallow_private = true\nacknowledge_within = \"4h\"\nshow_matches = \
         true\n[[watchlist]]\nname = \"customers\"\npath = \"customers.csv\"\n"
    );
    let customers = format!(
        "id,name,aliases,address,country,owner\nC1,{},,,AF,\nC2,{},,\"8 Xueyuan Road, \
         Beijing\",CN,\nC3,Quixotic Bakery,,,US,\n",
        rows(1).remove(0).name,
        first().name
    );
    std::fs::write(site.folder.path().join("customers.csv"), customers).unwrap();
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    site
}

async fn read(site: &Site, arguments: &[&str]) -> Value {
    let shown = succeeds(site, &[arguments, &["--output", "json"]].concat()).await;
    serde_json::from_str(&shown).unwrap()
}

async fn ids(site: &Site, arguments: &[&str], rows: &str, id: &str) -> Vec<String> {
    let shown = read(site, arguments).await;
    let rows = shown[rows].as_array().unwrap();
    rows.iter().map(|row| row[id].as_str().unwrap().to_owned()).collect()
}

async fn items(site: &Site) -> Vec<String> {
    ids(site, &["items", "list"], "items", "item_id").await
}

/// The ids of the matches, by the id of the counterparty.
async fn matches(site: &Site) -> BTreeMap<String, String> {
    let shown = read(site, &["matches", "list"]).await;
    let rows = shown["matches"].as_array().unwrap();
    let id = |row: &Value| row["match_id"].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (row["counterparty"]["id"].as_str().unwrap().to_owned(), id(row)))
        .collect()
}

/// The decisions in the journal, which must be intact: kind and data.
async fn decisions(site: &Site) -> Vec<(String, Value)> {
    succeeds(site, &["journal", "verify"]).await;
    let export = succeeds(site, &["journal", "export"]).await;
    let entries = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let decided = entries.filter_map(|entry| {
        let data: Value = serde_json::from_str(entry["data"].as_str().unwrap()).unwrap();
        let kind = entry["kind"].as_str().unwrap().to_owned();
        data["by"].is_string().then_some((kind, data))
    });
    decided.collect()
}

/// The alerts to `office`, each with its `webhook-id`.
fn alerts(site: &Site) -> Vec<(String, Value)> {
    let received = site.webhook.received();
    let of_office = received.iter().filter(|one| one.path == "/office");
    let of_list = of_office.filter(|one| one.json()["type"] == "list.changed");
    of_list.map(|one| (one.header("webhook-id").unwrap().to_owned(), one.json())).collect()
}

async fn waiting(site: &Site) -> Value {
    let ended = site.command(&["status", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    shown["status"][0]["waiting_decisions"].clone()
}

#[tokio::test]
async fn a_restore_carries_out_again_what_was_decided_since_the_backup() {
    let lose = async |site: &mut Site| drop(std::fs::remove_file(site.database()));
    carries_out_again(site().await, lose, async |_: &mut Site| ()).await;
}

#[tokio::test]
async fn a_restore_into_postgres_carries_out_again_what_was_decided_since_the_backup() {
    let Some(place) = Place::postgres().await else { return };
    // A backup is restored into an empty database only.
    let another = async |site: &mut Site| {
        let place = Place::postgres().await.unwrap();
        place.postgres.as_deref().unwrap().clone_into(&mut site.shared);
    };
    carries_out_again(site_in(place.postgres.as_deref().unwrap()).await, another, another).await;
}

/// `lose` loses the database, and `renew` makes room for another copy.
async fn carries_out_again(
    mut site: Site,
    lose: impl AsyncFn(&mut Site),
    renew: impl AsyncFn(&mut Site),
) {
    site.publish(&with(&[first()]));
    succeeds(&site, &["check"]).await;
    let known = items(&site).await;
    assert_eq!(known.len(), 1);
    let found = matches(&site).await;
    let file = site.folder.path().join("backup/last-night.db");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let file = file.to_str().unwrap();
    succeeds(&site, &["store", "backup", file]).await;

    let by = ["--by", "Ann"];
    succeeds(&site, &[&["items", "take", &known[0]], &by[..]].concat()).await;
    let dismissal = ["--reason", "different-industry", "--note", "a bakery"];
    let dismiss = [&["matches", "dismiss", &found["C2"]], &by[..], &dismissal].concat();
    succeeds(&site, &dismiss).await;
    succeeds(&site, &[&["matches", "confirm", &found["C1"]], &by[..]].concat()).await;
    let outcome = ["--outcome", "not-ours", "--note", "no such customer"];
    succeeds(&site, &[&["items", "close", &known[0]], &by[..], &outcome].concat()).await;
    // Of something that the backup does not have.
    site.publish(&with(&[first(), second()]));
    succeeds(&site, &["check"]).await;
    let later: Vec<String> =
        items(&site).await.into_iter().filter(|id| !known.contains(id)).collect();
    assert_eq!(later.len(), 1);
    succeeds(&site, &[&["items", "take", &later[0]], &by[..]].concat()).await;
    let erase = ["watchlists", "erase", "--watchlist", "customers", "--id", "C3"];
    succeeds(&site, &[&erase[..], &by[..]].concat()).await;
    let before = decisions(&site).await;
    let item_before = read(&site, &["items", "show", &known[0]]).await;
    let before_loss = alerts(&site);

    lose(&mut site).await;
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(restored.contains("decisions since the backup: 6"), "{restored}");
    assert!(restored.contains("carried out again: 5"), "{restored}");
    assert!(restored.contains("waiting: 1"), "{restored}");
    let take = format!("entitywatch items take {} --by Ann", later[0]);
    assert!(restored.contains(&take), "{restored}");
    assert_eq!(waiting(&site).await, 1);

    let item = read(&site, &["items", "show", &known[0]]).await;
    for field in ["state", "closed_by", "closed_at", "taken_at", "outcome", "note"] {
        assert_eq!(item["items"][0][field], item_before["items"][0][field], "{field}");
    }
    assert_eq!(item["items"][0]["state"], "closed");
    let shown = read(&site, &["matches", "list"]).await;
    let state = |id: &str| {
        let rows = shown["matches"].as_array().unwrap();
        rows.iter().find(|row| row["match_id"] == id).unwrap()["state"].clone()
    };
    assert_eq!(
        (state(&found["C1"]), state(&found["C2"])),
        ("confirmed".into(), "dismissed".into())
    );

    // The check finds the second party again, and its item is taken again.
    succeeds(&site, &["check"]).await;
    assert_eq!(items(&site).await.len(), 2);
    let item = read(&site, &["items", "show", &later[0]]).await;
    assert_eq!(
        (&item["items"][0]["taken_by"], &item["items"][0]["state"]),
        (&"Ann".into(), &"taken".into())
    );
    assert_eq!(waiting(&site).await, 0);
    let again = alerts(&site);
    assert_eq!(again.len(), before_loss.len() + 1, "the second party is alerted again");
    let last = |alerts: &[(String, Value)]| {
        let (id, body) = alerts.last().unwrap();
        (id.clone(), change_ids(body))
    };
    assert_eq!(last(&again), last(&before_loss), "under the same ids");

    let after = decisions(&site).await;
    let bare = |decisions: &[(String, Value)]| -> Vec<(String, Value)> {
        let without = |(kind, data): &(String, Value)| {
            let mut data = data.clone();
            data.as_object_mut().unwrap().remove("restored");
            (kind.clone(), data)
        };
        let mut all: Vec<_> = decisions.iter().map(without).collect();
        all.sort_by_key(|(kind, data)| format!("{kind} {data}"));
        all
    };
    assert_eq!(bare(&after), bare(&before), "each with who, and how identified");
    for (kind, data) in &after {
        assert_eq!(data["restored"]["hash"].as_str().map(str::len), Some(64), "{kind}: {data}");
    }

    // The same backup once more: nothing is carried out twice.
    renew(&mut site).await;
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(restored.contains("decisions since the backup: 6"), "{restored}");
    succeeds(&site, &["check"]).await;
    assert_eq!(bare(&decisions(&site).await), bare(&before));
    // A backup that has them all: nothing is left to carry out.
    let newest = site.folder.path().join("backup/newest.db");
    succeeds(&site, &["store", "backup", newest.to_str().unwrap()]).await;
    renew(&mut site).await;
    let restored = succeeds(&site, &["store", "restore", newest.to_str().unwrap()]).await;
    assert!(restored.contains("no decision was made since the backup"), "{restored}");
}

/// A site whose backup has a counterparty with another address than the match that was dismissed
/// since. So the dismissal waits after a restore.
struct Outdated {
    site: Site,
    /// The counterparty file as the person saw it, and as it is in the backup.
    as_seen: String,
    in_backup: String,
    backup: String,
    found: String,
    item: String,
}

impl Outdated {
    async fn new() -> Self {
        let site = site().await;
        let as_seen = std::fs::read_to_string(customers(&site)).unwrap();
        let in_backup = as_seen.replace("8 Xueyuan", "9 Xueyuan");
        std::fs::write(customers(&site), &in_backup).unwrap();
        site.publish(&with(&[first()]));
        succeeds(&site, &["check"]).await;
        let found = matches(&site).await["C2"].clone();
        let item = items(&site).await.remove(0);
        let backup = site.folder.path().join("copy.db").to_str().unwrap().to_owned();
        succeeds(&site, &["store", "backup", &backup]).await;
        std::fs::write(customers(&site), &as_seen).unwrap();
        succeeds(&site, &["check"]).await;
        let why = ["--by", "Ann", "--reason", "other", "--note", "x"];
        succeeds(&site, &[&["matches", "dismiss", &found][..], &why].concat()).await;
        Self { site, as_seen, in_backup, backup, found, item }
    }

    /// Restores the backup, and says what the command prints.
    async fn restore(&self) -> String {
        std::fs::remove_file(self.site.database()).unwrap();
        std::fs::write(customers(&self.site), &self.in_backup).unwrap();
        succeeds(&self.site, &["store", "restore", &self.backup]).await
    }

    /// A check with the file as the person saw it. Then nothing waits any more.
    async fn check_as_seen(&self) {
        std::fs::write(customers(&self.site), &self.as_seen).unwrap();
        succeeds(&self.site, &["check"]).await;
        assert_eq!(waiting(&self.site).await, 0);
    }

    async fn state(&self) -> String {
        let shown = read(&self.site, &["matches", "show", &self.found]).await;
        shown["matches"][0]["state"].as_str().unwrap().to_owned()
    }
}

fn customers(site: &Site) -> PathBuf {
    site.folder.path().join("customers.csv")
}

#[tokio::test]
async fn a_decision_made_after_the_restore_is_not_replaced_by_an_older_one() {
    let outdated = Outdated::new().await;
    let (site, found) = (&outdated.site, &outdated.found);
    let restored = outdated.restore().await;
    assert!(restored.contains("waiting: 1"), "{restored}");
    succeeds(site, &["matches", "confirm", found, "--by", "Ben"]).await;
    outdated.check_as_seen().await;
    assert_eq!(outdated.state().await, "confirmed");
    let export = succeeds(site, &["journal", "export"]).await;
    assert!(export.contains("decision.not_applied"), "{export}");
}

/// The decision on the item waits, because the dismissal of its strong match does.
#[tokio::test]
async fn what_a_person_did_with_an_item_after_the_restore_is_not_replaced_by_an_older_decision() {
    let outdated = Outdated::new().await;
    let (site, item) = (&outdated.site, &outdated.item);
    let close = ["--by", "Ann", "--outcome", "not-ours", "--note", "no customer"];
    succeeds(site, &[&["items", "close", item][..], &close].concat()).await;
    let restored = outdated.restore().await;
    assert!(restored.contains("waiting: 2"), "{restored}");
    succeeds(site, &["items", "take", item, "--by", "Ben"]).await;
    outdated.check_as_seen().await;
    assert_eq!(outdated.state().await, "dismissed");
    let shown = read(site, &["items", "show", item]).await;
    let shown = &shown["items"][0];
    assert_eq!((&shown["state"], &shown["taken_by"]), (&"taken".into(), &"Ben".into()), "{shown}");
    assert_eq!(not_applied(site).await, ["item.closed"]);
}

/// The kinds of the decisions that were not carried out again because of a later one.
async fn not_applied(site: &Site) -> Vec<String> {
    let export = succeeds(site, &["journal", "export"]).await;
    let entries = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let not_applied = entries.filter(|entry| entry["kind"] == "decision.not_applied");
    let of_one = |entry: Value| {
        let data: Value = serde_json::from_str(entry["data"].as_str().unwrap()).unwrap();
        assert_eq!(data["reason"], "a person decided later, and that stays");
        data["decision"].as_str().unwrap().to_owned()
    };
    not_applied.map(of_one).collect()
}

/// The receivers of each item.
async fn receivers(site: &Site) -> BTreeMap<String, Value> {
    let shown = read(site, &["items", "list"]).await;
    let of_one =
        |item: &Value| (item["item_id"].as_str().unwrap().to_owned(), item["receivers"].clone());
    shown["items"].as_array().unwrap().iter().map(of_one).collect()
}

/// The hand-over waits, because the backup does not have one of its items.
#[tokio::test]
async fn a_hand_over_after_the_restore_is_not_replaced_by_an_older_one() {
    for until in [None, Some("2099-12-31")] {
        let site = site().await;
        site.publish(&with(&[first()]));
        succeeds(&site, &["check"]).await;
        let known = items(&site).await.remove(0);
        let file = site.folder.path().join("copy.db");
        succeeds(&site, &["store", "backup", file.to_str().unwrap()]).await;
        site.publish(&with(&[first(), second()]));
        succeeds(&site, &["check"]).await;
        succeeds(&site, &["items", "handover", "office", "erp", "--by", "Ann"]).await;
        let of_all = receivers(&site).await;
        assert!(of_all.len() == 2 && of_all.values().all(|to| to[0] == "erp"), "{of_all:?}");

        std::fs::remove_file(site.database()).unwrap();
        let restored = succeeds(&site, &["store", "restore", file.to_str().unwrap()]).await;
        assert!(restored.contains("waiting: 1"), "{restored}");
        let mut later = vec!["items", "handover", "office", "desk", "--by", "Ben"];
        later.extend(until.into_iter().flat_map(|day| ["--until", day]));
        succeeds(&site, &later).await;
        succeeds(&site, &["check"]).await;
        assert_eq!(waiting(&site).await, 0);
        let mut of_all = receivers(&site).await;
        assert_eq!(of_all.remove(&known).unwrap(), serde_json::json!(["desk"]));
        // Without a day, the later one was about the items of its time.
        let expected = if until.is_some() { "desk" } else { "erp" };
        assert_eq!(of_all.into_values().collect::<Vec<_>>(), [serde_json::json!([expected])]);
        let refused = if until.is_some() { vec!["items.handed_over"] } else { Vec::new() };
        assert_eq!(not_applied(&site).await, refused);
    }
}

#[tokio::test]
async fn a_hand_over_and_what_was_decided_after_it_are_both_carried_out_again() {
    let site = site().await;
    site.publish(&with(&[first()]));
    succeeds(&site, &["check"]).await;
    let item = items(&site).await.remove(0);
    let file = site.folder.path().join("copy.db");
    succeeds(&site, &["store", "backup", file.to_str().unwrap()]).await;
    succeeds(&site, &["items", "handover", "office", "erp", "--by", "Ann"]).await;
    succeeds(&site, &["items", "take", &item, "--by", "Ben"]).await;
    let before = read(&site, &["items", "show", &item]).await;

    std::fs::remove_file(site.database()).unwrap();
    let restored = succeeds(&site, &["store", "restore", file.to_str().unwrap()]).await;
    assert!(restored.contains("carried out again: 2"), "{restored}");
    let after = read(&site, &["items", "show", &item]).await;
    for field in ["state", "taken_by", "taken_at", "receivers", "history"] {
        assert_eq!(after["items"][0][field], before["items"][0][field], "{field}");
    }
    assert_eq!(after["items"][0]["receivers"], serde_json::json!(["erp"]));
}

#[tokio::test]
async fn a_line_of_the_export_that_was_changed_proves_nothing() {
    let site = site().await;
    site.publish(&with(&[first()]));
    succeeds(&site, &["check"]).await;
    let found = matches(&site).await;
    let dismiss = |id: &str| {
        let id = id.to_owned();
        let site = &site;
        async move {
            let why = ["--by", "Ann", "--reason", "other", "--note", "x"];
            succeeds(site, &[&["matches", "dismiss", &id][..], &why].concat()).await
        }
    };
    let file = site.folder.path().join("copy.db");
    let file = file.to_str().unwrap();
    succeeds(&site, &["store", "backup", file]).await;
    dismiss(&found["C1"]).await;
    // The export is not beside the copy, and the folder of `[backup]` has it.
    std::fs::remove_file(site.database()).unwrap();
    succeeds(&site, &["store", "restore", file]).await;
    let export = site.folder.path().join("backup/decisions.jsonl");
    let lines = std::fs::read_to_string(&export).unwrap();
    assert_eq!(lines.lines().count(), 1, "{lines}");
    // Somebody put another name in the line.
    let other = site.folder.path().join("other.db");
    succeeds(&site, &["store", "backup", other.to_str().unwrap()]).await;
    let mut line: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    line["data"] = line["data"].as_str().unwrap().replace("Ann", "Ben").into();
    std::fs::write(&export, format!("{line}\n")).unwrap();
    let restored = succeeds(&site, &["store", "restore", other.to_str().unwrap()]).await;
    assert!(restored.contains("no decision was made"), "a line that was changed: {restored}");
}

#[tokio::test]
async fn an_accepted_hold_is_accepted_again_and_its_alert_has_the_same_ids() {
    let site = site().await;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let file = site.folder.path().join("copy.db");
    let file = file.to_str().unwrap();
    succeeds(&site, &["store", "backup", file]).await;
    let hold = ids(&site, &["holds", "list"], "holds", "hold_id").await.remove(0);
    let accept = ["holds", "accept", &hold, "--by", "Ann", "--reason", "they left"];
    succeeds(&site, &accept).await;
    let before_loss = alerts(&site);
    assert_eq!(before_loss.len(), 1);
    let decided = read(&site, &["holds", "show", &hold]).await;

    std::fs::remove_file(site.database()).unwrap();
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(restored.contains("carried out again: 1"), "{restored}");
    let again = read(&site, &["holds", "show", &hold]).await;
    assert_eq!(again["holds"][0]["decided_at"], decided["holds"][0]["decided_at"]);
    assert_eq!(again["holds"][0]["identified"], decided["holds"][0]["identified"]);
    succeeds(&site, &["check"]).await;
    let repeated = alerts(&site);
    assert_eq!(repeated.len(), 2);
    assert_eq!(repeated[0].0, repeated[1].0, "the same webhook-id");
    assert_eq!(change_ids(&repeated[0].1), change_ids(&repeated[1].1));
}

#[tokio::test]
async fn a_hold_that_a_check_opens_again_is_decided_as_before() {
    let site = site().await;
    let file = site.folder.path().join("copy.db");
    let file = file.to_str().unwrap();
    succeeds(&site, &["store", "backup", file]).await;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let hold = ids(&site, &["holds", "list"], "holds", "hold_id").await.remove(0);
    succeeds(&site, &["holds", "reject", &hold, "--by", "Ann", "--reason", "half is missing"])
        .await;

    std::fs::remove_file(site.database()).unwrap();
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(restored.contains("waiting: 1"), "{restored}");
    site.command(&["check"]).await;
    assert_eq!(waiting(&site).await, 0);
    let open = ids(&site, &["holds", "list"], "holds", "hold_id").await;
    assert_eq!(open, [] as [String; 0]);
}

#[tokio::test]
async fn the_keys_of_receipts_are_in_a_backup_and_come_back() {
    let site = site().await;
    succeeds(&site, &["config", "keys", "--new"]).await;
    let old = succeeds(&site, &["config", "keys", "--new"]).await;
    let file = site.folder.path().join("copy.db");
    let file = file.to_str().unwrap();
    let made = succeeds(&site, &["store", "backup", file]).await;
    assert!(made.contains("keys of receipts in it: 2"), "{made}");
    // The machine is lost, and the new one has made a key of its own.
    std::fs::remove_file(site.database()).unwrap();
    std::fs::remove_dir_all(site.folder.path().join("receipt-keys")).unwrap();
    let new = succeeds(&site, &["config", "keys", "--new"]).await;
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(restored.contains("keys of receipts added to "), "{restored}");
    let keys = succeeds(&site, &["config", "keys"]).await;
    let is_key = |line: &&str| !line.starts_with(['#', '-']) && !line.is_empty();
    let expected: Vec<&str> =
        [&old, &new].into_iter().flat_map(|text| text.lines().filter(is_key)).collect();
    assert_eq!(expected.len(), 3, "{expected:?}");
    for key in expected {
        assert!(keys.contains(key), "{key} is not in {keys}");
    }
    succeeds(&site, &["store", "check"]).await;
    let restored = succeeds(&site, &["store", "restore", file]).await;
    assert!(!restored.contains("keys of receipts added"), "{restored}");
}
