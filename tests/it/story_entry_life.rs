//! One listing through the years and through two sources: it has one `entry_id`, whatever happens
//! to its rows and whenever the process dies.

use std::collections::BTreeSet;
use std::time::Duration;

use entitywatch::actions::Request;
use entitywatch::cli::schema::schemas;
use entitywatch::domain::ListCode;
use entitywatch::store::{ChangeQuery, EntryQuery};
use serde_json::{Value, json};

use crate::list::{Row, file, row, rows};
use crate::upstream::Answer;
use crate::world::{Site, World};

const TITLES: &str = "/api/versioner/v1/titles.json";
const VERSIONS: &str = "/api/versioner/v1/versions/title-15.json";

/// Rows that stay, so that no guard takes a change of one row for a broken list.
const OTHERS: usize = 30;

/// A listing as both publishers show it.
#[derive(Clone)]
struct Listed {
    name: &'static str,
    aliases: &'static [&'static str],
    addresses: &'static [&'static str],
    policy: &'static str,
    citations: &'static [&'static str],
}

const ORCHARD: &str = "12 Orchard Road, Wuxi, China";
const QUAY: &str = "7 Quay Street, Dalian, China";

const LISTED: Listed = Listed {
    name: "Amber Lake Optics",
    aliases: &["Amber Glass Works"],
    addresses: &[ORCHARD, QUAY],
    policy: "Presumption of denial.",
    citations: &["87 FR 100, 1/3/22."],
};
const AMENDED: Listed =
    Listed { citations: &["87 FR 100, 1/3/22.", "87 FR 900, 2/3/22."], ..LISTED };
const AMENDED_AGAIN: Listed = Listed { policy: "Case-by-case review.", ..AMENDED };
const RENAMED: Listed = Listed {
    name: "Pacific Photonics Group",
    aliases: &["Amber Glass Works", "Amber Lake Optics"],
    ..AMENDED_AGAIN
};
const REST: Listed = Listed { aliases: &["Amber Lake Optics"], addresses: &[ORCHARD], ..RENAMED };
const PART: Listed =
    Listed { name: "Amber Glass Works", aliases: &[], addresses: &[QUAY], ..RENAMED };

/// What both publishers show in turn.
const LIFE: [(&str, &[Listed]); 8] = [
    ("listed", &[LISTED]),
    ("amended", &[AMENDED]),
    ("amended again", &[AMENDED_AGAIN]),
    ("renamed", &[RENAMED]),
    ("split", &[REST, PART]),
    ("folded", &[RENAMED]),
    ("removed", &[]),
    ("relisted", &[RENAMED]),
];

fn full(date: &str) -> String {
    format!("/api/versioner/v1/full/{date}/title-15.xml")
}

/// Part 744 with other rows and these, all under China. No two of different turns are the same
/// file: one that comes again is taken for that of another server.
fn part_744(turn: usize, listed: &[Listed]) -> Answer {
    let mut cells: Vec<[String; 3]> = rows(OTHERS)
        .into_iter()
        .map(|row| {
            let place = row.address.replace(", AF", ", China").replace("Kabul", "Xian");
            [format!("{}, {place}.", row.name), row.policy, "75 FR 36519, 6/28/10.".to_owned()]
        })
        .collect();
    cells.extend(listed.iter().map(|listed| {
        let also = match listed.aliases {
            [] => ", ".to_owned(),
            [one] => format!(", a.k.a., the following one alias:<br/>—{one}.<br/>"),
            [first, second, ..] => format!(
                ", a.k.a., the following two aliases:<br/>—{first}; <I>and</I><br/>—{second}.<br/>"
            ),
        };
        let places = listed.addresses.join("; <I>and</I> ");
        [
            format!("{}{also}{places}.", listed.name),
            listed.policy.to_owned(),
            listed.citations.join("<br/>"),
        ]
    }));
    let row = |(at, [entity, policy, cited]): (usize, &[String; 3])| {
        let country = if at == 0 { "CHINA" } else { "" };
        format!(
            "<TR><TD>{country}</TD><TD>{entity}</TD><TD>For all items.</TD><TD>{policy}</TD>\
             <TD>{cited}</TD></TR>"
        )
    };
    let rows: String = cells.iter().enumerate().map(row).collect();
    Answer::gzip(
        format!(
            "<?xml version=\"1.0\"?><!-- {turn} --><DIV5 N=\"744\" TYPE=\"PART\"><DIV9 \
             N=\"Supplement No. 4 to Part 744\"><TABLE>\
             <TR><TH>Country</TH><TH>Entity</TH><TH>License \
             requirement</TH><TH>License review \
             policy</TH><TH>Citation</TH></TR>{rows}</TABLE></DIV9></DIV5>"
        )
        .as_bytes(),
    )
}

