//! Open items: an alert that must be acknowledged, until a person has dealt with it. The clock is
//! set by hand, and the program is stopped and started after every step.

use std::collections::BTreeSet;
use std::task::Poll;
use std::time::Duration;

use entitywatch::actions::{Reply, Request};
use entitywatch::domain::item::Outcome;
use entitywatch::domain::{Item, ItemState};
use entitywatch::pipeline::items::{DueSteps, make_due_steps};
use jiff::Timestamp;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::Answer;
use crate::world::{Site, World, within};

const RULE: &str = "87 FR 38925";
const HOURS: &str = "acknowledge_hours = \"Mon-Fri 08:00-18:00\"";

/// `office` must acknowledge within four hours. Only `office` gets the changes.
async fn site(keys: &str) -> Site {
    let mut site = Site::new().await;
    let receiver = |name: &str, keys: &str| {
        let url = site.webhook.url(&format!("/{name}"));
        format!(
            "[[receiver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{url}\"\n\
             allow_private = true\n{keys}\n"
        )
    };
    let office = format!("acknowledge_within = \"4h\"\nescalate_to = [\"head\"]\n{keys}");
    site.sections = [
        receiver("office", &office),
        receiver("head", ""),
        receiver("deputy", ""),
        "[[route]]\nreceivers = [\"office\"]\n".to_owned(),
    ]
    .join("\n");
    site
}

fn listed(name: &str, aliases: &str) -> Row {
    row(name, RULE).at("8 Xueyuan Road, Beijing, CN").known_as(aliases)
}

fn first() -> Row {
    listed("Tianshan Avionics Institute", "Tianshan Avionics; TSA Institute")
}

fn with(more: &[Row]) -> Vec<Row> {
    rows(40).into_iter().chain(more.iter().cloned()).collect()
}

