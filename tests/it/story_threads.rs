//! How many threads the real daemon has on a machine with many processors.

use crate::list::rows;
use crate::world::{Site, within};

/// The systemd unit allows 64 tasks, and a check needs a few more threads than these.
const MOST_THREADS: usize = 40;

#[tokio::test]
async fn a_daemon_with_many_processors_has_few_threads() {
    let site = Site { listen: "127.0.0.1:0", ..Site::new().await };
    site.publish(&rows(40));
    // tokio uses this variable instead of the number of processors.
    let daemon = site.start_with(&[("TOKIO_WORKER_THREADS", "64")]);
    within("the daemon to be ready", daemon.notified("READY=1")).await;
    within("the baseline's email", site.smtp.until(|mails| !mails.is_empty())).await;
    let threads = std::fs::read_dir(format!("/proc/{}/task", daemon.id())).unwrap().count();
    assert!((2..=MOST_THREADS).contains(&threads), "{threads}");
    assert_eq!(daemon.stop().await, Some(0));
}
