//! One list in two sources: which entries match, which source is alerted, and what the other source
//! confirms.

use entitywatch::diff::sources::index::Index;
use entitywatch::diff::sources::matched_by::MatchedBy;
use entitywatch::diff::sources::{counterparts, unconfirmed};
use entitywatch::domain::{Change, ChangeKind, Entry, ListCode};
use entitywatch::parse;
use entitywatch::store::{ChangeQuery, RecordedChange};
use serde_json::Value;

use crate::list::{Row, file, row, rows};
use crate::shared_data;
use crate::upstream::Answer;
use crate::world::{Site, World};

fn entries(document: &[u8]) -> Vec<Entry> {
    parse::parse(document, &[ListCode::EL]).unwrap().entries
}

/// The real list as the eCFR shows it, and real rows of the CSL of a year later.
fn real_lists() -> Option<(Vec<Entry>, Vec<Entry>)> {
    let folder = tempfile::tempdir().unwrap();
    shared_data::make_lists("as-of", "2022-12-31", folder.path(), &[])?;
    let csl = shared_data::unpacked(&shared_data::file("csl-2023-11-30-truncated.csv.xz")?)?;
    let ecfr = entries(&std::fs::read(folder.path().join("part-744.xml")).unwrap());
    // The real download broke off in the middle of a row.
    let end = csl.windows(2).rposition(|two| two == b"\"\n").unwrap() + 2;
    Some((ecfr, entries(&csl[..end])))
}

/// How many of 919 real rows of a year later match an entry. The others were delisted, renamed, or
/// have nothing but a name.
const FOUND_AT_LEAST: usize = 913;
/// Some publishers have aliases that the other does not have, and the regulation moved sections
/// within the year.
const DIFFERING_AT_MOST: usize = 126;

#[test]
fn real_rows_of_the_csl_match_entries_of_the_ecfr() {
    let Some((ecfr, csl)) = real_lists() else { return };
    let found = counterparts::match_lists(&csl, &ecfr);
    let (list, own) = (Index::of(&ecfr), Index::of(&csl));
    for entry in found.only_one.iter().map(|at| &csl[*at]) {
        let near = counterparts::closest(entry, &list).map(|near| ecfr[near].name.as_str());
        println!(
            "only in the CSL: {} ({}), closest {near:?}",
            entry.name,
            entry.countries.join(" ")
        );
    }
    let counterparts = |entry: &Entry| {
        counterparts::find_all(entry, &list, &own)
            .into_iter()
            .filter_map(|found| list.get(found))
            .collect::<Vec<_>>()
    };
    let differing = csl
        .iter()
        .filter(|entry| {
            !counterparts(entry).is_empty()
                && !unconfirmed::of_entry(entry, &counterparts(entry)).is_empty()
        })
        .count();
    let same = csl.len() - found.only_one.len();
    println!(
        "{same} of {} rows are found, {differing} of them with a difference that would be alerted",
        csl.len()
    );
    assert!(
        same >= FOUND_AT_LEAST && differing <= DIFFERING_AT_MOST,
        "{same} found, {differing} differ"
    );
    // Nearly all rows are matched by their name.
    let by_name =
        found.pairs.iter().filter(|(.., matched_by)| *matched_by == MatchedBy::Name).count();
    assert!(
        by_name >= found.pairs.len() * 95 / 100,
        "{by_name} of {} pairs by name",
        found.pairs.len()
    );
}

#[test]
fn a_list_matches_itself() {
    let Some((ecfr, _)) = real_lists() else { return };
    assert!(ecfr.len() > 1_000);
    let matched = counterparts::match_lists(&ecfr, &ecfr);
    assert_eq!((matched.only_one.len(), matched.only_other.len()), (0, 0));
    assert!((0..ecfr.len()).all(|at| matched.pairs.contains(&(at, at, MatchedBy::Name))
        || ecfr[at].form == entitywatch::domain::Form::Address));
    let own = Index::of(&ecfr);
    assert!(ecfr.iter().all(|entry| unconfirmed::of_entry(entry, &[entry]).is_empty()));
    assert!(ecfr.iter().all(|entry| counterparts::find(entry, &own, &own).is_some()));
}

#[test]
fn a_removed_entry_rarely_matches_another_entry_of_the_same_source() {
    let Some((ecfr, _)) = real_lists() else { return };
    let own = Index::of(&ecfr);
    let (mut tested, mut mistaken) = (0, Vec::new());
    for at in (0..ecfr.len()).step_by(50) {
        let others: Vec<Entry> = ecfr
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, entry)| entry.clone())
            .collect();
        let list = Index::of(&others);
        tested += 1;
        mistaken.extend(
            counterparts::find(&ecfr[at], &list, &own)
                .and_then(|found| list.get(found))
                .map(|found| (&ecfr[at].name, found.name.clone())),
        );
    }
    println!("{} of {tested} entries match another entry: {mistaken:?}", mistaken.len());
    assert!(mistaken.len() <= MISTAKEN_AT_MOST, "{mistaken:?}");
}

