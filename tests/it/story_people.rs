//! People, the socket of the pages, and the configuration as evidence: the real binary.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use entitywatch::domain::{Identified, TokenHash};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::list::rows;
use crate::world::{Ended, HOOK_TOKEN, SECRET, SLACK_TOKEN, Site, World, within};

/// The daemon checks once a year by itself.
const SELDOM: &str = "0 0 1 1 *";
const TOKEN: &str = "ewt_planted-token-of-ada";

fn ada(role: &str) -> String {
    let hash = TokenHash::of(TOKEN).hex();
    format!("[[person]]\nname = \"ada\"\nrole = \"{role}\"\ntoken_sha256 = \"{hash}\"\n")
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|_| panic!("expected JSON, but got {ended:?}"))
}

/// The journal's entries of a kind: their data.
async fn journal(site: &Site, kind: &str) -> Vec<Value> {
    let exported = site.command(&["journal", "export"]).await;
    assert_eq!(exported.exit, Some(0), "{exported:?}");
    let entries = exported.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries
        .filter(|entry| entry["kind"] == kind)
        .map(|entry| serde_json::from_str(entry["data"].as_str().unwrap()).unwrap())
        .collect()
}

/// A site with a list on hold; returns the id of the hold.
async fn on_hold(site: &Site) -> String {
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let holds = json_of(&site.command(&["holds", "list", "--output", "json"]).await);
    holds["holds"][0]["hold_id"].as_str().unwrap().to_owned()
}

/// Who these tests are to the system.
fn this_user() -> (u32, Value) {
    let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
    let name = std::process::Command::new("id").arg("-un").output().unwrap().stdout;
    (uid, Value::from(String::from_utf8(name).unwrap().trim()))
}

#[tokio::test]
async fn a_name_on_the_command_line_is_a_claim_and_the_user_is_kept_beside_it() {
    let (uid, user) = this_user();
    for with_daemon in [true, false] {
        let site = Site { schedule: SELDOM, ..Site::new().await };
        let id = on_hold(&site).await;
        let daemon = if with_daemon { Some(site.run().await) } else { None };
        let reject = ["holds", "reject", &id, "--by", "The President", "--reason", "so there"];
        let ended = site.command(&reject).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        let by = if with_daemon { "socket" } else { "process" };
        let expected = json!({"by": by, "uid": uid, "user": user});
        let shown = json_of(&site.command(&["holds", "show", &id, "--output", "json"]).await);
        let hold = &shown["holds"][0];
        assert_eq!(
            (&hold["decided_by"], &hold["identified"]),
            (&json!("The President"), &expected)
        );
        let text = site.command(&["holds", "show", &id]).await.stdout;
        let words = format!("by The President, as claimed by the user {}", user.as_str().unwrap());
        assert!(text.contains(&words), "`{words}` is not in {text}");
        let journaled = journal(&site, "hold.rejected").await;
        assert_eq!(journaled.len(), 1);
        assert_eq!(
            (&journaled[0]["by"], &journaled[0]["identified"]),
            (&json!("The President"), &expected)
        );
        drop(daemon);
    }
}

#[tokio::test]
async fn a_hold_that_was_decided_before_names_nobody_it_does_not_know() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let mut old = serde_json::to_value(world.open_holds().await.remove(0)).unwrap();
    old.as_object_mut().unwrap().remove("identified");
    let read: entitywatch::domain::Hold = serde_json::from_value(old).unwrap();
    assert_eq!(read.identified, None::<Identified>);
}

