//! Counterparties matched against the list, and the memory of it: from the first screening over
//! decisions to the removal of an entry. Two receivers get the same changes. `officer` is shown
//! matches, `erp` and the others are not.

use std::collections::BTreeSet;
use std::time::Duration;

use entitywatch::actions::Request;
use entitywatch::domain::MatchState;
use entitywatch::domain::matching::decision::DismissalReason;
use entitywatch::domain::matching::match_record::{EndReason, MatchRecord};
use entitywatch::store::MatchQuery;
use jiff::Timestamp;
use serde_json::Value;

use crate::list::{row, rows};
use crate::officer::{
    HEADER, OURS, PLANTED, RULE, customers, newcomer, site, text_of_mail, with, write,
    write_customers,
};
use crate::sinks::HttpSink;
use crate::story_rules::{self, NUMBER, RAW, Story};
use crate::world::{World, text_of};

#[tokio::test]
async fn the_first_screening_is_one_alert_and_a_new_entry_is_shown_with_its_change() {
    let site = site("").await;
    let known = rows(1).remove(0);
    let known_row = format!("K1,{},,,AF,", known.name);
    write_customers(&site, &[&known_row, OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let first = world.officer("watchlist.matched");
    assert_eq!(first.len(), 1, "one alert: {first:?}");
    assert_eq!(first[0]["data"]["cause"], "first-screening");
    let found = &first[0]["data"]["matches"][0];
    assert_eq!(found["counterparty"]["id"], "K1");
    assert_eq!((&found["band"], &found["state"]), (&"strong".into(), &"open".into()));
    assert_eq!(found["entry"]["name"], known.name.as_str());

    world.publish(&with(&[newcomer()]));
    assert_eq!(world.next_check().await.exit, 0);
    let screening = world.last_screening("list.changed").await;
    assert_eq!(screening.watchlists[0].counterparties, 42);
    assert_eq!(screening.watchlists[0].file, "customers.csv");
    assert_eq!(screening.count("customers"), 1);
    assert_eq!(screening.matches[0].found.counterparty.name, PLANTED);
    assert_eq!(screening.matches[0].found.cause.as_str(), "entry.added");
    assert_eq!(world.officer("watchlist.matched").len(), 1, "the change shows the match");
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(world.matches().await.len(), 2);
    assert_eq!(world.officer("list.changed").len(), 1);
    world.nothing_leaks().await;
}

/// The words of a legal form may be written together with a name.
#[tokio::test]
async fn a_check_compares_every_counterparty_with_the_entries_that_changed() {
    let site = site("").await;
    write_customers(
        &site,
        &["J1,Greenketchcompany Limited,,,CN,", "J2,Joint Stockcompany Zelkovar,,,RU,"],
    );
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[
        row("Green Ketch Company Limited", RULE).at("8 Xueyuan Road, Beijing, CN"),
        row("Joint Stock Company Zelkovar", RULE).at("9 Xueyuan Road, Beijing, CN"),
    ]));
    assert_eq!(world.next_check().await.exit, 0);
    let found = world.matches().await;
    let ids: BTreeSet<&str> =
        found.iter().map(|record| record.found.counterparty.id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(["J1", "J2"]), "{found:?}");
}

