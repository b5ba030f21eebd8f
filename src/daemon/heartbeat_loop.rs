//! Sends the heartbeats every five minutes.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::pipeline::Program;
use crate::pipeline::heartbeats::{self, Beat};
use crate::web::Status;

/// The contract says every five minutes.
const INTERVAL: Duration = Duration::from_mins(5);
/// How often it is looked after a start whether everything works, until the first heartbeat. A
/// restart should not look like an outage.
const FIRST_LOOKS: Duration = Duration::from_secs(2);

/// Sends heartbeats until `stop`, while this instance watches. Another one sends its own.
pub async fn send_heartbeats(program: Arc<Program>, status: Arc<Status>, stop: CancellationToken) {
    let running = async {
        let _ = tokio::time::timeout(INTERVAL, first_time_that_all_works(&program, &status)).await;
        let mut last = Beat::default();
        loop {
            if status.is_watching() {
                let beat = heartbeats::beat(&program).await;
                report(&beat, &last);
                last = beat;
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = running => {}
        () = stop.cancelled() => {}
    }
}

async fn first_time_that_all_works(program: &Program, status: &Status) {
    loop {
        tokio::time::sleep(FIRST_LOOKS).await;
        let is_idle = program.wiring.load().config.heartbeats.is_empty();
        if !is_idle
            && status.is_watching()
            && heartbeats::faults(program).await.is_ok_and(|f| f.is_empty())
        {
            return;
        }
    }
}

/// Logs what is new since the last time, so that an outage does not fill the log.
fn report(beat: &Beat, last: &Beat) {
    if beat.faults != last.faults && !beat.faults.is_empty() {
        warn!("no heartbeat is sent: {}", beat.faults.join("; "));
    }
    if beat.failures != last.failures {
        for failure in &beat.failures {
            warn!("a heartbeat did not arrive: {failure}");
        }
    }
    let works = |beat: &Beat| beat.faults.is_empty() && beat.failures.is_empty();
    if works(beat) && !works(last) {
        info!("heartbeats are sent again");
    }
}
