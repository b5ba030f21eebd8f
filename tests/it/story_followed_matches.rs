//! What a match says after something has changed: a confirmed party under another name, a dismissal
//! that is over, an address that more entries share, and one name under two countries.

use std::time::Duration;

use entitywatch::actions::Request;
use entitywatch::domain::matching::match_record::{EndReason, MatchRecord};
use entitywatch::domain::{Cause, MatchState};
use entitywatch::store::MatchQuery;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::officer::{OURS, RULE, newcomer, site, with, write_customers};
use crate::story_matches::with_customers;
use crate::story_rules::{self, RAW};
use crate::world::{World, text_of};

fn cited(mut row: Row, citation: &str) -> Row {
    row.citation = format!("{}; {citation}", row.citation);
    row
}

fn events(record: &MatchRecord) -> Vec<&str> {
    record.history.iter().map(|event| event.what.as_str()).collect()
}

#[tokio::test]
async fn a_confirmed_party_has_the_new_name_of_its_entry_and_is_listed_again_after_a_relisting() {
    let site = site("").await;
    write_customers(&site, &["C1,Tianshan Avionics Institute,,,CN,Ann"]);
    let world = World::with_baseline(site, &rows(40)).await;
    world.publish(&with(&[newcomer()]));
    world.next_check().await;
    let found = world.only_match().await;
    assert_eq!(world.confirm(&found).await.exit, 0);

    let renamed = Row { name: "Quorvex Optical Group".into(), ..cited(newcomer(), "88 FR 66273") };
    world.publish(&with(std::slice::from_ref(&renamed)));
    world.next_check().await;
    let record = world.only_match().await;
    assert_eq!(record.state(), MatchState::Confirmed);
    let entry = record.found.entry.as_ref().unwrap();
    assert_eq!(entry.name, "Quorvex Optical Group");
    assert_eq!(record.found.compared.entry, "Quorvex Optical Group");
    assert_eq!(entry.citations.len(), 2, "{:?}", entry.citations);
    let event = record.history.last().unwrap();
    assert_eq!(event.what, "renamed");
    assert!(event.detail.contains("“Tianshan Avionics Institute”"), "{event:?}");

    world.publish(&rows(40));
    world.next_check().await;
    let over = world.only_match().await.ended.unwrap();
    assert_eq!(over.why, EndReason::EntryRemoved);
    world.clock.advance(Duration::from_secs(30 * 86_400));
    world.publish(&with(&[renamed]));
    world.next_check().await;
    let back = world.only_match().await;
    assert_eq!((back.state(), &back.ended), (MatchState::Confirmed, &None));
    assert_eq!(back.found.match_id, found.found.match_id);
    assert_eq!(events(&back).last(), Some(&"returned"));
    let listed = world.program.store.matches(&MatchQuery::default()).await.unwrap();
    assert_eq!(listed.len(), 1, "`matches list` shows it");
    world.nothing_leaks().await;
}

#[tokio::test]
async fn a_confirmed_party_whose_own_name_changes_keeps_its_entry_and_has_its_new_name() {
    let site = site("").await;
    write_customers(&site, &["C1,Tianshan Avionics Institute,,,CN,Ann"]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.confirm(&found).await.exit, 0);
    write_customers(&world, &["C1,Tianshan Avionics Research,,,CN,Ben"]);
    world.next_check().await;
    let all = world.matches().await;
    let current: Vec<&MatchRecord> = all.iter().filter(|record| record.ended.is_none()).collect();
    assert_eq!(current.len(), 1, "{all:?}");
    assert_eq!(current[0].found.counterparty.name, "Tianshan Avionics Research");
    assert_eq!(current[0].state(), MatchState::Confirmed);
}

#[tokio::test]
async fn a_dismissal_that_expires_says_so_and_names_who_dismissed_and_when() {
    let mut site = site("").await;
    site.sections.push_str("dismissals_expire = \"2d\"\n");
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    world.clock.advance(Duration::from_secs(3 * 86_400));
    world.next_check().await;
    let data = world.officer("watchlist.matched").last().unwrap()["data"].clone();
    assert_eq!(data["expired"], true, "{data}");
    let shown = &data["matches"][0];
    assert_eq!(shown["state"], "stale");
    let decision = &shown["decision"];
    assert_eq!((&decision["by"], &decision["note"]), (&"Ann".into(), &"a bakery".into()));
    assert_eq!(decision["reason"], "different-industry");
    assert_eq!(decision["ended"]["expired"], true, "{decision}");
    world.nothing_leaks().await;
}

#[tokio::test]
async fn a_stale_match_quotes_the_new_alias_and_says_who_had_dismissed_it_and_what_ordered_it() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    world.publish(&with(&[cited(newcomer(), "88 FR 66273").known_as("Cedarholm Radar")]));
    world.next_check().await;
    let stale = world.only_match().await;
    assert_eq!(stale.state(), MatchState::Stale);
    let because = stale.stale_because.join("; ");
    assert!(because.contains("the entry has another name: “Cedarholm Radar”"), "{because}");
    assert!(because.contains("88 FR 66273"), "{because}");
    let screening = world.last_screening("list.changed").await;
    let decision = screening.matches[0].found.decision.as_ref().unwrap();
    assert_eq!((decision.by.as_str(), decision.note.as_str()), ("Ann", "a bakery"));
    let end = decision.ended.as_ref().unwrap();
    assert!(!end.expired && end.because.join(" ").contains("Cedarholm Radar"), "{end:?}");
    world.nothing_leaks().await;
}