#[tokio::test]
async fn a_dismissal_survives_other_terms_and_is_stale_by_an_alias() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let found = world.only_match().await;
    let reply = world.dismiss(&found).await;
    assert_eq!(reply.exit, 0, "{reply:?}");

    // Another citation and license policy, and an export that abbreviates.
    let mut amended = newcomer();
    amended.citation.push_str("; 88 FR 66273");
    amended.policy = "Case-by-case review.".to_owned();
    world.publish(&with(&[amended.clone()]));
    write_customers(
        &world,
        &["C1,TIANSHAN AVIONICS INST PLANTEDNAME,Tianshan Avionics Institute,\"8 Xueyuan Rd., \
           Beijing\",CN,Ben"],
    );
    world.next_check().await;
    assert_eq!(world.only_match().await.state(), MatchState::Dismissed);
    assert!(world.last_screening("list.changed").await.matches.is_empty());
    assert!(world.officer("watchlist.matched").is_empty());

    world.publish(&with(&[amended.known_as("Cedarholm Radar")]));
    world.next_check().await;
    let stale = world.only_match().await;
    assert_eq!(stale.state(), MatchState::Stale, "{stale:?}");
    assert_eq!(stale.found.match_id, found.found.match_id);
    let screening = world.last_screening("list.changed").await;
    assert_eq!(screening.matches[0].found.state, MatchState::Stale);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn a_confirmed_party_is_followed_to_its_removal_and_its_relisting() {
    let route = "[[route]]\nreceivers = [\"erp\", \"officer\"]\nkinds = [\"added\"]\n";
    let mut site = site("").await;
    site.sections.push_str(route);
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let found = world.only_match().await;
    assert_eq!(world.confirm(&found).await.exit, 0);

    let amended = newcomer().at("9 Xueyuan Road, Beijing, CN");
    world.publish(&with(&[amended]));
    world.next_check().await;
    assert_eq!(world.officer("list.changed").len(), 2, "a revision, whatever the routes");
    world.publish(&rows(40));
    world.next_check().await;
    assert_eq!(world.officer("list.changed").len(), 3, "the removal");
    let screening = world.last_screening("list.changed").await;
    assert_eq!(screening.matches[0].found.cause.as_str(), "entry.removed");
    assert_eq!(world.alerted().len(), 4, "erp got only what was added, and officer everything");
    let ended = world.only_match().await;
    assert_eq!(ended.ended.map(|end| end.why), Some(EndReason::EntryRemoved));

    world.clock.advance(Duration::from_secs(30 * 86_400));
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let back = world.only_match().await;
    assert_eq!((back.state(), back.ended), (MatchState::Confirmed, None));
    assert_eq!(back.found.match_id, found.found.match_id);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn counterparties_that_come_and_go_have_matches_of_their_own() {
    let site = site("").await;
    write_customers(&site, &[]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    assert!(world.matches().await.is_empty());

    write_customers(&world, &[OURS]);
    world.next_check().await;
    let added = world.officer("watchlist.matched");
    assert_eq!(added.len(), 1);
    assert_eq!(added[0]["data"]["cause"], "counterparty.added");
    let first = world.only_match().await;
    assert_eq!(world.dismiss(&first).await.exit, 0);

    write_customers(&world, &[]);
    world.next_check().await;
    let gone = world.only_match().await;
    assert_eq!(gone.ended.map(|end| end.why), Some(EndReason::CounterpartyRemoved));

    // The same party again: the dismissal is in force.
    write_customers(&world, &[OURS]);
    world.next_check().await;
    let back = world.only_match().await;
    assert_eq!((back.state(), back.ended), (MatchState::Dismissed, None));
    assert_eq!(world.officer("watchlist.matched").len(), 1);

    // Another party under the id: nobody has decided about it.
    write_customers(&world, &[]);
    world.next_check().await;
    write_customers(&world, &["C1,Tianshan Avionics Institute,,,CN,"]);
    world.next_check().await;
    let all = world.matches().await;
    assert_eq!(all.len(), 2);
    let ids: BTreeSet<&str> = all.iter().map(|record| record.found.match_id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    let open: Vec<&MatchRecord> = all.iter().filter(|record| record.ended.is_none()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].state(), MatchState::Open);
    assert_eq!(world.officer("watchlist.matched").len(), 2);
}

#[tokio::test]
async fn a_renamed_counterparty_makes_its_dismissal_stale() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    write_customers(&world, &["C1,Tianshan Avionics Institute Number Two,,,CN,"]);
    world.next_check().await;
    let stale = world.only_match().await;
    assert_eq!(stale.state(), MatchState::Stale);
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.last().unwrap()["data"]["cause"], "counterparty.revised");
    assert_eq!(bodies.last().unwrap()["data"]["matches"][0]["state"], "stale");
}