/// The rows of the Consolidated Screening List. A row of a list that is not watched makes each turn
/// another file.
fn csl(turn: usize, listed: &[Listed]) -> Vec<Row> {
    let of = |listed: &Listed| {
        let pages: Vec<&str> =
            listed.citations.iter().map(|cited| cited.split(',').next().unwrap()).collect();
        let addresses: Vec<String> =
            listed.addresses.iter().map(|place| place.replace(", China", ", CN")).collect();
        let row = row(listed.name, &pages.join("; ")).at(&addresses.join("; "));
        Row { policy: listed.policy.to_owned(), ..row.known_as(&listed.aliases.join("; ")) }
    };
    let others = rows(OTHERS).into_iter().map(|row| {
        let place = row.address.replace(", AF", ", CN").replace("Kabul", "Xian");
        row.at(&place)
    });
    let unwatched = row(&format!("Turn {turn}"), "75 FR 1").unverified();
    others.chain(listed.iter().map(of)).chain([unwatched]).collect()
}

/// A site whose second source is the eCFR, at the same server.
async fn site() -> Site {
    let mut site = Site::new().await;
    site.sections = format!(
        "[[source]]\nname = \"ecfr\"\nkind = \"ecfr\"\nurl = \"{}\"\nallow_private = \
         true\nmin_entries = {{ EL = 10 }}\n",
        site.publisher.url("")
    );
    site
}

