//! The action of June 30, 2022 as an officer sees it: real entries, and counterparties. Some are
//! the listed parties under other spellings, some have a listed address alone, and some have names
//! like listed ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::officer::text_of_mail;
use crate::shared_data;
use crate::world::{Site, changes};

/// How others write a name, in `make_watchlist.py`.
const SPELLINGS: [&str; 7] = ["space", "legal", "order", "typo", "romanised", "short", "dropped"];
const OF_SPELLING: usize = 12;
const OF_ADDRESS: usize = 5;
const SISTERS: usize = 20;
/// Rows that have nothing to do with the list.
const CLEAN: usize = 400;

/// The ids of the counterparties that are planted.
struct Planted {
    spellings: BTreeSet<String>,
    addresses: BTreeSet<String>,
    sisters: BTreeSet<String>,
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().zip(record.iter()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Writes the counterparties. `added` are the names that the action adds.
fn plant(folder: &Path, added: &BTreeSet<String>, out: &Path) -> Planted {
    let truth = table(&folder.join("truth.csv"));
    let rows = table(&folder.join("watchlist.csv"));
    let (mut taken, mut planted): (BTreeSet<String>, Vec<BTreeSet<String>>) = Default::default();
    let mut choose = |kinds: &[&str], most: usize, is_listed: bool| {
        let mut chosen = BTreeSet::new();
        let mut of_kind: BTreeMap<&str, usize> = BTreeMap::new();
        for row in truth.iter().filter(|row| kinds.contains(&row["kind"].as_str())) {
            let expected = row["expected"].split(" | ").find(|name| added.contains(*name));
            let is_full =
                of_kind.get(row["kind"].as_str()).is_some_and(|n| *n > most / kinds.len());
            if chosen.len() == most || is_full || (is_listed && expected.is_none()) {
                continue;
            }
            // Each party once.
            if is_listed && !taken.insert(expected.unwrap_or_default().to_owned()) {
                continue;
            }
            *of_kind.entry(row["kind"].as_str()).or_default() += 1;
            chosen.insert(row["id"].clone());
        }
        planted.push(chosen);
    };
    choose(&SPELLINGS, OF_SPELLING, true);
    choose(&["address"], OF_ADDRESS, true);
    choose(&["sister"], SISTERS, false);
    choose(&["clean"], CLEAN, false);
    let mut writer = csv::Writer::from_path(out).unwrap();
    writer.write_record(["id", "name", "aliases", "address", "country", "owner"]).unwrap();
    for row in rows.iter().filter(|row| planted.iter().any(|ids| ids.contains(&row["id"]))) {
        let cells = ["id", "name", "aliases", "address", "country"].map(|key| row[key].as_str());
        writer.write_record(cells.into_iter().chain(["A. Reviewer"])).unwrap();
    }
    writer.flush().unwrap();
    let mut planted = planted.into_iter();
    let mut next = || planted.next().unwrap();
    Planted { spellings: next(), addresses: next(), sisters: next() }
}

/// The lists before and after, and the counterparties. `None` without the data.
fn prepare(site: &Site) -> Option<(String, String, Planted)> {
    let folder = site.folder.path();
    shared_data::make_lists("rule", "2022-06-30", &folder.join("lists"), &[])?;
    let shared = shared_data::folder()?;
    let data = shared_data::file("entity-list-to-2022.json.xz")?;
    let clean = shared_data::file("clean-names.txt.xz")?;
    let (tool, out) = (shared.join("tools/make_watchlist.py"), folder.join("made"));
    let options =
        ["--from-year", "2022", "--to-year", "2022", "--clean", "400", "--seed", "1", "--others"];
    let arguments: Vec<&std::ffi::OsStr> = [tool.as_os_str(), data.as_os_str(), out.as_os_str()]
        .into_iter()
        .chain(options.iter().map(std::ffi::OsStr::new))
        .chain([clean.as_os_str()])
        .collect();
    shared_data::python(&arguments)?;
    let text = |name: &str| std::fs::read_to_string(folder.join("lists").join(name)).unwrap();
    let truth: Value = serde_json::from_str(&text("truth.json")).unwrap();
    let added = truth["entries"]["added"].as_array().unwrap().iter();
    let added = added.map(|name| name.as_str().unwrap().split_once(": ").unwrap().1.to_owned());
    let planted = plant(&out, &added.collect(), &folder.join("customers.csv"));
    Some((text("before/consolidated.csv"), text("after/consolidated.csv"), planted))
}

#[tokio::test]
async fn the_action_of_june_2022_shows_an_officer_who_is_concerned_before_everything_else() {
    let mut site = Site::new().await;
    site.sections = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = \
         true\nshow_matches = true\n[[receiver]]\nname = \"channel\"\nkind = \"slack\"\nurl = \
         \"{}\"\nallow_private = true\nshow_matches = true\n[[receiver]]\nname = \"mail\"\nkind = \
         \"email\"\nto = [\"officer@example.com\"]\nshow_matches = true\n[[watchlist]]\nname = \
         \"customers\"\npath = \"customers.csv\"\n",
        site.webhook.url("/officer"),
        site.slack.url("/officer")
    );
    let Some((before, after, planted)) = prepare(&site) else { return };
    assert_eq!(planted.spellings.len(), OF_SPELLING);
    assert_eq!((planted.addresses.len(), planted.sisters.len()), (OF_ADDRESS, SISTERS));
    site.publish_text(&before);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish_text(&after);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));

    let own = site.webhook.received();
    let own = own.iter().filter(|received| received.path == "/officer");
    let bodies: Vec<Value> = own.map(crate::sinks::Received::json).collect();
    let changed: Vec<&Value> = bodies.iter().filter(|b| b["type"] == "list.changed").collect();
    let mut bands: BTreeMap<String, String> = BTreeMap::new();
    let mut names = 0;
    for body in &changed {
        names += changes(body).len();
        let of_changes = body["data"]["changes"].as_array().unwrap().iter();
        for found in of_changes.filter_map(|change| change["matches"].as_array()).flatten() {
            let id = found["counterparty"]["id"].as_str().unwrap().to_owned();
            let band = found["band"].as_str().unwrap().to_owned();
            // `strong` is after `review` in the alphabet.
            let known = bands.entry(id).or_default();
            *known = band.max(known.clone());
        }
    }
    assert!(names >= 40, "the action is whole: {names}");
    let count = |ids: &BTreeSet<String>, band: &str| {
        ids.iter()
            .filter(|id| bands.get(*id).is_some_and(|own| band.is_empty() || own == band))
            .count()
    };
    println!(
        "spellings: {} shown, {} strong; addresses: {} shown; sisters: {} shown, {} strong; \
         {} in all",
        count(&planted.spellings, ""),
        count(&planted.spellings, "strong"),
        count(&planted.addresses, ""),
        count(&planted.sisters, ""),
        count(&planted.sisters, "strong"),
        bands.len()
    );
    assert_eq!(count(&planted.spellings, ""), OF_SPELLING, "{bands:?}");
    assert!(count(&planted.spellings, "strong") >= 9, "{bands:?}");
    assert_eq!(count(&planted.addresses, "review"), OF_ADDRESS, "another name at the address");
    assert!(count(&planted.sisters, "strong") <= 1, "{bands:?}");
    assert!(bands.len() <= 45, "an officer can read it: {}", bands.len());

    // Who is concerned comes first, and every strong one is in each message.
    let strong: Vec<&String> =
        bands.iter().filter(|(_, band)| *band == "strong").map(|(id, _)| id).collect();
    let posts = site.slack.received();
    let post = posts.iter().rfind(|received| received.path == "/officer").unwrap();
    let mails = site.smtp.mails();
    let is_own = |mail: &&crate::sinks::Mail| mail.data.contains("officer@example.com");
    let mail = mails.iter().rfind(is_own).unwrap();
    let subject = mail.header("Subject").unwrap();
    assert!(subject.contains("possible matches with our counterparties"), "{subject}");
    let text = text_of_mail(&mail.data);
    let before_names = text.split("Savings clause").next().unwrap();
    for id in strong {
        assert!(post.body.contains(id.as_str()), "{id} is in Slack");
        assert!(before_names.contains(id.as_str()), "{id} is in the email");
    }
    let others = site.webhook.received().into_iter().filter(|r| r.path != "/officer");
    for received in others {
        assert!(!received.body.contains("A. Reviewer"), "a counterparty leaked");
    }
}
