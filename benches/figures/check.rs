//! A complete `check` of the program, a check answered with 304, and the idle daemon.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::compare::{all_lists, path};
use crate::list::{Day, Size, bytes, in_words};
use crate::origin::Origin;
use crate::program::{
    Daemon, {self},
};
use crate::report::{against_goal, heading, line, median, mib, ms, skipped};

pub fn figures() {
    let origin = Origin::start();
    let (old, new) = (bytes(Size::REAL, Day::Before), bytes(Size::REAL, Day::After));
    heading(&format!(
        "A whole `check` of {}, one webhook, SQLite",
        in_words(Size::REAL, old.len())
    ));

    let (mut baselines, mut changes, mut peak) = (Vec::new(), Vec::new(), 0);
    let mut folder = None;
    for round in 0..5 {
        let fresh = tempfile::tempdir().expect("a folder");
        let config = configured(fresh.path(), &origin);
        let check = ["--config", path(&config), "check"];
        origin.publish(old.clone(), "before");
        baselines.push(succeeded(&check));
        origin.publish(new.clone(), "after");
        let accepted = origin.accepted();
        if round == 0 {
            peak = program::peak_kib(&check);
        } else {
            changes.push(succeeded(&check));
        }
        assert!(origin.accepted() > accepted, "the change was not delivered");
        folder = Some((fresh, config));
    }
    let (_folder, config) = folder.expect("a round was made");
    line("the first: a baseline of 3,420 entries is recorded", ms(median(baselines)), "");
    let changed = median(changes);
    line(
        "a change is found, recorded and delivered",
        ms(changed),
        against_goal(changed.as_secs_f64(), 0.3) + " s",
    );
    line("  its peak memory", mib(peak), "");

    let check = ["--config", path(&config), "check"];
    let rounds = 40;
    let before = program::cpu_of_runs();
    let times: Vec<Duration> = (0..rounds).map(|_| succeeded(&check)).collect();
    let cpu = (program::cpu_of_runs() - before) / rounds;
    line("a check answered 304: CPU", ms(cpu), against_goal(cpu.as_secs_f64() * 1e3, 10.0) + " ms");
    line("  its time", ms(median(times)), "");
    let before = program::cpu_of_runs();
    (0..rounds).for_each(|_| drop(program::run(&["--version"])));
    line(
        "  of which starting a process (`--version`): CPU",
        ms((program::cpu_of_runs() - before) / rounds),
        "",
    );

    all_lists_as_json(&origin, &old, &new);
    at_rest(&origin, "Entity List", &old, &new);
    at_rest(&origin, "all lists", &old, &new);
}

/// The peak memory of a check of all lists.
fn all_lists_as_json(origin: &Origin, old: &[u8], new: &[u8]) {
    heading("A whole `check` of all lists as JSON");
    let folder = tempfile::tempdir().expect("a folder");
    let config = configured(folder.path(), origin);
    watch_all_lists(&config);
    for (what, document) in [("the first", old), ("one that finds changes", new)] {
        let json = as_json(document);
        let size = json.len() as f64 / 1e6;
        origin.publish(json, what);
        let peak = program::peak_kib(&["--config", path(&config), "check"]);
        line(
            &format!("{what}, of {size:.1} MB: peak memory"),
            mib(peak),
            against_goal(peak as f64 / 1024.0, 100.0) + " MiB",
        );
    }
}

fn watch_all_lists(config: &Path) {
    let all: Vec<String> = all_lists().split(',').map(|list| format!("\"{list}\"")).collect();
    let text = std::fs::read_to_string(config).expect("the configuration is there");
    std::fs::write(config, text.replace("[\"EL\"]", &format!("[{}]", all.join(", "))))
        .expect("the configuration is written");
}

/// The list as JSON, as the publisher serves it: without the keys for which a row has no value.
fn as_json(list: &[u8]) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(list);
    let columns: Vec<String> =
        reader.headers().expect("a header").iter().map(|name| name.replace("_id", "id")).collect();
    let object = |row: csv::StringRecord| -> serde_json::Map<String, serde_json::Value> {
        let filled = columns.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty());
        filled.map(|(column, cell)| (column.clone(), cell.into())).collect()
    };
    let rows: Vec<_> = reader.records().map(|row| object(row.expect("a row"))).collect();
    serde_json::to_vec(&serde_json::json!({"total": rows.len(), "results": rows})).expect("JSON")
}

/// Measures the idle daemon before and after a check that finds changes.
fn at_rest(origin: &Origin, lists: &str, old: &[u8], new: &[u8]) {
    const WATCHED: Duration = Duration::from_secs(8);
    heading(&format!("The daemon at rest, {lists}"));
    let folder = tempfile::tempdir().expect("a folder");
    let config = configured(folder.path(), origin);
    if lists == "all lists" {
        watch_all_lists(&config);
    }
    let check = ["--config", path(&config), "check"];
    origin.publish(old.to_vec(), &format!("{lists}, the first"));
    succeeded(&check);
    let daemon = Daemon::start(&config);
    std::thread::sleep(Duration::from_secs(3));
    let Some(memory) = program::status_kib(daemon.pid(), "VmRSS:") else {
        return skipped("the daemon", "it did not start");
    };
    let (before, started) = (program::cpu_of(daemon.pid()), Instant::now());
    std::thread::sleep(WATCHED);
    let cpu = program::cpu_of(daemon.pid()) - before;
    line("memory (RSS)", mib(memory), against_goal(memory as f64 / 1024.0, 30.0) + " MiB");
    line(
        &format!("CPU in {} s, counted in steps of 10 ms", started.elapsed().as_secs()),
        ms(cpu),
        "aim: none to be measured",
    );
    origin.publish(new.to_vec(), &format!("{lists}, the second"));
    succeeded(&check);
    std::thread::sleep(WATCHED);
    let memory = program::status_kib(daemon.pid(), "VmRSS:").unwrap_or(0);
    line(
        "memory (RSS) after a change was found",
        mib(memory),
        against_goal(memory as f64 / 1024.0, 36.0) + " MiB",
    );
}

fn succeeded(arguments: &[&str]) -> Duration {
    let run = program::run(arguments);
    assert!(
        run.output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&run.output.stderr)
    );
    run.wall
}

fn configured(folder: &Path, origin: &Origin) -> PathBuf {
    let config = folder.join("entitywatch.toml");
    let text = format!(
        r#"
[store]
url = "sqlite://{folder}/record.db"
[server]
listen = ""
[[source]]
name = "csl"
kind = "csl"
url = "{list}"
lists = ["EL"]
schedule = "0 0 1 1 *"
allow_private = true
[[receiver]]
name = "erp"
kind = "webhook"
url = "{hook}"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
operator = true
allow_private = true
"#,
        folder = path(folder),
        list = origin.list_url(),
        hook = origin.hook_url(),
    );
    std::fs::write(&config, text).expect("the configuration is written");
    config
}
