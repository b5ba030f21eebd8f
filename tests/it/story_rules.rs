//! A rule from its filing to the lists: which alerts readers get, and that none is repeated.

use std::path::Path;
use std::sync::Arc;

use entitywatch::clock::ManualClock;
use entitywatch::config::{
    Environment, SecretsMode, {self},
};
use entitywatch::domain::CheckOutcome;
use entitywatch::pipeline::check::check_result::CheckResult;
use entitywatch::pipeline::check_source::check_source;
use entitywatch::pipeline::{Program, Wiring, delivery};
use entitywatch::store::{
    Mode, {self},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::list::{
    Row, {self},
};
use crate::shared_data;
use crate::sinks::HttpSink;
use crate::upstream::{Answer, Upstream};

pub const RULE: &str = include_str!("../fixtures/federal_register/rule.xml");
pub const RAW: &str = include_str!("../fixtures/federal_register/rule.txt");
pub const NUMBER: &str = "2025-03456";
pub const FILED: &str = "/api/v1/public-inspection-documents/current.json";
pub const PUBLISHED: &str = "/api/v1/documents.json";
const TITLE: &str = "Additions and Revisions to the Entity List";
const ABSTRACT: &str =
    "This rule adds one entity to the Entity List, revises one entry and removes one.";

/// The agencies of a rule of the Bureau of Industry and Security.
fn bureau() -> Value {
    json!([{
        "name": "Industry and Security Bureau",
        "slug": "industry-and-security-bureau",
    }])
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The program with a Federal Register, an eCFR and a CSL, and three receivers: `desk` gets all
/// changes, `china` those that concern China, and `ops` the alerts to operators.
pub struct Story {
    pub program: Program,
    clock: Arc<ManualClock>,
    pub upstream: Upstream,
    pub desk: HttpSink,
    pub china: HttpSink,
    pub ops: HttpSink,
    _folder: tempfile::TempDir,
}

impl Story {
    pub async fn start(now: &str) -> Self {
        Self::start_with(now, "").await
    }

    /// Like `start`, with more sections of the configuration.
    pub async fn start_with(now: &str, sections: &str) -> Self {
        let (upstream, desk, china, ops) = (
            Upstream::start().await,
            HttpSink::start().await,
            HttpSink::start().await,
            HttpSink::start().await,
        );
        let folder = tempfile::tempdir().unwrap();
        let base = upstream.url("");
        let receiver = |name: &str, sink: &HttpSink, operator: bool| {
            format!(
                "[[receiver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \
                 \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\nallow_private = true\noperator = \
                 {operator}\n",
                sink.url("/")
            )
        };
        let text = format!(
            "[store]\nurl = \"sqlite://{}\"\n[server]\nlisten = \"\"\n[http]\nno_proxy = \
             \"*\"\n[[source]]\nname = \"rules\"\nkind = \"federal-register\"\nurl = \
             \"{base}\"\nallow_private = true\n[[source]]\nname = \"ecfr\"\nkind = \"ecfr\"\nurl \
             = \"{base}\"\nallow_private = true\nmin_entries = {{ EL = 1 }}\n[[source]]\nname = \
             \"csl\"\nkind = \"csl\"\nurl = \"{}\"\nallow_private = true\nmin_entries = {{ EL = 1 \
             }}\n{}{}{}[[route]]\nreceivers = [\"desk\"]\nlists = [\"EL\"]\n[[route]]\nreceivers \
             = [\"china\"]\ncountries = [\"CN\"]\n{sections}",
            folder.path().join("entitywatch.db").display(),
            upstream.url("/consolidated.csv"),
            receiver("desk", &desk, false),
            receiver("china", &china, false),
            receiver("ops", &ops, true),
        );
        let (config, _) = config::check(
            Path::new("entitywatch.toml"),
            &text,
            &Environment::default(),
            SecretsMode::Resolve,
        )
        .unwrap();
        let clock = Arc::new(ManualClock::at(at(now)));
        let store = store::open(&config.store, Mode::Write).await.unwrap();
        let program = Program::new(store, clock.clone(), Wiring::new(config).unwrap());
        let story = Self { program, clock, upstream, desk, china, ops, _folder: folder };
        story.set_filed(&[]);
        story.set_published(&[]);
        story
    }

    /// The upstream lists these documents as filed for public inspection.
    pub fn set_filed(&self, documents: &[Value]) {
        self.upstream.answer(
            FILED,
            Answer::ok(json!({"count": documents.len(), "results": documents}).to_string()),
        );
    }

    /// The upstream lists these documents as published.
    pub fn set_published(&self, documents: &[Value]) {
        self.upstream.answer(
            PUBLISHED,
            Answer::ok(
                json!({"count": documents.len(), "total_pages": 1, "results": documents})
                    .to_string(),
            ),
        );
    }

    /// The upstream serves this text of a rule at `path`.
    pub fn text(&self, path: &str, text: &str) {
        self.upstream.answer(path, Answer::ok(text));
    }

    /// Checks a source at this time, and delivers.
    pub async fn check(&self, time: &str, source: &str) -> CheckResult {
        self.clock.set(at(time));
        let watched = check_source(&self.program, source).await;
        delivery::deliver_due(&self.program).await.unwrap();
        watched
    }

    pub fn upstream_url(&self, path: &str) -> String {
        self.upstream.url(path).to_string()
    }

    pub fn filed(&self, number: &str) -> Value {
        json!({
            "document_number": number,
            "type": "Rule",
            "title": TITLE,
            "agencies": bureau(),
            "filed_at": "2025-03-03T16:15:00.000-05:00",
            "filing_type": "special",
            "publication_date": "2025-03-06",
            "pdf_updated_at": "2025-03-03T16:15:10.000-05:00",
            "html_url": format!("https://www.federalregister.gov/d/{number}"),
            "raw_text_url": self.upstream.url("/rule.txt").to_string(),
        })
    }

    pub fn published(&self, number: &str) -> Value {
        json!({
            "document_number": number,
            "type": "Rule",
            "title": TITLE,
            "abstract": ABSTRACT,
            "agencies": bureau(),
            "citation": "90 FR 11280",
            "start_page": 11280,
            "end_page": 11301,
            "publication_date": "2025-03-06",
            "effective_on": "2025-03-04",
            "html_url": format!("https://www.federalregister.gov/d/{number}"),
            "raw_text_url": self.upstream.url("/rule.txt").to_string(),
            "full_text_xml_url": self.upstream.url("/rule.xml").to_string(),
        })
    }

    pub fn csl(&self, rows: &[Row]) {
        let all: Vec<Row> = list::rows(30).into_iter().chain(rows.iter().cloned()).collect();
        // The license requirements are those of the rule's table.
        let requirement = |line: &str| {
            if line.contains("North Glass") {
                "All items. (See § 734.9(g),3 of the EAR)"
            } else {
                "All items."
            }
        };
        let default = "For all items subject to the EAR. (See § 744.11 of the EAR)";
        let file: Vec<String> =
            list::file(&all).lines().map(|line| line.replace(default, requirement(line))).collect();
        self.upstream.answer("/consolidated.csv", Answer::ok(file.join("\n") + "\n"));
    }

    pub fn ecfr(&self, date: &str, rows: &str) {
        let titles = json!({"titles": [{"number": 15, "up_to_date_as_of": date}]});
        self.upstream.answer("/api/versioner/v1/titles.json", Answer::ok(titles.to_string()));
        let others: String = (1..=30)
            .map(|n| {
                row(
                    "",
                    &format!("Bystander {n} Ltd., {n} Quiet Road, Perm, Russia."),
                    "81 FR 61601, 9/7/16.",
                )
            })
            .collect();
        let xml = format!(
            "<DIV5 N=\"744\"><DIV9 N=\"Supplement No. 4 to Part \
             744\"><TABLE><THEAD><TR><TH>Country</TH><TH>Entity</TH><TH>License \
             requirement</TH><TH>License review policy</TH><TH>Federal Register \
             citation</TH></TR></THEAD><TBODY>{}{others}{rows}</TBODY></TABLE></DIV9></DIV5>",
            row("RUSSIA", "Bystander JSC, 1 Loud Road, Perm, Russia.", "81 FR 61601, 9/7/16.")
        );
        self.upstream
            .answer(&format!("/api/versioner/v1/full/{date}/title-15.xml"), Answer::ok(xml));
    }
}

pub fn row(country: &str, entity: &str, citation: &str) -> String {
    format!(
        "<TR><TD>{country}</TD><TD>{entity}</TD><TD>All \
         items.</TD><TD>Denial.</TD><TD>{citation}</TD></TR>"
    )
}

pub fn csl_row(name: &str, citation: &str, address: &str) -> Row {
    Row { policy: "Denial.".to_owned(), ..list::row(name, citation).at(address) }
}

pub fn before() -> String {
    row(
        "RUSSIA",
        "Old Glass, a.k.a., the following one alias:<br/>—OG.<br/>9 Sand Street, Perm, Russia.",
        "80 FR 69852, 11/12/15.",
    ) + &row("TURKEY", "Blue Lake Ltd., 4 Sea Street, Izmir, Turkey.", "87 FR 38925, 6/30/22.")
}

pub fn after() -> String {
    row(
        "RUSSIA",
        "North Glass JSC, a.k.a., the following one alias:<br/>—NG.<br/>The 3<SU>rd</SU> Street, \
         Perm, Russia.",
        "90 FR 11290, 3/6/25.",
    )
    .replace("<TD>All items.</TD>", "<TD>All items. (See § 734.9(g),<SU>3</SU> of the EAR)</TD>")
        + &row(
            "TURKEY",
            "Blue Lake Ltd., 5 Sea Street, Izmir, Turkey.",
            "87 FR 38925, 6/30/22. 90 FR 11291, 3/6/25.",
        )
}

pub fn alerts(sink: &HttpSink) -> Vec<Value> {
    sink.received().iter().map(|received| received.json()).collect()
}

pub fn types(sink: &HttpSink) -> Vec<String> {
    alerts(sink).iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
}

pub fn names(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    body["data"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (text(&change["kind"]), text(&change["entry"]["name"])))
        .collect()
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect()
}

#[tokio::test]
async fn a_rule_is_alerted_when_filed_and_followed_up_until_the_list_shows_it() {
    let story = Story::start("2025-03-01T12:00:00Z").await;
    story.ecfr("2025-02-28", &before());
    assert_eq!(story.check("2025-03-01T12:00:00Z", "rules").await.outcome, CheckOutcome::Baseline);
    assert_eq!(story.check("2025-03-01T12:01:00Z", "ecfr").await.outcome, CheckOutcome::Baseline);
    story.csl(&[
        csl_row("Old Glass", "80 FR 69852", "9 Sand Street, Perm, RU"),
        csl_row("Blue Lake Ltd.", "87 FR 38925", "4 Sea Street, Izmir, TR"),
    ]);
    assert_eq!(story.check("2025-03-01T12:02:00Z", "csl").await.outcome, CheckOutcome::Baseline);
    assert!(alerts(&story.desk).is_empty(), "nothing was filed recently, and a baseline is silent");

    // Filed on Monday afternoon, with only a plain text.
    story.set_filed(&[story.filed(NUMBER)]);
    story.text("/rule.txt", RAW);
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, CheckOutcome::Changed, "{}", watched.detail);
    let filed = alerts(&story.desk).pop().unwrap();
    assert_eq!(filed["type"], "rule.filed");
    let data = &filed["data"];
    assert_eq!(
        names(&filed),
        pairs(&[
            ("added", "North Glass JSC"),
            ("revised", "Blue Lake Ltd."),
            ("removed", "Old Glass")
        ]),
    );
    assert_eq!(
        data["changes"][2]["entry"]["addresses"][0], "9 Sand Street, Perm, Russia",
        "an alert has a removed entry as it is in the current list"
    );
    assert_eq!(
        (&data["status"], &data["certain"], &data["filing_type"]),
        (&json!("filed"), &json!(false), &json!("special"))
    );
    assert_eq!(data["rule"]["filed_at"], "2025-03-03T21:15:00Z");
    assert_eq!(data["rule"]["effective_on"], "2025-03-04");
    assert_eq!(data["rule"]["document_number"], NUMBER);
    let first = data["alert_id"].as_str().unwrap().to_owned();

    // It takes effect and stays on file unchanged: there is no alert.
    assert_eq!(story.check("2025-03-04T14:00:00Z", "rules").await.outcome, CheckOutcome::Unchanged);
    assert_eq!(types(&story.desk).len(), 1);

    // Published: the table has what the plain text did not have. The removal is not alerted again.
    story.set_filed(&[]);
    story.set_published(&[story.published(NUMBER)]);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    let published = alerts(&story.desk).pop().unwrap();
    assert_eq!(published["type"], "rule.published");
    assert_eq!(
        names(&published),
        pairs(&[("added", "North Glass JSC"), ("revised", "Blue Lake Ltd.")])
    );
    let data = &published["data"];
    assert_eq!((&data["follows"], &data["certain"]), (&json!(first), &json!(true)));
    assert_eq!(data["rule"]["citation"], "90 FR 11280");
    assert_eq!(data["changes"][0]["entry"]["footnotes"], json!(["3"]));
    assert_eq!(data["changes"][0]["entry"]["citations"], json!(["90 FR 11280"]));
    assert_eq!(
        data["changes"][1]["fields"][0]["field"], "addresses",
        "the alert has the revised fields: {}",
        data["changes"][1]
    );
    assert!(data["savings_clause"].as_str().unwrap().contains("on their way"));
    story.check("2025-03-06T12:15:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed", "rule.published"]);

    // Two business days later the eCFR has it: one short follow-up with all four times.
    story.ecfr("2025-03-07", &after());
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    assert_eq!(types(&story.desk), ["rule.filed", "rule.published", "list.changed"]);
    let listed = alerts(&story.desk).pop().unwrap();
    let data = &listed["data"];
    assert_eq!(data["summary"], json!({"added": 1, "removed": 1, "revised": 1, "editorial": 0}));
    assert_eq!(data["attributed"], "cited", "the removal is the rule's own order");
    assert_eq!(data["rule"]["document_number"], NUMBER);
    assert_eq!(
        [
            &data["rule"]["filed_at"],
            &data["rule"]["effective_on"],
            &data["rule"]["published_on"],
            &data["observed_at"]
        ],
        [
            &json!("2025-03-03T21:15:00Z"),
            &json!("2025-03-04"),
            &json!("2025-03-06"),
            &json!("2025-03-10T12:00:00Z")
        ],
    );
    assert_eq!(data["follows"], json!(first));
    assert_eq!(data["announced"]["changes"].as_array().unwrap().len(), 3, "{data:#}");

    // On the fourth day the CSL has it too: that is a confirmation without an alert.
    story.csl(&[
        csl_row("North Glass JSC", "90 FR 11280", "The 3rd Street, Perm, RU"),
        csl_row("Blue Lake Ltd.", "87 FR 38925, 90 FR 11280", "5 Sea Street, Izmir, TR"),
    ]);
    let watched = story.check("2025-03-12T12:00:00Z", "csl").await;
    assert_eq!(watched.detail, "EL: 1 added, 1 removed, 1 revised, 0 editorial");
    assert_eq!(
        types(&story.desk).len(),
        3,
        "{:#}",
        alerts(&story.desk).pop().unwrap()["data"]["changes"]
    );

    // There is no alert that the list lags. The receiver for China gets only the document that
    // might concern China.
    story.check("2025-03-20T12:00:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 3);
    assert!(!types(&story.ops).contains(&"source.lagging".to_owned()), "{:?}", types(&story.ops));
    assert!(!types(&story.china).contains(&"list.changed".to_owned()), "{:?}", types(&story.china));
}

/// Publishes a rule that was not filed before, and checks.
pub async fn published_without_filing(story: &Story, number: &str) -> CheckResult {
    story.set_published(&[story.published(number)]);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await
}

pub async fn started() -> Story {
    let story = Story::start("2025-03-01T12:00:00Z").await;
    story.ecfr("2025-02-28", &before());
    story.check("2025-03-01T12:00:00Z", "rules").await;
    story.check("2025-03-01T12:01:00Z", "ecfr").await;
    story
}

#[tokio::test]
async fn the_rule_of_february_2023_is_alerted_with_its_thirteen_entries() {
    let Some(path) = shared_data::file("fr-2023-03929.xml") else { return };
    let xml = std::fs::read_to_string(path).unwrap();
    let story = Story::start("2023-02-20T12:00:00Z").await;
    story.check("2023-02-20T12:00:00Z", "rules").await;
    let mut document = story.published("2023-03929");
    for (key, value) in [
        ("citation", json!("88 FR 12170")),
        ("start_page", json!(12170)),
        ("end_page", json!(12177)),
        ("publication_date", json!("2023-02-27")),
        ("effective_on", Value::Null),
    ] {
        document[key] = value;
    }
    story.set_published(&[document]);
    story.text("/rule.xml", &xml);
    story.check("2023-02-27T13:00:00Z", "rules").await;
    let alert = alerts(&story.desk).pop().unwrap();
    let data = &alert["data"];
    assert_eq!(
        (&alert["type"], &data["certain"], &data["rule"]["effective_on"]),
        (&json!("rule.published"), &json!(true), &json!("2023-02-24"))
    );
    assert_eq!(data["summary"], json!({"added": 13, "removed": 0, "revised": 0, "editorial": 0}));
    let changes = data["changes"].as_array().unwrap();
    let of = |code: &str| {
        changes.iter().filter(|change| change["entry"]["countries"] == json!([code])).count()
    };
    assert_eq!(["CA", "CN", "FR", "LU", "NL", "RU"].map(of), [2, 5, 1, 1, 1, 3]);
    for change in changes {
        let entry = &change["entry"];
        assert_eq!(
            (&entry["footnotes"], &entry["citations"]),
            (&json!(["3"]), &json!(["88 FR 12170"])),
            "{}",
            entry["name"]
        );
        assert!(
            !entry["aliases"].as_array().unwrap().is_empty()
                && !entry["addresses"].as_array().unwrap().is_empty()
        );
    }
    let china = alerts(&story.china).pop().unwrap();
    assert_eq!(
        (&china["data"]["summary"]["added"], &china["data"]["total"]["added"]),
        (&json!(5), &json!(13)),
        "a route selects entries"
    );
}

#[tokio::test]
async fn changes_alerted_before_their_rule_was_known_are_related_to_the_rule() {
    let story = started().await;
    story.ecfr("2025-03-05", &after());
    story.check("2025-03-05T12:00:00Z", "ecfr").await;
    let listed = alerts(&story.desk).pop().unwrap();
    assert_eq!(listed["data"]["rule"]["document_number"], Value::Null);
    published_without_filing(&story, NUMBER).await;
    assert_eq!(types(&story.desk), ["list.changed", "rule.published"]);
    let rule = alerts(&story.desk).pop().unwrap();
    assert_eq!(rule["data"]["related"], json!([listed["data"]["alert_id"]]));
    assert_eq!(
        rule["data"]["changes"],
        json!([]),
        "the alert about the list had all that the rule orders"
    );
    assert_eq!(
        rule["data"]["orders"],
        json!({"added": 1, "removed": 1, "revised": 1, "editorial": 0})
    );
    story.check("2025-03-06T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 2, "once");
}

#[tokio::test]
async fn a_new_source_alerts_recently_filed_documents_once_as_a_digest() {
    let story = Story::start("2025-03-06T12:00:00Z").await;
    let mut old = story.published("2025-00001");
    old["publication_date"] = json!("2025-01-15");
    story.set_published(&[story.published(NUMBER), old]);
    story.set_filed(&[story.filed("2025-03999")]);
    story.text("/rule.xml", RULE);
    story.text("/rule.txt", RAW);
    assert_eq!(story.check("2025-03-06T12:00:00Z", "rules").await.outcome, CheckOutcome::Baseline);
    let digest = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&digest["type"], &digest["data"]["status"], &digest["data"]["rule"]),
        (&json!("rule.filed"), &json!("digest"), &Value::Null)
    );
    let numbers: Vec<&str> = digest["data"]["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["rule"]["document_number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, [NUMBER, "2025-03999"]);
    let listed = digest["data"]["documents"][0]["changes"].as_array().unwrap();
    assert_eq!(listed.len(), 3, "with their entries");
    assert_eq!(listed[0]["entry"]["aliases"], json!(["NG"]));
    story.check("2025-03-06T12:15:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed"]);
}

