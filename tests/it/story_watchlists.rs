//! Counterparty files over time: on hold, unreadable, in several files, erased, and compared again
//! because a list, the matcher or the configuration changed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use entitywatch::actions::Request;
use entitywatch::domain::MatchState;
use entitywatch::domain::matching::match_record::MatchRecord;
use entitywatch::store::CheckRecord;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::officer::{
    HEADER, OURS, RULE, customers, newcomer, others, site, with, write, write_customers,
};
use crate::world::{Site, World, within};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("expected JSON, but got {text}"))
}

async fn holds(site: &Site, more: &[&str]) -> Vec<Value> {
    let all: Vec<&str> =
        ["holds", "list", "--output", "json"].iter().chain(more).copied().collect();
    let ended = site.command(&all).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    json(&ended.stdout)["holds"].as_array().unwrap().clone()
}

async fn decide(site: &Site, decision: &str, id: &str) -> crate::world::Ended {
    site.command(&["holds", decision, id, "--by", "Ann", "--reason", "looked at it"]).await
}

#[tokio::test]
async fn a_counterparty_file_on_hold_is_listed_shown_rejected_and_accepted_like_a_list() {
    let site = site("").await;
    // The last rows are what a cut file loses.
    let all: Vec<String> = others().into_iter().chain([OURS.to_owned()]).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    write(&site, &all);
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert!(holds(&site, &[]).await.is_empty());
    assert_eq!(site.command(&["status"]).await.exit, Some(0));

    write(&site, &all[..20]);
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let status = site.command(&["status"]).await;
    assert_eq!(status.exit, Some(3), "{status:?}");
    assert!(status.stdout.contains("counterparty file since"), "{}", status.stdout);
    let open = holds(&site, &[]).await;
    assert_eq!(open.len(), 1, "{open:?}");
    let hold = &open[0];
    assert_eq!((&hold["watchlist"], &hold["reason"]), (&"customers".into(), &"loss".into()));
    assert_eq!((&hold["count_before"], &hold["count_after"]), (&41.into(), &20.into()));
    assert_eq!(hold["summary"]["removed"], 21);
    let id = hold["hold_id"].as_str().unwrap().to_owned();
    let shown = site.command(&["holds", "show", &id]).await;
    assert_eq!(shown.exit, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("remove 21 counterparties"), "{}", shown.stdout);
    assert!(shown.stdout.contains("1 of those that would be removed have matches"));
    let rows: Vec<&str> = shown.stdout.lines().filter(|l| l.starts_with("removed")).collect();
    assert_eq!(rows.len(), 21, "{}", shown.stdout);
    assert!(rows[0].contains("C1") && rows[0].contains("open strong"), "first: {}", rows[0]);
    let shown = site.command(&["holds", "show", &id, "--output", "json"]).await;
    let shown = &json(&shown.stdout)["holds"][0];
    let lines = shown["counterparties"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["what"], &lines[0]["counterparty"]["id"]),
        (&"removed".into(), &"C1".into())
    );
    assert_eq!(lines.iter().filter(|line| line["what"] == "removed").count(), 21);
    assert_eq!(lines[0]["matches"][0], serde_json::json!({"state": "open", "band": "strong"}));

    let rejected = decide(&site, "reject", &id).await;
    assert_eq!(rejected.exit, Some(0), "{rejected:?}");
    assert!(holds(&site, &[]).await.is_empty());
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "not on hold again: {checked:?}");
    write(&site, &all[..20]);
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "the same content is not on hold again: {checked:?}");
    assert_eq!(site.command(&["status"]).await.exit, Some(0));
    let watchlists = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
    assert_eq!(watchlists["watchlists"][0]["problem"]["kind"], "rejected");
    assert_eq!(watchlists["watchlists"][0]["rows"], 41, "the rows in use stay");
    let ended = holds(&site, &["--all"]).await;
    assert_eq!((&ended[0]["state"], &ended[0]["decided_by"]), (&"rejected".into(), &"Ann".into()));
    assert_eq!(decide(&site, "accept", &id).await.exit, Some(1), "it is decided");

    write(&site, &all[..10]);
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let second = holds(&site, &[]).await[0]["hold_id"].as_str().unwrap().to_owned();
    assert_ne!(second, id);
    let silent = ["holds", "accept", &second, "--by", "A", "--reason", "b", "--as-baseline"];
    assert_eq!(site.command(&silent).await.exit, Some(2), "matches are always alerted");
    let accepted = decide(&site, "accept", &second).await;
    assert_eq!(accepted.exit, Some(0), "{accepted:?}");
    assert_eq!(decide(&site, "accept", "hld_unknown").await.exit, Some(2));
    let watchlists = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
    assert_eq!(watchlists["watchlists"][0]["rows"], 10);
    assert_eq!(watchlists["watchlists"][0]["problem"], Value::Null);
    let ended = holds(&site, &["--all"]).await;
    assert_eq!(ended.len(), 2, "{ended:?}");
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    let now = jiff::Timestamp::now();
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let (first, last) = (day(now - jiff::SignedDuration::from_hours(24)), day(now));
    let report = ["report", "--from", &first, "--to", &last, "--format", "csv"];
    let report = site.command(&report).await;
    let rows: Vec<&str> = report
        .stdout
        .lines()
        .filter(|line| line.starts_with("holds,") && line.contains("counterparty file"))
        .collect();
    assert_eq!(rows.len(), 2, "{report:?}");
    assert!(rows[0].contains("rejected") && rows[0].contains("looked at it"), "{rows:?}");
    let journal = site.command(&["journal", "export"]).await.stdout;
    assert!(journal.contains("watchlist.rejected") && journal.contains("watchlist.accepted"));
}