/// One rule lists some parties under two headings.
const MISTAKEN_AT_MOST: usize = 2;

const MIRROR: &str = "/mirror.csv";

/// Two sources of one list with one baseline.
async fn two_sources(baseline: &[Row]) -> World {
    let mut site = Site::new().await;
    site.sections = format!(
        "[[source]]\nname = \"mirror\"\nkind = \"csl\"\nurl = \"{}\"\nlists = \
         [\"EL\"]\nallow_private = true\nmin_entries = {{ EL = 10 }}\n",
        site.publisher.url(MIRROR)
    );
    site.publisher.answer(MIRROR, Answer::ok(file(baseline)));
    World::with_baseline(site, baseline).await
}

fn mirror(world: &World, rows: &[Row]) {
    world.publisher.answer(MIRROR, Answer::ok(file(rows)));
}

async fn recorded(world: &World, source: &str, kind: ChangeKind) -> Vec<RecordedChange> {
    let query =
        ChangeQuery { source: Some(source.into()), kind: Some(kind), ..ChangeQuery::default() };
    world.program.store.changes(&query).await.unwrap()
}

fn with(rows: &[Row], more: &[Row]) -> Vec<Row> {
    rows.iter().chain(more).cloned().collect()
}

/// The changes of the last alert that readers got.
fn last_alert_changes(world: &World) -> Vec<Change> {
    let (_, body) = world.alerts().pop().unwrap();
    serde_json::from_value(body["data"]["changes"].clone()).unwrap()
}

fn amber() -> Row {
    row("Amber Lake Optics Co., Ltd.", "87 FR 38920").at("12 Orchard Road, Wuxi, 214000, CN")
}

/// The same entry from the other publisher: another spelling of the legal form, and the page of the
/// entry.
fn amber_elsewhere() -> Row {
    row("Amber Lake Optics Company Limited", "87 FR 38947").at("12 Orchard Rd., Wuxi 214000, CN")
}

#[tokio::test]
async fn a_change_that_a_second_source_shows_later_is_confirmed_and_not_alerted_again() {
    let world = two_sources(&rows(40)).await;
    world.publish(&with(&rows(40), &[amber()]));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 1);

    mirror(&world, &with(&rows(40), &[amber_elsewhere()]));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 1, "alerted once");
    let (first, later) = (
        recorded(&world, "csl", ChangeKind::Added).await,
        recorded(&world, "mirror", ChangeKind::Added).await,
    );
    assert_eq!(later[0].change.confirms.as_ref(), Some(&first[0].change.change_id));
    assert!(later[0].alert_id.is_none());
    assert_eq!(later[0].change.corroboration, ["alerted from csl on 2022-06-30"]);
    assert!(world.journal_kinds().await.contains(&"changes.confirmed".to_owned()));
}

#[tokio::test]
async fn only_the_differences_of_the_second_source_are_alerted_separately_from_new_changes() {
    let world = two_sources(&rows(40)).await;
    world.publish(&with(&rows(40), &[amber()]));
    world.next_check().await;
    let elsewhere = amber_elsewhere().at("9 Ferry Street, Kowloon, HK");
    mirror(&world, &with(&rows(40), &[elsewhere, row("Birch Valley Academy", "87 FR 38948")]));
    world.next_check().await;
    let alerts = world.alerts();
    assert_eq!(
        alerts.len(),
        3,
        "one from the first source, and two from the second: for the new entry and the difference"
    );
    let differing = last_alert_changes(&world);
    assert_eq!(differing.len(), 1);
    assert_eq!(differing[0].differences, ["country HK"]);
    assert_eq!(
        differing[0].corroboration,
        ["alerted from csl on 2022-06-30; new here: country HK"]
    );
    let recorded = recorded(&world, "mirror", ChangeKind::Added).await;
    assert_eq!(recorded.len(), 2);
    assert!(recorded.iter().all(|change| change.alert_id.is_some()));
}

#[tokio::test]
async fn a_sister_company_that_differs_in_a_letter_is_new_from_either_source() {
    let world = two_sources(&rows(40)).await;
    let sisters = [
        row("Joint Stock Company Granit-M", "87 FR 38920"),
        row("Joint Stock Company Granit-T", "87 FR 38920"),
    ];
    world.publish(&with(&rows(40), &sisters[..1]));
    world.next_check().await;
    mirror(&world, &with(&rows(40), &sisters));
    world.next_check().await;
    assert_eq!(world.alerted().last().unwrap().1, sisters[1].name);
    assert_eq!(world.alerted().len(), 2);
}

