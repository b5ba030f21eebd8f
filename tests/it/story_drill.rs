//! The drill: latest parties in other spellings, a marked test alert to every receiver, a report.

use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::Answer;
use crate::world::Site;

/// The last four cite the latest pages.
fn list() -> Vec<Row> {
    let names = ["Zhukovsky Avionics", "Tianshan Radar", "Sinnovar Optics", "Keldibek Marine"];
    let latest = names.iter().zip(38_921..).map(|(name, page)| {
        let address = format!("No. {} Long Road, Xiatun District, Shenyang, CN", page - 38_900);
        row(&format!("{name} Research Institute Co., Ltd."), &format!("91 FR {page}")).at(&address)
    });
    rows(20).into_iter().chain(latest).collect()
}

async fn watched() -> Site {
    let site = Site::new().await;
    site.publish(&list());
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    site
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn a_drill_counts_what_is_found_and_alerts_every_receiver_once_with_a_test() {
    let site = watched().await;
    let (posted, mails) = (site.webhook.received().len(), site.smtp.mails().len());
    let ended = site.command(&["drill", "--parties", "3", "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{} {}", ended.stdout, ended.stderr);
    let drill = json(&ended.stdout)["drill"].take();
    assert_eq!(drill["parties"]["taken"], 3);
    assert_eq!(drill["parties"]["since_citation"], "91 FR 38922");
    assert_eq!(
        (&drill["lists"][0]["list"], &drill["lists"][0]["entries"]),
        (&"EL".into(), &24.into())
    );
    assert_eq!(drill["lists"][0]["on_hold"], false);
    let kinds = drill["kinds"].as_array().unwrap();
    let same = kinds.iter().find(|kind| kind["kind"] == "same").unwrap();
    assert_eq!(
        (&same["asked"], &same["found"], &same["strong"]),
        (&3.into(), &3.into(), &3.into())
    );
    for kind in ["space", "legal", "order", "typo", "address", "sister", "clean"] {
        let kind = kinds.iter().find(|known| known["kind"] == kind).unwrap();
        assert!(kind["asked"].as_u64().unwrap() > 0, "{kind}");
    }

    let answers = drill["receivers"].as_array().unwrap();
    assert_eq!(answers.len(), 3, "{answers:?}");
    assert!(answers.iter().all(|answer| answer["accepted"] == true), "{answers:?}");
    assert_eq!(site.smtp.mails().len(), mails + 1);
    let requests = site.webhook.received();
    assert_eq!(requests.len(), posted + 1);
    let body = requests.last().unwrap().json();
    assert_eq!(body["test"], true, "the alert is marked");

    // The same list gives the same drill.
    let again = site.command(&["drill", "--parties", "3", "--output", "json"]).await;
    let again = json(&again.stdout)["drill"].take();
    for part in ["parties", "kinds", "missed", "false_alarms"] {
        assert_eq!(again[part], drill[part], "{part}");
    }

    let text = site.command(&["drill", "--parties", "3"]).await;
    for expected in ["Lists", "EL of csl: 24 rows", "91 FR 38922", "3 of 3", "erp", "accepted"] {
        assert!(text.stdout.contains(expected), "{expected}: {}", text.stdout);
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_named_and_fails_the_drill() {
    let site = watched().await;
    site.slack.will_answer([Answer::status(500)]);
    let ended = site.command(&["drill", "--output", "json"]).await;
    assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
    let drill = json(&ended.stdout)["drill"].take();
    for answer in drill["receivers"].as_array().unwrap() {
        assert_eq!(answer["accepted"], answer["receiver"] != "desk", "{answer}");
    }
}

#[tokio::test]
async fn the_alert_to_a_console_is_not_in_the_report() {
    let mut site = Site::new().await;
    site.sections = "[[receiver]]\nname = \"log\"\nkind = \"console\"\n".into();
    site.publish(&list());
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let ended = site.command(&["drill", "--parties", "1", "--output", "json"]).await;
    let answers = json(&ended.stdout)["drill"]["receivers"].take();
    assert!(answers.as_array().unwrap().iter().any(|answer| answer["receiver"] == "log"));
    assert!(ended.stderr.contains("This is a test with made-up data"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_drill_says_how_old_each_counterparty_file_is() {
    let mut site = Site::new().await;
    site.sections = "[[watchlist]]\nname = \"customers\"\npath = \"customers.csv\"\n".into();
    let file = site.folder.path().join("customers.csv");
    std::fs::write(&file, "id,name\nC1,Quixotic Bakery\n").unwrap();
    site.publish(&list());
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let drilled = async || {
        let ended = site.command(&["drill", "--parties", "1", "--output", "json"]).await;
        (ended.exit, json(&ended.stdout)["drill"]["watchlists"][0].take())
    };
    let (exit, customers) = drilled().await;
    assert_eq!((exit, &customers["rows"]), (Some(0), &1.into()), "{customers}");
    assert_eq!((&customers["problem"], customers["dated"].is_string()), (&Value::Null, true));

    std::fs::remove_file(&file).unwrap();
    site.command(&["check"]).await;
    let (exit, customers) = drilled().await;
    assert_eq!((exit, &customers["problem"]["kind"]), (Some(1), &"unreadable".into()));
    assert_eq!(customers["rows"], 1, "the last good content stays in use");
}

#[tokio::test]
async fn a_list_that_was_never_read_is_in_the_report_and_fails_the_drill() {
    let mut site = Site::new().await;
    let path = site.folder.path().join("list.csv");
    site.sections = format!(
        "[[source]]\nname = \"second\"\nkind = \"file\"\npath = \"{}\"\nlists = [\"EL\"]\n",
        path.display()
    );
    site.publish(&list());
    assert_eq!(site.command(&["check"]).await.exit, Some(1), "the second source has no file");
    let ended = site.command(&["drill", "--parties", "1", "--output", "json"]).await;
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    let lists = json(&ended.stdout)["drill"]["lists"].take();
    assert_eq!(lists.as_array().unwrap().len(), 2, "{lists}");
    let second = &lists[1];
    assert_eq!((&second["source"], &second["entries"]), (&"second".into(), &0.into()));
    assert_eq!((&second["observed_at"], second["failing_since"].is_string()), (&Value::Null, true));
    let ended = site.command(&["drill", "--parties", "1"]).await;
    assert!(ended.stdout.contains("EL of second: 0 rows, never read"), "{}", ended.stdout);
}

#[tokio::test]
async fn a_drill_needs_a_current_list() {
    let site = Site::new().await;
    let ended = site.command(&["drill"]).await;
    assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
}
