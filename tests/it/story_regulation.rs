//! The text of sections of the regulation, against an eCFR on loopback: words that change, texts
//! that are implausible, and the parties that a section names.

use std::time::Duration;

use entitywatch::domain::{HoldReason, HoldState, ListCode};
use serde_json::{Value, json};

use crate::list::rows;
use crate::upstream::{Answer, Upstream};
use crate::world::{Site, World, text_of};

const BEFORE: &str = include_str!("../fixtures/ecfr/section-744.11-before.xml");
const AFTER: &str = include_str!("../fixtures/ecfr/section-744.11-after.xml");
const PARTIES: &str = include_str!("../fixtures/ecfr/section-744.22.xml");
const OF_734: &str = "<DIV8 N=\"734.9\" TYPE=\"SECTION\"><HEAD>§ 734.9 Foreign-direct \
    product.</HEAD><P>(a) Foreign-made items are subject to the EAR as this section says.</P>\
    <CITA TYPE=\"N\">[85 FR 36719, June 18, 2020]</CITA></DIV8>";

/// Most of Section 744.11 is not in it.
const SHORT: &str = "<DIV8 N=\"744.11\"><HEAD>§ 744.11 License requirements.</HEAD><P>(a) See the \
    Entity List.</P><CITA TYPE=\"N\">[61 FR 12802, Mar. 25, 1996; 91 FR 100, Jan. 5, 2026]</CITA>\
    </DIV8>";

const TITLES: &str = "/api/versioner/v1/titles.json";

fn full(date: &str) -> String {
    format!("/api/versioner/v1/full/{date}/title-15.xml")
}

/// The eCFR of `date`: Part 734, and Part 744 with an Entity List of one entry and these sections.
fn publish(ecfr: &Upstream, date: &str, sections: &[&str]) {
    publish_in_turn(ecfr, date, sections, &[]);
}

/// Like `publish`, but the answers after the first have these documents.
fn publish_in_turn(ecfr: &Upstream, date: &str, sections: &[&str], more: &[&str]) {
    let titles = json!({"titles": [{"number": 15, "up_to_date_as_of": date}]});
    ecfr.answer(TITLES, Answer::ok(titles.to_string()));
    let sections = sections.join("");
    let list = "<DIV9 N=\"Supplement No. 4 to Part 744\"><TABLE><TR><TH>Country</TH><TH>Entity</TH>\
                <TH>License requirement</TH><TH>License review policy</TH><TH>Citation</TH></TR>\
                <TR><TD>CHINA</TD><TD>Amber Lake Optics, Wuxi, China.</TD><TD>For all items.</TD>\
                <TD>Presumption of denial.</TD><TD>85 FR 36719, 6/18/20.</TD></TR></TABLE></DIV9>";
    // The server does not look at the query, so each answer has both parts.
    let text = format!(
        "<?xml version=\"1.0\"?>\n<ECFR><DIV5 N=\"734\" TYPE=\"PART\">{OF_734}</DIV5>\
         <DIV5 N=\"744\" TYPE=\"PART\">{sections}{list}</DIV5></ECFR>"
    );
    let documents = [text.as_str()].into_iter().chain(more.iter().copied());
    let answers = documents.map(|text| Answer::gzip(text.as_bytes()));
    ecfr.answer_in_turn(&full(date), answers.collect());
}

async fn site(ecfr: &Upstream, sections: &str, keys: &str) -> Site {
    let url = ecfr.url("");
    let sections = format!(
        "[[source]]\nname = \"ecfr\"\nkind = \"ecfr\"\nurl = \"{url}\"\nallow_private = true\n\
         min_entries = {{ EL = 1 }}\nsections = {sections}\n{keys}\n"
    );
    Site { sections, ..Site::new().await }
}

/// The text of a section is on hold, on a site with these people.
pub async fn with_text_on_hold(people: &str) -> World {
    let ecfr = Upstream::start().await;
    publish(&ecfr, "2025-11-11", &[BEFORE]);
    let site = site(&ecfr, "[\"744.11\"]", people).await;
    let world = World::with_baseline(site, &rows(40)).await;
    publish(&ecfr, "2025-11-13", &[SHORT]);
    assert_eq!(world.next_check().await.exit, 3);
    world
}

