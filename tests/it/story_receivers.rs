//! Receivers that fail: none of them loses an alert, gets one under two ids, or delays another.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use entitywatch::actions::Request;
use entitywatch::clock::Clock;
use entitywatch::domain::{Delivery, DeliveryState};
use entitywatch::pipeline::delivery;
use entitywatch::store::AlertQuery;

use crate::list::{Row, row, rows};
use crate::sinks::{Answer, SmtpBehavior};
use crate::world::{HOOK_TOKEN, SECRET, SLACK_TOKEN, Site, World, within};

const MINUTE: Duration = Duration::from_secs(60);

fn newcomer(name: &str) -> Row {
    row(name, "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

/// Forty entries and these.
fn with(names: &[&str]) -> Vec<Row> {
    rows(40).into_iter().chain(names.iter().map(|name| newcomer(name))).collect()
}

async fn world(delivery: &str) -> World {
    World::with_baseline(Site { delivery: delivery.to_owned(), ..Site::new().await }, &rows(40))
        .await
}

#[tokio::test]
async fn a_webhook_that_fails_four_times_gets_each_alert_once_and_under_one_id() {
    let world = world("").await;
    world.webhook.will_answer((0..4).map(|_| Answer::status(500)));
    world.publish(&with(&["Tianshan Avionics Institute"]));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "a delivery that will be tried again changes nothing: {reply:?}");
    for wait in [5, 30, 300, 1800] {
        world.clock.advance(Duration::from_secs(wait) / 2);
        assert_eq!(world.deliver().await.delivered, 0, "not before its time");
        world.clock.advance(Duration::from_secs(wait));
        world.deliver().await;
    }
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 5, "four failures and one success");
    assert!(alerts.iter().all(|(id, body)| *id == alerts[0].0 && *body == alerts[0].1));
    assert_eq!(world.deliveries("erp").await[0].state, DeliveryState::Delivered);
    world.clock.advance(100 * MINUTE);
    assert_eq!(world.deliver().await.delivered, 0);
    assert_eq!((world.slack.received().len(), world.alerts().len()), (1, 5));
}

