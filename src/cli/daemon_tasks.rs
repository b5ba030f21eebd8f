//! The tasks of the daemon: its loops, its pages and its control socket. If one panics, the process
//! ends.

use std::sync::Arc;

use sd_notify::watchdog_enabled;
use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::daemon;
use crate::pipeline::Program;
use crate::receipt::KeyFolder;
use crate::web::Status;

/// How often the watchdog is fed in its period.
const FEEDS_PER_WATCHDOG_PERIOD: u32 = 3;

/// Tasks whose panic ends the process.
#[derive(Default)]
pub struct DaemonTasks(TaskTracker);

impl DaemonTasks {
    pub fn spawn(&self, task: impl Future<Output: Send + 'static> + Send + 'static) {
        self.0.spawn(ends_the_process_if_it_panics(task));
    }

    /// Waits for all tasks. Spawn none any more.
    pub async fn wait(&self) {
        self.0.close();
        self.0.wait().await;
    }

    /// Starts every loop. Backups take `keys` along, `ticks` come from the ticker, and `reloads`
    /// from each new configuration.
    pub fn start_loops(
        &self,
        program: &Arc<Program>,
        status: &Arc<Status>,
        keys: KeyFolder,
        ticks: mpsc::Receiver<()>,
        reloads: &watch::Receiver<()>,
    ) {
        let program = || Arc::clone(program);
        let status = || Arc::clone(status);
        let reloads = || reloads.clone();
        let stop = || program().stopping.clone();
        self.spawn(daemon::watch_sources(program(), ticks, status(), stop()));
        self.spawn(daemon::make_digests(program(), reloads(), stop()));
        self.spawn(daemon::make_backups(program(), keys, status(), reloads(), stop()));
        self.spawn(daemon::make_regular_messages(program(), reloads(), stop()));
        self.spawn(daemon::send_heartbeats(program(), status(), stop()));
        self.spawn(daemon::escalate_items(program(), stop()));
        self.spawn(daemon::deliver_to_receivers(program(), status(), reloads(), stop()));
        self.spawn(daemon::hear_other_instances(program(), stop()));
        if let Some(period) = watchdog_enabled() {
            let pause = period / FEEDS_PER_WATCHDOG_PERIOD;
            self.spawn(daemon::feed_watchdog(program(), status(), pause, stop()));
        }
    }
}

/// Ends the process if a task panics, because its state is then unknown. systemd starts it again,
/// and the outbox makes that safe.
async fn ends_the_process_if_it_panics(task: impl Future<Output: Send + 'static> + Send + 'static) {
    if tokio::spawn(task).await.is_err_and(|failed| failed.is_panic()) {
        error!(
            "a task of the program panicked: the process ends, so that systemd starts it \
             again"
        );
        std::process::abort();
    }
}