/// A world in which the sections of May 1 are the baseline.
async fn world(ecfr: &Upstream, numbers: &str, sections: &[&str]) -> World {
    publish(ecfr, "2025-11-11", sections);
    World::with_baseline(site(ecfr, numbers, "").await, &rows(40)).await
}

impl World {
    /// The alerts about changed words that the webhook received.
    fn regulation(&self) -> Vec<Value> {
        let received = self.webhook.received();
        let bodies = received.iter().map(crate::sinks::Received::json);
        bodies
            .filter(|body| body["type"] == "regulation.changed")
            .map(|b| b["data"].clone())
            .collect()
    }

    async fn named_parties(&self) -> Vec<String> {
        let current = self.program.store.current_entries("ecfr", ListCode::REG).await.unwrap();
        current.into_iter().map(|stored| stored.entry.name).collect()
    }

    async fn accepted_words(&self, number: &str) -> String {
        let texts =
            self.program.store.section_texts("ecfr", &number.parse().unwrap()).await.unwrap();
        texts.first().map(|recorded| recorded.text.whole()).unwrap_or_default()
    }
}

fn joined(changes: &Value, without: &str) -> String {
    let pieces = changes.as_array().unwrap().iter();
    pieces
        .flat_map(|piece| piece.as_object().unwrap())
        .filter(|(kind, _)| *kind != without)
        .map(|(_, text)| text.as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn changed_words_are_alerted_with_their_document_and_the_notes_verbatim() {
    let ecfr = Upstream::start().await;
    let world = world(&ecfr, "[\"734.9\", \"744.11\"]", &[BEFORE]).await;
    assert!(world.regulation().is_empty(), "the first text is a baseline");
    let parts: Vec<String> = ecfr
        .requests()
        .iter()
        .filter_map(|request| request.target.split_once('?'))
        .map(|(_, query)| query.to_owned())
        .collect();
    assert_eq!(parts, ["part=744", "part=734"], "each part is requested once");

    publish(&ecfr, "2025-11-13", &[AFTER]);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(text_of(&reply).contains("§ 744.11: changed"), "{reply:?}");
    let alerts = world.regulation();
    let [data] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(
        (&data["section"], &data["source"], &data["as_of"], &data["title"]),
        (
            &json!("744.11"),
            &json!("ecfr"),
            &json!("2025-11-13"),
            &json!("License requirements that apply to listed entities.")
        )
    );
    assert_eq!(data["rule"]["citation"], "90 FR 50857");
    assert_eq!(data["rule"]["url"], "https://www.federalregister.gov/citation/90-FR-50857");
    let note = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, § 744.11 was amended by \
                suspending paragraph (b), effective Nov. 10, 2025, until Nov. 9, 2026.";
    assert_eq!(data["notes"], json!([note]));
    let (before, after) = (data["before"].as_str().unwrap(), data["after"].as_str().unwrap());
    assert!(!before.contains("indirectly") && after.contains("directly or indirectly"), "{data}");
    assert_eq!(joined(&data["changes"], "inserted"), before);
    assert_eq!(joined(&data["changes"], "deleted"), after);
    let inserted: Vec<&str> = data["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|piece| piece["inserted"].as_str())
        .collect();
    assert!(inserted.contains(&", directly or indirectly,"), "{inserted:?}");
    assert!(world.subjects().iter().any(|subject| subject.contains("744.11 changed")));

    // Nothing is repeated.
    world.clock.advance(Duration::from_secs(25 * 60 * 60));
    assert_eq!(world.check().await.exit, 0);
    assert_eq!(world.regulation().len(), 1);
}

#[tokio::test]
async fn a_change_that_is_undone_is_a_correction_of_its_alert() {
    let ecfr = Upstream::start().await;
    let world = world(&ecfr, "[\"744.11\"]", &[BEFORE]).await;
    publish(&ecfr, "2025-11-13", &[AFTER]);
    world.next_check().await;
    publish(&ecfr, "2025-11-14", &[BEFORE]);
    assert_eq!(world.next_check().await.exit, 0);
    let alerts = world.regulation();
    let [changed, undone] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(undone["corrects"], changed["alert_id"]);
    assert_eq!((&undone["after"], &undone["rule"]), (&changed["before"], &Value::Null));
    assert!(undone["sequence"].as_u64() > changed["sequence"].as_u64());
    // The same change again is another alert.
    publish(&ecfr, "2025-11-17", &[AFTER]);
    world.next_check().await;
    let alerts = world.regulation();
    assert_eq!(alerts.len(), 3);
    assert_ne!(alerts[0]["alert_id"], alerts[2]["alert_id"]);
}

#[tokio::test]
async fn typography_and_an_older_copy_change_no_words() {
    let ecfr = Upstream::start().await;
    let world = world(&ecfr, "[\"744.11\"]", &[AFTER]).await;
    publish(&ecfr, "2025-11-13", &[&AFTER.replace("(c) ", "(c)\n  ").replace("–", "-")]);
    assert_eq!(world.next_check().await.exit, 0);
    publish(&ecfr, "2025-11-10", &[BEFORE]);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1, "an older date is an error: {reply:?}");
    assert!(world.regulation().is_empty());
}

/// A text that is not accepted: a hold with these words, no alert to readers.
async fn check_hold(after: &[&str], words: &str) -> (Upstream, World) {
    let ecfr = Upstream::start().await;
    let world = world(&ecfr, "[\"744.11\"]", &[BEFORE]).await;
    let accepted = world.accepted_words("744.11").await;
    publish(&ecfr, "2025-11-13", after);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "{reply:?}");
    let holds = world.open_holds().await;
    let [hold] = holds.as_slice() else { panic!("{holds:?}") };
    assert_eq!(hold.reason, HoldReason::Text);
    assert_eq!(hold.section.as_ref().map(|section| section.as_str()), Some("744.11"));
    assert!(hold.message.contains(words), "{}", hold.message);
    assert!(world.regulation().is_empty());
    assert_eq!(world.accepted_words("744.11").await, accepted);
    let held =
        |subject: &String| subject.contains("text of 15 CFR 744.11") && subject.contains("hold");
    assert_eq!(world.subjects().iter().filter(|subject| held(subject)).count(), 1);
    // The next check neither opens a second hold nor alerts again.
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(world.open_holds().await.len(), 1);
    (ecfr, world)
}

#[tokio::test]
async fn a_section_that_vanishes_is_on_hold_until_it_is_back() {
    let (ecfr, world) = check_hold(&[], "is no longer in part 744").await;
    publish(&ecfr, "2025-11-14", &[BEFORE]);
    assert_eq!(world.next_check().await.exit, 0);
    assert!(world.open_holds().await.is_empty());
    let holds = world.program.store.holds(false).await.unwrap();
    assert_eq!(holds.last().map(|hold| hold.state), Some(HoldState::Superseded));
    assert!(world.regulation().is_empty());
}

#[tokio::test]
async fn an_empty_or_a_cut_section_is_on_hold() {
    let empty = "<DIV8 N=\"744.11\"><HEAD>§ 744.11 [Reserved]</HEAD></DIV8>";
    check_hold(&[empty], "has no text").await;
    let cut = BEFORE.split("<P>(c)").next().unwrap().to_owned() + "</DIV8>";
    check_hold(&[&cut], "has no source note").await;
}

#[tokio::test]
async fn a_person_accepts_or_rejects_a_text_on_hold() {
    let (_ecfr, world) = check_hold(&[SHORT], "lost").await;
    let hold = world.open_holds().await.remove(0).hold_id;
    let reply = world.accept(&hold, false).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    world.deliver().await;
    let alerts = world.regulation();
    let [data] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(data["rule"]["citation"], "91 FR 100");
    assert!(data["accepted_at"].is_string(), "{data}");
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.regulation().len(), 1);

    let (ecfr, world) = check_hold(&[SHORT], "lost").await;
    let hold = world.open_holds().await.remove(0).hold_id;
    assert_eq!(world.reject(&hold).await.exit, 0);
    publish(&ecfr, "2025-11-14", &[SHORT]);
    assert_eq!(world.next_check().await.exit, 0, "rejected content is not asked about again");
    assert!(world.regulation().is_empty() && world.open_holds().await.is_empty());
}