#[tokio::test]
async fn a_change_of_an_entry_with_a_dismissed_match_says_that_one_was_dismissed() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);
    world.publish(&with(&[cited(newcomer(), "88 FR 66273")]));
    world.next_check().await;
    let screening = world.last_screening("list.changed").await;
    assert_eq!((screening.matches.len(), screening.watchlists[0].dismissed), (0, 1));
    world.publish(&rows(40));
    world.next_check().await;
    let screening = world.last_screening("list.changed").await;
    assert_eq!((screening.matches.len(), screening.watchlists[0].dismissed), (0, 1), "removed");
    world.publish(&with(&[row("Vostok Radar Plant", RULE).at("Omsk, RU")]));
    world.next_check().await;
    let screening = world.last_screening("list.changed").await;
    assert_eq!(screening.watchlists[0].dismissed, 0, "another entry");
}

#[tokio::test]
async fn a_sixth_entry_at_an_address_is_what_brings_up_the_one_match_of_all() {
    let mut site = site("").await;
    site.sections.push_str(
        "[[route]]\nreceivers = [\"erp\"]\n[[route]]\nreceivers = [\"officer\"]\n\
         countries = [\"DE\"]\n",
    );
    let place = "Unit 1205, 12/F, Quarry Point Tower, 388 Zorbington Road, Kwun Tong, Kowloon";
    write_customers(&site, &[&format!("H1,Zeta Pelican Imports,,\"{place}, Hong Kong\",HK,")]);
    let names = [
        "Brightpolo Circuits Limited",
        "Kestrel Wharf Trading",
        "Obsidian Lantern Components",
        "Velvet Harbor Semicon",
        "Marigold Ferry Logistics",
        "Thistle Anvil Devices",
    ];
    let at = |name: &&str| row(name, RULE).at(&format!("{place}, Hong Kong, HK"));
    let five: Vec<Row> = names[..5].iter().map(at).collect();
    let world = World::with_baseline(site, &with(&five)).await;
    assert_eq!(world.matches().await.len(), 5);
    let six: Vec<Row> = names.iter().map(at).collect();
    world.publish(&with(&six));
    world.next_check().await;
    let all = world.matches().await;
    let open: Vec<&MatchRecord> = all.iter().filter(|record| record.ended.is_none()).collect();
    assert_eq!(open.len(), 1, "{all:?}");
    assert_eq!(open[0].found.sharing.len(), 6);
    assert_eq!(open[0].found.cause, Cause::EntryAdded);
    let ends = all.iter().filter_map(|record| record.ended.as_ref()).map(|end| end.why);
    assert_eq!(ends.collect::<Vec<_>>(), [EndReason::Joined; 5]);
    let announced = world.officer("watchlist.matched");
    assert_eq!(announced.last().unwrap()["data"]["cause"], "entry.added");
}

