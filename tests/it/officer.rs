//! A site with a receiver `officer`, who is shown matches, and a counterparty file. The other
//! receivers get the same changes and see nothing of counterparties.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use entitywatch::actions::{Reply, Request};
use entitywatch::domain::Screening;
use entitywatch::domain::matching::decision::DismissalReason;
use entitywatch::domain::matching::match_record::MatchRecord;
use entitywatch::store::MatchQuery;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::HttpSink;
use crate::world::{Site, World};

pub const RULE: &str = "87 FR 38925";
/// No counterparty is called so on any list.
pub const PLANTED: &str = "Tianshan Avionics Inst. Plantedname";
pub const HEADER: &str = "id,name,aliases,address,country,owner\n";

pub fn write(site: &Site, rows: &[&str]) {
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    std::fs::write(site.folder.path().join("customers.csv"), text).unwrap();
}

/// Forty counterparties that match nothing.
pub fn others() -> Vec<String> {
    (0..40).map(|n| format!("Z{n},Quixotic Bakery Number{n},,,US,")).collect()
}

pub fn customers(more: &[&str]) -> Vec<String> {
    more.iter().map(|row| (*row).to_owned()).chain(others()).collect()
}

pub fn write_customers(site: &Site, more: &[&str]) {
    let rows = customers(more);
    write(site, &rows.iter().map(String::as_str).collect::<Vec<_>>());
}

pub async fn site(keys: &str) -> Site {
    let mut site = Site::new().await;
    let url = site.webhook.url("/officer");
    site.sections = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = \
         true\nshow_matches = true\n{keys}\n[[watchlist]]\nname = \"customers\"\npath = \
         \"customers.csv\"\n"
    );
    site
}

pub fn newcomer() -> Row {
    row("Tianshan Avionics Institute", RULE).at("8 Xueyuan Road, Beijing, CN")
}

pub fn with(more: &[Row]) -> Vec<Row> {
    rows(40).into_iter().chain(more.iter().cloned()).collect()
}

pub const OURS: &str = "C1,Tianshan Avionics Inst. Plantedname,Tianshan Avionics Institute,\
                    \"8 Xueyuan Road, Beijing\",CN,Ann";

impl World {
    pub async fn matches(&self) -> Vec<MatchRecord> {
        let query = MatchQuery { with_ended: true, ..MatchQuery::default() };
        self.program.store.matches(&query).await.unwrap()
    }

    pub async fn only_match(&self) -> MatchRecord {
        let mut all = self.matches().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// The bodies of this type that `officer` got.
    pub fn officer(&self, kind: &str) -> Vec<Value> {
        let all = self.webhook.received();
        let own = all.iter().filter(|received| received.path == "/officer");
        own.map(crate::sinks::Received::json).filter(|body| body["type"] == kind).collect()
    }

    /// What `officer` is shown with the last alert of this type.
    pub async fn last_screening(&self, kind: &str) -> Screening {
        let bodies = self.officer(kind);
        let id = bodies.last().unwrap()["data"]["alert_id"].as_str().unwrap().to_owned();
        let id = entitywatch::domain::AlertId(id);
        self.program.store.screening(&id, "officer").await.unwrap().unwrap()
    }

    pub async fn dismiss(&self, record: &MatchRecord) -> Reply {
        self.execute(Request::MatchesDismiss {
            ids: vec![record.found.match_id.clone()],
            by: "Ann".into(),
            reason: DismissalReason::DifferentIndustry,
            note: "a bakery".into(),
        })
        .await
    }

    pub async fn confirm(&self, record: &MatchRecord) -> Reply {
        self.execute(Request::MatchesConfirm {
            ids: vec![record.found.match_id.clone()],
            by: "Ann".into(),
            note: String::new(),
        })
        .await
    }

    /// A name that only the counterparty file has is nowhere that a receiver without `show_matches`
    /// can look.
    pub async fn nothing_leaks(&self) {
        let mut seen = String::new();
        for received in self.webhook.received().iter().filter(|r| r.path != "/officer") {
            seen.push_str(&received.body);
        }
        self.slack.received().iter().for_each(|received| seen.push_str(&received.body));
        self.smtp.mails().iter().for_each(|mail| seen.push_str(&text_of_mail(&mail.data)));
        for alert in self.program.store.alerts(&Default::default()).await.unwrap() {
            seen.push_str(&serde_json::to_string(&alert).unwrap());
        }
        for entry in self.program.store.journal(0, 10_000).await.unwrap() {
            seen.push_str(&entry.data);
        }
        assert!(seen.len() > 1000, "something was looked at");
        assert!(!seen.contains("Plantedname"), "a counterparty leaked");
        assert!(!seen.contains("a bakery"), "a note leaked");
    }
}

/// The matches that `officer` got: the id of each, and the ids of the alerts that show it.
pub fn announced(sink: &HttpSink) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for received in sink.received().iter().filter(|received| received.path == "/officer") {
        let body = received.json();
        let of_changes = body["data"]["changes"].as_array().into_iter().flatten();
        let lists = of_changes.map(|change| change["matches"].clone());
        let lists: Vec<Value> = lists.chain([body["data"]["matches"].clone()]).collect();
        for found in lists.iter().filter_map(Value::as_array).flatten() {
            let id = found["match_id"].as_str().unwrap().to_owned();
            let alert = received.header("webhook-id").unwrap().to_owned();
            all.entry(id).or_default().insert(alert);
        }
    }
    all
}

/// The text of a mail, with its attachments as they are read: workbooks are unpacked.
pub fn text_of_mail(data: &str) -> String {
    use base64::Engine;
    let mut text = data.replace("=\r\n", "");
    let is_base64 = |line: &&str| {
        line.len() > 40 && line.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
    };
    for part in data.split("\r\n\r\n") {
        let lines: Vec<&str> = part.lines().collect();
        if lines.first().is_some_and(is_base64) {
            let encoded: String =
                lines.into_iter().take_while(|line| !line.starts_with("--")).collect();
            if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(encoded) {
                text.push_str(&String::from_utf8_lossy(&bytes));
                unpack(&bytes, &mut text);
            }
        }
    }
    text
}

/// Adds the parts of a workbook.
fn unpack(bytes: &[u8], text: &mut String) {
    if !bytes.starts_with(b"PK") {
        return;
    }
    let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    for place in 0..workbook.len() {
        workbook.by_index(place).unwrap().read_to_string(text).unwrap();
    }
}