#[tokio::test]
async fn a_file_that_is_cut_gone_or_old_is_said_once_and_the_last_good_one_stays() {
    let mut site = site("").await;
    site.sections.push_str("max_age = \"36h\"\n");
    write_customers(&site, &[OURS]);
    let path = site.folder.path().join("customers.csv");
    let written_at = |time: &str| {
        let time: Timestamp = time.parse().unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time.into()).unwrap();
    };
    written_at("2022-06-30T12:00:00Z");
    let world = World::with_baseline(site, &rows(40)).await;
    let failing = |world: &World| {
        let subjects = world.subjects();
        subjects.iter().filter(|subject| subject.contains("ounterparty file")).count()
    };
    assert_eq!(failing(&world), 0, "{:?}", world.subjects());

    let half: Vec<String> = customers(&[OURS]).into_iter().take(20).collect();
    write(&world, &half.iter().map(String::as_str).collect::<Vec<_>>());
    written_at("2022-06-30T13:00:00Z");
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "on hold: {reply:?}");
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(failing(&world), 1, "once: {:?}", world.subjects());

    std::fs::remove_file(&path).unwrap();
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1, "{reply:?}");
    // What stays in use is compared, and the alert says what is wrong.
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let screening = world.last_screening("list.changed").await;
    assert_eq!(screening.watchlists[0].counterparties, 41);
    let problem = screening.watchlists[0].problem.as_ref().unwrap();
    assert_eq!(problem.kind.as_str(), "unreadable");
    assert_eq!(screening.count("customers"), 1);

    write_customers(&world, &[OURS]);
    written_at("2022-06-30T14:00:00Z");
    assert_eq!(world.next_check().await.exit, 0);
    let subjects = world.subjects();
    assert!(subjects.last().unwrap().contains("again"), "{subjects:?}");

    world.clock.advance(Duration::from_secs(40 * 3600));
    let before = failing(&world);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(text_of(&reply).contains("old"), "{reply:?}");
    world.next_check().await;
    assert_eq!(failing(&world), before + 1);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn a_file_on_hold_comes_into_use_when_a_person_accepts_it() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    write(&world, &["Z1,Quixotic Bakery Number1,,,US,"]);
    assert_eq!(world.next_check().await.exit, 3);
    let accept = |name: &str| Request::WatchlistsAccept {
        watchlist: name.into(),
        by: "Ann".into(),
        reason: "the others are sold".into(),
    };
    assert_eq!(world.execute(accept("vendors")).await.exit, 2);
    let reply = world.execute(accept("customers")).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    let states = world.program.store.watchlist_states().await.unwrap();
    assert_eq!((states[0].rows, &states[0].problem), (1, &None));
    assert!(world.only_match().await.ended.is_some());
}

#[tokio::test]
async fn strong_matches_are_dismissed_one_by_one_and_unknown_ids_are_usage_errors() {
    let site = site("").await;
    let second = row("Vostok Radar Plant", RULE).at("Omsk, RU");
    write_customers(&site, &[OURS, "C2,Vostok Radar Plant,,,RU,"]);
    let world = World::with_baseline(site, &with(&[newcomer(), second])).await;
    let all = world.matches().await;
    assert_eq!(all.len(), 2);
    let ids: Vec<_> = all.iter().map(|record| record.found.match_id.clone()).collect();
    let dismiss = |ids: Vec<entitywatch::domain::MatchId>| Request::MatchesDismiss {
        ids,
        by: "Ann".into(),
        reason: DismissalReason::Other,
        note: "checked".into(),
    };
    let reply = world.execute(dismiss(ids.clone())).await;
    assert_eq!(reply.exit, 2);
    assert!(text_of(&reply).contains("one by one"), "{reply:?}");
    assert!(world.matches().await.iter().all(|record| record.state() == MatchState::Open));
    assert_eq!(world.execute(dismiss(vec![ids[0].clone()])).await.exit, 0);
    assert_eq!(world.execute(dismiss(vec![ids[0].clone()])).await.exit, 1, "already");
    let unknown = entitywatch::domain::MatchId("mat_unknown".into());
    assert_eq!(world.execute(dismiss(vec![unknown])).await.exit, 2);
}

