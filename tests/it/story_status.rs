//! `status`, with and without a running daemon: the real binary.

use serde_json::Value;

use crate::list::rows;
use crate::upstream::Answer;
use crate::world::Site;

/// The screen, which must fit a usual terminal, with its exit code.
async fn screen(site: &Site) -> (Option<i32>, String) {
    let shown = site.command(&["status"]).await;
    assert!(shown.stdout.lines().count() > 10, "{shown:?}");
    for line in shown.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    (shown.exit, shown.stdout)
}

#[tokio::test]
async fn the_status_fits_one_screen_and_its_exit_code_says_what_a_person_must_do() {
    // The daemon itself checks once a year.
    let site = Site { schedule: "0 0 1 1 *", ..Site::new().await };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let (exit, text) = screen(&site).await;
    assert_eq!(exit, Some(0), "{text}");
    for part in ["none runs", "  csl            ok 20", "    EL 40 entries", "  erp  ", "nothing"] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }

    let daemon = site.run().await;
    let (_, text) = screen(&site).await;
    assert!(text.contains("  watches since 20"), "{text}");
    let shown = site.command(&["status", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let status = &shown["status"][0];
    assert_eq!(status["watching"], true);
    assert_eq!(status["daemons"][0]["pid"], daemon.id());
    assert_eq!(status["sources"][0]["source"], "csl");
    assert_eq!(status["receivers"].as_array().unwrap().len(), 3);
    assert!(!daemon.log().contains("was not answered"), "{}", daemon.log());
    assert_eq!(daemon.stop().await, Some(0));
    assert!(screen(&site).await.1.contains("none runs"));

    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let (exit, text) = screen(&site).await;
    assert_eq!(exit, Some(3), "{text}");
    assert!(text.contains("    entitywatch holds show hld_"), "{text}");

    site.answer(Answer::status(404, ""));
    assert_eq!(site.command(&["check"]).await.exit, Some(1));
    let (exit, text) = screen(&site).await;
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("fails since 20"), "{text}");
}

#[tokio::test]
async fn a_killed_daemon_of_a_file_is_not_shown() {
    let site = Site { schedule: "0 0 1 1 *", ..Site::new().await };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.run().await.kill();
    let (_, text) = screen(&site).await;
    assert!(text.contains("none runs"), "{text}");
}
