//! The metrics of the real binary right after its start.

use crate::list::{Row, row, rows};
use crate::sinks::Answer;
use crate::world::Site;

fn with(name: &str) -> Vec<Row> {
    rows(40).into_iter().chain([row(name, "87 FR 38925").at("Beijing, CN")]).collect()
}

/// The value of a metric with its labels, such as `name{label="x"}`.
fn value(scraped: &str, metric: &str) -> Option<f64> {
    scraped
        .lines()
        .find_map(|line| line.strip_prefix(metric)?.strip_prefix(' ')?.trim().parse().ok())
}

#[tokio::test]
async fn a_daemon_that_has_just_started_shows_what_is_recorded_and_after_a_check_every_metric() {
    let seldom = Site { schedule: "0 0 1 1 *", listen: "127.0.0.1:0", ..Site::new().await };
    let mut site = Site { delivery: "retry = [\"5h\", \"5h\"]".to_owned(), ..seldom };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.webhook.will_answer([Answer::status(500)]);
    site.publish(&with("Tianshan Avionics Institute"));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));

    site.sections = "[backup]\n".to_owned();
    let daemon = site.run().await;
    let scraped = site.page("/metrics").await;
    for (metric, expected) in [
        ("entitywatch_holds_open", 1.0),
        ("entitywatch_source_consecutive_failures{source=\"csl\"}", 0.0),
        ("entitywatch_snapshot_entries{source=\"csl\",list=\"EL\"}", 41.0),
        ("entitywatch_changes_total{source=\"csl\",kind=\"added\"}", 0.0),
        ("entitywatch_delivery_attempts_total{receiver=\"erp\",outcome=\"dead\"}", 0.0),
        ("entitywatch_outbox_pending{receiver=\"erp\"}", 1.0),
        ("entitywatch_outbox_pending{receiver=\"desk\"}", 0.0),
        ("entitywatch_outbox_dead{receiver=\"erp\"}", 0.0),
        ("entitywatch_outbox_oldest_pending_timestamp_seconds{receiver=\"desk\"}", 0.0),
        ("entitywatch_config_last_reload_successful", 1.0),
    ] {
        assert_eq!(value(&scraped, metric), Some(expected), "{metric} in\n{scraped}");
    }
    for time in [
        "entitywatch_source_last_success_timestamp_seconds{source=\"csl\"}",
        "entitywatch_outbox_oldest_pending_timestamp_seconds{receiver=\"erp\"}",
    ] {
        assert!(
            value(&scraped, time).is_some_and(|seconds| seconds > 1.6e9),
            "{time} in\n{scraped}"
        );
    }

    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let scraped = site.page("/metrics").await;
    let documented = include_str!("../../config/metrics.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let missing: Vec<&str> =
        documented.filter(|name| !scraped.contains(&format!("# TYPE {name} "))).collect();
    assert!(missing.is_empty(), "{missing:?} are not in\n{scraped}");
    drop(daemon);
}

/// The words of a text that look like the name of a metric.
fn metrics_in(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("entitywatch_"))
        .collect()
}

#[test]
fn the_alarm_rules_use_only_documented_metrics() {
    let documented = metrics_in(include_str!("../../config/metrics.md"));
    let rules = include_str!("../../config/alerts.yml");
    let used = metrics_in(rules);
    assert!(used.len() >= rules.matches("- alert:").count() - 1, "{used:?}");
    for metric in used {
        assert!(documented.contains(&metric), "{metric} is not in config/metrics.md");
    }
}

#[test]
fn each_alarm_rule_has_a_test_in_which_it_fires() {
    let tests = include_str!("../fixtures/prometheus/alerts.test.yml");
    let rules = include_str!("../../config/alerts.yml");
    let names: Vec<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let fires = tests.split(&format!("alertname: {name}\n")).skip(1).any(|test| {
            test.split("alertname:").next().is_some_and(|test| test.contains("exp_labels:"))
        });
        assert!(fires, "{name} fires in no test");
    }
}