#[tokio::test]
async fn a_rule_without_a_readable_text_is_alerted_and_alerted_again_once_it_is_readable() {
    let story = started().await;
    story.set_published(&[story.published(NUMBER)]);
    let watched = story.check("2025-03-06T12:00:00Z", "rules").await;
    assert_eq!(watched.outcome, CheckOutcome::Changed, "the source itself answers");
    let unread = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&unread["data"]["certain"], &unread["data"]["changes"]),
        (&json!(false), &json!([]))
    );
    assert!(
        unread["data"]["doubts"][0].as_str().unwrap().contains("could not be read"),
        "{}",
        unread["data"]["doubts"]
    );
    assert!(unread["data"]["rule"]["url"].is_string());
    assert_eq!(types(&story.china), ["rule.published"], "it may concern any country");
    let begin = RULE.find("<GPOTABLE").unwrap();
    let end = RULE.find("</GPOTABLE>").unwrap() + "</GPOTABLE>".len();
    story.text(
        "/rule.xml",
        &format!("{}<GPH><GID>ER06MR25.000</GID></GPH>{}", &RULE[..begin], &RULE[end..]),
    );
    story.check("2025-03-06T12:15:00Z", "rules").await;
    let read = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&read["data"]["status"], &read["data"]["certain"]),
        (&json!("changed"), &json!(false)),
        "a picture of a table cannot be read"
    );
    // The alert still has what the instructions quote.
    assert_eq!(
        names(&read),
        pairs(&[
            ("added", "North Glass JSC"),
            ("revised", "Blue Lake Ltd."),
            ("removed", "Old Glass")
        ])
    );
    assert_eq!(read["data"]["changes"][0]["entry"]["addresses"], json!([]));
}

