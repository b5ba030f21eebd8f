//! Deliveries to a webhook. The outcome of each is recorded durably before the next are claimed.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use entitywatch::clock::{Clock, SystemClock};
use entitywatch::config::{
    Environment, SecretsMode, {self},
};
use entitywatch::domain::alert::Test;
use entitywatch::domain::{Alert, AlertBody, AlertId, Delivery};
use entitywatch::pipeline::{Program, Wiring, delivery};
use entitywatch::store::{
    CheckRecord, Mode, Outgoing, {self},
};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::origin::Origin;
use crate::report::{heading, line};

const DELIVERIES: usize = 5_000;

pub fn figures() {
    heading(&format!("{DELIVERIES} deliveries to a webhook, SQLite with synchronous = FULL"));
    entitywatch::dial::install_tls_provider();
    let origin = Origin::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program_runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let took = program_runtime.block_on(async {
        let clock = SystemClock;
        let program = program(folder.path(), &origin).await;
        let alerts = (0..DELIVERIES).map(|number| outgoing(number, clock.now())).collect();
        program
            .store
            .record(CheckRecord { at: clock.now(), alerts, ..CheckRecord::default() })
            .await
            .expect("recorded");
        let started = Instant::now();
        let pass = delivery::run_pass(
            &program,
            "erp",
            &delivery::TriedDeliveries::default(),
            &CancellationToken::new(),
        )
        .await
        .expect("a pass");
        assert_eq!((pass.delivered, origin.accepted()), (DELIVERIES, DELIVERIES), "{pass:?}");
        let took = started.elapsed();
        program.store.close().await;
        took
    });
    let per_second = DELIVERIES as f64 / took.as_secs_f64();
    let result = if per_second >= 1_000.0 { "reached" } else { "MISSED" };
    line("deliveries a second", format!("{per_second:.0}"), format!("aim ≥ 1000: {result}"));
}

async fn program(folder: &Path, origin: &Origin) -> Program {
    let text = format!(
        "[store]\nurl = \"sqlite://{}/record.db\"\n[[source]]\nname = \"csl\"\nkind = \
         \"csl\"\nurl = \"{}\"\nlists = [\"EL\"]\nallow_private = true\n[[receiver]]\nname = \
         \"erp\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \
         \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\noperator = true\nallow_private = true\n",
        folder.display(),
        origin.list_url(),
        origin.hook_url()
    );
    let checked = config::check(
        &folder.join("entitywatch.toml"),
        &text,
        &Environment::default(),
        SecretsMode::Resolve,
    );
    let (config, _) = checked.expect("a configuration");
    let store = store::open(&config.store, Mode::Write).await.expect("a store");
    Program::new(store, Arc::new(SystemClock), Wiring::new(config).expect("the wiring"))
}

fn outgoing(number: usize, at: Timestamp) -> Outgoing {
    let alert_id = AlertId::of(["bench", &number.to_string()]);
    let delivery = Delivery::pending(&alert_id, "erp", "", at);
    let body = AlertBody::Test(Test {
        receiver: "erp".to_owned(),
        message: "a measurement".to_owned(),
        at,
    });
    Outgoing {
        alert: Alert { alert_id, created_at: at, body },
        citations: Vec::new(),
        deliveries: vec![delivery],
        screenings: Vec::new(),
    }
}