#[tokio::test]
async fn the_first_success_makes_pending_deliveries_due() {
    let world = world("").await;
    world.webhook.will_answer((0..3).map(|_| Answer::status(500)));
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    world.clock.advance(MINUTE);
    world.deliver().await;
    world.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant"]));
    world.clock.advance(MINUTE);
    world.check().await;
    world.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant", "Juba Pumps"]));
    world.clock.advance(MINUTE);
    world.check().await;
    world.deliver().await;
    assert_eq!(world.delivery_states("erp").await, [DeliveryState::Delivered; 3]);
    let mut ids: Vec<String> = world.alerts().into_iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_check_tries_each_delivery_once_whatever_succeeds_beside_it() {
    let world = world("").await;
    let two: Vec<Row> = with(&["Tianshan Avionics Institute"])
        .into_iter()
        .chain([row("Vostok Radar Plant", "87 FR 51877")])
        .collect();
    world.publish(&two);
    world.webhook.will_answer([Answer::status(400), Answer::status(200)]);
    world.next_check().await;
    assert_eq!(
        world.webhook.received().len(),
        2,
        "the success does not retry the failed delivery in the same pass"
    );
    world.deliver().await;
    assert_eq!(world.webhook.received().len(), 3, "the next pass retries it at once");
}

/// What `deliveries --output json` prints of a receiver.
async fn shown_deliveries(world: &World, receiver: &str) -> Vec<serde_json::Value> {
    let ended =
        world.site.command(&["deliveries", "--receiver", receiver, "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let shown: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    shown["deliveries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_receiver_that_answers_410_is_switched_off_and_keeps_its_pending_deliveries() {
    let world = world("").await;
    world.webhook.will_answer([Answer::status(410)]);
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    assert_eq!(world.webhook.received().len(), 1);
    assert!(
        world.subjects().iter().any(|subject| subject.contains("erp")),
        "alerted over another channel: {:?}",
        world.subjects()
    );
    world.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant"]));
    world.clock.advance(48 * 60 * MINUTE);
    world.check().await;
    assert_eq!(world.webhook.received().len(), 1, "nothing is sent to it");
    assert_eq!(world.slack.received().len(), 2);
    assert_eq!(world.delivery_states("erp").await, [DeliveryState::Pending; 2]);
    let waiting = shown_deliveries(&world, "erp").await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    for row in &waiting {
        assert_eq!(
            (&row["state"], &row["next_attempt_at"]),
            (&"pending".into(), &serde_json::Value::Null),
            "no attempt is planned: {row}"
        );
        assert_eq!(row["waits_for"], "enable");
    }
    let reply = world.execute(Request::ReceiversEnable { name: "erp".into() }).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(world.webhook.received().len(), 3);
    assert_eq!(world.delivery_states("erp").await, [DeliveryState::Delivered; 2]);
}

/// Two hundred entries, and `count` new ones. Each of these cites a rule of its own, so that there
/// are `count` alerts.
fn with_rules(count: usize) -> Vec<Row> {
    let newcomers = (0..count).map(|n| {
        row(&format!("Newcomer {n}"), &format!("87 FR {}", 20_000 + 100 * n)).at("Beijing, CN")
    });
    rows(200).into_iter().chain(newcomers).collect()
}

#[tokio::test]
async fn a_receiver_that_answers_410_gets_no_delivery_that_was_already_claimed() {
    let world = World::with_baseline(Site::new().await, &rows(200)).await;
    world.webhook.will_answer((0..40).map(|_| Answer::status(410)));
    world.publish(&with_rules(40));
    world.next_check().await;
    let sent = world.webhook.received().len();
    assert!(sent <= 16, "only the attempts that had begun: {sent}");
    let pending = world.deliveries("erp").await;
    let untouched = (DeliveryState::Pending, 0);
    assert_eq!(pending.len(), 40);
    assert!(pending.iter().all(|delivery| (delivery.state, delivery.attempts) == untouched));
    assert_eq!(
        world.subjects().iter().filter(|subject| subject.contains("erp was switched off")).count(),
        1,
        "{:?}",
        world.subjects()
    );
    assert_eq!(
        delivery::next_due_at(&world.program, "erp").await.unwrap(),
        None,
        "nothing is due until the receiver is switched on"
    );
}

/// A command reads and writes over one connection. Reading ahead of the attempts must not block it.
#[tokio::test]
async fn a_command_writes_outcomes_while_it_reads_further_alerts() {
    let site = Site::new().await;
    site.publish(&rows(200));
    site.command(&["check"]).await;
    site.publish(&with_rules(40));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stdout.contains("deliveries: 120 delivered, 0 to be retried, 0 dead"),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn retry_after_delays_every_delivery_of_the_receiver() {
    let world = World::with_baseline(Site::new().await, &rows(200)).await;
    world.slack.will_answer([Answer::status(429).with_header("Retry-After", "30")]);
    world.publish(&with_rules(10));
    world.next_check().await;
    assert_eq!(world.slack.received().len(), 1);
    world.publish(&with_rules(11));
    world.clock.advance(Duration::from_secs(20));
    world.check().await;
    assert_eq!(world.slack.received().len(), 1, "a new alert waits too");
    let pause_ends = world.clock.now() + jiff::SignedDuration::from_secs(10);
    assert_eq!(delivery::next_due_at(&world.program, "desk").await.unwrap(), Some(pause_ends));
    world.clock.advance(Duration::from_secs(10));
    world.deliver().await;
    assert_eq!(world.slack.received().len(), 1 + 11);
    let all = world.deliveries("desk").await;
    assert_eq!(all.len(), 11);
    assert!(
        all.iter()
            .all(|delivery| (delivery.state, delivery.attempts) == (DeliveryState::Delivered, 1)),
        "{all:?}"
    );
}

#[tokio::test]
async fn a_410_is_alerted_even_after_the_alert_that_the_receiver_fails() {
    let world = world("").await;
    world.webhook.will_answer([Answer::status(404), Answer::status(410)]);
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    assert!(
        world.subjects().iter().any(|subject| subject.contains("Delivery to erp is failing")),
        "{:?}",
        world.subjects()
    );
    world.clock.advance(7 * 60 * MINUTE);
    world.deliver().await;
    let mails = world.smtp.mails();
    let mail = mails.iter().find(|mail| {
        mail.header("Subject").is_some_and(|subject| subject.contains("erp was switched off"))
    });
    let mail = mail.unwrap_or_else(|| panic!("{:?}", world.subjects()));
    let text = mail.data.replace("=\r\n", "");
    assert!(
        text.contains("entitywatch receivers enable erp") && !text.contains("is retried"),
        "{}",
        mail.data
    );
}

#[tokio::test]
async fn a_stopping_program_finishes_the_current_attempts_and_starts_no_others() {
    let site = Site { delivery: "timeout = \"1s\"".to_owned(), ..Site::new().await };
    let world = World::with_baseline(site, &rows(200)).await;
    world.slack.will_answer((0..40).map(|_| Answer::silence()));
    world.publish(&with_rules(40));
    world.clock.advance(15 * MINUTE);
    let stopping = async {
        within("Slack", world.slack.until(|sink| sink.received().len() == 1)).await;
        world.program.stopping.cancel();
    };
    tokio::join!(world.check(), stopping);
    assert_eq!(world.slack.received().len(), 1);
    let waiting = world.deliveries("desk").await;
    assert!(
        waiting.len() == 40
            && waiting.iter().all(|delivery| delivery.state == DeliveryState::Pending)
    );
    assert_eq!(waiting.iter().map(|delivery| delivery.attempts).sum::<u32>(), 1);
}

#[tokio::test]
async fn a_reload_does_not_wait_for_a_receiver_that_does_not_answer() {
    let site = Site {
        schedule: "* * * * * *",
        delivery: "timeout = \"10m\"".to_owned(),
        ..Site::new().await
    };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.smtp.behave(SmtpBehavior { silent: true, ..SmtpBehavior::default() });
    let daemon = site.run().await;
    site.publish(&with(&["Tianshan Avionics Institute"]));
    within("the first alert", site.webhook.until(|sink| sink.received().len() == 1)).await;
    within("a connection to the mail server", site.smtp.until_connected_in_silence()).await;
    daemon.signal("HUP");
    within("the reload", daemon.notified("READY=1")).await;
    site.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant"]));
    within("the second alert", site.webhook.until(|sink| sink.received().len() == 2)).await;
    drop(daemon);
}

#[tokio::test]
async fn retry_after_uses_up_no_attempt() {
    let world = world("retry = [\"5s\"]").await;
    world.webhook.will_answer((0..5).map(|n| {
        Answer::status(if n % 2 == 0 { 429 } else { 503 }).with_header("Retry-After", "600")
    }));
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    for sent in 1..=5 {
        assert_eq!(world.webhook.received().len(), sent);
        world.clock.advance(9 * MINUTE);
        world.deliver().await;
        assert_eq!(world.webhook.received().len(), sent, "not before its time");
        world.clock.advance(2 * MINUTE);
        world.deliver().await;
    }
    let delivery = world.deliveries("erp").await.remove(0);
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Delivered, 1));
}

#[tokio::test]
async fn a_delivery_refused_by_itself_keeps_its_schedule_while_others_are_accepted() {
    let world = world("").await;
    world.webhook.will_answer([Answer::status(500)]);
    let names: Vec<String> = (0..15).map(|n| format!("Tianshan Avionics Institute {n}")).collect();
    world.publish(&with(&[names[0].as_str()]));
    world.next_check().await;
    let refused = world.deliveries("erp").await.remove(0).delivery_id;
    world.webhook.refuse(refused.as_str());
    for count in 2..=names.len() {
        let known: Vec<&str> = names[..count].iter().map(String::as_str).collect();
        world.publish(&with(&known));
        world.clock.advance(Duration::from_secs(1));
        world.check().await;
    }
    let state = world.program.store.delivery(&refused).await.unwrap().unwrap();
    assert_eq!(state.state, DeliveryState::Pending, "{state:?}");
    assert!(
        state.attempts <= 4,
        "its own schedule of 5 s and 30 s, and one retry after a success: {state:?}"
    );
    assert_eq!(
        world
            .deliveries("erp")
            .await
            .iter()
            .filter(|delivery| delivery.state == DeliveryState::Delivered)
            .count(),
        14
    );
}

/// How many alerts say that `erp` is failing.
fn failing_alerts(world: &World) -> usize {
    let is_about_erp = |subject: &&String| subject.contains("Delivery to erp is failing");
    world.subjects().iter().filter(is_about_erp).count()
}

/// A webhook that answered its first alert with this status, and that alert's delivery.
async fn refused_once(status: u16) -> (World, Delivery) {
    let world = world("").await;
    world.webhook.will_answer([Answer::status(status)]);
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    let waiting = world.deliveries("erp").await.remove(0);
    (world, waiting)
}

#[tokio::test]
async fn a_receiver_that_fails_again_is_alerted_again_after_some_hours() {
    let (world, _) = refused_once(404).await;
    assert_eq!(failing_alerts(&world), 1);
    let names: Vec<String> = (0..3).map(|n| format!("Tianshan Avionics Institute {n}")).collect();
    let mut known = vec!["Tianshan Avionics Institute"];
    // It accepts one alert, and then it fails again.
    for (name, status) in names.iter().zip([200, 404, 404]) {
        known.push(name);
        // Earlier deliveries that are due are attempted first.
        world.webhook.will_answer((0..5).map(|_| Answer::status(status)));
        world.publish(&with(&known));
        world.next_check().await;
        world.webhook.clear_answers();
    }
    assert_eq!(failing_alerts(&world), 1, "there is no second alert for some hours");
    world.webhook.will_answer((0..20).map(|_| Answer::status(404)));
    world.clock.advance(Duration::from_secs(6 * 60 * 60));
    world.deliver().await;
    assert_eq!(failing_alerts(&world), 2, "it has failed since then, and nobody was alerted");
}

#[tokio::test]
async fn a_receiver_that_accepts_every_second_message_is_alerted_at_most_six_times_a_day() {
    let (world, _) = refused_once(404).await;
    let names: Vec<String> = (0..24).map(|n| format!("Tianshan Avionics Institute {n}")).collect();
    let mut known = vec!["Tianshan Avionics Institute"];
    for (hour, name) in names.iter().enumerate() {
        known.push(name);
        let status = if hour % 2 == 0 { 200 } else { 404 };
        world.webhook.will_answer((0..40).map(|_| Answer::status(status)));
        world.publish(&with(&known));
        world.clock.advance(Duration::from_secs(60 * 60));
        world.check().await;
        world.webhook.clear_answers();
    }
    let alerts = failing_alerts(&world);
    assert!((2..=6).contains(&alerts), "{alerts}");
}

#[tokio::test]
async fn a_delivered_test_makes_pending_deliveries_due() {
    let (world, waiting) = refused_once(404).await;
    assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Pending, 1));
    let reply =
        world.execute(Request::ReceiversTest { name: "erp".to_owned(), sample: None }).await;
    assert!(
        reply.exit == 0 && reply.lines.iter().any(|line| line.contains("1 delivered")),
        "{reply:?}"
    );
    assert_eq!(world.deliveries("erp").await.remove(0).state, DeliveryState::Delivered);
    let state = world
        .program
        .store
        .receiver_states()
        .await
        .unwrap()
        .into_iter()
        .find(|state| state.receiver == "erp")
        .unwrap();
    assert!(state.failing_since.is_none() && state.last_success_at.is_some(), "{state:?}");
}

#[tokio::test]
async fn a_retry_for_a_receiver_that_is_switched_off_says_that_it_waits() {
    let (world, waiting) = refused_once(410).await;
    let reply = world
        .execute(Request::DeliveriesRetry { ids: vec![waiting.delivery_id.clone()], by: None })
        .await;
    assert!(
        reply.exit == 1 && reply.problems[0].contains("waits: the receiver is switched off"),
        "{reply:?}"
    );
    let reply =
        world.execute(Request::ReceiversTest { name: "erp".to_owned(), sample: None }).await;
    assert_eq!(
        (reply.exit, world.deliveries("erp").await.remove(0).state),
        (0, DeliveryState::Pending),
        "a test does not switch a receiver on"
    );
}

#[tokio::test]
async fn a_dead_delivery_is_alerted_over_another_channel_and_can_be_sent_again() {
    let world = world("retry = [\"5s\", \"30s\"]").await;
    world.webhook.will_answer((0..3).map(|_| Answer::status(500)));
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    world.clock.advance(MINUTE);
    world.deliver().await;
    world.clock.advance(MINUTE);
    let reply = world.check().await;
    assert_eq!(reply.exit, 1, "a delivery became dead: {reply:?}");
    let dead = world.deliveries("erp").await.remove(0);
    assert_eq!(dead.state, DeliveryState::Dead);
    assert!(
        world.smtp.mails().iter().any(|mail| mail.data.contains(dead.delivery_id.as_str())),
        "{:?}",
        world.subjects()
    );
    assert!(world.journal_kinds().await.contains(&"delivery.dead".to_owned()));
    assert_eq!(world.next_check().await.exit, 0, "it is alerted once");
    let reply = world
        .execute(Request::DeliveriesRetry { ids: vec![dead.delivery_id.clone()], by: None })
        .await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 4);
    assert!(alerts.iter().all(|(id, _)| id == dead.delivery_id.as_str()));
}