#[tokio::test]
async fn one_name_that_a_rule_orders_under_two_countries_is_two_entries_with_a_decision_each() {
    const NAME: &str = "Qorvella Orbital Co., Ltd.";
    let (story, officer, _folder) =
        with_customers("id,name,country\nC1,Qorvella Orbital,LU\n").await;
    let start = RAW.find("a. Under RUSSIA").unwrap();
    let end = RAW.find("The additions and revisions").unwrap();
    let ordered = format!(
        "a. Under CHINA, by adding, in alphabetical order, an entry for “{NAME};” and\nb. Under \
         LUXEMBOURG, by adding, in alphabetical order, an entry for “{NAME}”.\n\n"
    );
    story.text("/rule.txt", &format!("{}{ordered}{}", &RAW[..start], &RAW[end..]));
    story.set_filed(&[story.filed(story_rules::NUMBER)]);
    story.check("2025-03-03T21:20:00Z", "rules").await;

    let matches = async || -> Vec<MatchRecord> {
        let query = MatchQuery { with_ended: true, ..MatchQuery::default() };
        story.program.store.matches(&query).await.unwrap()
    };
    let of = |all: &[MatchRecord], code: &str| -> MatchRecord {
        let is_of = |record: &&MatchRecord| {
            record.found.entry.as_ref().unwrap().countries == [code.to_owned()]
        };
        all.iter().find(is_of).cloned().unwrap_or_else(|| panic!("{code}: {all:?}"))
    };
    let filed = matches().await;
    assert_eq!(filed.len(), 2, "{filed:?}");
    let (china, luxembourg) = (of(&filed, "CN"), of(&filed, "LU"));
    assert_ne!(china.found.match_id, luxembourg.found.match_id);
    let reasons = |record: &MatchRecord| record.found.reasons.join("; ");
    assert!(reasons(&china).contains("another country"), "{}", reasons(&china));
    assert!(!reasons(&luxembourg).contains("another country"), "{}", reasons(&luxembourg));
    let bodies: Vec<Value> = officer.received().iter().map(crate::sinks::Received::json).collect();
    let filed = bodies.iter().find(|body| body["type"] == "rule.filed").unwrap();
    let mut compared = 0;
    for change in filed["data"]["changes"].as_array().unwrap() {
        let ids: Vec<&str> = change["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["match_id"].as_str().unwrap())
            .collect();
        let is_china = change["entry"]["countries"][0] == "CN";
        let expected = if is_china { &china } else { &luxembourg };
        assert_eq!(ids, [expected.found.match_id.as_str()], "{change}");
        compared += 1;
    }
    assert_eq!(compared, 2);

    let dismiss = Request::MatchesDismiss {
        ids: vec![china.found.match_id.clone()],
        by: "Ann".into(),
        reason: entitywatch::domain::matching::decision::DismissalReason::DifferentCountry,
        note: "ours is in Luxembourg".into(),
    };
    let identified = entitywatch::domain::Identified::Session;
    let reply = Box::pin(entitywatch::actions::execute(&story.program, dismiss, &identified)).await;
    assert_eq!(reply.exit, 0, "{}", text_of(&reply));
    let listed = |country: &str, place: &str| {
        story_rules::row(country, &format!("{NAME}, {place}."), "90 FR 11290, 3/6/25.")
    };
    let rows = [
        listed("CHINA", "8 Xueyuan Road, Beijing, China"),
        listed("LUXEMBOURG", "9 Rue du Port, Luxembourg"),
    ];
    story.ecfr("2025-03-07", &(story_rules::before() + &rows.concat()));
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    let listed = matches().await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.iter().all(|record| record.ended.is_none() && !record.is_ordered_only));
    assert_eq!(of(&listed, "LU").found.match_id, luxembourg.found.match_id);
    assert_eq!(of(&listed, "LU").state(), MatchState::Open);
    assert_eq!(of(&listed, "CN").found.match_id, china.found.match_id);
}

#[tokio::test]
async fn matches_show_has_everything_that_an_officer_decides_on() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let entry = newcomer().known_as("Cedarholm Radar");
    site.publish(&with(&[entry]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let listed = site.command(&["matches", "list", "--output", "json"]).await;
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let id = listed["matches"][0]["match_id"].as_str().unwrap();
    let dismiss =
        ["matches", "dismiss", id, "--by", "Ann", "--reason", "different-industry", "--note", "x"];
    assert_eq!(site.command(&dismiss).await.exit, Some(0));
    let shown = site.command(&["matches", "show", id]).await.stdout;
    for part in [
        "of the watchlist customers",
        "Tianshan Avionics Inst. Plantedname",
        "8 Xueyuan Road, Beijing",
        "China",
        "Ann",
        "Cedarholm Radar",
        "Entity List",
        RULE,
        "For all items subject to the EAR",
        "Presumption of denial.",
        "an entry was added",
        "another industry",
    ] {
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
    for code in ["entry.added", "different-industry"] {
        assert!(!shown.contains(code), "a code: {shown}");
    }
    let table = site.command(&["matches", "list"]).await.stdout;
    assert!(table.contains("customers"), "{table}");
}

#[tokio::test]
async fn a_first_comparison_without_a_match_is_shown_by_check_and_watchlists() {
    let site = site("").await;
    write_customers(&site, &[]);
    site.publish(&rows(40));
    let said = site.command(&["check"]).await.stdout;
    assert!(said.contains("the first comparison found no possible match"), "{said}");
    let said = site.command(&["check"]).await.stdout;
    assert!(!said.contains("first comparison"), "once: {said}");
    let listed = site.command(&["watchlists"]).await.stdout;
    assert!(listed.contains("matches now: 0 to decide, 0 decided"), "{listed}");
}

#[tokio::test]
async fn a_command_that_replaces_a_decision_of_another_person_says_whose() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    let id = found.found.match_id.clone();
    let confirm =
        Request::MatchesConfirm { ids: vec![id.clone()], by: "Ben".into(), note: String::new() };
    let reply = world.execute(confirm).await;
    assert_eq!(reply.exit, 0);
    assert!(!text_of(&reply).contains("it was"), "{reply:?}");
    let reply = world.dismiss(&found).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(text_of(&reply).contains("it was confirmed by Ben on "), "{reply:?}");
    assert_eq!(world.only_match().await.state(), MatchState::Dismissed);
}

#[tokio::test]
async fn erasing_of_an_unknown_watchlist_names_those_that_are_known() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let erase = |watchlist: &str, id: &str| Request::WatchlistsErase {
        watchlist: watchlist.into(),
        id: id.into(),
        by: "Ann".into(),
    };
    let reply = world.execute(erase("nope", "C1")).await;
    assert_eq!(reply.exit, 2);
    let said = text_of(&reply);
    assert!(said.contains("`customers`") && said.contains("but got `nope`"), "{said}");
    let said = text_of(&world.execute(erase("customers", "C9")).await);
    assert!(said.contains("but got the id `C9`"), "{said}");
}