/// A world in which the alert about `first` has been delivered at 09:15 in New York on a Thursday.
async fn opened(keys: &str) -> World {
    let world = World::with_baseline(site(keys).await, &rows(40)).await;
    world.publish(&with(&[first()]));
    assert_eq!(world.next_check().await.exit, 0);
    world
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl World {
    async fn items(&self) -> Vec<Item> {
        self.program.store.items(None).await.unwrap()
    }

    async fn only_item(&self) -> Item {
        let mut items = self.items().await;
        assert_eq!(items.len(), 1);
        items.remove(0)
    }

    async fn due_steps(&self) -> DueSteps {
        within("the due steps", Box::pin(make_due_steps(&self.program))).await.unwrap()
    }

    async fn due_at(&self, item: &Item) -> Option<Timestamp> {
        let start = self.program.store.clock_start(item).await.unwrap();
        item.due_at(start, &self.program.wiring.load().config.messages.timezone)
    }

    /// Goes on to a time, and makes what is due then: stopped before it is sent, started, sent,
    /// stopped and started. Returns how many steps were made.
    async fn at(self, now: &str) -> (Self, usize) {
        let wait = time(now).duration_since(entitywatch::clock::Clock::now(&*self.clock));
        self.clock.advance(Duration::try_from(wait).unwrap());
        let made = self.due_steps().await.made;
        let world = self.restart(|_| {}).await;
        assert_eq!(world.due_steps().await.made, 0, "a step is made once");
        world.deliver().await;
        let world = world.restart(|_| {}).await;
        assert_eq!(world.due_steps().await.made, 0);
        world.deliver().await;
        (world, made)
    }

    /// The bodies of this type that the receiver at `/name` got.
    fn got(&self, name: &str, kind: &str) -> Vec<Value> {
        let path = format!("/{name}");
        let all = self.webhook.received();
        let of_receiver = all.iter().filter(|received| received.path == path);
        of_receiver.map(|r| r.json()).filter(|body| body["type"] == kind).collect()
    }

    /// The receivers by name of the item's `alert.escalated`, in their order.
    fn escalated(&self) -> Vec<String> {
        let of = |name: &str| vec![name.to_owned(); self.got(name, "alert.escalated").len()];
        let subjects = self.subjects();
        let mails = subjects.iter().filter(|subject| subject.starts_with("Not acknowledged: "));
        let mut all = of("head");
        all.extend(mails.map(|_| "operators".to_owned()));
        all
    }

    async fn take(&self, item: &Item) -> Reply {
        let ids = vec![item.item_id.clone()];
        self.execute(Request::ItemsTake { ids, by: "Ann".into() }).await
    }

    async fn close(&self, item: &Item) -> Reply {
        self.execute(Request::ItemsClose {
            ids: vec![item.item_id.clone()],
            by: "Ann".into(),
            outcome: Outcome::NotOurs,
            note: "no such customer".into(),
        })
        .await
    }

    async fn hand_over(&self, from: &str, to: &str, until: Option<&str>) -> Reply {
        self.execute(Request::ItemsHandover {
            from: from.into(),
            to: to.into(),
            until: until.map(|day| day.parse().unwrap()),
            by: "Ann".into(),
        })
        .await
    }

    /// Every message arrived once under one id.
    async fn every_message_arrived_once(&self) {
        let all = self.webhook.received();
        let ids: Vec<(&str, &str)> =
            all.iter().map(|r| (r.path.as_str(), r.header("webhook-id").unwrap())).collect();
        let unique: BTreeSet<&(&str, &str)> = ids.iter().collect();
        assert!(!ids.is_empty());
        assert_eq!(unique.len(), ids.len(), "a message arrived twice");
        let contents: BTreeSet<(&str, &str)> =
            all.iter().map(|r| (r.path.as_str(), r.body.as_str())).collect();
        assert_eq!(contents.len(), ids.len(), "a message arrived under two ids");
        self.journal_kinds().await;
    }
}

#[tokio::test]
async fn an_alert_is_escalated_twice_taken_and_closed_and_only_news_reopens_it() {
    let world = opened(HOURS).await;
    let item = world.only_item().await;
    assert_eq!((item.state, item.receivers()), (ItemState::Open, vec!["office".to_owned()]));
    assert!(item.title.contains("1 added"), "{}", item.title);
    assert_eq!(world.due_at(&item).await, Some(time("2022-06-30T17:15:00Z")));

    // Nobody acknowledges it.
    let (world, made) = world.at("2022-06-30T17:14:59Z").await;
    assert_eq!(made, 0);
    let (world, made) = world.at("2022-06-30T17:15:00Z").await;
    assert_eq!((made, world.escalated()), (1, vec!["head".to_owned()]));
    let escalated = &world.got("head", "alert.escalated")[0]["data"];
    assert_eq!(escalated["item_id"], item.item_id.as_str());
    assert_eq!(escalated["state"], "open");
    assert_eq!(escalated["alerts"][0]["alert_id"], item.alerts[0].alert_id.as_str());
    assert_eq!(
        escalated["alerts"][0]["data"]["changes"][0]["entry"]["name"],
        first().name.as_str()
    );
    let (world, made) = world.at("2022-06-30T21:15:00Z").await;
    assert_eq!((made, world.escalated()), (1, vec!["head".to_owned(), "operators".to_owned()]));
    assert_eq!(world.only_item().await.escalated_to, ["head", "compliance"]);

    // The next morning the office is reminded of it. Then Ann takes and closes it.
    let (world, made) = world.at("2022-07-01T12:00:00Z").await;
    assert_eq!((made, world.got("office", "items.open").len()), (1, 1));
    let reminder = &world.got("office", "items.open")[0]["data"];
    assert_eq!(reminder["items"][0]["item_id"], item.item_id.as_str());
    assert_eq!(world.take(&item).await.exit, 0);
    let world = world.restart(|_| {}).await;
    assert_eq!(world.only_item().await.state, ItemState::Taken);
    let (world, made) = world.at("2022-07-02T12:00:00Z").await;
    assert_eq!(made, 1, "an item that is taken is not escalated, but its receiver is reminded");
    assert_eq!(world.got("office", "items.open")[1]["data"]["items"][0]["state"], "taken");
    assert_eq!(world.close(&item).await.exit, 0);
    let world = world.restart(|_| {}).await;
    let (world, made) = world.at("2022-07-05T13:00:00Z").await;
    let closed = world.only_item().await;
    assert_eq!(
        (made, closed.state, closed.outcome),
        (0, ItemState::Closed, Some(Outcome::NotOurs))
    );
    assert_eq!(closed.note.as_deref(), Some("no such customer"));

    // A second alert of the rule repeats names and an address of the item.
    world.publish(&with(&[first(), listed("Tianshan Avionics", "")]));
    assert_eq!(world.next_check().await.exit, 0);
    let attached = world.only_item().await;
    assert_eq!((attached.state, attached.alerts.len()), (ItemState::Closed, 2));

    // A third one brings an alias.
    let renamed = first().known_as(&format!("{}; Sky Bureau", first().aliases));
    let more = [renamed, listed("Tianshan Avionics", ""), listed("TSA Institute", "")];
    world.publish(&with(&more));
    assert_eq!(world.next_check().await.exit, 0);
    let reopened = world.only_item().await;
    assert_eq!((reopened.state, reopened.alerts.len()), (ItemState::Open, 3));
    assert_eq!((reopened.outcome, reopened.opening), (None, 2));
    assert_eq!(world.due_at(&reopened).await, Some(time("2022-07-05T17:30:00Z")));
    let (world, made) = world.at("2022-07-05T17:30:00Z").await;
    assert_eq!((made, world.got("head", "alert.escalated").len()), (1, 2));
    let kinds = world.journal_kinds().await;
    for kind in ["opened", "escalated", "taken", "closed", "attached", "reopened"] {
        assert!(kinds.contains(&format!("item.{kind}")), "{kind}: {kinds:?}");
    }
    world.every_message_arrived_once().await;
}

#[tokio::test]
async fn a_receiver_hands_its_items_over_for_a_holiday() {
    let world = opened(HOURS).await;
    let first_item = world.only_item().await;
    let reply = world.hand_over("office", "deputy", Some("2022-07-05")).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    let world = world.restart(|_| {}).await;
    assert_eq!(world.only_item().await.receivers(), ["deputy"]);

    // On the holiday a new rule is the deputy's, who gets its alert too.
    let (world, _) = world.at("2022-07-04T14:00:00Z").await;
    assert_eq!(world.got("deputy", "items.open").len(), 1, "made up once for three days");
    let second = row("Vostok Radar Plant", "87 FR 51877").at("1 Long Road, Omsk, RU");
    world.publish(&with(&[first(), second.clone()]));
    assert_eq!(world.next_check().await.exit, 0);
    let items = world.items().await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[1].receivers(), ["deputy"]);
    assert_eq!(world.got("deputy", "list.changed").len(), 1);
    assert_eq!(world.got("office", "list.changed").len(), 2, "the office still gets its alerts");

    // The settings are still those of the office.
    let (world, made) = world.at("2022-07-04T18:15:00Z").await;
    assert_eq!(made, 2, "the operators for the first item, the head for the second");
    assert_eq!(world.got("head", "alert.escalated").len(), 2);
    assert_eq!(world.got("head", "alert.escalated")[1]["data"]["receivers"][0], "deputy");

    // Afterwards a new rule is the office's.
    let (world, _) = world.at("2022-07-06T14:00:00Z").await;
    let third = row("Juba Pumps", "87 FR 60000").at("2 Long Road, Omsk, RU");
    world.publish(&with(&[first(), second, third]));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.items().await[2].receivers(), ["office"]);
    assert_eq!(world.got("deputy", "list.changed").len(), 1);

    // What Ann has taken is handed over too.
    assert_eq!(world.take(&first_item).await.exit, 0);
    let reply = world.hand_over("Ann", "Ben", None).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(world.items().await[0].taken_by.as_deref(), Some("Ben"));
    for (from, to, until) in [
        ("office", "nobody", None),
        ("nobody", "office", None),
        ("office", "office", None),
        ("office", "deputy", Some("2022-07-05")),
    ] {
        let refused = world.hand_over(from, to, until).await;
        assert!(refused.exit == 2 && refused.problems[0].starts_with("expected "), "{refused:?}");
    }
    world.every_message_arrived_once().await;
}