#[tokio::test]
async fn a_hold_of_a_file_ends_when_a_plausible_or_another_implausible_content_replaces_it() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let all = customers(&[OURS]);
    let cut = |count: usize| {
        let rows: Vec<&str> = all.iter().take(count).map(String::as_str).collect();
        write(&world, &rows);
    };
    let states = async || {
        let holds = entitywatch::pipeline::matching::file_holds(&world.program.store).await;
        let state = |found: &entitywatch::pipeline::matching::FoundHold| {
            found.ended.as_ref().map_or("open", |ended| ended.state.as_str())
        };
        holds.unwrap().iter().map(state).collect::<Vec<_>>()
    };
    cut(20);
    assert_eq!(world.next_check().await.exit, 3);
    cut(10);
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(states().await, ["open", "replaced"]);
    cut(41);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(states().await, ["superseded", "replaced"]);
    // The same cut once more is another hold.
    cut(10);
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(states().await, ["open", "superseded", "replaced"]);
    let ids: BTreeSet<String> = entitywatch::pipeline::matching::file_holds(&world.program.store)
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.hold.hold_id.to_string())
        .collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_file_that_ends_within_a_row_is_not_used_and_is_reported_until_it_is_whole() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let path = site.folder.path().join("customers.csv");
    let whole = std::fs::read_to_string(&path).unwrap();
    // One row of 41 is within `max_loss`: an export that stopped in the second-to-last row.
    let last = whole.trim_end().rfind('\n').unwrap();
    let mailed = site.smtp.mails().len();
    for cut in [last - 1, last - 4, last + 3] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let line = whole[..cut].matches('\n').count() + 1;
        let checked = site.command(&["check"]).await;
        assert_eq!(checked.exit, Some(1), "{checked:?}");
        let expected = format!("it ends within line {line}: it may be incomplete");
        assert!(checked.stderr.contains(&expected), "{checked:?}");
        assert_eq!(site.command(&["status"]).await.exit, Some(1));
        let shown = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
        let shown = &shown["watchlists"][0];
        assert_eq!((&shown["rows"], &shown["problem"]["kind"]), (&41.into(), &"malformed".into()));
        let named = format!("customers.csv, line {line}: expected a whole row");
        let problems = shown["problems"].as_array().unwrap();
        assert!(problems.last().unwrap().as_str().unwrap().contains(&named), "{shown}");
    }
    assert_eq!(site.smtp.mails().len(), mailed + 1, "operators are alerted once");
    let others = whole.replace("Number39", "Number40");
    std::fs::write(&path, others.trim_end()).unwrap();
    assert_eq!(site.command(&["check"]).await.exit, Some(0), "only the end of the line is missing");
    let shown = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
    assert_eq!(shown["watchlists"][0]["problem"], Value::Null);
    assert_eq!(shown["watchlists"][0]["rows"], 41);
}

