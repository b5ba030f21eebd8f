//! Rows of a counterparty file that cannot be read: who learns of them.

use serde_json::Value;

use crate::list::rows;
use crate::officer::{HEADER, OURS, customers, newcomer, site, with, write, write_customers};
use crate::world::{Site, World};

async fn watchlist(site: &Site) -> Value {
    let shown = site.command(&["watchlists", "--output", "json"]).await.stdout;
    serde_json::from_str::<Value>(&shown).unwrap()["watchlists"][0].clone()
}

#[tokio::test]
async fn unread_rows_of_the_first_content_are_reported_to_all_who_rely_on_the_file() {
    let site = site("").await;
    // The comma of the name makes a cell too many.
    let bad = |n: usize| format!("B{n},Quixotic Trading Co., Ltd.,,,US,x,");
    let all: Vec<String> = (0..98).map(bad).chain([OURS.to_owned()]).collect();
    write(&site, &all.iter().map(String::as_str).collect::<Vec<_>>());
    site.publish(&with(&[newcomer()]));
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(1), "{checked:?}");
    let said = "98 of 99 rows could not be read";
    assert!(checked.stderr.contains(said), "{checked:?}");
    let status = site.command(&["status"]).await;
    assert_eq!(status.exit, Some(1), "{status:?}");
    assert!(status.stdout.contains(said), "{}", status.stdout);
    let row = watchlist(&site).await;
    assert_eq!((&row["rows"], &row["problem"]["kind"]), (&1.into(), &"incomplete".into()));
    let text = site.command(&["watchlists"]).await.stdout;
    assert!(text.contains("line 2: expected 6 cells as in the header, but got 8"), "{text}");
    let mails = site.smtp.mails();
    let to_operators = |mail: &&crate::sinks::Mail| mail.data.contains(said);
    assert_eq!(mails.iter().filter(to_operators).count(), 1, "operators are alerted");
    assert_eq!(site.command(&["check"]).await.exit, Some(1), "it is still so");
    let mails = site.smtp.mails();
    assert_eq!(mails.iter().filter(to_operators).count(), 1, "but alerted once");
    let officer = site.webhook.received();
    let matched = officer.iter().find(|got| got.path == "/officer").unwrap();
    assert!(matched.body.contains(said), "{}", matched.body);

    write_customers(&site, &[OURS]);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(watchlist(&site).await["problem"], Value::Null);
}

#[tokio::test]
async fn a_row_that_is_left_out_is_reported_and_stops_no_route_of_matches() {
    let mut site = site("").await;
    site.sections.push_str(
        "[[route]]\nreceivers = [\"officer\"]\nmatches = true\n[[route]]\nreceivers = [\"erp\", \
         \"desk\"]\n",
    );
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let mut all = customers(&[OURS]);
    all.push("Z1,Quixotic Bakery Again,,,US,".to_owned());
    write(&world, &all.iter().map(String::as_str).collect::<Vec<_>>());
    let other = crate::list::row("Vostok Radar Plant", "87 FR 40001").at("Omsk, RU");
    world.publish(&with(std::slice::from_ref(&other)));
    world.next_check().await;
    assert!(world.officer("list.changed").is_empty(), "it matches nobody, and the file is current");
    world.publish(&with(&[other, newcomer()]));
    world.next_check().await;
    let screening = world.last_screening("list.changed").await;
    let problem = screening.watchlists[0].problem.as_ref().unwrap();
    assert_eq!(
        (problem.kind.as_str(), problem.detail.as_str()),
        ("rows-left-out", "1 of 42 rows could not be read")
    );
    let mails = world.smtp.mails();
    let said = |words: &str| mails.iter().filter(|mail| mail.data.contains(words)).count();
    assert_eq!(said("1 of 42 rows could not be read"), 1);
    write_customers(&world, &[OURS]);
    world.next_check().await;
    let text = format!("{HEADER}{}\n", customers(&[OURS]).join("\n"));
    let with_note = text.replacen("owner\n", "owner,Fax\n", 1);
    std::fs::write(world.folder.path().join("customers.csv"), with_note).unwrap();
    world.next_check().await;
    let states = world.program.store.watchlist_states().await.unwrap();
    assert_eq!(states[0].said_problem(), None, "it is well again");
    assert_eq!(states[0].notes, ["customers.csv has a column that is not used: `Fax`"]);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn of_very_many_bad_rows_the_first_are_named_and_all_are_counted() {
    let site = site("").await;
    let bad = |n: usize| format!("B{n},Quixotic Bakery,,,Nowhere {},", "x".repeat(1_000));
    let all: Vec<String> = (0..1_500).map(bad).chain([OURS.to_owned()]).collect();
    write(&site, &all.iter().map(String::as_str).collect::<Vec<_>>());
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let row = watchlist(&site).await;
    assert_eq!((&row["rows"], &row["bad_rows"]), (&1_501.into(), &1_500.into()));
    let problems = row["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems[1_000], "500 more rows have a problem");
    let longest = problems.iter().map(|problem| problem.as_str().unwrap().len()).max();
    assert!(longest < Some(300), "a cell is quoted in part: {}", problems[0]);
    let status = site.command(&["status"]).await.stdout;
    assert!(status.contains("1500 with problems"), "{status}");
}
