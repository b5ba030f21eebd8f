//! How much memory the real daemon keeps after a check.

use crate::list::{row, rows};
use crate::world::{Site, within};

/// Enough that their memory stands out from what the daemon needs at rest.
const ROWS: usize = 8_000;
/// The most that the heap has at rest after a check of these rows. Where one page of SQLite, or one
/// small freed block, stays above the entries, it has more than twice as much.
const MOST_HEAP_KIB: u64 = 8 * 1024;

#[tokio::test]
async fn a_daemon_gives_back_the_memory_of_a_check() {
    let site = Site { schedule: "* * * * * *", ..Site::new().await };
    let mut list = rows(ROWS);
    site.publish(&list);
    let daemon = site.start();
    within("the daemon to be ready", daemon.notified("READY=1")).await;
    within("the baseline's email", site.smtp.until(|mails| !mails.is_empty())).await;
    list.push(row("Zul Works", "87 FR 38925"));
    site.publish(&list);
    within("the alert", site.webhook.until(|hook| !hook.received().is_empty())).await;
    within("the memory to be given back", async {
        while heap_kib(daemon.id()) > MOST_HEAP_KIB {
            // A later check finds nothing new.
            site.publisher.until_requested(site.publisher.requests().len() + 1).await;
        }
    })
    .await;
    assert_eq!(daemon.stop().await, Some(0));
}

/// What the heap of a process has in memory.
fn heap_kib(id: u32) -> u64 {
    let maps = std::fs::read_to_string(format!("/proc/{id}/smaps")).unwrap();
    let heap = maps.split("[heap]").nth(1).expect("a heap");
    let resident = heap.lines().find_map(|line| line.strip_prefix("Rss:")).expect("its size");
    resident.trim().trim_end_matches(" kB").parse().unwrap()
}
