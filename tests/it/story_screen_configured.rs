//! `screen` and `config check` with the counterparty file of a configured watchlist.

use serde_json::Value;

use crate::list::rows;
use crate::officer::{OURS, newcomer, site, with, write_customers};
use crate::world::{Ended, World};

fn matches(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let all: Value = serde_json::from_str(&ended.stdout).unwrap();
    all["matches"].as_array().unwrap().clone()
}

#[tokio::test]
async fn screen_of_a_configured_file_has_the_ids_and_the_decisions_of_the_store() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let record = world.only_match().await;
    let path = world.folder.path().join("customers.csv");
    let path = path.to_str().unwrap();
    let screen = async |file: &str| {
        matches(&world.command(&["screen", "--watchlist", file, "--output", "json"]).await)
    };
    let found = screen(path).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["match_id"], record.found.match_id.as_str());
    assert_eq!((&found[0]["state"], &found[0]["watchlist"]), (&"open".into(), &"customers".into()));
    assert_eq!(world.confirm(&record).await.exit, 0);
    let by_name = screen("customers").await;
    assert_eq!(by_name[0]["match_id"], record.found.match_id.as_str());
    assert_eq!(by_name[0]["state"], "confirmed");
    // Another file knows nothing of it.
    let other = world.folder.path().join("others.csv");
    std::fs::copy(path, &other).unwrap();
    let found = screen(other.to_str().unwrap()).await;
    assert_eq!((&found[0]["state"], &found[0]["watchlist"]), (&"open".into(), &"others".into()));
}

#[tokio::test]
async fn screen_and_config_check_read_a_configured_file_by_its_columns() {
    let mut site = site("").await;
    site.sections.push_str("columns = { id = \"Konto\", name = \"Bezeichnung A\" }\n");
    let path = site.folder.path().join("customers.csv");
    let text = "Konto;Bezeichnung A;Gruppe\n1;Tianshan Avionics Institute;7\n";
    std::fs::write(&path, text).unwrap();
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let path_text = path.to_str().unwrap();
    let ended = site.command(&["screen", "--watchlist", path_text, "--output", "json"]).await;
    assert_eq!(matches(&ended).len(), 1);
    assert!(ended.stderr.contains("a column that is not used: `Gruppe`"), "{}", ended.stderr);
    let checked = site.command(&["config", "check"]).await;
    let note = "note: watchlist `customers`: customers.csv has a column that is not used: `Gruppe`";
    assert!(checked.stderr.contains(note), "{}", checked.stderr);

    std::fs::write(&path, "Nummer;Bezeichnung A\n1;Alder\n").unwrap();
    let checked = site.command(&["config", "check"]).await;
    assert_eq!(checked.exit, Some(0), "a warning: {checked:?}");
    let warning = "warning: watchlist `customers`: expected a header with a column for id";
    assert!(checked.stderr.contains(warning), "{}", checked.stderr);
}
