//! A rule from its filing to the lists: what readers are told, and what they are not told twice.

use std::path::Path;
use std::sync::Arc;

use entitywatch::clock::ManualClock;
use entitywatch::config::{self, Environment, SecretsMode};
use entitywatch::pipeline::watch::{Outcome, Watched, watch};
use entitywatch::pipeline::{Program, Wiring, deliver};
use entitywatch::record::{self, Mode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sinks::HttpSink;
use crate::upstream::{Answer, Upstream};

const RULE: &str = include_str!("../fixtures/federal_register/rule.xml");
const RAW: &str = include_str!("../fixtures/federal_register/rule.txt");
const NUMBER: &str = "2025-03456";
const FILED: &str = "/api/v1/public-inspection-documents/current.json";
const PUBLISHED: &str = "/api/v1/documents.json";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The program with a Federal Register, an eCFR and a CSL, and receivers: the desk reads all, china what concerns China,
/// ops is the operators'.
struct Story {
    program: Program,
    clock: Arc<ManualClock>,
    upstream: Upstream,
    desk: HttpSink,
    china: HttpSink,
    ops: HttpSink,
    _folder: tempfile::TempDir,
}

impl Story {
    async fn begin(now: &str) -> Self {
        let (upstream, desk, china, ops) = (Upstream::start().await, HttpSink::start().await, HttpSink::start().await, HttpSink::start().await);
        let folder = tempfile::tempdir().unwrap();
        let base = upstream.url("");
        let receiver = |name: &str, sink: &HttpSink, operator: bool| {
            format!(
                "[[receiver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\nallow_private = true\noperator = {operator}\n",
                sink.url("/")
            )
        };
        let text = format!(
            "[store]\nurl = \"sqlite://{}\"\n[server]\nlisten = \"\"\n[http]\nno_proxy = \"*\"\n\
             [[source]]\nname = \"rules\"\nkind = \"federal-register\"\nurl = \"{base}\"\nallow_private = true\n\
             [[source]]\nname = \"ecfr\"\nkind = \"ecfr\"\nurl = \"{base}\"\nallow_private = true\nmin_entries = {{ EL = 1 }}\n\
             [[source]]\nname = \"csl\"\nkind = \"csl\"\nurl = \"{}\"\nallow_private = true\nmin_entries = {{ EL = 1 }}\n\
             {}{}{}\
             [[route]]\nreceivers = [\"desk\"]\nlists = [\"EL\"]\n[[route]]\nreceivers = [\"china\"]\ncountries = [\"CN\"]\n",
            folder.path().join("entitywatch.db").display(),
            upstream.url("/consolidated.csv"),
            receiver("desk", &desk, false),
            receiver("china", &china, false),
            receiver("ops", &ops, true),
        );
        let (config, _) = config::check(Path::new("entitywatch.toml"), &text, &Environment::default(), SecretsMode::Resolve).unwrap();
        let clock = Arc::new(ManualClock::at(at(now)));
        let store = record::open(&config.store, Mode::Write).await.unwrap();
        let program = Program::new(store, clock.clone(), Wiring::new(config).unwrap());
        let story = Self { program, clock, upstream, desk, china, ops, _folder: folder };
        story.on_file(&[]);
        story.in_print(&[]);
        story
    }

    fn on_file(&self, documents: &[Value]) {
        self.upstream.answer(FILED, Answer::ok(json!({"count": documents.len(), "results": documents}).to_string()));
    }

    fn in_print(&self, documents: &[Value]) {
        self.upstream.answer(PUBLISHED, Answer::ok(json!({"count": documents.len(), "total_pages": 1, "results": documents}).to_string()));
    }

    /// What the rules' text is at their addresses.
    fn text(&self, path: &str, text: &str) {
        self.upstream.answer(path, Answer::ok(text));
    }

    /// Checks a source at a time and delivers.
    async fn check(&self, time: &str, source: &str) -> Watched {
        self.clock.set(at(time));
        let watched = watch(&self.program, source).await;
        deliver::deliver_due(&self.program).await.unwrap();
        watched
    }

    fn filed(&self, number: &str) -> Value {
        json!({
            "document_number": number, "type": "Rule", "title": "Additions and Revisions to the Entity List",
            "agencies": [{"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}],
            "filed_at": "2025-03-03T16:15:00.000-05:00", "filing_type": "special", "publication_date": "2025-03-06",
            "pdf_updated_at": "2025-03-03T16:15:10.000-05:00",
            "html_url": format!("https://www.federalregister.gov/d/{number}"),
            "raw_text_url": self.upstream.url("/rule.txt").to_string(),
        })
    }

    fn published(&self, number: &str) -> Value {
        json!({
            "document_number": number, "type": "Rule", "title": "Additions and Revisions to the Entity List",
            "abstract": "This rule adds one entity to the Entity List, revises one entry and removes one.",
            "agencies": [{"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}],
            "citation": "90 FR 11280", "start_page": 11280, "end_page": 11301, "publication_date": "2025-03-06",
            "effective_on": "2025-03-04", "html_url": format!("https://www.federalregister.gov/d/{number}"),
            "raw_text_url": self.upstream.url("/rule.txt").to_string(), "full_text_xml_url": self.upstream.url("/rule.xml").to_string(),
        })
    }

    fn ecfr(&self, date: &str, rows: &str) {
        let titles = json!({"titles": [{"number": 15, "up_to_date_as_of": date}]});
        self.upstream.answer("/api/versioner/v1/titles.json", Answer::ok(titles.to_string()));
        let others: String = (1..=30).map(|n| row("", &format!("Bystander {n} Ltd., {n} Quiet Road, Perm, Russia."), "81 FR 61601, 9/7/16.")).collect();
        let xml = format!(
            "<DIV5 N=\"744\"><DIV9 N=\"Supplement No. 4 to Part 744\"><TABLE><THEAD><TR><TH>Country</TH><TH>Entity</TH><TH>License requirement</TH>\
             <TH>License review policy</TH><TH>Federal Register citation</TH></TR></THEAD><TBODY>{}{others}{rows}</TBODY></TABLE></DIV9></DIV5>",
            row("RUSSIA", "Bystander JSC, 1 Loud Road, Perm, Russia.", "81 FR 61601, 9/7/16.")
        );
        self.upstream.answer(&format!("/api/versioner/v1/full/{date}/title-15.xml"), Answer::ok(xml));
    }
}

fn row(country: &str, entity: &str, citation: &str) -> String {
    format!("<TR><TD>{country}</TD><TD>{entity}</TD><TD>All items.</TD><TD>Denial.</TD><TD>{citation}</TD></TR>")
}

fn before() -> String {
    row("RUSSIA", "Old Glass, a.k.a., the following one alias:<br/>—OG.<br/>9 Sand Street, Perm, Russia.", "80 FR 69852, 11/12/15.")
        + &row("TURKEY", "Blue Lake Ltd., 4 Sea Street, Izmir, Turkey.", "87 FR 38925, 6/30/22.")
}

fn after() -> String {
    row("RUSSIA", "North Glass JSC, a.k.a., the following one alias:<br/>—NG.<br/>The 3<SU>rd</SU> Street, Perm, Russia.", "90 FR 11290, 3/6/25.")
        .replace("<TD>All items.</TD>", "<TD>All items. (See § 734.9(g),<SU>3</SU> of the EAR)</TD>")
        + &row("TURKEY", "Blue Lake Ltd., 5 Sea Street, Izmir, Turkey.", "87 FR 38925, 6/30/22. 90 FR 11291, 3/6/25.")
}

fn told(sink: &HttpSink) -> Vec<Value> {
    sink.received().iter().map(|received| received.json()).collect()
}

fn types(sink: &HttpSink) -> Vec<String> {
    told(sink).iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
}

fn names(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    body["data"]["changes"].as_array().unwrap().iter().map(|change| (text(&change["kind"]), text(&change["entry"]["name"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect()
}

#[tokio::test]
async fn a_rule_is_told_when_filed_and_followed_shortly_until_the_list_shows_it() {
    let story = Story::begin("2025-03-01T12:00:00Z").await;
    story.ecfr("2025-02-28", &before());
    assert_eq!(story.check("2025-03-01T12:00:00Z", "rules").await.outcome, Outcome::Baseline);
    assert_eq!(story.check("2025-03-01T12:01:00Z", "ecfr").await.outcome, Outcome::Baseline);
    assert!(told(&story.desk).is_empty(), "nothing was filed of late, and a baseline is silent");

    // Filed on Monday afternoon: only a plain text is there.
    story.on_file(&[story.filed(NUMBER)]);
    story.text("/rule.txt", RAW);
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, Outcome::Changed, "{}", watched.detail);
    let filed = told(&story.desk).pop().unwrap();
    assert_eq!(filed["type"], "rule.filed");
    let data = &filed["data"];
    assert_eq!(
        names(&filed),
        pairs(&[("added", "North Glass JSC"), ("revised", "Blue Lake Ltd."), ("removed", "Old Glass")]),
    );
    assert_eq!(data["changes"][2]["entry"]["addresses"][0], "9 Sand Street, Perm, Russia", "a removed entry is told as it is held");
    assert_eq!((&data["status"], &data["certain"], &data["filing_type"]), (&json!("filed"), &json!(false), &json!("special")));
    assert_eq!(data["rule"]["filed_at"], "2025-03-03T21:15:00Z");
    assert_eq!(data["rule"]["effective_on"], "2025-03-04");
    assert_eq!(data["rule"]["document_number"], NUMBER);
    let first = data["alert_id"].as_str().unwrap().to_owned();

    // It takes effect, and stands on file unchanged: nothing is told.
    assert_eq!(story.check("2025-03-04T14:00:00Z", "rules").await.outcome, Outcome::Unchanged);
    assert_eq!(types(&story.desk).len(), 1);

    // Published: the table says what the plain text could not; the removal is not told again.
    story.on_file(&[]);
    story.in_print(&[story.published(NUMBER)]);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    let published = told(&story.desk).pop().unwrap();
    assert_eq!(published["type"], "rule.published");
    assert_eq!(names(&published), pairs(&[("added", "North Glass JSC"), ("revised", "Blue Lake Ltd.")]));
    let data = &published["data"];
    assert_eq!((&data["follows"], &data["certain"]), (&json!(first), &json!(true)));
    assert_eq!(data["rule"]["citation"], "90 FR 11280");
    assert_eq!(data["changes"][0]["entry"]["footnotes"], json!(["3"]));
    assert_eq!(data["changes"][0]["entry"]["citations"], json!(["90 FR 11280"]));
    assert_eq!(data["changes"][1]["fields"][0]["field"], "addresses", "what is revised is said word by word: {}", data["changes"][1]);
    assert!(data["savings_clause"].as_str().unwrap().contains("on their way"));
    story.check("2025-03-06T12:15:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed", "rule.published"]);

    // Two business days later the list itself has it: one short follow-up with all four clocks.
    story.ecfr("2025-03-07", &after());
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    assert_eq!(types(&story.desk), ["rule.filed", "rule.published", "list.changed"]);
    let listed = told(&story.desk).pop().unwrap();
    let data = &listed["data"];
    assert_eq!(data["summary"], json!({"added": 1, "removed": 1, "revised": 1, "editorial": 0}));
    assert_eq!(data["attributed"], "cited", "the removal is the rule's own order");
    assert_eq!(data["rule"]["document_number"], NUMBER);
    assert_eq!(
        [&data["rule"]["filed_at"], &data["rule"]["effective_on"], &data["rule"]["published_on"], &data["observed_at"]],
        [&json!("2025-03-03T21:15:00Z"), &json!("2025-03-04"), &json!("2025-03-06"), &json!("2025-03-10T12:00:00Z")],
    );
    assert_eq!(data["follows"], json!(first));
    assert_eq!(data["announced"]["changes"].as_array().unwrap().len(), 3, "{data:#}");

    // Nobody is told that the list lags, and who watches China hears only of a document that might concern it.
    story.check("2025-03-20T12:00:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 3);
    assert!(!types(&story.ops).contains(&"source.lagging".to_owned()), "{:?}", types(&story.ops));
    assert!(!types(&story.china).contains(&"list.changed".to_owned()), "{:?}", types(&story.china));
}