#[tokio::test]
async fn an_erased_counterparty_leaves_ids_and_hashes_only() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    let erase = |id: &str| Request::WatchlistsErase {
        watchlist: "customers".into(),
        id: id.into(),
        by: "Ann".into(),
    };
    assert_eq!(world.execute(erase("C9")).await.exit, 2);
    assert_eq!(world.execute(erase("C1")).await.exit, 0);
    assert!(world.matches().await.is_empty());
    assert!(world.last_screening("watchlist.matched").await.matches.is_empty());
    let journal = world.program.store.journal(0, 10_000).await.unwrap();
    let text: String = journal.iter().map(|entry| entry.data.as_str()).collect();
    assert!(text.contains(found.found.match_id.as_str()) && text.contains("counterparty_hash"));
    world.nothing_leaks().await;
}

#[tokio::test]
async fn an_item_is_not_closed_while_a_strong_match_in_it_is_open() {
    let site = site("acknowledge_within = \"4h\"").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let items = world.program.store.items(None).await.unwrap();
    assert_eq!(items.len(), 1);
    let close = || Request::ItemsClose {
        ids: vec![items[0].item_id.clone()],
        by: "Ann".into(),
        outcome: entitywatch::domain::item::Outcome::NotOurs,
        note: "no order".into(),
    };
    let reply = world.execute(close()).await;
    assert_eq!(reply.exit, 1, "{reply:?}");
    let found = world.only_match().await;
    assert!(text_of(&reply).contains(found.found.match_id.as_str()), "{reply:?}");
    assert!(!text_of(&reply).contains("Plantedname"));
    assert_eq!(world.dismiss(&found).await.exit, 0);
    assert_eq!(world.execute(close()).await.exit, 0);
}

#[tokio::test]
async fn a_strong_match_makes_a_change_urgent_for_the_receivers_that_are_shown_it() {
    let mut site = site("digest = \"0 8 * * 1-5\"\nimmediate = \"never\"").await;
    site.sections.push_str("[[route]]\nreceivers = [\"officer\"]\nmin_severity = \"high\"\n");
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    // A removal is of normal severity, and no route lets it pass.
    world.publish(&rows(40));
    world.next_check().await;
    let got = world.officer("list.changed");
    assert_eq!(got.len(), 1, "at once, although a digest is set");
    assert_eq!(got[0]["data"]["changes"][0]["severity"], "normal", "the change stays as it is");
    assert!(world.alerts().len() == 1, "nobody else got it");
}

#[tokio::test]
async fn a_route_of_matches_lets_only_matches_through_unless_a_file_is_not_up_to_date() {
    let mut site = site("").await;
    site.sections.push_str("[[route]]\nreceivers = [\"officer\"]\nmatches = true\n");
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let other = row("Vostok Radar Plant", RULE).at("Omsk, RU");
    world.publish(&with(&[newcomer(), other.clone()]));
    world.next_check().await;
    let names = |world: &World| -> Vec<String> {
        let bodies = world.officer("list.changed");
        let last = bodies.last().map(crate::world::changes).unwrap_or_default();
        last.into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(names(&world), ["Tianshan Avionics Institute"]);
    std::fs::remove_file(world.folder.path().join("customers.csv")).unwrap();
    let third = row("Juba Pumps", "87 FR 60000").at("Juba, SS");
    world.publish(&with(&[newcomer(), other, third]));
    world.next_check().await;
    assert_eq!(names(&world), ["Juba Pumps"], "everything passes while the file is missing");
}

#[tokio::test]
async fn dismissals_expire() {
    let mut site = site("").await;
    site.sections.push_str("dismissals_expire = \"2d\"\n");
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    world.clock.advance(Duration::from_secs(86_400));
    world.next_check().await;
    assert_eq!(world.only_match().await.state(), MatchState::Dismissed);
    world.clock.advance(Duration::from_secs(2 * 86_400));
    world.next_check().await;
    assert_eq!(world.only_match().await.state(), MatchState::Stale);
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), 2);
    world.next_check().await;
    assert_eq!(world.officer("watchlist.matched").len(), 2, "once");
}

