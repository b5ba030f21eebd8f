//! Commands beside a running daemon, and two daemons on one database: the real binary.

use std::os::unix::fs::PermissionsExt;

use entitywatch::actions::Request;
use entitywatch::control_socket::{self, ControlSocket};
use entitywatch::domain::ListCode;
use entitywatch::store::{
    Mode, StoreUrl, {self},
};
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::Answer;
use crate::world::{Ended, SECRET, Site, World, within};

/// The daemon checks once a year by itself.
const SELDOM: &str = "0 0 1 1 *";

fn with(names: &[&str]) -> Vec<Row> {
    rows(40)
        .into_iter()
        .chain(names.iter().map(|name| row(name, "87 FR 38925").at("Beijing, CN")))
        .collect()
}

/// A site with a baseline, at which nothing happens by itself.
async fn site() -> Site {
    let site = Site { schedule: SELDOM, ..Site::new().await };
    site.publish(&rows(40));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    site
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|_| panic!("expected JSON, but got {ended:?}"))
}

#[tokio::test]
async fn a_name_that_nothing_has_is_no_empty_answer() {
    let site = site().await;
    for (command, option, known, unknown) in [
        ("changes", "--source", "csl", "source (csl)"),
        ("entries", "--source", "csl", "source (csl)"),
        ("deliveries", "--receiver", "erp", "receiver ("),
    ] {
        let answered = site.command(&[command, option, known]).await;
        assert_eq!(answered.exit, Some(0), "{answered:?}");
        let ended = site.command(&[command, option, "typo", "--output", "json"]).await;
        assert_eq!((ended.exit, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(
            ended.stderr.contains(&format!("expected the name of a {unknown}"))
                && ended.stderr.contains("but got `typo`"),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn an_id_that_nothing_has_is_a_mistake_in_the_call() {
    let site = site().await;
    for command in [
        &["alerts", "show", "alr_none"][..],
        &["alerts", "--id", "alr_none"],
        &["alerts", "--id", "alr_none", "--output", "json"],
        &["deliveries", "--alert", "alr_none"],
        &["deliveries", "retry", "dlv_none"],
        &["holds", "show", "hld_none"],
        &["holds", "accept", "hld_none", "--by", "Ann", "--reason", "checked"],
        &["holds", "reject", "hld_none", "--by", "Ann", "--reason", "checked"],
        &["receivers", "test", "none"],
        &["receivers", "enable", "none"],
        &["deliveries", "send", "--receiver", "none", "--since", "24h"],
        &["check", "--source", "none"],
    ] {
        let ended = site.command(command).await;
        assert_eq!(ended.exit, Some(2), "{command:?}: {ended:?}");
        assert!(
            ended.stderr.contains("expected ") && ended.stderr.contains("none`"),
            "{command:?}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn an_alert_is_shown_whole_as_each_channel_shows_it() {
    let site = site().await;
    site.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant"]));
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    let listed = json(&site.command(&["alerts", "--output", "json"]).await);
    let alert = listed["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|alert| alert["type"] == "list.changed")
        .unwrap();
    let id = alert["alert_id"].as_str().unwrap();
    let shown = async |format: &str| {
        let ended = site.command(&["alerts", "show", id, "--format", format]).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        ended
    };
    let text = shown("text").await.stdout;
    for part in [
        "Entity List: 2 added",
        "Tianshan Avionics Institute",
        "Vostok Radar Plant",
        "87 FR 38925",
        "Authority: Bureau of Industry",
        id,
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert_eq!(site.command(&["alerts", "show", id]).await.stdout, text, "text is the default");
    assert_eq!(site.command(&["alerts", "--id", id]).await.stdout, text);
    let html = shown("html").await.stdout;
    assert!(
        html.starts_with("<!DOCTYPE html>")
            && html.contains("Tianshan Avionics Institute")
            && html.contains("</html>"),
        "{html}"
    );
    let slack = json(&shown("slack").await);
    assert!(
        slack["blocks"].to_string().contains("Vostok Radar Plant")
            && slack["text"].as_str().unwrap().contains(id),
        "{slack}"
    );
    assert_eq!(&json(&shown("json").await), alert);
    assert_eq!(
        json(&site.command(&["alerts", "--id", id, "--output", "json"]).await),
        serde_json::json!({ "alerts": [alert] })
    );
}

/// The daemon's secrets are its own: who may ask it need not be able to read them.
#[tokio::test]
async fn what_the_daemon_is_asked_for_needs_no_secret() {
    let mut site = Site { schedule: SELDOM, ..Site::new().await };
    let url = site.webhook.url("/second");
    site.sections = format!(
        "[[receiver]]\nname = \"second\"\nkind = \"webhook\"\nurl = \"{url}\"\nsecret_file = \
         \"second\"\nallow_private = true\n"
    );
    let secret = site.folder.path().join("second");
    std::fs::write(&secret, SECRET).unwrap();
    site.publish(&rows(40));
    let daemon = site.run().await;
    std::fs::remove_file(&secret).unwrap();
    let asked = site.command(&["receivers", "test", "second"]).await;
    assert_eq!(asked.exit, Some(0), "{asked:?}");
    assert_eq!(daemon.stop().await, Some(0));
    let alone = site.command(&["receivers", "test", "second"]).await;
    assert!(
        alone.exit == Some(2) && alone.stderr.contains("failed to read the secret"),
        "{alone:?}"
    );
}

#[tokio::test]
async fn check_beside_the_daemon_is_carried_out_by_it_and_sends_nothing_twice() {
    let site = site().await;
    let daemon = site.run().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    let (one, two) = tokio::join!(site.command(&["check"]), site.command(&["check"]));
    assert_eq!((one.exit, two.exit), (Some(0), Some(0)), "{one:?} {two:?}");
    assert_eq!((site.alerts().len(), site.slack.received().len()), (1, 1));
    assert_eq!(site.publisher.most_at_once(), 1, "one request at a time to a host");

    let test = site.command(&["receivers", "test", "erp"]).await;
    assert_eq!(test.exit, Some(0), "{test:?}");
    let received = site.webhook.received();
    assert_eq!((received.len(), received[1].json()["type"].as_str()), (2, Some("test")));

    site.publish(&rows(20));
    let held = site.command(&["check"]).await;
    assert_eq!(held.exit, Some(3), "{held:?}");
    let holds = json(&site.command(&["holds", "list", "--output", "json"]).await);
    let id = holds["holds"][0]["hold_id"].as_str().unwrap().to_owned();
    let accepted =
        site.command(&["holds", "accept", &id, "--by", "Ada", "--reason", "read it"]).await;
    assert_eq!(accepted.exit, Some(0), "{accepted:?}");
    let removed = site.told().iter().filter(|(kind, _)| kind == "removed").count();
    assert_eq!(removed, 21);
    assert_eq!(daemon.stop().await, Some(0));
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    let mut ids: Vec<String> = site
        .webhook
        .received()
        .iter()
        .map(|r| r.header("webhook-id").unwrap().to_owned())
        .collect();
    let sent = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), sent, "nothing was sent twice");
}

#[tokio::test]
async fn deliveries_retry_beside_the_daemon_sends_once_more_under_the_same_id() {
    let site = Site { delivery: "retry = [\"5h\"]".to_owned(), ..site().await };
    let daemon = site.run().await;
    site.webhook.will_answer([Answer::status(500)]);
    site.publish(&with(&["Tianshan Avionics Institute"]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let pending =
        json(&site.command(&["deliveries", "--state", "pending", "--output", "json"]).await);
    let id = pending["deliveries"][0]["delivery_id"].as_str().unwrap().to_owned();
    let ended = site.command(&["deliveries", "retry", &id]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let alerts = site.alerts();
    assert_eq!(alerts.len(), 2);
    assert!(alerts.iter().all(|(of, _)| *of == id));
    assert_eq!(site.command(&["deliveries", "retry", "no-such-id"]).await.exit, Some(2));
    drop(daemon);
}

#[tokio::test]
async fn two_daemons_on_one_database_are_refused() {
    let site = site().await;
    let daemon = site.run().await;
    let second = site.command(&["run"]).await;
    assert!(second.exit == Some(1) && second.stderr.contains("in use"), "{second:?}");
    assert_eq!(site.command(&["check"]).await.exit, Some(0), "the first still answers");
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn what_a_killed_daemon_left_behind_is_in_nobodys_way() {
    let site = site().await;
    site.run().await.kill();
    let sockets = std::fs::read_dir(site.folder.path())
        .unwrap()
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "sock"));
    assert!(sockets.count() > 0, "its socket is still there");
    assert_eq!(site.command(&["check"]).await.exit, Some(0), "carried out by the command itself");
    let daemon = site.run().await;
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn reading_commands_work_beside_the_daemon_and_where_nothing_can_be_written() {
    let site = site().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    site.command(&["check"]).await;
    let daemon = site.run().await;
    let readings = [
        (&["changes", "--output", "json"][..], "changes", 1),
        (&["entries", "--output", "json"], "entries", 41),
        (&["sources", "--output", "json"], "sources", 1),
        (&["deliveries", "--output", "json"], "deliveries", 4),
        (&["alerts", "--output", "json"], "alerts", 2),
        (&["holds", "list", "--output", "json"], "holds", 0),
    ];
    let requests = site.publisher.seen().len();
    for (command, key, count) in readings {
        let ended = site.command(command).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert_eq!(json(&ended)[key].as_array().map(Vec::len), Some(count), "{ended:?}");
    }
    assert_eq!(site.publisher.seen().len(), requests);
    assert_eq!(daemon.stop().await, Some(0));
    // Root may write anywhere: there this shows only that reading makes nothing.
    std::fs::set_permissions(site.folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    std::fs::set_permissions(site.database(), std::fs::Permissions::from_mode(0o444)).unwrap();
    for (command, key, count) in readings {
        let ended = site.command(command).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert_eq!(json(&ended)[key].as_array().map(Vec::len), Some(count), "{ended:?}");
    }
    std::fs::set_permissions(site.folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_hangup_takes_over_a_good_configuration_and_leaves_a_bad_one() {
    let mut site = site().await;
    let daemon = site.run().await;
    let late = crate::sinks::HttpSink::start().await;
    site.sections = format!(
        "[[receiver]]\nname = \"late\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n",
        late.url("/")
    );
    site.write();
    daemon.signal("HUP");
    within("the reload", daemon.says("READY=1")).await;
    std::fs::write(site.configuration(), "[[source]]\nnonsense = 1\n").unwrap();
    daemon.signal("HUP");
    within("the second reload", daemon.says("READY=1")).await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!((late.received().len(), site.alerts().len()), (1, 1));
    assert_eq!(daemon.stop().await, Some(0));
    let log = std::fs::read_to_string(site.log_path()).unwrap();
    assert!(log.contains("the previous one stays in effect"), "{log}");
}

/// How many entries a copy of the database's file alone holds.
async fn entries_in_the_file_alone(site: &Site) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(site.database(), &copy).unwrap();
    let store = store::open(&StoreUrl::sqlite_file(copy), Mode::Read).await.unwrap();
    store.current_entries("csl", ListCode::EL).await.unwrap().len()
}

#[tokio::test]
async fn after_a_clean_end_the_databases_file_alone_is_the_record() {
    let site = site().await;
    assert_eq!(entries_in_the_file_alone(&site).await, 40, "after a command");
    let daemon = site.run().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(daemon.stop().await, Some(0));
    assert_eq!(entries_in_the_file_alone(&site).await, 41, "after the daemon");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_keeps_no_daemon_from_watching() {
    let site = Site { schedule: SELDOM, database_folder: "long".repeat(40), ..Site::new().await };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let daemon = site.run().await;
    let refused = site.command(&["check"]).await;
    assert!(refused.exit == Some(1) && refused.stderr.contains("in use"), "{refused:?}");
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn who_has_asked_nothing_yet_delays_no_stop() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    // Its folder is made.
    let path = world.folder.path().join("run/entitywatch/control.sock");
    let control = ControlSocket::listen(&path).unwrap();
    let mode = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let serving =
        tokio::spawn(control.serve(world.program.clone(), world.program.stopping.clone()));
    let idle = tokio::net::UnixStream::connect(&path).await.unwrap();
    // An answer says that the connection before it was taken too.
    let asked = within(
        "an answer",
        control_socket::send(&path, &Request::ReceiversEnable { name: "unheard-of".into() }),
    )
    .await
    .unwrap();
    assert_eq!(asked.map(|reply| reply.exit), Some(2));
    world.program.stopping.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(5), serving)
        .await
        .expect("it waits for nobody")
        .unwrap();
    drop(idle);
}

#[test]
fn err_a_socket_that_cannot_be_says_why_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let Err(problem) = ControlSocket::listen(&file.path().join("control.sock")) else {
        panic!("a file is no folder")
    };
    let text = format!("{:#}", anyhow::Error::from(problem));
    assert!(text.starts_with("failed to listen on the control socket "), "{text}");
    assert_eq!(text.matches("os error").count(), 1, "{text}");
}

#[tokio::test]
async fn check_without_a_daemon_exits_as_the_contract_says() {
    let site = site().await;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    assert_eq!(site.command(&["check"]).await.exit, Some(3), "also after a 304");
    site.publish_text("<html><body>gone fishing</body></html>");
    assert_eq!(site.command(&["check"]).await.exit, Some(1));
    assert_eq!(site.command(&["check", "--source", "unheard-of"]).await.exit, Some(2));
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert!(site.told().is_empty());
}