/// As if another program wrote the file as long as this lives.
struct Writer {
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Writer {
    fn of(path: &std::path::Path) -> Self {
        use std::sync::atomic::Ordering;
        let file = std::fs::File::options().append(true).open(path).unwrap();
        let mut written = file.metadata().unwrap().modified().unwrap();
        let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let is_stopped = is_over.clone();
        let thread = std::thread::spawn(move || {
            while !is_stopped.load(Ordering::Relaxed) {
                written += std::time::Duration::from_micros(1);
                file.set_modified(written).unwrap();
                std::thread::yield_now();
            }
        });
        Self { is_over, thread: Some(thread) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[tokio::test]
async fn a_file_that_is_written_while_it_is_read_is_not_used_until_it_stops_changing() {
    let site = site("").await;
    write_customers(&site, &[]);
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let rows = async || {
        let shown = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
        let shown = &shown["watchlists"][0];
        (shown["rows"].as_u64().unwrap(), shown["problem"].clone())
    };
    // So many that reading them takes a while.
    let more: Vec<String> =
        (0..10_000).map(|n| format!("N{n},Quixotic Kiosk Number{n},,,US,")).collect();
    let more: Vec<&str> = more.iter().map(String::as_str).chain([OURS]).collect();
    write_customers(&site, &more);
    let writer = Writer::of(&site.folder.path().join("customers.csv"));
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    assert!(checked.stdout.contains("customers: the file is being written"), "{checked:?}");
    assert_eq!(rows().await, (40, Value::Null));
    drop(writer);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(rows().await, (10_041, Value::Null));
    let found = json(&site.command(&["matches", "list", "--output", "json"]).await.stdout);
    assert_eq!(found["matches"].as_array().unwrap().len(), 1);
}

/// The state of the only watchlist, changed by `change`.
async fn change_state(
    world: &World,
    change: impl FnOnce(&mut entitywatch::domain::matching::watchlist_state::WatchlistState),
) {
    let mut state = world.program.store.watchlist_states().await.unwrap().remove(0);
    change(&mut state);
    let mut record = CheckRecord { at: world.clock_now(), ..CheckRecord::default() };
    record.matching.watchlists.push(state);
    world.program.store.record(record).await.unwrap();
}

async fn run_sql(world: &World, statement: &str) {
    use sqlx::Connection;
    let url = format!("sqlite://{}", world.database().display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn an_upgrade_that_changes_the_matcher_makes_one_digest_of_what_is_new() {
    let site = site("").await;
    let (vostok, juba) =
        (row("Vostok Radar Plant", RULE).at("Omsk, RU"), row("Juba Pumps", RULE).at("Juba, SS"));
    write_customers(&site, &[OURS, "C2,Vostok Radar Plant,,,RU,", "C3,Juba Pumps,,,SS,"]);
    let world = World::with_baseline(site, &with(&[newcomer(), vostok, juba])).await;
    let all = world.matches().await;
    assert_eq!(all.len(), 3);
    let of = |id: &str| all.iter().find(|r| r.found.counterparty.id == id).unwrap().clone();
    assert_eq!(world.dismiss(&of("C1")).await.exit, 0);
    // The matcher of an older version did not find the third one.
    let third = of("C3").found.match_id;
    run_sql(&world, &format!("DELETE FROM possible_match WHERE match_id = '{third}'")).await;
    change_state(&world, |state| {
        if let Some(last) = &mut state.screened {
            last.matcher = "0".to_owned();
        }
    })
    .await;
    let before = world.officer("watchlist.matched").len();
    assert_eq!(world.next_check().await.exit, 0);
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), before + 1, "one digest");
    let data = &bodies.last().unwrap()["data"];
    assert_eq!(data["cause"], "matcher.changed");
    let found = data["matches"].as_array().unwrap();
    assert_eq!(found.len(), 1, "only what is new: {found:?}");
    assert_eq!(found[0]["counterparty"]["id"], "C3");
    assert_eq!(world.matches().await.len(), 3);
    world.next_check().await;
    assert_eq!(world.officer("watchlist.matched").len(), before + 1, "once");
    let dismissed = world.matches().await;
    let first = dismissed.iter().find(|r| r.found.counterparty.id == "C1").unwrap();
    assert_eq!(first.state(), MatchState::Dismissed, "the decision is in force");
}

#[tokio::test]
async fn a_list_that_a_watchlist_adds_is_compared_whole_and_again_if_it_was_left_out_in_between() {
    let mut site = site("").await;
    site.lists = r#"["EL", "UVL"]"#;
    let set_lists = |site: &mut Site, lists: &str| {
        let begin = site.sections.find("path = \"customers.csv\"\n").unwrap();
        site.sections.truncate(begin + "path = \"customers.csv\"\n".len());
        site.sections.push_str(lists);
    };
    set_lists(&mut site, "lists = [\"EL\"]\n");
    write_customers(&site, &["C1,Mirnaya Optics,,,RU,", "C2,Vostok Radar Plant,,,RU,"]);
    let unverified = row("Mirnaya Optics", RULE).at("Omsk, RU").unverified();
    let mut world = World::with_baseline(site, &with(std::slice::from_ref(&unverified))).await;
    assert!(world.matches().await.is_empty(), "the list is not compared");

    set_lists(&mut world.site, "lists = [\"EL\", \"UVL\"]\n");
    world.reload();
    world.next_check().await;
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["data"]["cause"], "list.added");
    assert_eq!(bodies[0]["data"]["matches"][0]["entry"]["list"], "UVL");
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);

    // What is added to the list while the watchlist leaves it out is found afterwards.
    set_lists(&mut world.site, "lists = [\"EL\"]\n");
    world.reload();
    world.next_check().await;
    let second = row("Vostok Radar Plant", RULE).at("Omsk, RU").unverified();
    world.publish(&with(&[unverified, second]));
    world.next_check().await;
    assert_eq!(world.officer("watchlist.matched").len(), 1);
    set_lists(&mut world.site, "lists = [\"EL\", \"UVL\"]\n");
    world.reload();
    world.next_check().await;
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), 2);
    let new = bodies[1]["data"]["matches"].as_array().unwrap();
    assert_eq!(new.len(), 1, "the dismissed one is not announced: {new:?}");
    assert_eq!(new[0]["counterparty"]["id"], "C2");
}

