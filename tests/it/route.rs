//! Which receivers get an alert under a configuration.

use std::path::Path;

use entitywatch::config::{
    Environment, SecretsMode, {self},
};
use entitywatch::domain::alert::{SourceRecovered, Test};
use entitywatch::domain::{Alert, AlertBody, AlertId};
use entitywatch::route::route;
use jiff::Timestamp;

fn names(toml: &str, body: AlertBody) -> Vec<String> {
    let (config, _) =
        config::check(Path::new("test.toml"), toml, &Environment::default(), SecretsMode::Resolve)
            .unwrap();
    let alert =
        Alert { alert_id: AlertId("alr_1".into()), created_at: Timestamp::UNIX_EPOCH, body };
    route(&alert, &config.routes, &config.receiver_refs())
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

const RECEIVERS: &str = r#"
    [[receiver]]
    name = "log"
    kind = "console"
    [[receiver]]
    name = "erp"
    kind = "webhook"
    url = "https://erp.example.com/"
"#;

#[test]
fn operator_alerts_go_to_people_unless_a_receiver_is_marked() {
    let recovered = || {
        AlertBody::SourceRecovered(SourceRecovered {
            source: "csl".into(),
            failing_since: Timestamp::UNIX_EPOCH,
            recovered_at: Timestamp::UNIX_EPOCH,
        })
    };
    assert_eq!(names(RECEIVERS, recovered()), ["log"]);
    assert_eq!(names(&format!("{RECEIVERS}\noperator = true"), recovered()), ["erp"]);
}

#[test]
fn a_test_reaches_a_receiver_that_no_route_names() {
    let test = AlertBody::Test(Test {
        receiver: "erp".into(),
        message: "hello".into(),
        at: Timestamp::UNIX_EPOCH,
    });
    assert_eq!(names(&format!("{RECEIVERS}\n[[route]]\nreceivers = [\"log\"]"), test), ["erp"]);
}