#[tokio::test]
async fn a_section_that_its_part_does_not_have_is_requested_by_itself() {
    let ecfr = Upstream::start().await;
    publish_in_turn(&ecfr, "2025-11-11", &[], &[BEFORE]);
    let world = World::with_baseline(site(&ecfr, "[\"744.11\"]", "").await, &rows(40)).await;
    assert!(world.accepted_words("744.11").await.contains("Affiliates"));
    let last = ecfr.requests().pop().unwrap().target;
    assert!(last.ends_with("?part=744&section=744.11"), "{last}");
    publish_in_turn(&ecfr, "2025-11-13", &[], &[AFTER]);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.regulation().len(), 1);
}

#[tokio::test]
async fn a_section_that_does_not_exist_fails_the_check_and_the_others_are_read() {
    let ecfr = Upstream::start().await;
    publish(&ecfr, "2025-11-11", &[BEFORE]);
    let site = site(&ecfr, "[\"744.11\", \"744.99\"]", "").await;
    site.publish(&rows(40));
    let world = site.open().await;
    let reply = world.check().await;
    assert_eq!(reply.exit, 1);
    assert!(text_of(&reply).contains("expected § 744.99, but part 744 does not have it"));
    assert!(world.accepted_words("744.11").await.contains("Affiliates"));
    let state = world.program.store.source_state("ecfr").await.unwrap().unwrap();
    assert_eq!(state.consecutive_failures, 1);
}