#[tokio::test]
async fn a_change_that_the_first_source_reversed_is_new_from_the_second() {
    let world = two_sources(&rows(40)).await;
    world.publish(&with(&rows(40), &[amber()]));
    world.next_check().await;
    world.publish(&rows(40));
    world.next_check().await;
    assert_eq!(world.alerted().len(), 2, "alerted and corrected");
    mirror(&world, &with(&rows(40), &[amber_elsewhere()]));
    world.next_check().await;
    assert_eq!(world.alerted().last().unwrap(), &("added".to_owned(), amber_elsewhere().name));
}

#[tokio::test]
async fn a_removal_names_the_other_source_that_still_lists_the_entry() {
    let all = with(&rows(40), &[amber()]);
    let world = two_sources(&all).await;
    world.publish(&rows(40));
    world.next_check().await;
    assert_eq!(
        last_alert_changes(&world)[0].corroboration,
        ["still listed in mirror as of 2022-06-30, as Amber Lake Optics Co., Ltd."]
    );

    mirror(&world, &rows(40));
    world.next_check().await;
    assert_eq!(world.alerted().len(), 1, "alerted once");
    let removal = recorded(&world, "mirror", ChangeKind::Removed).await.remove(0).change;
    assert_eq!(
        removal.corroboration,
        ["alerted from csl on 2022-06-30", "also removed from csl since 2022-06-30"]
    );
}

#[tokio::test]
async fn a_hold_for_loss_names_what_the_other_source_lists_and_ends_when_that_source_confirms_it() {
    let world = two_sources(&rows(40)).await;
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    let holds = "mirror, as of 2022-06-30, has 40 entries and still lists 20 of the 20 that are \
                 missing here; 0 are missing there too";
    assert!(hold.message.ends_with(holds), "{}", hold.message);
    assert!(world.alerted().is_empty());

    // The other source removes them as well, and a person accepts that.
    mirror(&world, &rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let other = world.open_holds().await.into_iter().find(|hold| hold.source == "mirror").unwrap();
    assert_eq!(world.accept(&other.hold_id, false).await.exit, 0);
    world.deliver().await;
    assert_eq!(world.alerted().len(), 20);

    world.publish(&with(&rows(20), &[amber()]));
    assert_eq!(world.next_check().await.exit, 0, "confirmed by the other source");
    assert_eq!(world.current_count().await, 21);
    assert_eq!(world.alerted().len(), 21, "readers were alerted of the removals before");
    // Later losses are compared with the accepted list.
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 0);
}