/// Dismisses all matches. Returns how many there are.
async fn dismiss_all(world: &World) -> usize {
    let all = world.matches().await;
    for record in &all {
        assert_eq!(world.dismiss(record).await.exit, 0);
    }
    all.len()
}

/// Twelve parties that have nothing in common, and the rows of counterparties of their names.
fn twelve() -> (Vec<Row>, Vec<String>) {
    let listed: Vec<Row> = rows(52).into_iter().skip(40).collect();
    let own = listed.iter().enumerate();
    let own = own.map(|(n, row)| format!("M{n},{},,,AF,", row.name)).collect();
    (listed, own)
}

#[tokio::test]
async fn many_stale_dismissals_are_one_alert_whether_the_file_or_the_list_made_them_stale() {
    let mut site = site("").await;
    site.sections.push_str("max_revised = \"100%\"\n");
    site.source = "max_revised = \"100%\"".to_owned();
    // No route lets a revision through.
    site.sections.push_str("[[route]]\nreceivers = [\"officer\"]\nkinds = [\"removed\"]\n");
    let (listed, own) = twelve();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    write_customers(&site, &own);
    let world = World::with_baseline(site, &with(&listed)).await;
    assert_eq!(dismiss_all(&world).await, 12);
    let before = world.officer("watchlist.matched").len();

    // The export writes another alias for each.
    let renamed: Vec<String> =
        own.iter().map(|row| row.replace(",,,AF,", ",Other Name,,AF,")).collect();
    write_customers(&world, &renamed.iter().map(String::as_str).collect::<Vec<_>>());
    world.next_check().await;
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), before + 1, "one alert");
    let data = &bodies.last().unwrap()["data"];
    assert_eq!(data["cause"], "counterparty.revised");
    let stale = data["matches"].as_array().unwrap();
    assert_eq!(stale.len(), 12);
    assert!(stale.iter().all(|found| found["state"] == "stale"), "{stale:?}");

    assert_eq!(dismiss_all(&world).await, 12);
    let amended: Vec<Row> = listed
        .into_iter()
        .enumerate()
        .map(|(n, row)| {
            let row = row.known_as(&format!("Cedarholm Radar {n}"));
            Row { citation: format!("75 FR 36519; {} FR 100", 80 + n % 3), ..row }
        })
        .collect();
    world.publish(&with(&amended));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(world.officer("list.changed").is_empty(), "no route lets it through");
    let bodies = world.officer("watchlist.matched");
    assert_eq!(bodies.len(), before + 2, "one alert of three rules");
    let data = &bodies.last().unwrap()["data"];
    assert_eq!(data["cause"], "entry.revised");
    assert_eq!(data["matches"].as_array().unwrap().len(), 12);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn an_address_that_more_than_five_entries_share_is_one_match_and_one_decision() {
    const AT: &str = "Unit 1207, 12/F, Wing Tuck Commercial Centre, 177 Wing Lok Street, HK";
    let at_one_address = |count: usize| -> Vec<Row> {
        rows(60 + count).into_iter().skip(60).map(|row| row.at(AT)).collect()
    };
    let site = site("").await;
    let ours = "H1,Plantedname Stationery,,\"Unit 1207, 12/F, Wing Tuck Commercial Centre, 177 \
                Wing Lok Street, Hong Kong\",HK,";
    write_customers(&site, &[ours]);
    let world = World::with_baseline(site, &with(&at_one_address(6))).await;
    let grouped = world.only_match().await;
    assert_eq!(grouped.found.sharing.len(), 6, "{grouped:?}");
    assert_eq!(grouped.found.band.as_str(), "review");
    assert_eq!(world.officer("watchlist.matched").len(), 1);
    assert_eq!(world.dismiss(&grouped).await.exit, 0);

    world.publish(&with(&at_one_address(7)));
    assert_eq!(world.next_check().await.exit, 0);
    let after = world.only_match().await;
    assert_eq!(after.found.match_id, grouped.found.match_id);
    assert_eq!(after.state(), MatchState::Dismissed, "one decision serves the seventh entry");
    assert_eq!(after.found.sharing.len(), 7);
    assert!(world.last_screening("list.changed").await.matches.is_empty());

    // One leaves the address, and the others stay one match. Two more leave it, and the four that
    // are there are matches of their own.
    let mut fewer = at_one_address(7);
    fewer[0].address = "9 Quay, Lahore, PK".to_owned();
    world.publish(&with(&fewer));
    assert_eq!(world.next_check().await.exit, 0);
    let after = world.only_match().await;
    assert_eq!((after.state(), after.found.sharing.len()), (MatchState::Dismissed, 6));
    for row in fewer.iter_mut().take(3) {
        row.address = "9 Quay, Lahore, PK".to_owned();
    }
    world.publish(&with(&fewer));
    assert_eq!(world.next_check().await.exit, 0);
    let all = world.matches().await;
    let open: Vec<&MatchRecord> = all.iter().filter(|record| record.ended.is_none()).collect();
    assert_eq!(open.len(), 4, "{all:?}");
    assert!(open.iter().all(|record| record.found.sharing.is_empty()));
    // Two come back: one match again, with the decision that it had.
    world.publish(&with(&at_one_address(6)));
    assert_eq!(world.next_check().await.exit, 0);
    let all = world.matches().await;
    let open: Vec<&MatchRecord> = all.iter().filter(|record| record.ended.is_none()).collect();
    assert_eq!(open.len(), 1, "{all:?}");
    assert_eq!(open[0].found.match_id, grouped.found.match_id);
    assert_eq!(open[0].state(), MatchState::Dismissed);
    world.nothing_leaks().await;
}