#[tokio::test]
async fn the_clock_starts_with_the_digest_if_the_alert_waits_for_one() {
    let world = opened("digest = \"0 8 * * *\"\nimmediate = \"never\"").await;
    let item = world.only_item().await;
    assert_eq!(world.due_at(&item).await, None);
    let (world, made) = world.at("2022-06-30T20:00:00Z").await;
    assert_eq!(made, 0, "the receiver cannot know of the alert");

    let (world, _) = world.at("2022-07-01T12:00:00Z").await;
    assert_eq!(world.got("office", "digest").len(), 1);
    assert_eq!(world.due_at(&item).await, Some(time("2022-07-01T16:00:00Z")));
    let (world, made) = world.at("2022-07-01T15:59:59Z").await;
    assert_eq!((made, world.got("head", "alert.escalated").len()), (0, 0));
    let (world, made) = world.at("2022-07-01T16:00:00Z").await;
    assert_eq!((made, world.got("head", "alert.escalated").len()), (1, 1));
}

#[tokio::test]
async fn the_clock_starts_with_the_first_accepted_delivery_or_without_one_at_the_opening() {
    let refused = || (0..40).map(|_| Answer::status(503));
    let site = Site { delivery: "retry = [\"2h\", \"2h\", \"2h\"]".to_owned(), ..site("").await };
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[first()]));
    world.webhook.will_answer(refused());
    assert_eq!(world.next_check().await.exit, 0);
    let item = world.only_item().await;
    assert_eq!(world.due_at(&item).await, Some(time("2022-06-30T17:15:00Z")));

    world.webhook.clear_answers();
    world.clock.advance(Duration::from_secs(3 * 3600));
    assert_eq!(world.deliver().await.delivered, 1);
    assert_eq!(world.due_at(&item).await, Some(time("2022-06-30T20:15:00Z")));
    let (world, made) = world.at("2022-06-30T17:15:00Z").await;
    assert_eq!(made, 0, "the clock began three hours later");
    let (_, made) = world.at("2022-06-30T20:15:00Z").await;
    assert_eq!(made, 1);
}