#[tokio::test]
async fn the_parties_that_a_section_names_are_entries_under_the_same_guards() {
    let ecfr = Upstream::start().await;
    let world = world(&ecfr, "[\"744.22\"]", &[PARTIES]).await;
    let names = world.named_parties().await;
    assert_eq!(names.len(), 13, "{names:?}");
    assert!(names.contains(&"Pine Directorate for Tides".to_owned()), "{names:?}");
    assert!(world.alerted().is_empty());

    // One party more, and one less.
    let amended = PARTIES
        .replace("Lake General Bureau (LGB).", "Lake General Bureau (LGB) and Snow Bureau (SB).")
        .replace("<P>(ix) <I>Syria.</I> Desert Survey Service.</P>\n<P>(x)", "<P>(ix)")
        .replace("Mar. 3, 2022]", "Mar. 3, 2022; 90 FR 60000, Dec. 1, 2025]");
    publish(&ecfr, "2025-12-02", &[&amended]);
    assert_eq!(world.next_check().await.exit, 0);
    let mut alerted = world.alerted();
    alerted.sort();
    assert_eq!(
        alerted,
        [
            ("added".to_owned(), "Snow Bureau".to_owned()),
            ("removed".to_owned(), "Desert Survey Service".to_owned()),
        ]
    );
    assert_eq!(world.regulation().len(), 1);
    let cited: Vec<Value> =
        world.alerts().iter().map(|(_, body)| body["data"]["rule"]["citation"].clone()).collect();
    assert!(cited.contains(&json!("90 FR 60000")), "{cited:?}");

    // A text without most of its parties is on hold, and removes nobody.
    let lost = amended.split("<P>(i) ").next().unwrap().to_owned()
        + "<CITA TYPE=\"N\">[86 FR 4872, Jan. 15, 2021]</CITA></DIV8>";
    publish(&ecfr, "2025-12-03", &[&lost]);
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(world.named_parties().await.len(), 13);
    assert_eq!(world.alerted().len(), 2);
}

#[tokio::test]
async fn a_section_that_is_watched_later_adds_its_parties_without_an_alert() {
    let ecfr = Upstream::start().await;
    let mut world = world(&ecfr, "[\"744.11\"]", &[BEFORE, PARTIES]).await;
    assert!(world.named_parties().await.is_empty());
    let both = site(&ecfr, "[\"744.11\", \"744.22\"]", "").await.sections;
    let one = std::mem::replace(&mut world.site.sections, both);
    world.reload();
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(world.named_parties().await.len(), 13);
    assert!(world.alerted().is_empty() && world.regulation().is_empty());
    publish(&ecfr, "2025-11-13", &[BEFORE, PARTIES]);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.named_parties().await.len(), 13);

    // A section that is taken out removes nobody.
    world.site.sections = one;
    world.reload();
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.named_parties().await.len(), 13);
    assert!(world.alerted().is_empty() && world.regulation().is_empty());
}