/// The eCFR shows these entries on the `day`th day of June 2022.
fn show_in_ecfr(site: &Site, day: usize, listed: &[Listed]) {
    let date = format!("2022-06-{day:02}");
    site.publisher.answer(
        TITLES,
        Answer::ok(format!(r#"{{"titles": [{{"number": 15, "up_to_date_as_of": "{date}"}}]}}"#)),
    );
    site.publisher.answer(&full(&date), part_744(day, listed));
}

async fn check(world: &World, source: &str) {
    world.clock.advance(Duration::from_secs(60 * 60));
    let reply = world.execute(Request::Check { sources: vec![source.to_owned()] }).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
}

/// The current entries of a source that have this name, each with its id.
async fn ids(world: &World, source: &str, name: &str) -> Vec<String> {
    let query = EntryQuery {
        source: Some(source.to_owned()),
        search: Some(name.to_owned()),
        ..EntryQuery::default()
    };
    let found = world.program.store.entries(&query).await.unwrap();
    found
        .into_iter()
        .filter(|row| row.entry.name == name)
        .map(|row| row.entry.entry_id.unwrap().0)
        .collect()
}

/// The id of every current entry of a source, by its name.
async fn all_ids(world: &World, source: &str) -> Vec<(String, String)> {
    let entries = world.program.store.current_entries(source, ListCode::EL).await.unwrap();
    let mut found: Vec<(String, String)> = entries
        .into_iter()
        .map(|stored| (stored.entry.name, stored.entry.entry_id.unwrap().0))
        .collect();
    found.sort();
    found
}

/// Lets both sources show the whole life of the listing, in this order.
async fn live(world: &World, order: [&str; 2]) -> BTreeSet<String> {
    let mut ids_of_listing = BTreeSet::new();
    for (step, (what, listed)) in LIFE.iter().enumerate() {
        for source in order {
            if source == "csl" {
                world.publish(&csl(step + 1, listed));
            } else {
                show_in_ecfr(world, step + 2, listed);
            }
            check(world, source).await;
            let Some(first) = listed.first() else { continue };
            let found = ids(world, source, first.name).await;
            assert_eq!(found.len(), 1, "{what} in {source}");
            ids_of_listing.extend(found);
            assert_eq!(ids_of_listing.len(), 1, "{what} in {source}");
        }
    }
    ids_of_listing
}

async fn with_two_baselines() -> World {
    let site = site().await;
    site.publish(&csl(0, &[]));
    show_in_ecfr(&site, 1, &[]);
    let world = site.open().await;
    check(&world, "ecfr").await;
    check(&world, "csl").await;
    world
}

/// What `entries show` prints as JSON.
async fn shown(world: &World, name: &str) -> Vec<Value> {
    let ended = world.command(&["entries", "show", name, "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    let schema = jsonschema::validator_for(&schemas()["entries show"]).unwrap();
    assert!(schema.is_valid(&shown), "{shown}");
    shown["entries"].as_array().unwrap().clone()
}

/// What happened in a source. What one check found is in the order of the words.
fn events(shown: &Value, source: &str) -> Vec<String> {
    let mut events: Vec<[String; 2]> = shown["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["source"] == source)
        .map(|event| [&event["at"], &event["event"]].map(|text| text.as_str().unwrap().to_owned()))
        .collect();
    assert!(events.windows(2).all(|pair| pair[0][0] <= pair[1][0]), "{events:?}");
    events.sort();
    events.into_iter().map(|[_, event]| event).collect()
}

#[tokio::test]
async fn a_listing_has_one_id_through_every_change_in_two_sources() {
    for order in [["ecfr", "csl"], ["csl", "ecfr"]] {
        let world = with_two_baselines().await;
        assert_eq!(all_ids(&world, "ecfr").await, all_ids(&world, "csl").await);
        let ids_of_listing = live(&world, order).await;
        let id = ids_of_listing.first().unwrap();

        let by_name = shown(&world, "PACIFIC PHOTONICS GROUP.").await;
        assert_eq!(by_name, shown(&world, id).await);
        let [entry] = by_name.as_slice() else { panic!("{by_name:?}") };
        assert_eq!(entry["entry_id"], id.as_str());
        assert_eq!(entry["names"][0], LISTED.name);
        let [first, second] = order;
        let life = "listed amended amended amended amended split amended folded removed relisted";
        assert_eq!(events(entry, first).join(" "), life, "{entry:#}");
        let later = events(entry, second);
        assert!(later.contains(&"confirmed".to_owned()), "{later:?}");
        assert!(
            entry["sources"].as_array().unwrap().iter().all(|state| state["listed"] == true),
            "{entry:#}"
        );
        // The part that was split off is a listing of its own, and one in both sources.
        let part = shown(&world, PART.name).await;
        let [part] = part.as_slice() else { panic!("{part:?}") };
        assert_ne!(part["entry_id"], id.as_str());
        assert_eq!(part["sources"].as_array().unwrap().len(), 2, "{part:#}");

        let text = world.command(&["entries", "show", id]).await;
        assert!(
            text.exit == Some(0)
                && text.stdout.starts_with(&format!("{id}: {} (EL)\n", RENAMED.name))
                && text.stdout.contains("87 FR 900")
                && text.stdout.contains("relisted"),
            "{text:?}"
        );
        // What was sent and what is read later has the same ids.
        world.deliver().await;
        let sent: BTreeSet<String> = world
            .alerts()
            .iter()
            .flat_map(|(_, body)| body["data"]["changes"].as_array().unwrap().clone())
            .flat_map(|change| [change["entry"].clone(), change["before"].clone()])
            .filter(|entry| entry.is_object())
            .map(|entry| entry["entry_id"].as_str().unwrap().to_owned())
            .collect();
        let part_id = part["entry_id"].as_str().unwrap().to_owned();
        assert_eq!(sent, BTreeSet::from([id.clone(), part_id]));
        let recorded = world.program.store.changes(&ChangeQuery::default()).await.unwrap();
        assert!(recorded.iter().all(|recorded| recorded.change.entry.entry_id.is_some()));
    }
}

/// One of two rows of a name goes, or is folded into the other: the row that remains is the same.
#[tokio::test]
async fn a_change_that_opens_no_row_shows_the_ids_of_its_rows() {
    let twin = |citation, address| row("Kolmar Plant", citation).at(address);
    let remaining = twin("88 FR 1000", "7 Kutuzov Street, Kazan, RU; 1 Lenin Street, Perm, RU");
    for going in [
        twin("92 FR 900", "5 Nanjing Road, Shanghai, CN"),
        twin("88 FR 1000", "1 Lenin Street, Perm, RU"),
    ] {
        let with = |twins: &[&Row]| -> Vec<Row> {
            rows(OTHERS).into_iter().chain(twins.iter().copied().cloned()).collect()
        };
        let world = World::with_baseline(Site::new().await, &with(&[&going, &remaining])).await;
        let before = ids(&world, "csl", "Kolmar Plant").await;
        world.publish(&with(&[&remaining]));
        assert_eq!(world.next_check().await.exit, 0);
        let [after] = ids(&world, "csl", "Kolmar Plant").await.try_into().unwrap();
        assert!(before.len() == 2 && before.contains(&after), "{before:?}, {after}");

        world.deliver().await;
        let [(_, body)] = world.alerts().try_into().unwrap();
        let change = &body["data"]["changes"][0];
        assert_eq!(
            (&change["kind"], &change["entry"]["entry_id"]),
            (&"revised".into(), &after.clone().into()),
            "{change}"
        );
        let gone = change["before"]["entry_id"].as_str().unwrap().to_owned();
        assert!(before.contains(&gone) && gone != after, "{before:?}, {change}");
    }
}

#[tokio::test]
async fn a_name_that_was_never_listed_is_a_usage_error() {
    let world = with_two_baselines().await;
    for unknown in ["Zelkova Nowhere", "ent_0", " ", "%"] {
        let ended = world.command(&["entries", "show", unknown]).await;
        assert_eq!(ended.exit, Some(2), "{unknown}: {ended:?}");
        assert!(ended.stderr.contains("expected the name or the entry_id"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_history_and_the_checked_list_share_their_ids() {
    let days = [1, 3, 5, 7];
    // The history of the listing up to its new name; the checks begin with that.
    let history: [&[Listed]; 4] = [&[LISTED], &[AMENDED], &[AMENDED_AGAIN], &[RENAMED]];
    for backfill_is_first in [false, true] {
        let site = site().await;
        let version = |day: &usize| {
            let date = format!("2022-06-{day:02}");
            json!({
                "identifier": "Supplement No. 4 to Part 744",
                "amendment_date": date,
                "issue_date": date,
            })
        };
        let versions: Vec<Value> = days.iter().map(version).collect();
        site.publisher
            .answer(VERSIONS, Answer::ok(json!({ "content_versions": versions }).to_string()));
        for (day, listed) in days.iter().zip(history) {
            show_in_ecfr(&site, *day, listed);
        }
        let world = site.open().await;
        let backfill = async || {
            let from = "2022-06-01".parse().unwrap();
            let plan = Request::BackfillPlan { source: "ecfr".to_owned(), from, to: None };
            let plan = world.execute(plan).await.plan.unwrap();
            let (number, first) = (plan.number, plan.dates[0]);
            for date in plan.dates {
                let step =
                    Request::BackfillStep { source: "ecfr".to_owned(), plan: number, first, date };
                let reply = world.execute(step).await;
                assert_eq!(reply.exit, 0, "{reply:?}");
            }
        };
        if backfill_is_first {
            backfill().await;
            check(&world, "ecfr").await;
        } else {
            check(&world, "ecfr").await;
            backfill().await;
        }
        let id = ids(&world, "ecfr", RENAMED.name).await.remove(0);
        let past = EntryQuery {
            as_of: Some("2022-06-01".parse().unwrap()),
            search: Some(LISTED.name.to_owned()),
            ..EntryQuery::default()
        };
        let past = world.program.store.entries(&past).await.unwrap();
        assert_eq!(past.len(), 1);
        assert_eq!(
            past[0].entry.entry_id.as_ref().map(|id| id.as_str()),
            Some(id.as_str()),
            "backfilled first: {backfill_is_first}"
        );
        let shown = shown(&world, &id).await;
        assert_eq!(events(&shown[0], "ecfr"), ["listed", "amended", "amended", "amended"]);
        // Another source that comes later takes them over.
        world.publish(&csl(0, &[RENAMED]));
        check(&world, "csl").await;
        assert_eq!(all_ids(&world, "csl").await, all_ids(&world, "ecfr").await);
    }
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use entitywatch::crash_point::CrashPoint;
    use serde_json::Value;

    use super::{LIFE, csl, site};
    use crate::world::Site;

    /// Of `std::process::abort`.
    const SIGABRT: i32 = 6;

    /// The ids of all changes and of their entries, after a daemon was ended at each of the points
    /// for each turn of the life.
    async fn ids_after(points: impl Fn(usize) -> Vec<CrashPoint>) -> Vec<[String; 2]> {
        let site = site().await;
        // The order of two sources is what a crash may change, so only one is asked.
        let site = Site { schedule: "* * * * * *", sections: String::new(), ..site };
        site.publish(&csl(0, &[]));
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
        for (turn, (what, listed)) in LIFE.iter().enumerate() {
            site.publish(&csl(turn + 1, listed));
            for point in points(turn) {
                let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
                assert_eq!(daemon.ends().await, Some(SIGABRT), "{what}: {}", point.name());
            }
            let ended = site.command(&["check"]).await;
            assert_eq!(ended.exit, Some(0), "{what}: {ended:?}");
        }
        let ended = site.command(&["changes", "--output", "json"]).await;
        let changes: Value = serde_json::from_str(&ended.stdout).unwrap();
        let ids = changes["changes"].as_array().unwrap().iter().map(|change| {
            [&change["change_id"], &change["entry"]["entry_id"]]
                .map(|id| id.as_str().unwrap().to_owned())
        });
        ids.collect()
    }

    #[tokio::test]
    async fn a_process_that_ends_at_any_point_of_a_check_gives_the_same_ids_again() {
        let is_recorded = |point: &CrashPoint| *point == CrashPoint::CheckRecorded;
        let last = CrashPoint::ALERTS.iter().position(is_recorded).unwrap();
        let of_a_check = &CrashPoint::ALERTS[..=last];
        assert!(of_a_check.contains(&CrashPoint::EntriesIdentified));
        let undisturbed = ids_after(|_| Vec::new()).await;
        assert!(undisturbed.len() >= LIFE.len(), "{undisturbed:?}");
        // Each turn has its share of the points. The last point is behind the record.
        let share = |turn: usize| {
            of_a_check.iter().copied().skip(turn).step_by(LIFE.len()).collect::<Vec<_>>()
        };
        assert_eq!(ids_after(share).await, undisturbed);
    }
}

#[tokio::test]
async fn two_compared_files_have_no_ids() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.csv"), folder.path().join("new.csv"));
    std::fs::write(&old, file(&csl(0, &[LISTED]))).unwrap();
    std::fs::write(&new, file(&csl(1, &[AMENDED]))).unwrap();
    let site = Site::new().await;
    let paths = [old.to_str().unwrap(), new.to_str().unwrap()];
    let ended = site.command(&["diff", paths[0], paths[1], "--output", "json"]).await;
    assert!(ended.stdout.contains("\"revised\""), "{ended:?}");
    assert!(!ended.stdout.contains("entry_id"), "{ended:?}");
}