#[tokio::test]
async fn baselines_removals_and_alerts_of_other_receivers_open_nothing() {
    let world = World::with_baseline(site("").await, &rows(40)).await;
    assert!(world.items().await.is_empty(), "a baseline opens nothing");
    world.publish(&rows(39));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.got("office", "list.changed").len(), 1);
    assert!(world.items().await.is_empty(), "a removal is of normal severity");

    let site = Site { sections: String::new(), ..site("").await };
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[first()]));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 1);
    assert!(world.items().await.is_empty(), "no receiver has acknowledge_within");
}

/// Drops the work at each point at which it waits, until one run completes.
#[tokio::test]
async fn an_escalation_that_stops_at_any_point_is_made_once() {
    let mut is_complete = false;
    for polls in (1..400).step_by(3) {
        let world = opened("").await;
        world.clock.advance(Duration::from_secs(4 * 3600));
        let mut left = polls;
        let mut running = Box::pin(make_due_steps(&world.program));
        let ended = std::future::poll_fn(|context| {
            left -= 1;
            match running.as_mut().poll(context) {
                Poll::Ready(result) => Poll::Ready(Some(result)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
        drop(running);
        is_complete = ended.is_some_and(|result| result.unwrap().made == 1);
        let world = world.restart(|_| {}).await;
        world.due_steps().await;
        world.deliver().await;
        assert_eq!(world.got("head", "alert.escalated").len(), 1, "after {polls} polls");
        assert_eq!(world.only_item().await.escalated_to, ["head"]);
        world.every_message_arrived_once().await;
        if is_complete {
            break;
        }
    }
    assert!(is_complete);
}

#[tokio::test]
async fn a_check_makes_what_is_due_and_the_commands_show_and_change_items() {
    let mut site = site("").await;
    site.sections = site.sections.replace("\"4h\"", "\"1ms\"");
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish(&with(&[first()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let list = async |arguments: &[&str]| -> Vec<Value> {
        let ended =
            site.command(&[&["items", "list", "--output", "json"][..], arguments].concat()).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        let body: Value = serde_json::from_str(&ended.stdout).unwrap();
        body["items"].as_array().unwrap().clone()
    };
    for _ in 0..2 {
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
    }
    let items = list(&[]).await;
    assert_eq!(items.len(), 1);
    let (item, id) = (&items[0], items[0]["item_id"].as_str().unwrap());
    assert_eq!(
        (item["state"].as_str(), item["receivers"][0].as_str()),
        (Some("open"), Some("office"))
    );
    assert_eq!(item["rule"]["citation"], RULE);
    assert!(item["alerts"][0].as_str().unwrap().starts_with("alr_"));
    assert_eq!(item["escalated_to"], serde_json::json!(["head", "compliance"]));
    assert!(list(&["--state", "taken"]).await.is_empty());
    let shown = site.command(&["items", "show", id]).await;
    assert!(shown.exit == Some(0) && shown.stdout.contains("escalated"), "{shown:?}");

    for (command, exit) in [
        (&["items", "take", id, "itm_none", "--by", "Ann"][..], 2),
        (&["items", "close", id, "--by", "Ann", "--outcome", "done", "--note", "x"], 2),
        (&["items", "close", id, "--by", "Ann", "--outcome", "not-ours"], 2),
        (&["items", "close", id, "--by", "Ann", "--outcome", "orders-held", "--note", "x"], 0),
        (&["items", "close", id, "--by", "Ann", "--outcome", "orders-held", "--note", "x"], 1),
        (&["items", "reopen", id, "--by", "Ben", "--note", "one more order"], 0),
        (&["items", "reopen", id, "--by", "Ben", "--note", "one more order"], 1),
    ] {
        let ended = site.command(command).await;
        assert_eq!(ended.exit, Some(exit), "{command:?}: {ended:?}");
    }
    let reopened = &list(&["--state", "open"]).await[0];
    assert_eq!(reopened["outcome"], Value::Null);
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
}

#[tokio::test]
async fn the_daemon_escalates_by_itself_and_takes_the_commands() {
    let mut site = site("").await;
    site.schedule = "* * * * * *";
    site.sections = site.sections.replace("\"4h\"", "\"1s\"");
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish(&with(&[first()]));
    let daemon = site.run().await;
    let at_head = || {
        let all = site.webhook.received();
        all.into_iter().filter(|r| r.path == "/head").collect::<Vec<_>>()
    };
    within("the escalation", site.webhook.until(|_| !at_head().is_empty())).await;
    let id = at_head()[0].json()["data"]["item_id"].as_str().unwrap().to_owned();
    let taken = site.command(&["items", "take", &id, "--by", "Ann"]).await;
    assert!(taken.exit == Some(0) && taken.stdout.contains("taken by Ann"), "{taken:?}");
    daemon.kill();
    let again = site.run().await;
    assert_eq!(again.stop().await, Some(0));
    assert_eq!(at_head().len(), 1);
    let shown = site.command(&["items", "show", &id, "--output", "json"]).await;
    assert!(shown.stdout.contains("\"taken_by\": \"Ann\""), "{shown:?}");
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_daemon_that_ends_at_any_point_of_an_escalation_sends_it_under_one_id() {
    use entitywatch::crash_point::CrashPoint;

    let points =
        [CrashPoint::ItemsNoted].into_iter().chain(CrashPoint::OF_ITEM_STEPS.iter().copied());
    for point in points {
        let mut site = site("").await;
        site.schedule = "* * * * * *";
        site.sections = site.sections.replace("\"4h\"", "\"1s\"");
        site.publish(&rows(40));
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
        site.publish(&with(&[first()]));
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        daemon.ends().await;
        let daemon = site.run().await;
        let escalations = |mails: &[crate::sinks::Mail]| {
            let subject = |mail: &crate::sinks::Mail| mail.header("Subject").unwrap_or_default();
            mails.iter().filter(|mail| subject(mail).starts_with("Not acknowledged: ")).count()
        };
        within("the last escalation", site.smtp.until(|mails| escalations(mails) > 0)).await;
        assert_eq!(daemon.stop().await, Some(0));
        let all = site.webhook.received();
        let ids = |path: &str| {
            let of_path = all.iter().filter(|received| received.path == path);
            of_path.map(|r| r.header("webhook-id").unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        assert_eq!((ids("/office").len(), ids("/head").len()), (1, 1), "{}", point.name());
        assert_eq!(escalations(&site.smtp.mails()), 1, "{}", point.name());
        assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    }
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_daemon_that_ends_at_any_point_of_a_reminder_sends_it_under_one_id() {
    use entitywatch::crash_point::CrashPoint;

    assert!(CrashPoint::SINGLE_ALERTS.len() > 4, "the points were found");
    for point in CrashPoint::SINGLE_ALERTS {
        // The item was opened years ago by the clock of the daemon, and is overdue.
        let World { site, program, .. } = opened("").await;
        program.store.close().await;
        drop(program);
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        daemon.ends().await;
        let daemon = site.run().await;
        let reminders = || {
            let all = site.webhook.received();
            let is_reminder =
                |received: &crate::sinks::Received| received.json()["type"] == "items.open";
            all.into_iter().filter(is_reminder).collect::<Vec<_>>()
        };
        within("the reminder", site.webhook.until(|_| !reminders().is_empty())).await;
        assert_eq!(daemon.stop().await, Some(0));
        let ids: BTreeSet<(String, String)> = reminders()
            .iter()
            .map(|received| {
                let id = received.header("webhook-id").unwrap().to_owned();
                (received.path.clone(), id)
            })
            .collect();
        assert_eq!(ids.len(), 1, "{}: {ids:?}", point.name());
        assert_eq!(ids.first().unwrap().0, "/office");
        assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    }
}