#[tokio::test]
async fn changed_words_open_an_item_and_follow_the_sources_of_the_routes() {
    let ecfr = Upstream::start().await;
    publish(&ecfr, "2025-11-11", &[BEFORE]);
    let mut site = site(&ecfr, "[\"744.11\"]", "").await;
    let receiver = |name: &str| {
        let url = site.webhook.url(&format!("/{name}"));
        format!(
            "[[receiver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{url}\"\n\
             allow_private = true\nacknowledge_within = \"4h\"\n"
        )
    };
    let more = [
        receiver("office"),
        receiver("other"),
        "[[route]]\nreceivers = [\"office\"]\nmin_severity = \"high\"\ncountries = [\"CN\"]\n"
            .to_owned(),
        "[[route]]\nreceivers = [\"other\"]\nsources = [\"csl\"]\n".to_owned(),
    ];
    site.sections.push_str(&more.join("\n"));
    let world = World::with_baseline(site, &rows(40)).await;
    publish(&ecfr, "2025-11-13", &[AFTER]);
    world.next_check().await;
    assert_eq!(world.deliveries("office").await.len(), 1);
    assert!(world.deliveries("other").await.is_empty());
    let items = world.program.store.items(None).await.unwrap();
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(item.rule.as_ref().and_then(|rule| rule.citation.as_deref()), Some("90 FR 50857"));
}

/// `officer` is shown matches with three counterparties, two of whom a section names or will name.
async fn site_with_counterparties(ecfr: &Upstream) -> Site {
    let mut site = site(ecfr, "[\"744.22\"]", "").await;
    let url = site.webhook.url("/officer");
    site.sections.push_str(&format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = \
         true\nshow_matches = true\n[[watchlist]]\nname = \"customers\"\npath = \
         \"customers.csv\"\nlists = [\"EL\", \"REG\"]\n"
    ));
    let customers = "id,name,aliases,address,country,owner\nC1,Orchard Organization,,,,\n\
                     C2,Snow Bureau of Fisheries,,,,\nC3,Quixotic Bakery,,,US,\n";
    std::fs::write(site.folder.path().join("customers.csv"), customers).unwrap();
    site
}

#[tokio::test]
async fn the_parties_that_a_section_names_are_matched_against_a_watchlist() {
    let ecfr = Upstream::start().await;
    publish(&ecfr, "2025-11-11", &[PARTIES]);
    let world = World::with_baseline(site_with_counterparties(&ecfr).await, &rows(40)).await;
    let officer = |kind: &str| -> Vec<Value> {
        let all = world.webhook.received();
        let own = all.iter().filter(|received| received.path == "/officer");
        own.map(crate::sinks::Received::json).filter(|body| body["type"] == kind).collect()
    };
    let first = officer("watchlist.matched");
    let [first] = first.as_slice() else { panic!("{first:?}") };
    let found = &first["data"]["matches"][0];
    assert_eq!(found["counterparty"]["id"], "C1", "{first}");
    assert_eq!((&found["band"], &found["entry"]["list"]), (&json!("strong"), &json!("REG")));
    assert_eq!(found["entry"]["name"], "Orchard Organization");

    // A party that an amendment adds is matched with its change.
    let amended = PARTIES.replace("(LGB).", "(LGB) and Snow Bureau of Fisheries.");
    publish(&ecfr, "2025-12-02", &[&amended]);
    assert_eq!(world.next_check().await.exit, 0);
    let changed = officer("list.changed");
    let [changed] = changed.as_slice() else { panic!("{changed:?}") };
    let change = &changed["data"]["changes"][0];
    assert_eq!(change["entry"]["name"], "Snow Bureau of Fisheries", "{changed}");
    assert_eq!(change["matches"][0]["counterparty"]["id"], "C2", "{changed}");
    let others = world.webhook.received();
    let seen = others.iter().filter(|received| received.path != "/officer");
    assert!(!seen.map(|received| &received.body).any(|body| body.contains("\"C2\"")));

    // The next text removes the party.
    publish(&ecfr, "2025-12-03", &[PARTIES]);
    assert_eq!(world.next_check().await.exit, 0);
    let removed = officer("list.corrected").pop().expect("it takes back the addition");
    assert_eq!(removed["data"]["changes"][0]["kind"], "removed", "{removed}");
}

