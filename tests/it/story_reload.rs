//! A reload with a configuration that is refused: operators learn of it once, without secrets, and
//! everything goes on as before.

use crate::list::rows;
use crate::world::{Daemon, SECRET, Site, within};

/// The daemon itself checks once a year.
const SELDOM: &str = "0 0 1 1 *";

async fn reload(site: &Site, daemon: &Daemon, text: &str) {
    std::fs::write(site.configuration(), text).unwrap();
    daemon.signal("HUP");
    within("the reload", daemon.notified("READY=1")).await;
}

fn refused(site: &Site) -> usize {
    site.subjects().iter().filter(|subject| subject.contains("was refused")).count()
}

#[tokio::test]
async fn operators_learn_of_each_refused_configuration_once_and_see_no_secret() {
    let site = Site { schedule: SELDOM, ..Site::new().await };
    site.publish(&rows(40));
    let daemon = site.run().await;
    let bad = format!("{}\n[[receiver]]\nname = \"x\"\nurl = \"https://hunter2\"\n", site.text());
    reload(&site, &daemon, &bad).await;
    within("the first alert", site.smtp.until(|_| refused(&site) == 1)).await;
    reload(&site, &daemon, &bad).await;
    reload(&site, &daemon, &site.text()).await;
    reload(&site, &daemon, &bad).await;
    reload(&site, &daemon, &bad.replace("name", "nmae")).await;
    within("the second alert", site.smtp.until(|_| refused(&site) == 2)).await;
    assert_eq!(daemon.stop().await, Some(0));
    assert_eq!(refused(&site), 2);
    for mail in site.smtp.mails() {
        assert!(!mail.data.contains("hunter2"), "{}", mail.data);
    }
    site.write();
    let journal = site.command(&["journal", "export"]).await;
    assert_eq!(journal.stdout.matches("\"config.rejected\"").count(), 2, "{}", journal.stdout);
    assert!(!journal.stdout.contains("hunter2"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_that_everybody_can_read_is_an_error_of_a_strict_check_and_in_the_log() {
    use std::os::unix::fs::PermissionsExt;
    let mut site = Site { schedule: SELDOM, ..Site::new().await };
    site.publish(&rows(40));
    let secret = site.folder.path().join("hook");
    std::fs::write(&secret, format!("{}\n", site.webhook.url("/planted-path"))).unwrap();
    site.sections = format!(
        "[[receiver]]\nname = \"hook\"\nkind = \"webhook\"\nurl_file = \"hook\"\nsecret = \
         \"{SECRET}\"\nallow_private = true\n"
    );
    let warned = |text: &str| text.contains("hook contains a secret, and every user");
    for (mode, is_readable) in [(0o644, true), (0o640, false), (0o600, false)] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).unwrap();
        site.write();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(site.configuration(), private).unwrap();
        let checked = site.command(&["config", "check", "--strict"]).await;
        assert_eq!(warned(&checked.stderr), is_readable, "{mode:o}: {checked:?}");
        if is_readable {
            assert_eq!(checked.exit, Some(2), "{checked:?}");
            let checked = site.command(&["config", "check"]).await;
            assert_eq!(checked.exit, Some(0), "{checked:?}");
            let daemon = site.run().await;
            let log = daemon.log();
            let line = log.lines().find(|line| warned(line)).unwrap();
            assert!(line.contains("ERROR"), "{line}");
            assert_eq!(daemon.stop().await, Some(0));
        }
    }
}