/// The Federal Register and the eCFR with a counterparty file, all read once. An officer gets all
/// matches. The folder has the file.
pub async fn with_customers(text: &str) -> (Story, HttpSink, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("customers.csv");
    std::fs::write(&file, text).unwrap();
    let officer = HttpSink::start().await;
    let sections = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = \
         true\nshow_matches = true\n[[watchlist]]\nname = \"customers\"\npath = \"{}\"\n\
         [[route]]\nreceivers = [\"officer\"]\n",
        officer.url("/"),
        file.display()
    );
    let story = Story::start_with("2025-03-01T12:00:00Z", &sections).await;
    story.ecfr("2025-02-28", &story_rules::before());
    story.check("2025-03-01T12:00:00Z", "rules").await;
    story.check("2025-03-01T12:01:00Z", "ecfr").await;
    let checked = entitywatch::pipeline::matching::check_watchlists(&story.program, None);
    Box::pin(checked).await.unwrap();
    (story, officer, folder)
}

/// The Federal Register, the eCFR and the CSL show one entry, one after the other.
#[tokio::test]
async fn one_decision_serves_the_filed_rule_the_published_one_and_both_lists() {
    let (story, officer, _folder) =
        with_customers(&format!("{HEADER}C1,North Glass,,,RU,\nC2,Old Glass,,,RU,\n")).await;
    let watchlists = || entitywatch::pipeline::matching::check_watchlists(&story.program, None);
    let matches = || async {
        let query = MatchQuery { with_ended: true, ..MatchQuery::default() };
        let all = story.program.store.matches(&query).await.unwrap();
        let of = |id: &str| -> Vec<MatchRecord> {
            let own = all.iter().filter(|record| record.found.counterparty.id == id);
            own.cloned().collect()
        };
        (of("C1"), of("C2"))
    };
    let (none, old) = matches().await;
    assert_eq!((none.len(), old.len()), (0, 1));

    story.set_filed(&[story.filed(NUMBER)]);
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    let (found, _) = matches().await;
    assert_eq!(found.len(), 1, "the filing day is when it bites");
    assert_eq!(found[0].found.cause.as_str(), "rule.filed");
    assert!(found[0].is_ordered_only);
    let id = found[0].found.match_id.clone();
    let identified = entitywatch::domain::Identified::Session;
    let confirm = Request::MatchesConfirm {
        ids: vec![id.clone()],
        by: "Ann".into(),
        note: "our customer".into(),
    };
    let reply = Box::pin(entitywatch::actions::execute(&story.program, confirm, &identified)).await;
    assert_eq!(reply.exit, 0, "{reply:?}");

    story.set_filed(&[]);
    story.set_published(&[story.published(NUMBER)]);
    story.text("/rule.xml", story_rules::RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    story.ecfr("2025-03-07", &story_rules::after());
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    let (found, old) = matches().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].found.match_id, id);
    assert_eq!(found[0].state(), MatchState::Confirmed);
    assert!(!found[0].is_ordered_only, "the entry is listed");
    assert!(old[0].ended.is_some(), "the rule removed it");
    story.csl(&[
        story_rules::csl_row("North Glass JSC", "90 FR 11280", "The 3rd Street, Perm, RU"),
        story_rules::csl_row("Blue Lake Ltd.", "87 FR 38925", "5 Sea Street, Izmir, TR"),
    ]);
    story.check("2025-03-12T12:00:00Z", "csl").await;
    Box::pin(watchlists()).await.unwrap();
    let (found, _) = matches().await;
    assert_eq!((found.len(), found[0].state()), (1, MatchState::Confirmed));
    assert_eq!(found[0].found.match_id, id);

    // Each alert about the entry showed the match, and none needed an alert of its own.
    let mut shown = 0;
    for body in officer.received().iter().map(crate::sinks::Received::json) {
        let kind = body["type"].as_str().unwrap().to_owned();
        let alert = entitywatch::domain::AlertId(
            body["data"]["alert_id"].as_str().unwrap_or_default().to_owned(),
        );
        let screening = story.program.store.screening(&alert, "officer").await.unwrap();
        let has = screening.is_some_and(|screening| {
            screening.matches.iter().any(|shown| shown.found.match_id == id)
        });
        assert!(has || kind == "watchlist.matched", "{kind} shows no match");
        shown += usize::from(has);
    }
    assert!(shown >= 3, "filed, published and listed: {shown}");
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use std::collections::BTreeSet;

    use entitywatch::crash_point::CrashPoint;
    use futures_util::StreamExt;
    use serde_json::Value;

    use crate::list::rows;
    use crate::officer::{OURS, announced, newcomer, site, with, write_customers};
    use crate::world::{Site, within};

    /// Daemons at a time.
    const AT_A_TIME: usize = 4;
    const SECOND: &str = "C2,Tianshan Avionics Institute,,,CN,";

    /// The daemon ends at the point. Then it is started again, with one more counterparty.
    async fn check(point: CrashPoint) {
        let name = point.name();
        let mut site: Site = site("").await;
        site.schedule = "* * * * * *";
        site.delivery = "retry = [\"1s\", \"1s\", \"1s\", \"1s\"]".to_owned();
        write_customers(&site, &[OURS]);
        site.publish(&rows(40));
        let ended = site.command(&["check"]).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        site.publish(&with(&[newcomer()]));
        let is_of_file = CrashPoint::OF_WATCHLIST_CHECKS.contains(&point);
        if is_of_file {
            write_customers(&site, &[OURS, SECOND]);
        }
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, name)]);
        assert_eq!(daemon.ends().await, Some(6), "the daemon passes {name}");
        write_customers(&site, &[OURS, SECOND]);
        let daemon = site.run().await;
        let both = site.webhook.until(|sink| announced(sink).len() == 2);
        within(&format!("both matches after {name}"), both).await;
        // A delivery that arrived before the end, but was not recorded, is sent once more. This
        // command ends after that.
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
        assert_eq!(daemon.stop().await, Some(0));
        let announced = announced(&site.webhook);
        assert!(announced.values().all(|alerts| alerts.len() == 1), "{name}: {announced:?}");
        let listed = site.command(&["matches", "list", "--output", "json"]).await;
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
        let stored: BTreeSet<&str> = listed["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["match_id"].as_str().unwrap())
            .collect();
        let ids: BTreeSet<&str> = announced.keys().map(String::as_str).collect();
        assert_eq!(stored, ids, "{name}");
        assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    }

    #[tokio::test]
    async fn a_daemon_that_ends_at_any_step_loses_no_match_and_announces_none_under_two_ids() {
        assert!(CrashPoint::ALERTS.len() > 20, "the points were found");
        let points = CrashPoint::ALERTS.iter().chain(CrashPoint::OF_WATCHLIST_CHECKS);
        futures_util::stream::iter(points)
            .for_each_concurrent(AT_A_TIME, |point| check(*point))
            .await;
    }
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_decision_is_whole_or_not_at_all_when_the_daemon_ends_in_it() {
    use entitywatch::crash_point::CrashPoint;

    for point in CrashPoint::OF_MATCH_STEPS {
        let site = site("").await;
        write_customers(&site, &[OURS]);
        site.publish(&with(&[newcomer()]));
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
        let state = async || {
            let listed = site.command(&["matches", "list", "--output", "json"]).await;
            let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
            let only = &listed["matches"][0];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&only["match_id"]), text(&only["state"]))
        };
        let (id, open) = state().await;
        assert_eq!(open, "open");
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        crate::world::within("the daemon", daemon.notified("READY=1")).await;
        let dismiss =
            ["matches", "dismiss", &id, "--by", "Ann", "--reason", "other", "--note", "not ours"];
        let ended = site.command(&dismiss).await;
        assert_eq!(ended.exit, Some(1), "{}: {ended:?}", point.name());
        daemon.ends().await;
        let is_recorded = *point == CrashPoint::MatchStepRecorded;
        let expected = if is_recorded { "dismissed" } else { "open" };
        assert_eq!(state().await.1, expected, "{}", point.name());
        let again = site.command(&dismiss).await;
        assert_eq!(again.exit, Some(i32::from(is_recorded)), "{again:?}");
        assert_eq!(state().await.1, "dismissed");
        assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    }
}

