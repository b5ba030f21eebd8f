//! `routes explain`: for each receiver, whether it was alerted of a change, and why.

use entitywatch::domain::Digest;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::Answer;
use crate::world::{Site, World};

/// Friday, July 1, 2022, eight in the morning in New York.
const FRIDAY: &str = "2022-07-01T12:00:00Z";

const SECTIONS: &str = r#"
[[receiver]]
name = "reader"
kind = "console"
digest = "0 8 * * 1-5"
immediate = "never"

[[route]]
receivers = ["erp"]
kinds = ["removed"]

[[route]]
receivers = ["erp", "compliance", "reader"]
kinds = ["added"]

[[route]]
receivers = ["compliance"]
countries = ["RU"]
"#;

fn with_newcomer() -> Vec<Row> {
    let newcomer = row("Tianshan Avionics Institute", "87 FR 38925").at("Beijing, CN");
    rows(40).into_iter().chain([newcomer]).collect()
}

/// A site whose publisher has added an entry. Returns it with the id of the change.
async fn world() -> (World, String) {
    let site = Site { sections: SECTIONS.to_owned(), ..Site::new().await };
    let world = World::with_baseline(site, &rows(40)).await;
    world.webhook.will_answer([Answer::status(500)]);
    world.publish(&with_newcomer());
    assert_eq!(world.next_check().await.exit, 0);
    let ended = world.site.command(&["changes", "--output", "json"]).await;
    let changes: Value = serde_json::from_str(&ended.stdout).unwrap();
    let id = changes["changes"][0]["change_id"].as_str().unwrap().to_owned();
    (world, id)
}

/// The row of each receiver in the JSON of `routes explain`.
async fn explained(world: &World, id: &str) -> Vec<Value> {
    let ended = world.site.command(&["routes", "explain", id, "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let rows: Value = serde_json::from_str(&ended.stdout).unwrap();
    rows["routes"].as_array().unwrap().clone()
}

fn of<'a>(rows: &'a [Value], receiver: &str) -> &'a Value {
    rows.iter().find(|row| row["receiver"] == receiver).unwrap()
}

fn why(row: &Value) -> &str {
    row["why"].as_str().unwrap()
}

#[tokio::test]
async fn each_receiver_is_explained_with_its_routes_state_and_attempts() {
    let (world, id) = world().await;
    let rows = explained(&world, &id).await;
    assert_eq!(rows.len(), 4, "every configured receiver: {rows:?}");
    assert!(rows.iter().all(|row| row["change_id"] == id.as_str() && row["source"] == "csl"));

    let compliance = of(&rows, "compliance");
    assert_eq!(compliance["outcome"], "sent");
    assert_eq!(compliance["routes"], serde_json::json!([2]));
    assert_eq!(why(compliance), "route 2 matches; delivered");
    assert_eq!(compliance["deliveries"][0]["attempts"], 1);

    let erp = of(&rows, "erp");
    assert_eq!(erp["outcome"], "not-sent");
    assert_eq!(why(erp), "route 2 matches; not accepted by its server yet");
    assert_eq!(erp["deliveries"][0]["state"], "pending");
    assert!(erp["deliveries"][0]["last_error"].as_str().unwrap().contains("500"));

    let desk = of(&rows, "desk");
    assert_eq!((&desk["outcome"], why(desk)), (&"not-sent".into(), "no route leads to it"));
    assert_eq!(desk["deliveries"], serde_json::json!([]));

    let reader = of(&rows, "reader");
    assert_eq!(reader["outcome"], "in-digest");
    assert!(why(reader).contains("it waits for the digest of "), "{}", why(reader));
    assert_eq!(reader["deliveries"][0]["state"], "waiting");
}

#[tokio::test]
async fn a_change_in_a_digest_names_the_digest_and_its_deliveries() {
    let (world, id) = world().await;
    world.clock.set(FRIDAY.parse().unwrap());
    world.deliver().await;
    let rows = explained(&world, &id).await;
    let reader = of(&rows, "reader");
    let digest = Digest::id_of("reader", FRIDAY.parse().unwrap());
    assert_eq!(reader["outcome"], "in-digest");
    assert_eq!(reader["digest_id"], digest.as_str());
    assert_eq!(reader["deliveries"][0]["alert_id"], digest.as_str());
    assert_eq!(reader["deliveries"][0]["state"], "delivered");
    assert_eq!(reader["deliveries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_filter_that_does_not_match_is_named_and_so_is_a_later_route() {
    let (mut world, id) = world().await;
    world.site.sections = SECTIONS
        .replace("kinds = [\"added\"]", "kinds = [\"revised\"]")
        .replace("receivers = [\"compliance\"]", "receivers = [\"desk\"]");
    let rows = explained(&world, &id).await;
    assert!(why(of(&rows, "desk")).contains("countries"), "{}", why(of(&rows, "desk")));
    assert!(why(of(&rows, "compliance")).contains("no route matches it today"));
    world.site.sections = SECTIONS.replace("[\"erp\"]", "[\"desk\"]").replace("removed", "added");
    let rows = explained(&world, &id).await;
    assert!(why(of(&rows, "desk")).starts_with("route 1 matches today, but not when"));
}

#[tokio::test]
async fn the_text_fits_80_columns_and_an_unknown_id_is_a_usage_error() {
    let (world, id) = world().await;
    let ended = world.site.command(&["routes", "explain", &id]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    assert_eq!(lines[0], "added: Tianshan Avionics Institute (EL)");
    for expected in ["compliance: sent", "erp: not sent", "reader: in a digest"] {
        assert!(lines.contains(&expected), "{expected} in\n{}", ended.stdout);
    }
    let ended = world.site.command(&["routes", "explain", "chg_unknown"]).await;
    assert_eq!(ended.exit, Some(2));
    assert!(ended.stderr.contains("chg_unknown"), "{}", ended.stderr);
}
