//! A screening, its signed receipt, and the examiner who verifies it with two files alone.

use serde_json::Value;

use crate::list::{Row, file, row, rows};
use crate::world::{Ended, Site, World};

const CUSTOMERS: &str = "\
id,name,address,country,owner\n\
C1,Tianshan Avionics Institute,,CN,A. Reviewer\n\
C2,Birchgrove Supplies,\"12 Harbour Lane, Ostend\",BE,\n\
,No id,,,\n\
C3,Tianshan Bakery,,CN,\n";

fn list() -> Vec<Row> {
    let mut list = rows(60);
    list.push(row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN"));
    list
}

fn path(site: &Site, name: &str) -> String {
    site.folder.path().join(name).to_str().unwrap().to_owned()
}

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// `journal verify`, in another folder and without a configuration.
fn verify(site: &Site, receipt: &str, key: &str) -> Ended {
    let none = path(site, "no-such-configuration.toml");
    let arguments = ["--config", &none, "journal", "verify", "--receipt", receipt, "--key", key];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_entitywatch"));
    let output = command.args(arguments).env_remove("STATE_DIRECTORY").output().unwrap();
    Ended {
        exit: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn a_receipt_of_the_current_lists_verifies_and_a_changed_one_does_not() {
    let world = World::with_baseline(Site::new().await, &list()).await;
    let (customers, receipt) =
        (path(&world.site, "customers.csv"), path(&world.site, "receipt.json"));
    std::fs::write(&customers, CUSTOMERS).unwrap();

    let none = world.command(&["config", "keys"]).await;
    assert_eq!(none.exit, Some(0), "{}", none.stderr);
    assert!(none.stdout.starts_with("# no key yet"), "{}", none.stdout);
    let ended = world.command(&["screen", "--watchlist", &customers, "--receipt", &receipt]).await;
    // The row without an id is left out, and the others are in the receipt.
    assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("line 4"), "{}", ended.stderr);

    let written = json(&receipt);
    let content = &written["receipt"];
    assert_eq!(content["version"], 1);
    let note = content["note"].as_str().unwrap();
    assert!(note.contains("not a certification"), "{note}");
    let read = &content["lists"][0];
    assert_eq!((&read["list"], &read["source"]), (&"EL".into(), &"csl".into()));
    assert_eq!(read["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(read["entries"], 61);
    assert_eq!(content["screened"]["counterparties"], 3);
    let ids: Vec<&str> = content["counterparties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|party| party["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["C1", "C2", "C3"]);
    assert_eq!(content["matches"][0]["counterparty"]["id"], "C1");
    assert_eq!(content["matches"][0]["band"], "strong");
    let near: Vec<(&str, &Value)> = content["nearest"]
        .as_array()
        .unwrap()
        .iter()
        .map(|near| (near["id"].as_str().unwrap(), &near["entry"]["name"]))
        .collect();
    assert_eq!(near.len(), 2, "the counterparties without a match: {near:?}");
    assert_eq!(near[1], ("C3", &"Tianshan Avionics Institute".into()));
    assert!(content["nearest"][1]["score"].as_f64().unwrap() > 0.0);
    assert_eq!(content["problems"].as_array().unwrap().len(), 1, "the row without an id");
    let head = content["journal_head"].as_str().unwrap();
    let journal = world.command(&["journal", "verify", "--head", head]).await;
    assert_eq!(journal.exit, Some(0), "{}", journal.stderr);

    // Both forms of the public keys verify it.
    let (text, keys) = (path(&world.site, "keys.txt"), path(&world.site, "keys.json"));
    std::fs::write(&text, world.command(&["config", "keys"]).await.stdout).unwrap();
    let printed = world.command(&["config", "keys", "--output", "json"]).await.stdout;
    std::fs::write(&keys, &printed).unwrap();
    assert_eq!(json(&keys)["keys"][0]["key_id"], written["key_id"]);
    for key in [&text, &keys] {
        let ended = verify(&world.site, &receipt, key);
        assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains("the receipt is intact"), "{}", ended.stdout);
        assert!(ended.stdout.contains("not a certification"), "{}", ended.stdout);
    }

    // A changed byte, a wrong key, and files that are none of this.
    let changed = path(&world.site, "changed.json");
    let original = std::fs::read_to_string(&receipt).unwrap();
    std::fs::write(&changed, original.replacen("Birchgrove", "Birchgrave", 1)).unwrap();
    let ended = verify(&world.site, &changed, &text);
    assert_eq!(ended.exit, Some(1));
    assert!(ended.stderr.contains("its content or its signature was changed"), "{}", ended.stderr);
    let other = Site::new().await;
    let new = other.command(&["config", "keys", "--new"]).await;
    assert_eq!(new.exit, Some(0), "{}", new.stderr);
    let wrong = path(&world.site, "wrong.txt");
    std::fs::write(&wrong, new.stdout).unwrap();
    let ended = verify(&world.site, &receipt, &wrong);
    assert_eq!(ended.exit, Some(1));
    assert!(ended.stderr.contains(written["key_id"].as_str().unwrap()), "{}", ended.stderr);
    for (receipt, key, expected) in [
        (&customers, &text, "expected a receipt"),
        (&receipt, &customers, "expected public keys"),
        (&path(&world.site, "none.json"), &text, "none.json"),
    ] {
        let ended = verify(&world.site, receipt, key);
        assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }

    // The private key is in the state directory, for its owner alone, and nowhere else.
    let folder = world.site.folder.path().join("receipt-keys");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let private = std::fs::read_to_string(&file).unwrap();
    let secret = private.lines().nth(1).unwrap();
    for shown in [&original, &printed, &ended.stderr] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test]
async fn an_old_key_stays_listed_and_a_receipt_needs_no_store() {
    let site = Site::new().await;
    let (against, receipt) = (path(&site, "l.csv"), path(&site, "receipt.json"));
    std::fs::write(&against, file(&list())).unwrap();
    let arguments = ["screen", "--name", "Birchgrove Supplies", "--address", "1 Quay, Ostend"];
    let arguments = [&arguments[..], &["--against", &against, "--receipt", &receipt]].concat();
    let ended = site.command(&arguments).await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let first = json(&receipt);
    assert_eq!(first["receipt"]["lists"][0]["source"], "l.csv");
    assert_eq!(first["receipt"]["journal_head"], Value::Null);
    assert_eq!(first["receipt"]["counterparties"][0]["addresses"][0], "1 Quay, Ostend");
    assert!(!site.database().exists(), "a receipt writes nothing into a database");

    let keys = path(&site, "keys.txt");
    std::fs::write(&keys, site.command(&["config", "keys", "--new"]).await.stdout).unwrap();
    let later = path(&site, "later.json");
    let last = arguments.len() - 1;
    let arguments = [&arguments[..last], &[later.as_str()]].concat();
    assert_eq!(site.command(&arguments).await.exit, Some(0));
    assert_ne!(json(&later)["key_id"], first["key_id"]);
    for receipt in [&receipt, &later] {
        let ended = verify(&site, receipt, &keys);
        assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    }

    // With a store, a comparison with a list file has a place in its journal too.
    site.publish(&list());
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(site.command(&arguments).await.exit, Some(0));
    let written = json(&later);
    let head = written["receipt"]["journal_head"].as_str().unwrap();
    let verified = site.command(&["journal", "verify", "--head", head]).await;
    assert_eq!(verified.exit, Some(0), "{}", verified.stderr);
}

#[tokio::test]
async fn a_receipt_that_cannot_be_written_is_an_error() {
    let site = Site::new().await;
    let against = path(&site, "l.csv");
    std::fs::write(&against, file(&list())).unwrap();
    let nowhere = path(&site, "no-such-folder/receipt.json");
    let arguments = ["screen", "--name", "Alder", "--against", &against, "--receipt", &nowhere];
    let ended = site.command(&arguments).await;
    assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("failed to write the receipt"), "{}", ended.stderr);
}