#[tokio::test]
async fn each_start_and_reload_is_evidence_of_the_configuration_without_its_secrets() {
    let mut site = Site { schedule: SELDOM, listen: "127.0.0.1:0", ..Site::new().await };
    site.publish(&rows(40));
    let daemon = site.run().await;
    site.sections = ada("reader");
    site.server_keys = "public_reading = true".into();
    site.write();
    daemon.signal("HUP");
    within("the reload", daemon.notified("READY=1")).await;
    std::fs::write(site.configuration(), "[[source]]\nnonsense = 1\n").unwrap();
    daemon.signal("HUP");
    within("the refused reload", daemon.notified("READY=1")).await;
    assert_eq!(daemon.stop().await, Some(0));
    // Nothing changed.
    assert_eq!(site.run().await.stop().await, Some(0));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.delivery = "timeout = \"7s\"".into();
    for _ in 0..2 {
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
    }

    let loaded = journal(&site, "config.loaded").await;
    let causes: Vec<&str> = loaded.iter().map(|it| it["loaded"].as_str().unwrap()).collect();
    assert_eq!(causes, ["start", "reload", "start", "command"]);
    for entry in &loaded {
        assert_eq!(entry["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(entry["sha256"].as_str().map(str::len), Some(64));
    }
    let changed = |entry: &Value| -> Vec<String> {
        let keys = entry["changed"].as_array().unwrap().iter();
        keys.map(|it| {
            format!("{}: {} -> {}", it["key"].as_str().unwrap(), it["before"], it["after"])
        })
        .collect()
    };
    let [first, second, third, fourth] = loaded.as_slice() else { panic!("{loaded:?}") };
    assert_eq!((&first["previous_sha256"], changed(first).len()), (&Value::Null, 0));
    assert_eq!(first["configuration"]["receiver"][0]["to"], json!(["compliance@example.com"]));
    assert_eq!(second["previous_sha256"], first["sha256"]);
    let hash = TokenHash::of(TOKEN).beginning();
    assert_eq!(
        changed(second),
        [
            "person.ada.name: null -> \"ada\"".to_owned(),
            "person.ada.role: null -> \"reader\"".to_owned(),
            format!("person.ada.token_sha256: null -> \"{hash}\""),
            "server.public_reading: false -> true".to_owned(),
        ]
    );
    assert_eq!((&third["sha256"], changed(third).len()), (&second["sha256"], 0));
    assert!(third["configuration"].is_null() && third["configuration_in"].is_u64(), "{third}");
    assert_eq!(changed(fourth), ["delivery.timeout: \"20s\" -> \"7s\""]);
    let exported = site.command(&["journal", "export"]).await.stdout;
    for secret in [SLACK_TOKEN, HOOK_TOKEN, SECRET, TOKEN, &TokenHash::of(TOKEN).hex()] {
        assert!(!exported.contains(secret), "{secret} is in the journal");
    }
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
}

/// Asks over the Unix socket, as a proxy does.
async fn ask(socket: &Path, path: &str, headers: &str) -> String {
    asked(UnixStream::connect(socket).await.unwrap(), path, headers).await
}

async fn asked(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    path: &str,
    headers: &str,
) -> String {
    let host = "watch.example.com";
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(path, stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

#[tokio::test]
async fn the_pages_on_a_socket_believe_the_proxy_that_may_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("run/web.sock");
    let listen = Box::leak(format!("unix:{}", socket.display()).into_boxed_str());
    let site = Site {
        schedule: SELDOM,
        listen,
        server_keys: "user_header = \"X-Forwarded-User\"".into(),
        sections: ada("reader"),
        ..Site::new().await
    };
    site.publish(&rows(40));
    let killed = site.run().await;
    let metadata = std::fs::metadata(&socket).unwrap();
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o660);
    killed.kill();
    assert!(socket.exists(), "a killed daemon leaves its socket behind");

    let daemon = site.run().await;
    let nobody = ask(&socket, "/", "").await;
    assert!(nobody.starts_with("HTTP/1.1 303 "), "{nobody}");
    let named = ask(&socket, "/", "X-Forwarded-User: ada\r\n").await;
    assert!(named.starts_with("HTTP/1.1 200 ") && named.contains("<bdi>ada</bdi>"), "{named}");
    let unknown = ask(&socket, "/", "X-Forwarded-User: mallory\r\n").await;
    assert!(unknown.starts_with("HTTP/1.1 403 "), "{unknown}");
    let program = ask(&socket, "/metrics", &format!("Authorization: Bearer {TOKEN}\r\n")).await;
    assert!(program.starts_with("HTTP/1.1 200 "), "{program}");
    assert!(ask(&socket, "/healthz", "").await.ends_with("ok\n"));
    assert_eq!(daemon.stop().await, Some(0));
    assert!(!socket.exists(), "it is removed at stop");
}

#[tokio::test]
async fn a_reload_takes_access_away_and_never_by_the_address_that_it_does_not_listen_on() {
    let mut site = Site {
        schedule: SELDOM,
        listen: "127.0.0.1:0",
        server_keys: "public_url = \"https://watch.example.com\"".into(),
        sections: ada("reader"),
        ..Site::new().await
    };
    site.publish(&rows(40));
    let daemon = site.run().await;
    let address = {
        let log = std::fs::read_to_string(site.log_path()).unwrap();
        let rest = log.rsplit("server.listen=").next().unwrap().to_owned();
        rest.split_whitespace().next().unwrap().trim_matches('"').to_owned()
    };
    let status = async |header: &str| {
        let stream = TcpStream::connect(&address).await.unwrap();
        let answer = asked(stream, "/api/sources", &format!("{header}\r\n")).await;
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(status(&bearer).await, "200");
    assert_eq!(status("Accept: */*").await, "401");
    // Served on TCP until the next start, so that nobody is trusted as a proxy on a socket.
    site.listen = "unix:/nowhere/web.sock";
    site.server_keys.push_str("\nuser_header = \"X-Forwarded-User\"");
    site.write();
    daemon.signal("HUP");
    within("the reload", daemon.notified("READY=1")).await;
    assert_eq!(status("X-Forwarded-User: ada").await, "401");
    assert_eq!(status(&bearer).await, "200");
    site.sections = String::new();
    site.write();
    daemon.signal("HUP");
    within("the second reload", daemon.notified("READY=1")).await;
    assert_eq!(status(&bearer).await, "401", "the person is gone");
    assert_eq!(daemon.stop().await, Some(0));
    let log = std::fs::read_to_string(site.log_path()).unwrap();
    assert!(log.contains("NOBODY CAN READ THE PAGES"), "{log}");
    assert!(!log.contains(TOKEN), "{log}");
}

#[tokio::test]
async fn an_installation_whose_page_was_open_is_told_loudly_what_to_do() {
    let site = Site {
        schedule: SELDOM,
        listen: "127.0.0.1:0",
        server_keys: "public_url = \"https://watch.example.com\"".into(),
        ..Site::new().await
    };
    site.publish(&rows(40));
    let checked = site.command(&["config", "check"]).await;
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    for part in ["NOBODY CAN READ THE PAGES", "config token", "public_reading = true"] {
        assert!(checked.stderr.contains(part), "{checked:?}");
    }
    let strict = site.command(&["config", "check", "--strict"]).await;
    assert_eq!(strict.exit, Some(2), "{strict:?}");
    let daemon = site.run().await;
    let page = site.page("/sign-in").await;
    assert!(page.contains("Nobody can sign in"), "{page}");
    assert!(site.page("/metrics").await.starts_with("HTTP/1.1 401 "));
    let log = std::fs::read_to_string(site.log_path()).unwrap();
    assert!(log.contains("WARN") && log.contains("NOBODY CAN READ THE PAGES"), "{log}");
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn a_new_token_signs_in_with_the_hash_that_is_printed_beside_it() {
    let site = Site::new().await;
    let printed = site.command(&["config", "token"]).await;
    assert_eq!((printed.exit, printed.stderr.as_str()), (Some(0), ""), "{printed:?}");
    let table: toml::Table = printed.stdout.parse().unwrap();
    let (token, hash) = (table["token"].as_str().unwrap(), table["token_sha256"].as_str().unwrap());
    assert!(token.starts_with("ewt_") && token.len() == 47, "{token}");
    assert_eq!(TokenHash::of(token).hex(), hash);
    let again = site.command(&["config", "token"]).await;
    assert_ne!(again.stdout, printed.stdout);
}