#[tokio::test]
async fn malformed_answers_are_refused_and_alerted_to_operators() {
    let story = started().await;
    story.upstream.answer(PUBLISHED, Answer::ok("<html>maintenance</html>"));
    assert_eq!(story.check("2025-03-06T12:00:00Z", "rules").await.outcome, CheckOutcome::Refused);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing");
    published_without_filing(&story, NUMBER).await;
    assert_eq!(types(&story.desk), ["rule.published"]);
    assert!(
        !types(&story.ops).contains(&"source.recovered".to_owned()),
        "one good answer is no recovery"
    );
    story.check("2025-03-06T12:30:00Z", "rules").await;
    assert!(types(&story.ops).contains(&"source.recovered".to_owned()));
}

#[tokio::test]
async fn removals_that_a_rule_orders_are_no_loss() {
    let story = Story::start("2025-03-01T12:00:00Z").await;
    let many: String = (1..=12)
        .map(|n| {
            row(
                if n == 1 { "TURKEY" } else { "" },
                &format!("Old Mill {n} Ltd., {n} Mill Street, Izmir, Turkey."),
                "81 FR 61601, 9/7/16.",
            )
        })
        .collect();
    story.ecfr("2025-02-28", &many);
    story.check("2025-03-01T12:00:00Z", "rules").await;
    story.check("2025-03-01T12:01:00Z", "ecfr").await;
    let quoted: Vec<String> = (1..=12).map(|n| format!("“Old Mill {n} Ltd.”")).collect();
    let rule = format!(
        "<RULE><SUBJECT>Removals From the Entity List</SUBJECT><SUPLINF><REGTEXT><AMDPAR>2. \
         Supplement No. 4 to part 744 is amended under TURKEY by removing the entries for \
         {}.</AMDPAR></REGTEXT></SUPLINF></RULE>",
        quoted.join(", ")
    );
    story.set_published(&[story.published(NUMBER)]);
    story.text("/rule.xml", &rule);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    assert_eq!(alerts(&story.desk).pop().unwrap()["data"]["orders"]["removed"], 12);
    story.ecfr("2025-03-07", "");
    assert_eq!(story.check("2025-03-10T12:00:00Z", "ecfr").await.outcome, CheckOutcome::Changed);
    let removal = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&removal["data"]["summary"]["removed"], &removal["data"]["attributed"]),
        (&json!(12), &json!("cited"))
    );
}

#[tokio::test]
async fn an_announced_entry_that_no_list_shows_is_alerted_to_operators_once() {
    let story = started().await;
    published_without_filing(&story, NUMBER).await;
    story.check("2025-03-13T12:00:00Z", "rules").await;
    assert!(!types(&story.ops).contains(&"source.lagging".to_owned()));
    story.check("2025-03-14T12:00:00Z", "rules").await;
    story.check("2025-03-17T12:00:00Z", "rules").await;
    let lagging: Vec<Value> =
        alerts(&story.ops).into_iter().filter(|body| body["type"] == "source.lagging").collect();
    let [lagging] = lagging.as_slice() else { panic!("{:?}", types(&story.ops)) };
    assert_eq!(
        (&lagging["data"]["source"], &lagging["data"]["missing"]),
        (&json!("ecfr"), &json!(["North Glass JSC"]))
    );
}
