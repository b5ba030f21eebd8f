//! The heartbeat: it is sent while everything works, and it stops when something does not.

use std::time::Duration;

use entitywatch::pipeline::heartbeats::{self, Beat};

use crate::list::{row, rows};
use crate::sinks::{Answer, HttpSink, SmtpBehavior};
use crate::upstream;
use crate::world::{Site, World};

const PATH: &str = "/ping/planted-heartbeat-path";

fn section(monitor: &HttpSink) -> String {
    format!("[[heartbeat]]\nurl = \"{}\"\nallow_private = true\n", monitor.url(PATH))
}

async fn world(monitor: &HttpSink) -> World {
    let delivery = "retry = [\"1m\", \"2h\"]".to_owned();
    let site = Site { sections: section(monitor), delivery, ..Site::new().await };
    World::with_baseline(site, &rows(40)).await
}

/// What a beat says, and how many requests the monitor has by then.
async fn beat(world: &World, monitor: &HttpSink) -> (Beat, usize) {
    let beat = heartbeats::beat(&world.program).await;
    (beat, monitor.received().len())
}

fn sent() -> Beat {
    Beat::default()
}

fn withheld(faults: &[&str]) -> Beat {
    Beat { faults: faults.iter().map(ToString::to_string).collect(), failures: Vec::new() }
}

#[tokio::test]
async fn a_heartbeat_is_a_get_while_everything_works() {
    let monitor = HttpSink::start().await;
    let world = world(&monitor).await;
    assert_eq!(beat(&world, &monitor).await, (sent(), 1));
    assert_eq!(monitor.received()[0].path, PATH);
    world.reload_text(&world.text().replace(&section(&monitor), ""));
    assert_eq!(beat(&world, &monitor).await, (sent(), 1), "none is configured");
}

#[tokio::test]
async fn it_stops_when_the_last_due_check_failed_or_was_not_made() {
    let monitor = HttpSink::start().await;
    let world = world(&monitor).await;
    world.answer(upstream::Answer::status(503, "no"));
    assert_eq!(world.next_check().await.exit, 1);
    let failed = withheld(&["the last check of csl failed"]);
    assert_eq!(beat(&world, &monitor).await, (failed, 0));
    world.publish(&rows(40));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(beat(&world, &monitor).await, (sent(), 1));
    world.clock.advance(Duration::from_secs(27 * 60));
    let late = withheld(&["a check of csl is overdue"]);
    assert_eq!(beat(&world, &monitor).await, (late, 1));
}

#[tokio::test]
async fn it_stops_when_mail_is_dead_and_when_a_delivery_waits_for_over_an_hour() {
    let monitor = HttpSink::start().await;
    let world = world(&monitor).await;
    world
        .smtp
        .behave(SmtpBehavior { data_reply: Some("451 4.3.0 later"), ..SmtpBehavior::default() });
    world.publish(&[rows(40), vec![row("Tianshan", "87 FR 38925").at("Beijing, CN")]].concat());
    world.next_check().await;
    assert_eq!(beat(&world, &monitor).await, (sent(), 1), "a retry is normal");
    for _ in 0..5 {
        world.next_check().await;
    }
    let waits = withheld(&["a delivery to compliance waits for over an hour"]);
    assert_eq!(beat(&world, &monitor).await, (waits, 1));
    for _ in 0..12 {
        world.next_check().await;
    }
    let (beat, count) = beat(&world, &monitor).await;
    assert!(beat.faults.contains(&"a delivery to compliance is dead".to_owned()), "{beat:?}");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_monitor_that_fails_is_named_without_its_address_and_delays_nothing() {
    let monitor = HttpSink::start().await;
    let world = world(&monitor).await;
    monitor.will_answer([Answer::status(500).with_body("planted-heartbeat-path")]);
    let (failed, _) = beat(&world, &monitor).await;
    assert_eq!(
        failed.failures,
        ["heartbeat 1: expected HTTP 2xx, but got HTTP 500 Internal \
                                  Server Error"]
    );
    let private = section(&monitor);
    world.reload_text(&world.text().replace(&private, &private.replace("true", "false")));
    let (refused, count) = beat(&world, &monitor).await;
    assert_eq!((refused.failures.len(), count), (1, 1), "{refused:?}");
    assert!(!refused.failures[0].contains("planted"), "{refused:?}");
    world.answer(upstream::Answer::status(503, "no"));
    assert_eq!(world.next_check().await.exit, 1, "checks go on");
}
