//! Changes, entries, rules and pictures: search, filters, paging, pages of their own, and the same
//! as JSON, JSON Lines and CSV.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::sample::{HOSTILE, Sample, sample};
use super::years::{NEW, RULE, Years, added, check, entry, years};
use super::{get, get_json};

/// The page with its slashes as they are: the templates escape them in texts.
async fn page(sample: &Sample, path: &str) -> String {
    let answer = get(sample, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text.replace("&#x2f;", "/")
}

async fn names(sample: &Sample, path: &str) -> Vec<String> {
    let answer = get_json(sample, path).await;
    let (rows, is_change) = match answer.get("changes") {
        Some(rows) => (rows, true),
        None => (&answer["entries"], false),
    };
    let name = |row: &Value| {
        let entry = if is_change { &row["entry"] } else { row };
        entry["name"].as_str().unwrap().to_owned()
    };
    rows.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn every_filter_of_changes_selects_what_it_says() {
    let Years { sample, .. } = Box::pin(years()).await;
    let check = async |query: &str, expected: &[&str]| {
        let found = names(&sample, &format!("/api/changes?{query}")).await;
        assert_eq!(found, expected, "{query}");
    };
    check("kind=removed&source=ecfr", &["Harbour Ring Works"]).await;
    check("search=harbor+ring", &["Harbour Ring Works"]).await;
    check("search=NewQuay", &[NEW, NEW]).await;
    check("country=ru&kind=added", &["Birch Labs"]).await;
    check("country=AE,RU&kind=removed", &["Former Trading House", "Harbour Ring Works"]).await;
    check("list=SDN", &[]).await;
    check("severity=normal&source=csl&kind=revised", &["Alder Optics Co., Ltd."]).await;
    check("severity=low", &[]).await;
    check("since=2026-11-24", &[NEW]).await;
    check("until=2021-12-31&kind=added", &["Birch Labs"]).await;
    check(&format!("rule={RULE}"), &[NEW, NEW]).await;
    check("rule=91+FR+70805", &[NEW, NEW]).await;
    check("rule=86+FR+300", &["Birch Labs"]).await;
    check("rule=86+FR+301", &[]).await;
    check("source=nobody", &[]).await;
}

#[tokio::test]
async fn a_change_that_two_sources_show_is_one_row_with_both() {
    let Years { sample, in_csl, in_ecfr, new, .. } = Box::pin(years()).await;
    let shown = page(&sample, "/changes?search=new+quay").await;
    assert!(shown.contains("<p class=\"count\">1 change</p>"), "{shown}");
    assert_eq!(shown.matches("<article").count(), 1, "{shown}");
    for part in [
        "seen in Consolidated Screening List",
        "confirmed by ecfr",
        "differs: <bdi>one alias more</bdi>",
        &format!("href=\"/entries/{new}\""),
        &format!("href=\"/changes/{in_csl}\""),
        &format!("href=\"/rules/{RULE}\""),
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    for id in [&in_csl, &in_ecfr] {
        let own = page(&sample, &format!("/changes/{id}")).await;
        for part in [
            "seen in Consolidated Screening List",
            "confirmed by ecfr",
            "What ecfr shows otherwise",
        ] {
            assert!(own.contains(part), "`{part}` is not in\n{own}");
        }
        let rows = get_json(&sample, &format!("/api/changes/{id}")).await;
        assert_eq!(rows["changes"][0]["source"], "csl");
        assert_eq!(rows["changes"][1]["confirms"], json!(in_csl));
    }
    let missing = get(&sample, "/changes/chg_none").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_list_of_changes_marks_the_words_that_differ() {
    let Years { sample, .. } = Box::pin(years()).await;
    let shown = page(&sample, "/changes?kind=revised&search=alder").await;
    assert!(shown.contains("<del>Presumption</del><ins>Policy</ins> of denial"), "{shown}");
}

#[tokio::test]
async fn pages_have_totals_and_lead_to_each_other() {
    let sample = sample().await;
    let names = (1..=120).map(|n| entry(&format!("Works {n:03}"), "CN", (91, 5)));
    let open: Vec<_> = names.collect();
    let changes = open.iter().map(added).collect();
    let record = check("csl", "2026-11-24T10:00:00Z", Vec::new(), open, changes);
    sample.state.store.record(record).await.unwrap();
    let first = page(&sample, "/changes?search=works&editorial=").await;
    assert!(first.contains("1–50 of 120 changes"), "{first}");
    assert!(
        first.contains("<a rel=\"next\" href=\"/changes?page=2&amp;search=works\">"),
        "{first}"
    );
    assert!(!first.contains("rel=\"prev\""));
    let last = page(&sample, "/changes?page=3&search=works").await;
    assert!(last.contains("101–120 of 120 changes") && !last.contains("rel=\"next\""), "{last}");
    assert!(last.contains("Works 120") && !last.contains("Works 100"));
    assert!(page(&sample, "/changes?page=9&search=works").await.contains("101–120 of 120"));
    assert!(page(&sample, "/changes?search=nobody").await.contains("No change matches."));
    let entries = page(&sample, "/entries?search=works&page=2").await;
    assert!(entries.contains("51–100 of 120 entries"), "{entries}");
    assert!(entries.contains("Works 051") && !entries.contains("Works 050"), "by name");
    let found = super::tables::names(&sample, "/api/entries?search=works&limit=50&page=3").await;
    assert_eq!((found.len(), found[0].as_str()), (20, "Works 101"));
    let answer = get_json(&sample, "/api/changes?search=works&limit=7&page=2").await;
    assert_eq!(
        (answer["changes"].as_array().map(Vec::len), &answer["total"]),
        (Some(7), &json!(120))
    );
    let bad = get(&sample, "/changes?page=0").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{}", bad.text);
}

#[tokio::test]
async fn paging_by_time_reaches_every_change_once() {
    let Years { sample, .. } = Box::pin(years()).await;
    let ids = |answer: &Value| -> Vec<String> {
        let changes = answer["changes"].as_array().unwrap();
        changes.iter().map(|change| change["change_id"].to_string()).collect()
    };
    let all = ids(&get_json(&sample, "/api/changes").await);
    assert_eq!(all.len(), 8);
    for limit in 1..9 {
        let mut found = Vec::new();
        let mut until = String::new();
        loop {
            let path = format!("/api/changes?limit={limit}&until={until}");
            let answer = get_json(&sample, &path).await;
            found.extend(ids(&answer));
            let Some(next) = answer.get("next_until") else { break };
            until = next.as_str().unwrap().to_owned();
        }
        assert_eq!(found, all, "limit {limit}");
    }
    let mut found = Vec::new();
    for page in 1..=3 {
        found.extend(ids(&get_json(&sample, &format!("/api/changes?limit=3&page={page}")).await));
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn entries_are_found_with_other_spelling_as_of_a_day_and_once_for_all_sources() {
    let Years { sample, alder, .. } = Box::pin(years()).await;
    let shown = page(&sample, "/entries?search=alder+optiks").await;
    assert!(
        shown.contains("1 entry</p>") && shown.contains("Consolidated Screening List, ecfr"),
        "{shown}"
    );
    assert!(shown.contains(&format!("href=\"/entries/{alder}\"")), "{shown}");
    let past = page(&sample, "/entries?as_of=2020-01-01&source=ecfr").await;
    assert!(past.contains("<h1>Entries as of January 1, 2020</h1>"), "{past}");
    assert!(past.contains("2 entries") && past.contains("Harbour Ring Works"), "{past}");
    assert!(!page(&sample, "/entries?source=ecfr").await.contains("Harbour Ring Works"));
    let found = names(&sample, "/api/entries?as_of=2022-01-01&source=ecfr").await;
    assert_eq!(found, ["Alder Optics Co., Ltd.", "Birch Labs"]);
    assert_eq!(names(&sample, "/api/entries?country=RU&source=ecfr").await, ["Birch Labs"]);
    assert_eq!(names(&sample, "/api/entries?search=b").await, ["Birch Labs"], "as typed");
    let known = names(&sample, "/api/entries?known_at=2026-11-24T00:00:00Z&source=ecfr").await;
    assert_eq!(known, ["Alder Optics Co., Ltd.", "Birch Labs"]);
}

#[tokio::test]
async fn the_pages_show_what_was_recorded_since_they_were_last_read() {
    let sample = sample().await;
    assert!(page(&sample, "/entries?search=larch").await.contains("No entry matches."));
    let larch = entry("Larch House", "CN", (91, 5));
    let record =
        check("csl", "2026-11-24T10:00:00Z", vec![], vec![larch.clone()], vec![added(&larch)]);
    sample.state.store.record(record).await.unwrap();
    assert!(page(&sample, "/entries?search=larch").await.contains("1 entry</p>"));
    assert_eq!(names(&sample, "/api/changes?search=larch").await, ["Larch House"]);
    let row = sample.state.store.current_entries("csl", larch.list).await.unwrap();
    let row = row.iter().find(|stored| stored.entry.name == "Larch House").unwrap().row;
    // Nothing new is written, only a row is closed, as when a hold is accepted as a baseline.
    let mut record = check("csl", "2026-11-25T10:00:00Z", vec![row], vec![], vec![]);
    record.journal[0].kind = "hold.accepted".into();
    sample.state.store.record(record).await.unwrap();
    assert!(page(&sample, "/entries?search=larch").await.contains("No entry matches."));
}

#[tokio::test]
async fn an_entry_has_a_page_with_its_sources_timeline_and_alerts() {
    let Years { sample, alder, new, in_csl, .. } = Box::pin(years()).await;
    let shown = page(&sample, &format!("/entries/{alder}")).await;
    for part in [
        "Listed now in Consolidated Screening List, ecfr.",
        "<strong>listed</strong>",
        "<strong>amended</strong>",
        "<del>Presumption</del><ins>Policy</ins> of denial",
        "May 21, 2019 in the history of ecfr",
        "No alert reports this entry.",
        &format!("href=\"/api/entries/{alder}/timeline?format=csv\""),
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    let shown = page(&sample, &format!("/entries/{new}")).await;
    assert!(shown.contains(&format!("href=\"/rules/{RULE}\"")), "{shown}");
    assert!(shown.contains(&format!("href=\"/changes/{in_csl}\"")), "{shown}");
    let timeline = get_json(&sample, &format!("/api/entries/{new}/timeline")).await;
    let events: Vec<&str> = timeline["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["listed", "listed"], "the second differs, so it confirms nothing alone");
    let whole = get_json(&sample, &format!("/api/entries/{new}")).await;
    assert_eq!(whole["entries"][0]["name"], NEW);
    assert_eq!(get(&sample, "/entries/ent_none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_rule_shows_what_it_orders_and_which_list_shows_it() {
    let Years { sample, in_csl, .. } = Box::pin(years()).await;
    let list = page(&sample, "/rules").await;
    assert!(
        list.contains("1 rule</p>") && list.contains("2 added") && !list.contains("0 removed"),
        "{list}"
    );
    let shown = page(&sample, &format!("/rules/{RULE}")).await;
    for part in [
        "Additions to the &lt;Entity&gt; List",
        "91 FR 70801",
        "November 21, 2026",
        "<dt>Consolidated Screening List</dt>",
        "2 days after filing",
        "Shipments that were en route may proceed.",
        "not yet",
        &format!("href=\"/changes/{in_csl}\""),
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    assert!(!shown.contains("href=\"javascript:") && !shown.contains("<script"), "{shown}");
    let rows = get_json(&sample, &format!("/api/rules/{RULE}/entries")).await;
    assert_eq!(rows["entries"][0]["name"], NEW);
    let sources: Vec<&str> = rows["entries"][0]["shown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shown| shown["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["csl", "ecfr"]);
    assert_eq!(rows["entries"][1]["shown"], json!([]));
    assert_eq!(get(&sample, "/rules/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pictures_count_each_change_once_and_each_entry_of_now() {
    let Years { sample, .. } = Box::pin(years()).await;
    let years = get_json(&sample, "/api/pictures/changes-by-year").await;
    let rows = years["changes-by-year"].as_array().unwrap();
    let row = |year: i64, country: &str| {
        let found = rows.iter().find(|row| row["year"] == year && row["country"] == country);
        found.map(|row| (row["added"].as_u64().unwrap(), row["removed"].as_u64().unwrap()))
    };
    assert_eq!(row(2021, "RU"), Some((1, 1)));
    // The sample has one, and two sources show the other.
    assert_eq!(row(2026, "CN"), Some((2, 0)));
    assert_eq!(row(2020, "RU"), None);
    let countries = get_json(&sample, "/api/pictures/entries-by-country").await;
    let first = &countries["entries-by-country"][0];
    assert_eq!((&first["country"], &first["entries"]), (&json!("CN"), &json!(3)));
    let filings = get_json(&sample, "/api/pictures/filing-to-list").await;
    let filings = filings["filing-to-list"].as_array().unwrap();
    let days: Vec<(&str, i64)> = filings
        .iter()
        .map(|row| (row["source"].as_str().unwrap(), row["days"].as_i64().unwrap()))
        .collect();
    assert_eq!(days, [("csl", 2), ("ecfr", 4)]);
    let shown = page(&sample, "/pictures").await;
    for part in
        ["role=\"img\"", "<title id=\"years-1-title\">", "All countries: 3 added, 2 removed"]
    {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    assert_eq!(shown.matches("<svg").count(), shown.matches("<desc").count());
    assert!(page(&sample, "/pictures?list=SDN").await.contains("No entry of this list"));
}

#[tokio::test]
async fn every_view_is_also_json_lines_and_csv_without_formulas() {
    let Years { sample, new, .. } = Box::pin(years()).await;
    let mut formula = entry("=cmd|' /C calc'!A0", "CN", (91, 6));
    formula.aliases = vec!["@SUM(1)".into()];
    let record =
        check("csl", "2026-11-26T10:00:00Z", vec![], vec![formula.clone()], vec![added(&formula)]);
    sample.state.store.record(record).await.unwrap();
    let paths = [
        "changes".to_owned(),
        "entries".into(),
        "rules".into(),
        "alerts".into(),
        "deliveries".into(),
        "holds".into(),
        "sources".into(),
        format!("rules/{RULE}/entries"),
        format!("entries/{new}"),
        format!("entries/{new}/timeline"),
        "pictures/changes-by-year".into(),
        "pictures/entries-by-country".into(),
        "pictures/filing-to-list".into(),
    ];
    for path in paths {
        let json = get_json(&sample, &format!("/api/{path}")).await;
        let rows = json.as_object().unwrap().values().find_map(Value::as_array).unwrap().clone();
        assert!(!rows.is_empty(), "{path}");
        let lines = get(&sample, &format!("/api/{path}?format=jsonl")).await;
        assert!(
            lines.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("application/jsonl"),
            "{path}"
        );
        let read: Vec<Value> =
            lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, rows, "{path}");
        let table = get(&sample, &format!("/api/{path}?format=csv")).await;
        let disposition = table.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.starts_with("attachment; filename=\"entitywatch-"), "{disposition}");
        let text = table.text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> =
            reader.records().collect::<Result<_, _>>().unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(records.len(), rows.len(), "{path}");
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{path}: {cell}");
        }
    }
    let table = get(&sample, "/api/entries?format=csv&search=calc").await.text;
    assert!(table.contains("'=cmd|' /C calc'!A0"), "{table}");
    let hostile = get(&sample, "/api/changes?format=csv&search=harmless").await;
    assert!(hostile.text.contains(&HOSTILE.replace('"', "\"\"")), "{}", hostile.text);
    let wrong = get(&sample, "/api/changes?format=xml").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_a_comparison_the_difference_of_days_says_so_and_names_what_it_needs() {
    let Years { sample, .. } = Box::pin(years()).await;
    let form = page(&sample, "/difference").await;
    assert!(form.contains("Choose a source and two recorded days"), "{form}");
    let check = async |query: &str, part: &str| {
        let answer = get(&sample, &format!("/api/difference?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.text.contains(part), "{query}: {}", answer.text);
    };
    check("source=ecfr", "expected `source`, `from` and `to`").await;
    check("source=ecfr&from=2026-01-02&to=2026-01-01", "expected `from` at or before `to`").await;
    check("source=ecfr&from=1.1.2026&to=2026-01-01", "expected a date").await;
    check("source=ecfr&from=2026-01-01&to=2026-01-02", "`entitywatch diff` does").await;
}
