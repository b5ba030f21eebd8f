//! Lists and columns that a publisher adds or drops.

use std::time::Duration;

use entitywatch::domain::{HoldReason, ListCode};

use crate::list::{Row, file, row, rows, with_column};
use crate::upstream::Answer;
use crate::world::{Site, World, text_of};

const WITH_FSE: &str = r#"["EL", "UVL", "FSE"]"#;

fn unverified() -> Vec<Row> {
    (0..8).map(|n| row(&format!("Unverified {n} Depot"), "").unverified()).collect()
}

fn evaders() -> Vec<Row> {
    let mut all = unverified();
    all.truncate(3);
    all.iter_mut()
        .for_each(|row| row.source = "Foreign Sanctions Evaders (FSE) - Treasury Department");
    all
}

fn joined(lists: &[Vec<Row>]) -> Vec<Row> {
    lists.concat()
}

#[tokio::test]
async fn a_list_without_rows_is_a_warning_and_gets_its_baseline_with_its_first_rows() {
    let standing = joined(&[rows(40), unverified()]);
    let world =
        World::with_baseline(Site { lists: WITH_FSE, ..Site::new().await }, &standing).await;
    let reply = world.next_check().await;
    assert!(
        reply.exit == 0 && text_of(&reply).contains("not modified"),
        "its validators are stored: {reply:?}"
    );
    world.publish(&standing[1..]);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && text_of(&reply).contains("FSE: no rows so far"), "{reply:?}");
    assert_eq!(world.alerted(), [("removed".to_owned(), standing[0].name.clone())]);

    let shown = world.command(&["sources"]).await;
    assert!(shown.stdout.contains("FSE none so far"), "{}", shown.stdout);
    let shown: serde_json::Value =
        serde_json::from_str(&world.command(&["sources", "--output", "json"]).await.stdout)
            .unwrap();
    assert_eq!(shown["sources"][0]["absent"], serde_json::json!(["FSE"]));
    let checked = world.command(&["config", "check"]).await;
    assert_eq!(checked.exit, Some(0), "{}", checked.stderr);
    assert!(
        checked.stderr.contains("warning: no row of FSE has been seen in source `csl`"),
        "{}",
        checked.stderr
    );
    assert!(!checked.stderr.contains("UVL"), "{}", checked.stderr);

    world.publish(&joined(&[standing[1..].to_vec(), evaders()]));
    let reply = world.next_check().await;
    assert!(
        reply.exit == 0 && text_of(&reply).contains("FSE: 3 entries accepted as the baseline"),
        "{reply:?}"
    );
    assert_eq!(world.alerted().len(), 1);
    let checked = world.command(&["config", "check"]).await;
    assert!(!checked.stderr.contains("FSE"), "{}", checked.stderr);

    world.publish(&standing[1..]);
    assert_eq!(world.next_check().await.exit, 3, "a list that had rows is put on hold");
    let hold = world.open_holds().await.remove(0);
    assert_eq!(
        (hold.list, hold.reason, hold.summary.removed),
        (ListCode::FSE, HoldReason::Loss, 3)
    );
}

#[tokio::test]
async fn a_document_without_any_watched_list_is_refused() {
    let site = Site { lists: WITH_FSE, ..Site::new().await };
    let text = site.text().replace(WITH_FSE, r#"["UVL", "FSE"]"#).replace("EL = 10, ", "");
    site.publish(&rows(40));
    let world = site.open().await;
    world.reload_text(&text);
    let reply = world.check().await;
    assert!(
        reply.exit == 1
            && text_of(&reply)
                .contains("expected rows of the watched lists (UVL, FSE), but got none in 40 rows"),
        "{reply:?}"
    );
}

#[tokio::test]
async fn an_entity_list_that_is_not_there_is_still_refused_as_a_baseline() {
    let site = Site { lists: r#"["EL", "UVL"]"#, ..Site::new().await };
    site.publish(&unverified());
    let world = site.open().await;
    let reply = world.check().await;
    assert!(
        reply.exit == 1 && text_of(&reply).contains("expected at least 10 rows of EL"),
        "{reply:?}"
    );
}

#[tokio::test]
async fn a_column_that_is_added_and_dropped_revises_nothing_and_its_values_are_compared_in_between()
{
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let tier = |at: usize| format!("tier {}", at % 3);
    world.site.publish_text(&with_column(&file(&standing), "risk_tier", tier));
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && text_of(&reply).contains("40 entries, unchanged"), "{reply:?}");
    let current = world.program.store.current_entries("csl", ListCode::EL).await.unwrap();
    assert_eq!(current.len(), 40);
    assert!(
        current.iter().all(|stored| {
            stored.entry.other.get("risk_tier").is_some_and(|tier| tier.starts_with("tier "))
        }),
        "its values are stored"
    );

    world.site.publish_text(&with_column(&file(&standing), "risk_tier", |at| {
        if at == 7 { "tier 9".to_owned() } else { tier(at) }
    }));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted(), [("revised".to_owned(), standing[6].name.clone())]);
    assert_eq!(world.alerts()[0].1["data"]["changes"][0]["fields"][0]["field"], "other.risk_tier");

    world.publish(&standing);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && text_of(&reply).contains("unchanged"), "{reply:?}");
    assert_eq!(world.alerted().len(), 1);
}

#[tokio::test]
async fn a_column_without_values_is_known_by_its_name() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.site.publish_text(&with_column(&file(&standing), "risk_tier", |_| String::new()));
    assert_eq!(world.next_check().await.exit, 0);
    world.site.publish_text(&with_column(&file(&standing), "risk_tier", |at| {
        if at == 7 { "9".to_owned() } else { String::new() }
    }));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted(), [("revised".to_owned(), standing[6].name.clone())]);
}

#[tokio::test]
async fn an_entry_relisted_with_a_new_column_is_unchanged() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.publish(&standing[1..]);
    world.next_check().await;
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    world.site.publish_text(&with_column(&file(&standing), "risk_tier", |at| at.to_string()));
    world.next_check().await;
    assert_eq!(world.alerts().last().unwrap().1["type"], "list.corrected");
}

#[tokio::test]
async fn a_wrong_content_encoding_is_named_if_the_bytes_are_no_list() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.answer(Answer::ok(file(&rows(41))).with_header("Content-Encoding", "aws-chunked"));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.current_count().await, 41);
    world.answer(
        Answer::ok("5;chunk-signature=0\r\nhello\r\n0\r\n")
            .with_header("Content-Encoding", "aws-chunked"),
    );
    let reply = world.next_check().await;
    assert!(
        reply.exit == 1 && text_of(&reply).contains("(its Content-Encoding says `aws-chunked`)"),
        "{reply:?}"
    );
}