#[tokio::test]
async fn each_alert_says_what_is_wrong_with_a_file_and_a_route_of_matches_then_lets_all_through() {
    let mut site = site("").await;
    site.sections.push_str(
        "max_age = \"36h\"\n[[receiver]]\nname = \"mail\"\nkind = \"email\"\nto = \
         [\"officer@example.com\"]\nshow_matches = true\n[[route]]\nreceivers = [\"officer\", \
         \"mail\"]\nmatches = true\n[[route]]\nreceivers = [\"erp\", \"desk\"]\n",
    );
    let path = site.folder.path().join("customers.csv");
    let write_at = |site: &Site, rows: &[&str], time: &str| {
        write(site, rows);
        let time: jiff::Timestamp = time.parse().unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time.into()).unwrap();
    };
    let all = customers(&[OURS]);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    write_at(&site, &all, "2022-06-30T12:00:00Z");
    let world = World::with_baseline(site, &rows(40)).await;
    let mut listed: Vec<Row> = Vec::new();
    let mut publish = |world: &World, name: &str| {
        listed.push(row(name, &format!("87 FR {}", 40_000 + listed.len())).at("Omsk, RU"));
        world.publish(&with(&listed));
    };
    publish(&world, "Vostok Radar Plant");
    world.next_check().await;
    assert!(world.officer("list.changed").is_empty(), "it matches nobody");

    let cases = [
        ("on-hold", "is on hold", "Juba Pumps"),
        ("rejected", "was rejected", "Perm Optics"),
        ("malformed", "is not a counterparty file", "Izmir Textile"),
        ("unreadable", "is missing or cannot be read", "Lagos Marine"),
        ("old", "is too old", "Tampico Steel"),
    ];
    for (kind, words, name) in cases {
        match kind {
            "on-hold" => write_at(&world, &all[..20], "2022-06-30T13:00:00Z"),
            "rejected" => {
                let holds = entitywatch::pipeline::matching::file_holds(&world.program.store);
                let hold = holds.await.unwrap().remove(0).hold.hold_id;
                assert_eq!(world.reject(&hold).await.exit, 0);
            }
            "malformed" => std::fs::write(&path, "\u{1}\u{2}").unwrap(),
            "unreadable" => std::fs::remove_file(&path).unwrap(),
            _ => write_at(&world, &all, "2022-06-27T12:00:00Z"),
        }
        publish(&world, name);
        world.next_check().await;
        let bodies = world.officer("list.changed");
        let last = bodies.last().map(crate::world::changes).unwrap_or_default();
        assert_eq!(last.len(), 1, "{kind}: everything passes");
        assert_eq!(last[0].1, name, "{kind}");
        let screening = world.last_screening("list.changed").await;
        let problem = screening.watchlists[0].problem.as_ref().unwrap();
        assert_eq!(problem.kind.as_str(), kind);
        let mails = world.smtp.mails();
        let mut own = mails.iter().filter(|mail| mail.data.contains("officer@example.com"));
        let text = own.next_back().unwrap().data.replace("=\r\n", "");
        let sentence = format!("The counterparty file customers.csv {words}");
        assert!(text.contains(&sentence), "{kind}: {text}");
        assert!(text.contains("No match is not a clearance"), "{kind}");
    }
    write_at(&world, &all, "2022-06-30T14:00:00Z");
    let count = world.officer("list.changed").len();
    publish(&world, "Gdansk Cables");
    world.next_check().await;
    assert_eq!(world.officer("list.changed").len(), count, "the file is good again");
    for received in world.webhook.received().iter().filter(|r| r.path != "/officer") {
        assert!(!received.body.contains("customers"), "{}", received.body);
    }
    for received in world.slack.received() {
        assert!(!received.body.contains("customers"), "{}", received.body);
    }
}

