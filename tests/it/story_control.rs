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

/// The daemon itself checks once a year.
const SELDOM: &str = "0 0 1 1 *";

fn with(names: &[&str]) -> Vec<Row> {
    rows(40)
        .into_iter()
        .chain(names.iter().map(|name| row(name, "87 FR 38925").at("Beijing, CN")))
        .collect()
}

/// A site with a baseline, where the daemon does not check on its own.
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
async fn an_unknown_name_in_a_filter_is_an_error() {
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
async fn an_unknown_id_is_a_usage_error() {
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
        &["items", "show", "itm_none"],
        &["items", "take", "itm_none", "--by", "Ann"],
        &["items", "reopen", "itm_none", "--by", "Ann", "--note", "again"],
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
async fn an_alert_can_be_shown_in_the_format_of_each_channel() {
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

/// A user who may send commands to the daemon need not be able to read its secrets.
#[tokio::test]
async fn a_command_that_the_daemon_executes_needs_no_secret() {
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
    let by_daemon = site.command(&["receivers", "test", "second"]).await;
    assert_eq!(by_daemon.exit, Some(0), "{by_daemon:?}");
    assert_eq!(daemon.stop().await, Some(0));
    let alone = site.command(&["receivers", "test", "second"]).await;
    assert!(
        alone.exit == Some(2) && alone.stderr.contains("failed to read the secret"),
        "{alone:?}"
    );
}

#[tokio::test]
async fn a_check_command_beside_the_daemon_runs_in_the_daemon_and_sends_nothing_twice() {
    let site = site().await;
    let daemon = site.run().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    let (one, two) = tokio::join!(site.command(&["check"]), site.command(&["check"]));
    assert_eq!((one.exit, two.exit), (Some(0), Some(0)), "{one:?} {two:?}");
    assert_eq!((site.alerts().len(), site.slack.received().len()), (1, 1));
    assert_eq!(site.publisher.most_concurrent(), 1, "one request at a time to a host");

    let test = site.command(&["receivers", "test", "erp"]).await;
    assert_eq!(test.exit, Some(0), "{test:?}");
    let received = site.webhook.received();
    assert_eq!((received.len(), received[1].json()["type"].as_str()), (2, Some("test")));

    site.publish(&rows(20));
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(3), "{checked:?}");
    let holds = json(&site.command(&["holds", "list", "--output", "json"]).await);
    let id = holds["holds"][0]["hold_id"].as_str().unwrap().to_owned();
    let accepted =
        site.command(&["holds", "accept", &id, "--by", "Ada", "--reason", "read it"]).await;
    assert_eq!(accepted.exit, Some(0), "{accepted:?}");
    let removed = site.alerted().iter().filter(|(kind, _)| kind == "removed").count();
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
async fn a_retry_beside_the_daemon_sends_again_under_the_same_id() {
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
async fn the_leftovers_of_a_killed_daemon_block_nothing() {
    let site = site().await;
    site.run().await.kill();
    let sockets = std::fs::read_dir(site.folder.path())
        .unwrap()
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "sock"));
    assert!(sockets.count() > 0, "its socket is still there");
    assert_eq!(site.command(&["check"]).await.exit, Some(0), "executed by the command itself");
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
    let requests = site.publisher.requests().len();
    for (command, key, count) in readings {
        let ended = site.command(command).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert_eq!(json(&ended)[key].as_array().map(Vec::len), Some(count), "{ended:?}");
    }
    assert_eq!(site.publisher.requests().len(), requests);
    assert_eq!(daemon.stop().await, Some(0));
    // Root may write anywhere. Run as root, this shows only that reading creates no file.
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
async fn sighup_applies_a_valid_configuration_and_ignores_an_invalid_one() {
    let mut site = site().await;
    let daemon = site.run().await;
    let late = crate::sinks::HttpSink::start().await;
    site.sections = format!(
        "[[receiver]]\nname = \"late\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n",
        late.url("/")
    );
    site.write();
    daemon.signal("HUP");
    within("the reload", daemon.notified("READY=1")).await;
    std::fs::write(site.configuration(), "[[source]]\nnonsense = 1\n").unwrap();
    daemon.signal("HUP");
    within("the second reload", daemon.notified("READY=1")).await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert_eq!((late.received().len(), site.alerts().len()), (1, 1));
    assert_eq!(daemon.stop().await, Some(0));
    let log = std::fs::read_to_string(site.log_path()).unwrap();
    assert!(log.contains("the previous one stays in effect"), "{log}");
}

/// How many entries are in a copy of the database file alone, without its log.
async fn entries_in_the_file_alone(site: &Site) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(site.database(), &copy).unwrap();
    let store = store::open(&StoreUrl::sqlite_file(copy), Mode::Read).await.unwrap();
    store.current_entries("csl", ListCode::EL).await.unwrap().len()
}

#[tokio::test]
async fn after_a_clean_stop_the_database_file_alone_holds_everything() {
    let site = site().await;
    assert_eq!(entries_in_the_file_alone(&site).await, 40, "after a command");
    let daemon = site.run().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(daemon.stop().await, Some(0));
    assert_eq!(entries_in_the_file_alone(&site).await, 41, "after the daemon");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_does_not_stop_the_daemon() {
    let site = Site { schedule: SELDOM, database_folder: "long".repeat(40), ..Site::new().await };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let daemon = site.run().await;
    let refused = site.command(&["check"]).await;
    assert!(refused.exit == Some(1) && refused.stderr.contains("in use"), "{refused:?}");
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_a_stop() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    // The folder of the socket is created.
    let path = world.folder.path().join("run/entitywatch/control.sock");
    let control = ControlSocket::listen(&path).unwrap();
    let mode = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let serving =
        tokio::spawn(control.serve(world.program.clone(), world.program.stopping.clone()));
    let idle = tokio::net::UnixStream::connect(&path).await.unwrap();
    // An answer shows that the connection before it was accepted too.
    let answered = within(
        "an answer",
        control_socket::send(&path, &Request::ReceiversEnable { name: "unheard-of".into() }),
    )
    .await
    .unwrap();
    assert_eq!(answered.map(|reply| reply.exit), Some(2));
    world.program.stopping.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(5), serving)
        .await
        .expect("the idle connection does not delay the end")
        .unwrap();
    drop(idle);
}

#[test]
fn err_the_error_of_an_impossible_socket_names_its_cause_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let Err(problem) = ControlSocket::listen(&file.path().join("control.sock")) else {
        panic!("a file is no folder")
    };
    let text = format!("{:#}", anyhow::Error::from(problem));
    assert!(text.starts_with("failed to listen on the control socket "), "{text}");
    assert_eq!(text.matches("os error").count(), 1, "{text}");
}

#[tokio::test]
async fn a_check_without_a_daemon_has_the_exit_codes_of_the_contract() {
    let site = site().await;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    assert_eq!(site.command(&["check"]).await.exit, Some(3), "also after a 304");
    site.publish_text("<html><body>gone fishing</body></html>");
    assert_eq!(site.command(&["check"]).await.exit, Some(1));
    assert_eq!(site.command(&["check", "--source", "unheard-of"]).await.exit, Some(2));
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert!(site.alerted().is_empty());
}