#[tokio::test]
async fn a_silent_mail_server_delays_no_other_receiver() {
    let world = world("timeout = \"3s\"").await;
    world.smtp.behave(SmtpBehavior { silent: true, ..SmtpBehavior::default() });
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.clock.advance(15 * MINUTE);
    let checking = world.check();
    tokio::pin!(checking);
    let others = async {
        within("the webhook", world.webhook.until(|sink| sink.answered() == 1)).await;
        within("Slack", world.slack.until(|sink| sink.answered() == 1)).await;
    };
    tokio::select! {
        biased;
        () = others => {}
        reply = &mut checking => panic!("the webhook waited for the mail server: {reply:?}"),
    }
    let reply = within("the mail server to be given up", checking).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    world.smtp.behave(SmtpBehavior::default());
    world.clock.advance(MINUTE);
    world.deliver().await;
    assert_eq!(world.smtp.mails().len(), 2, "{:?}", world.subjects());
    assert_eq!(world.webhook.received().len(), 1);
}

#[tokio::test]
async fn a_new_receiver_gets_later_alerts_and_earlier_ones_on_request() {
    let mut world = world("").await;
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    let late = crate::sinks::HttpSink::start().await;
    world.site.sections = format!(
        "[[receiver]]\nname = \"late\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \
         \"{SECRET}\"\nallow_private = true\n",
        late.url("/")
    );
    world.reload();
    world.publish(&with(&["Tianshan Avionics Institute", "Vostok Radar Plant"]));
    world.next_check().await;
    assert_eq!(late.received().len(), 1);
    let since = "2022-06-30T00:00:00Z".parse().unwrap();
    for _ in 0..2 {
        let reply = world.execute(Request::DeliveriesSend { receiver: "late".into(), since }).await;
        assert_eq!(reply.exit, 0, "{reply:?}");
    }
    let mut ids: Vec<String> = late
        .received()
        .iter()
        .map(|received| received.header("webhook-id").unwrap().to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "an alert has one id, however often it is sent");
    assert_eq!(world.webhook.received().len(), 2, "no other receiver gets anything");
}