#[tokio::test]
async fn a_planted_counterparty_is_in_no_log_page_feed_metric_or_output_of_the_daemon() {
    let mut site = site("").await;
    site.schedule = "* * * * * *";
    site.listen = "127.0.0.1:0";
    site.server_keys = "public_reading = true".to_owned();
    site.log = "info,entitywatch=debug";
    write_customers(&site, &[OURS, "C2,,,,Plantedname,Plantedname"]);
    site.publish(&rows(40));
    let first = site.command(&["check"]).await;
    assert_eq!(first.exit, Some(0), "{first:?}");
    site.publish(&with(&[newcomer()]));
    let daemon = site.run().await;
    let has_match = |sink: &HttpSink| {
        let all = sink.received();
        all.iter().any(|r| r.path == "/officer" && r.body.contains("Plantedname"))
    };
    crate::world::within("the match", site.webhook.until(has_match)).await;
    // A header that is not one: its cells could be quoted.
    std::fs::write(site.folder.path().join("customers.csv"), "Plantedname,Plantedname\n").unwrap();
    let is_failing = |mails: &[crate::sinks::Mail]| {
        let subjects = mails.iter().filter_map(|mail| mail.header("Subject"));
        subjects.into_iter().any(|subject| subject.contains("customers"))
    };
    crate::world::within("the problem", site.smtp.until(is_failing)).await;
    let mut seen = vec![first.stdout, first.stderr];
    for path in [
        "/",
        "/changes",
        "/entries",
        "/feed.atom",
        "/metrics",
        "/api/alerts",
        "/api/deliveries",
        "/api/changes",
        "/healthz",
    ] {
        let page = site.page(path).await;
        assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
        assert!(!page.contains("watchlist"), "{path} shows that there is one: {page}");
        seen.push(page);
    }
    for command in [
        vec!["alerts", "--output", "json"],
        vec!["deliveries", "--output", "json"],
        vec!["changes", "--output", "json"],
        vec!["status"],
        vec!["journal", "export"],
        vec!["config", "show"],
        vec!["check"],
    ] {
        let ended = site.command(&command).await;
        seen.extend([ended.stdout, ended.stderr]);
    }
    seen.push(daemon.log());
    assert_eq!(daemon.stop().await, Some(0));
    let others = site.webhook.received().into_iter().filter(|r| r.path != "/officer");
    seen.extend(others.map(|received| received.body));
    seen.extend(site.slack.received().into_iter().map(|received| received.body));
    seen.extend(site.smtp.mails().into_iter().map(|mail| text_of_mail(&mail.data)));
    assert!(seen.iter().any(|text| text.contains("<sheetData")), "workbooks are unpacked");
    for text in &seen {
        assert!(!text.contains("Plantedname"), "a counterparty leaked: {text}");
    }
}