#[tokio::test]
async fn reading_commands_know_sections_and_named_parties() {
    let ecfr = Upstream::start().await;
    publish(&ecfr, "2025-11-11", &[BEFORE, PARTIES]);
    let site = site(&ecfr, "[\"744.11\", \"744.22\"]", "").await;
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    publish(&ecfr, "2025-11-13", &[AFTER, PARTIES]);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let json_of = async |arguments: &[&str]| -> Value {
        let ended = site.command(&[arguments, &["--output", "json"]].concat()).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let sources = json_of(&["sources"]).await;
    let ecfr_row = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["source"] == "ecfr")
        .cloned()
        .unwrap();
    assert_eq!(ecfr_row["sections"][0]["section"], "744.11");
    assert_eq!(ecfr_row["sections"][0]["as_of"], "2025-11-13");
    assert!(ecfr_row["sections"][0]["notes"][0].as_str().unwrap().contains("suspending"));
    let read = site.command(&["sources"]).await.stdout;
    let words = read.split_whitespace().collect::<Vec<_>>().join(" ");
    let since = "§ 744.11 in ecfr, this text since 2025-11-13, last compared 2";
    let note = ": 1 note: Effective Date Note: At 90 FR 50857, Nov. 12, 2025, § 744.11 was amended \
                by suspending paragraph (b), effective Nov. 10, 2025, until Nov. 9, 2026.";
    assert!(words.contains(since) && words.contains(note), "{read}");
    let status = site.command(&["status"]).await.stdout;
    assert!(status.contains("text of §§ 744.11, 744.22"), "{status}");
    let entries = json_of(&["entries", "--list", "REG"]).await;
    assert_eq!(entries["entries"].as_array().unwrap().len(), 13);
    assert_eq!(entries["entries"][0]["license_requirement"], "See § 744.22 of the EAR");
    let screened = json_of(&["screen", "--name", "Orchard Organization", "--lists", "REG"]).await;
    assert_eq!(screened["matches"][0]["entry"]["name"], "Orchard Organization");
    let changes = json_of(&["changes", "--source", "ecfr"]).await;
    assert_eq!(changes["sections"][0]["section"], "744.11", "{changes}");
    for format in ["csv", "jsonl"] {
        let ended = site.command(&["changes", "--source", "ecfr", "--output", format]).await;
        assert!(!ended.stdout.contains("744.11"), "only changes of entries: {ended:?}");
        assert!(ended.stderr.contains("the words of 1 sections changed too"), "{ended:?}");
    }
    let alerts = json_of(&["alerts"]).await;
    let alert = alerts["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|alert| alert["type"] == "regulation.changed")
        .unwrap();
    let id = alert["data"]["alert_id"].as_str().or(alert["alert_id"].as_str()).unwrap();
    let shown = site.command(&["alerts", "show", id]).await;
    assert!(shown.stdout.contains("Effective Date Note: At 90 FR 50857"), "{}", shown.stdout);
    assert!(shown.stdout.contains("owned[+, directly or indirectly,] 50 percent"));
    assert!(shown.stdout.contains("(c) License review."), "the whole text: {}", shown.stdout);
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use entitywatch::crash_point::CrashPoint;

    use super::*;

    #[tokio::test]
    async fn a_check_that_ends_at_any_point_loses_no_changed_words() {
        use CrashPoint::{
            AlertsQueued, CheckRecorded, DocumentsWritten, SectionsAssessed, SectionsWritten,
        };
        for point in
            [SectionsAssessed, DocumentsWritten, AlertsQueued, SectionsWritten, CheckRecorded]
        {
            let ecfr = Upstream::start().await;
            publish(&ecfr, "2025-11-11", &[BEFORE, PARTIES]);
            let site = site(&ecfr, "[\"744.11\", \"744.22\"]", "schedule = \"* * * * * *\"").await;
            site.publish(&rows(40));
            assert_eq!(site.command(&["check"]).await.exit, Some(0));
            let amended = PARTIES.replace("(LGB).", "(LGB) and Snow Bureau (SB).");
            publish(&ecfr, "2025-11-13", &[AFTER, &amended]);
            let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
            assert_ne!(daemon.ends().await, Some(0), "{}", point.name());
            let daemon = site.run().await;
            let received = |kind: &str| {
                let all = site.webhook.received();
                all.iter().filter(|r| r.json()["type"] == kind).count()
            };
            crate::world::within(
                "both alerts",
                site.webhook.until(|_| {
                    received("regulation.changed") >= 2 && received("list.changed") >= 1
                }),
            )
            .await;
            assert_eq!(daemon.stop().await, Some(0));
            let ids: std::collections::BTreeSet<String> = site
                .webhook
                .received()
                .iter()
                .filter(|r| r.json()["type"] == "regulation.changed")
                .map(|r| r.header("webhook-id").unwrap().to_owned())
                .collect();
            assert_eq!(ids.len(), 2, "one for each section: {}", point.name());
        }
    }
}