#[tokio::test]
async fn a_watchlist_that_is_not_configured_keeps_its_decisions_and_is_compared_whole_afterwards() {
    let site = site("").await;
    let configured = site.sections.clone();
    write_customers(&site, &[OURS, "C2,Vostok Radar Plant,,,RU,"]);
    let mut world = World::with_baseline(site, &with(&[newcomer()])).await;
    let found = world.only_match().await;
    assert_eq!(world.dismiss(&found).await.exit, 0);

    let without = configured.split("[[watchlist]]").next().unwrap().to_owned();
    world.site.sections = without;
    world.reload();
    assert_eq!(world.next_check().await.exit, 0);
    world.publish(&with(&[newcomer(), row("Vostok Radar Plant", RULE).at("Omsk, RU")]));
    world.next_check().await;
    let bodies = world.officer("list.changed");
    assert!(bodies.last().unwrap()["data"]["changes"][0].get("matches").is_none());
    assert_eq!(world.matches().await.len(), 1, "nothing is compared, and nothing is lost");
    assert!(world.journal_kinds().await.contains(&"watchlist.unconfigured".to_owned()));

    world.site.sections = configured;
    world.reload();
    world.next_check().await;
    let bodies = world.officer("watchlist.matched");
    let data = &bodies.last().unwrap()["data"];
    assert_eq!(data["cause"], "first-screening");
    let new = data["matches"].as_array().unwrap();
    assert_eq!(new.len(), 1, "the dismissal is in force: {new:?}");
    assert_eq!(new[0]["counterparty"]["id"], "C2");
    let states: BTreeSet<(String, &str)> = world
        .matches()
        .await
        .iter()
        .map(|r: &MatchRecord| (r.found.counterparty.id.clone(), r.state().as_str()))
        .collect();
    let expected = [("C1".to_owned(), "dismissed"), ("C2".to_owned(), "open")];
    assert_eq!(states, BTreeSet::from(expected));
}