#[tokio::test]
async fn entries_of_only_one_source_are_listed() {
    let world = two_sources(&rows(40)).await;
    world.publish(&with(&rows(40), &[amber()]));
    world.next_check().await;
    let ended = world.command(&["sources", "--compare", "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    let differences = shown["sources"].as_array().unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0]["name"], amber().name);
    assert_eq!(
        (&differences[0]["source"], &differences[0]["missing_from"]),
        (&Value::from("csl"), &Value::from("mirror"))
    );
    assert_eq!(differences[0]["since"], "2022-06-30T13:15:00Z");
    assert_eq!(differences[0]["lasting"], true, "long ago by the clock of the machine");

    let alone = Site::new().await.command(&["sources", "--compare"]).await;
    assert_eq!(alone.exit, Some(1), "nothing is recorded: {}", alone.stderr);
}

/// The CSL has rows of their own for institutions that the eCFR lists in one entry, and each
/// publisher has its own words for them.
#[test]
fn subordinate_institutions_match_the_entry_of_their_parent() {
    let Some(cases) = shared_data::file("cases") else { return };
    let read = |name: &str| entries(&std::fs::read(cases.join(name)).unwrap());
    let (csl, ecfr) = (read("second-academy-csl.json"), read("second-academy-ecfr.xml"));
    let parent = ecfr.iter().position(|entry| entry.name.ends_with("Second Academy")).unwrap();
    let listed = ["Second Design Department", "23rd Research Institute", "25th Research Institute"];
    let found = counterparts::match_lists(&csl, &ecfr);
    let mut of_parent: Vec<&str> = found
        .pairs
        .iter()
        .filter(|(_, at, matched_by)| *at == parent && *matched_by == MatchedBy::Party)
        .map(|(at, ..)| csl[*at].name.as_str())
        .collect();
    of_parent.sort_unstable();
    let mut expected: Vec<String> = listed
        .iter()
        .map(|party| {
            format!(
                "China Aerospace Science and Industry Corporation Second Academy. Subordinate \
                 Institution - {party}"
            )
        })
        .collect();
    expected.sort_unstable();
    assert_eq!(of_parent, expected);
    assert_eq!(
        found.only_one.len(),
        csl.len() - 1 - listed.len(),
        "the parent itself is found by its name"
    );
}

#[tokio::test]
async fn entries_of_a_rule_that_another_source_alerted_count_as_alerted_before() {
    let world = two_sources(&rows(40)).await;
    let birch = || row("Birch Valley Academy", "87 FR 38921").at("3 Hill Road, Jinan, 250000, CN");
    world.publish(&with(&rows(40), &[amber(), birch()]));
    world.next_check().await;
    let first = world.alerts().pop().unwrap().1;
    assert_eq!(first["data"]["rule_alerted_before"], 0);

    // Two entries on other pages of the rule: one confirmed, and one with a difference.
    let birch_elsewhere =
        || row("Birch Valley Academy", "87 FR 38950").at("7 Ferry Street, Perm, RU");
    mirror(&world, &with(&rows(40), &[amber_elsewhere(), birch_elsewhere()]));
    world.next_check().await;
    let second = world.alerts().pop().unwrap().1;
    assert_eq!(last_alert_changes(&world).len(), 1);
    let data = &second["data"];
    assert_eq!(
        (&data["rule_alerted_before"], &data["rule_in_baseline"]),
        (&Value::from(2), &Value::from(0))
    );
    assert_eq!(data["follows"], first["data"]["alert_id"]);

    // A later part of the rule. What was confirmed without an alert is no part of the baseline, and
    // an entry with a difference counts once.
    let cedar = row("Cedar Port Works", "87 FR 38948").at("1 Quay, Dalian, CN");
    mirror(&world, &with(&rows(40), &[amber_elsewhere(), birch_elsewhere(), cedar]));
    world.next_check().await;
    let third = world.alerts().pop().unwrap().1;
    assert_eq!(
        (&third["data"]["rule_alerted_before"], &third["data"]["rule_in_baseline"]),
        (&Value::from(2), &Value::from(0))
    );
}

/// Real rules from both publishers, one after the other. The second publisher adds nothing.
#[test]
fn a_second_publisher_of_a_real_rule_confirms_it_and_alerts_nothing() {
    for (date, added) in [("2016-06-21", 27), ("2019-05-21", 66), ("2022-03-03", 47)] {
        let Some((before, after)) = rule_of(date) else { return };
        let changes = |list: usize| entitywatch::diff::compare(&before[list], &after[list]);
        let (ecfr, csl) = (changes(0), changes(1));
        for (shown, first, second) in [(&csl, 0, 1), (&ecfr, 1, 0)] {
            let (index, own) = (Index::of(&after[first]), Index::of(&after[second]));
            let additions: Vec<&Change> =
                shown.iter().filter(|change| change.kind == ChangeKind::Added).collect();
            assert!(additions.len() >= added);
            for change in additions {
                let there: Vec<&Entry> = counterparts::find_all(&change.entry, &index, &own)
                    .into_iter()
                    .filter_map(|found| index.get(found))
                    .collect();
                assert!(!there.is_empty(), "{}", change.entry.name);
                assert_eq!(
                    unconfirmed::of_entry(&change.entry, &there),
                    [""; 0],
                    "{date}: {}",
                    change.entry.name
                );
            }
        }
    }
}

/// One day's Entity List, of the eCFR and of the CSL.
type BothSources = [Vec<Entry>; 2];

/// The Entity List before and after a rule.
fn rule_of(date: &str) -> Option<(BothSources, BothSources)> {
    let folder = tempfile::tempdir().unwrap();
    shared_data::make_lists("rule", date, folder.path(), &[])?;
    let read = |day: &str| {
        ["part-744.xml", "consolidated.csv"]
            .map(|name| entries(&std::fs::read(folder.path().join(day).join(name)).unwrap()))
    };
    Some((read("before"), read("after")))
}

#[tokio::test]
async fn a_document_of_another_publisher_is_refused_and_the_current_list_stays() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.publish_text(include_str!("../fixtures/ecfr/part-744.xml"));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1);
    let last_error =
        world.program.store.source_state("csl").await.unwrap().unwrap().last_error.unwrap();
    assert!(
        last_error.contains("expected a document of the Consolidated Screening List"),
        "{last_error}"
    );
    assert!(last_error.contains("give the source a new name"), "{last_error}");
    assert!(world.alerted().is_empty() && world.open_holds().await.is_empty());
    assert_eq!(world.current_count().await, 40);
    world.publish(&with(&rows(40), &[amber()]));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 1);
}