/// The content of every file in a folder, including the database and its log.
fn written(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |path: &Path| (path.display().to_string(), std::fs::read(path).unwrap_or_default());
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| read(&path)).collect()
}

/// Every page of the daemon, which runs only for this. Its log stays in the folder.
async fn served(site: &Site) -> Vec<(String, String)> {
    let daemon = site.run().await;
    let mut pages = Vec::new();
    for path in [
        "/",
        "/changes",
        "/entries",
        "/feed.atom",
        "/api/changes",
        "/api/alerts",
        "/api/deliveries",
        "/api/sources",
        "/metrics",
        "/readyz",
    ] {
        let answer = site.page(path).await;
        assert!(answer.starts_with("HTTP/1.1 200") || path == "/readyz", "{path}: {answer}");
        pages.push((path.to_owned(), answer));
    }
    drop(daemon);
    pages
}

#[tokio::test]
async fn no_secret_is_in_a_log_an_error_a_page_or_the_database() {
    // At the level at which the libraries log most.
    let mut site =
        Site { listen: "127.0.0.1:0", schedule: "* * * * * *", log: "trace", ..Site::new().await };
    site.publish(&rows(40));
    // Each place of a secret has a different word. Nothing listens on port 9.
    let (source_token, slack_token, hook_token) =
        ("planted-source-token", "planted-slack-token", "planted-hook-token");
    let (header, password) = ("planted-header-word", "planted-password-word");
    std::fs::write(site.folder.path().join("headers"), format!("Authorization: Bearer {header}\n"))
        .unwrap();
    std::fs::write(site.folder.path().join("password"), format!("{password}\n")).unwrap();
    site.sections = format!(
        r#"
[[receiver]]
name = "slack-2"
kind = "slack"
url = "http://127.0.0.1:9/services/{slack_token}"
allow_private = true

[[receiver]]
name = "hook-2"
kind = "webhook"
url = "http://user:{hook_token}@127.0.0.1:9/{hook_token}?key={hook_token}"
secret = "{SECRET}"
headers_file = "headers"
allow_private = true

[[source]]
name = "broken"
kind = "csl"
url = "http://127.0.0.1:9/list.csv?subscription-key={source_token}"
allow_private = true
"#
    );
    site.smtp_keys = "username = \"alerts\"\npassword_file = \"password\"".to_owned();
    // As it is sent over the connection.
    let login = base64::engine::general_purpose::STANDARD.encode(format!("\0alerts\0{password}"));
    let signing_key = SECRET.trim_start_matches("whsec_");
    let planted = [
        source_token,
        slack_token,
        hook_token,
        header,
        password,
        &login,
        signing_key,
        SLACK_TOKEN,
        HOOK_TOKEN,
    ];
    let mut outputs = Vec::new();
    outputs.push(site.command(&["check"]).await);
    site.publish(&with(&["Tianshan Avionics Institute"]));
    for command in [
        &["check"][..],
        &["receivers", "test", "hook-2"],
        &["receivers", "test", "slack-2"],
        &["config", "show"],
        &["config", "check"],
        &["sources", "--output", "json"],
        &["deliveries", "--output", "json"],
        &["receivers", "list", "--output", "json"],
        &["alerts", "--output", "json"],
        &["journal", "export"],
    ] {
        outputs.push(site.command(command).await);
    }
    assert_eq!(site.alerts().len(), 1, "the other receivers got their alerts: {outputs:?}");
    assert!(site.smtp.logged_in() > 0, "the password was used");
    for output in outputs {
        for word in planted {
            assert!(
                !output.stdout.contains(word) && !output.stderr.contains(word),
                "{word} is in {output:?}"
            );
        }
    }
    let pages = served(&site).await;
    assert!(pages.iter().any(|(_, text)| text.contains("Tianshan")), "the pages are served");
    for (path, text) in pages {
        for word in planted {
            assert!(!text.contains(word), "{word} is on {path}");
        }
    }
    let files = written(site.folder.path());
    for name in ["entitywatch.db", "log"] {
        let (_, content) = files.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        assert!(!content.is_empty(), "{name}");
    }
    for (path, content) in files {
        if ["entitywatch.toml", "headers", "password"].iter().any(|own| path.ends_with(own)) {
            continue;
        }
        for word in planted {
            assert!(
                !content.windows(word.len()).any(|window| window == word.as_bytes()),
                "{word} is in {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_chat_service_that_refuses_in_its_body_is_reported_and_gets_the_alert_later() {
    let world = world("").await;
    let refusal = || Answer::status(200).with_body(r#"{"ok":false,"error":"channel_is_archived"}"#);
    world.slack.will_answer([refusal(), refusal()]);
    world.publish(&with(&["Tianshan Avionics Institute"]));
    world.next_check().await;
    assert_eq!(world.delivery_states("desk").await, [DeliveryState::Pending]);
    assert!(
        world.subjects().iter().any(|subject| subject.contains("Delivery to desk is failing")),
        "{:?}",
        world.subjects()
    );
    let reply =
        world.execute(Request::ReceiversTest { name: "desk".to_owned(), sample: None }).await;
    assert!(
        reply.exit == 1 && format!("{reply:?}").contains("the refusal: channel_is_archived"),
        "{reply:?}"
    );
    world.clock.advance(7 * 60 * MINUTE);
    world.deliver().await;
    assert_eq!(world.delivery_states("desk").await, [DeliveryState::Delivered]);
}

#[tokio::test]
async fn a_sample_is_marked_as_a_test_in_every_channel_and_enters_no_outbox() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    let before = world.program.store.alerts(&AlertQuery::default()).await.unwrap().len();
    for name in ["compliance", "desk", "erp"] {
        let sample = Some("list.changed".to_owned());
        let test = Request::ReceiversTest { name: name.to_owned(), sample };
        let reply = world.execute(test).await;
        assert_eq!(reply.exit, 0, "{reply:?}");
    }
    let body = world.webhook.received().last().unwrap().json();
    assert_eq!((&body["type"], &body["test"]), (&"list.changed".into(), &true.into()));
    let subject = world.smtp.mails().last().unwrap().header("Subject").unwrap();
    assert!(subject.starts_with("[Test] Entity List: "), "{subject}");
    let slack = world.slack.received().last().unwrap().json();
    assert!(
        slack["text"].as_str().unwrap().contains("This is a test with made-up data"),
        "{slack}"
    );
    let after = world.program.store.alerts(&AlertQuery::default()).await.unwrap().len();
    assert_eq!(after, before, "a sample is not recorded");

    let unknown =
        Request::ReceiversTest { name: "erp".to_owned(), sample: Some("none".to_owned()) };
    assert_eq!(world.execute(unknown).await.exit, 2);
}