/// The files of the database.
fn database_files(site: &Site) -> Vec<PathBuf> {
    let database = site.database();
    let beside = |end: &str| PathBuf::from(format!("{}{end}", database.display()));
    let all = [database.clone(), beside("-wal"), beside("-shm")];
    all.into_iter().filter(|path| path.exists()).collect()
}

fn is_in(files: &[PathBuf], text: &str) -> bool {
    files.iter().any(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn nothing_of_an_erased_counterparty_is_in_the_files_of_the_database() {
    let mut site = site("").await;
    site.schedule = "* * * * * *";
    // Text that only this row has, in each of its cells.
    let ours = "C1,Tianshan Avionics Inst. Plantedname,Plantedalias Avionics,\"8 Plantedstreet \
                Road, Beijing\",CN,Plantedowner";
    write_customers(&site, &[ours]);
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site.publish(&with(&[newcomer()]));
    let daemon = site.run().await;
    let has_match = |sink: &crate::sinks::HttpSink| {
        let all = sink.received();
        all.iter().any(|r| r.path == "/officer" && r.body.contains("Plantedname"))
    };
    within("the match", site.webhook.until(has_match)).await;
    let listed = json(&site.command(&["matches", "list", "--output", "json"]).await.stdout);
    let id = listed["matches"][0]["match_id"].as_str().unwrap().to_owned();
    let dismissed = site
        .command(&[
            "matches",
            "dismiss",
            &id,
            "--by",
            "Ann",
            "--reason",
            "other",
            "--note",
            "Plantednote",
        ])
        .await;
    assert_eq!(dismissed.exit, Some(0), "{dismissed:?}");
    let planted = ["Plantedname", "Plantedalias", "Plantedstreet", "Plantedowner", "Plantednote"];
    let files = database_files(&site);
    assert!(planted.iter().all(|text| is_in(&files, text)), "it was there");

    write_customers(&site, &[]);
    let erase = site
        .command(&["watchlists", "erase", "--watchlist", "customers", "--id", "C1", "--by", "A"])
        .await;
    assert_eq!(erase.exit, Some(0), "{erase:?}");
    let gone = async {
        while is_in(&database_files(&site), "Planted") {
            // A reader of the daemon can keep a part of the log until the next write.
            let again = site.command(&["watchlists"]).await;
            assert_eq!(again.exit, Some(0), "{again:?}");
        }
    };
    within("the files to be clean", gone).await;
    assert_eq!(daemon.stop().await, Some(0));
    assert!(!is_in(&database_files(&site), "Planted"));
    let exported = site.command(&["journal", "export"]).await;
    assert!(exported.stdout.contains(&id) && !exported.stdout.contains("Planted"));
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    let deliveries = site.command(&["deliveries", "--output", "json"]).await;
    assert!(!deliveries.stdout.contains("Planted"));
}

#[tokio::test]
async fn a_folder_of_a_table_and_a_workbook_is_one_watchlist_of_the_daemon() {
    let mut site = site("").await;
    site.schedule = "* * * * * *";
    site.sections = site.sections.replace("path = \"customers.csv\"", "path = \"customers\"");
    let folder = site.folder.path().join("customers");
    std::fs::create_dir(&folder).unwrap();
    let table = format!("{HEADER}{}\n{}\n", OURS, others().join("\n"));
    std::fs::write(folder.join("a.csv"), table).unwrap();
    let workbook = |rows: &[[&str; 3]]| {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (at, cells) in [["id", "name", "country"]].iter().chain(rows).enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (u32::try_from(at).unwrap(), u16::try_from(column).unwrap());
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
        // It appears whole, as a share does it.
        let part = site.folder.path().join("part");
        workbook.save(&part).unwrap();
        std::fs::rename(part, folder.join("b.xlsx")).unwrap();
    };
    workbook(&[["X1", "Vostok Radar Plant", "RU"]]);
    let second = row("Vostok Radar Plant", RULE).at("Omsk, RU");
    let third = row("Juba Pumps", "87 FR 60000").at("Juba, SS");
    site.publish(&with(&[newcomer(), second, third]));
    let daemon = site.run().await;
    let shown = |id: &'static str| {
        move |sink: &crate::sinks::HttpSink| {
            let all = sink.received();
            let quoted = format!("\"id\":\"{id}\"");
            all.iter().any(|r| r.path == "/officer" && r.body.contains(&quoted))
        }
    };
    within("the row of the table", site.webhook.until(shown("C1"))).await;
    within("the row of the workbook", site.webhook.until(shown("X1"))).await;
    workbook(&[["X1", "Vostok Radar Plant", "RU"], ["X2", "Juba Pumps", "SS"]]);
    within("the new row of the workbook", site.webhook.until(shown("X2"))).await;
    let watchlists = json(&site.command(&["watchlists", "--output", "json"]).await.stdout);
    assert_eq!(watchlists["watchlists"][0]["rows"], 43);
    assert_eq!(daemon.stop().await, Some(0));
}

#[tokio::test]
async fn rescreen_compares_again_and_says_why_each_counterparty_is_touched() {
    let site = site("").await;
    write_customers(&site, &["K9,Quiet Kiosk,,,US,"]);
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    // Listed and delisted before it is a counterparty: no match is stored.
    for listed in [with(&[newcomer()]), rows(40)] {
        site.publish(&listed);
        assert_eq!(site.command(&["check"]).await.exit, Some(0));
    }
    write_customers(&site, &["K9,Quiet Kiosk,,,US,", OURS]);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let stored =
        json(&site.command(&["matches", "list", "--all", "--output", "json"]).await.stdout);
    assert_eq!(stored["matches"], Value::Array(Vec::new()));
    let ended = site.command(&["rescreen", "--since", "1d", "--output", "json"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let rows_of = json(&ended.stdout)["rescreen"].as_array().unwrap().clone();
    let kinds: Vec<&Value> = rows_of.iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["removed", "added"], "newest first: {rows_of:?}");
    for row in &rows_of {
        assert_eq!(row["counterparty"]["id"], "C1");
        assert_eq!((&row["band"], &row["state"]), (&"strong".into(), &"open".into()));
        assert!(!row["reasons"].as_array().unwrap().is_empty(), "{row}");
        assert_eq!(row["compared"]["entry"], "Tianshan Avionics Institute");
    }
    let text = site.command(&["rescreen", "--since", "1d"]).await.stdout;
    assert!(text.contains("BECAUSE") && text.contains("the same name"), "{text}");

    // Listed again and decided: the state and the id are those of the stored match.
    site.publish(&with(&[newcomer()]));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let stored = json(&site.command(&["matches", "list", "--output", "json"]).await.stdout);
    let id = stored["matches"][0]["match_id"].as_str().unwrap().to_owned();
    let confirmed = site.command(&["matches", "confirm", &id, "--by", "Ann"]).await;
    assert_eq!(confirmed.exit, Some(0), "{confirmed:?}");
    let ended = site.command(&["rescreen", "--since", "1d", "--output", "json"]).await;
    let rows_of = json(&ended.stdout)["rescreen"].as_array().unwrap().clone();
    assert_eq!(rows_of.len(), 3, "{rows_of:?}");
    assert!(rows_of.iter().all(|row| row["match_id"] == id.as_str()), "{rows_of:?}");
    assert!(rows_of.iter().all(|row| row["state"] == "confirmed"), "{rows_of:?}");
    let none = site.command(&["rescreen", "--since", "2099-01-01", "--output", "json"]).await;
    assert_eq!(json(&none.stdout)["rescreen"], Value::Array(Vec::new()), "{none:?}");
}

#[tokio::test]
async fn an_erased_counterparty_that_is_still_in_the_file_is_not_in_use_until_the_file_changes() {
    let site = site("").await;
    write_customers(&site, &[OURS]);
    let world = World::with_baseline(site, &with(&[newcomer()])).await;
    let erase = Request::WatchlistsErase {
        watchlist: "customers".into(),
        id: "C1".into(),
        by: "Ann".into(),
    };
    assert_eq!(world.execute(erase).await.exit, 0);
    world.next_check().await;
    assert!(world.matches().await.is_empty());
    let state = world.program.store.watchlist_states().await.unwrap().remove(0);
    assert_eq!(state.rows, 40);
    world.nothing_leaks().await;
}
