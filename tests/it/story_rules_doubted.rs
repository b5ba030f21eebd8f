//! Faults of the Federal Register: filters that it ignores, malformed records, and lists that are
//! empty or short.

use entitywatch::domain::CheckOutcome;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::story_rules::{
    FILED, NUMBER, PUBLISHED, RAW, RULE, Story, alerts, names, pairs, published_without_filing,
    started, types,
};
use crate::upstream::Answer;

const NO_NAMES: [&str; 0] = [];

/// Documents of another agency.
fn other_documents(count: usize) -> Vec<Value> {
    let document = |n: usize| {
        json!({
            "document_number": format!("2025-1{n:04}"),
            "type": "Rule",
            "title": "Airworthiness Directives",
            "agencies": [{
                "name": "Federal Aviation Administration",
                "slug": "federal-aviation-administration",
            }],
            "publication_date": "2025-03-06",
        })
    };
    (0..count).map(document).collect()
}

fn with(document: Value, others: usize) -> Vec<Value> {
    [document].into_iter().chain(other_documents(others)).collect()
}

fn changed(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

/// Checks every quarter of an hour, from one time to the other.
async fn check_repeatedly(story: &Story, from: &str, until: &str) {
    let (mut now, until): (Timestamp, Timestamp) = (from.parse().unwrap(), until.parse().unwrap());
    while now <= until {
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
}

/// A rule on public inspection among other documents, alerted on Monday evening.
async fn with_filed_rule() -> Story {
    let story = started().await;
    story.set_filed(&with(story.filed(NUMBER), 20));
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed"]);
    story
}

fn statuses(story: &Story) -> Vec<String> {
    alerts(&story.desk)
        .iter()
        .map(|body| body["data"]["status"].as_str().unwrap().to_owned())
        .collect()
}

// --- who issued it

/// How many alerts readers get about one document on public inspection, with the text of a rule
/// that changes the list.
async fn alerts_about(change: impl FnOnce(&mut Value)) -> usize {
    let story = started().await;
    let mut document = story.filed(NUMBER);
    change(&mut document);
    story.set_filed(&with(document, 3));
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    story.check("2025-03-03T21:35:00Z", "rules").await;
    types(&story.desk).len()
}

#[tokio::test]
async fn ok_a_rule_of_the_bureau_is_alerted_whatever_the_api_calls_its_agency() {
    let department = || {
        json!({
            "name": "Commerce Department",
            "slug": "commerce-department",
            "raw_name": "DEPARTMENT OF COMMERCE",
        })
    };
    let bureau_in_capitals = json!([{
        "slug": "commerce-department",
        "raw_name": "BUREAU OF  INDUSTRY AND SECURITY",
        "name": null,
    }]);
    for agencies in [
        json!([department(), {"raw_name": "Bureau of Industry and Security"}]),
        bureau_in_capitals,
        json!([{"name": "INDUSTRY AND SECURITY BUREAU", "slug": null}]),
        json!(["Industry and Security Bureau"]),
        json!([department()]),
        json!([]),
        Value::Null,
    ] {
        assert_eq!(
            alerts_about(|document| document["agencies"] = agencies.clone()).await,
            1,
            "{agencies}"
        );
        let without_title = |document: &mut Value| {
            document["agencies"] = agencies.clone();
            document["title"] = Value::Null;
        };
        assert_eq!(alerts_about(without_title).await, 1, "{agencies}: its text decides");
    }
    for kind in [json!("RULE"), json!("Final Rule"), Value::Null, json!(["Rule"])] {
        assert_eq!(alerts_about(|document| document["type"] = kind.clone()).await, 1, "{kind}");
    }
    let treasury = json!([{"name": "Treasury Department", "slug": "treasury-department"}]);
    assert_eq!(
        alerts_about(|document| document["agencies"] = treasury).await,
        1,
        "its title names the list, and its text amends it"
    );
}

#[tokio::test]
async fn err_rules_of_other_agencies_and_other_documents_are_not_alerted() {
    let treasury = || json!([{"name": "Treasury Department", "slug": "treasury-department"}]);
    let abstract_alone = |document: &mut Value| {
        document["agencies"] = treasury();
        document["title"] = json!("Russian Harmful Foreign Activities Sanctions");
        document["abstract"] = json!("OFAC adds persons, some of whom are on the Entity List.");
    };
    assert_eq!(alerts_about(abstract_alone).await, 0);
    let title_alone = |document: &mut Value| {
        document["agencies"] = treasury();
        document["raw_text_url"] = json!("http://127.0.0.1:1/none.txt");
    };
    assert_eq!(
        alerts_about(title_alone).await,
        0,
        "its text does not show that it amends the list"
    );
    let another_subject = |document: &mut Value| {
        document["title"] = json!("Revisions to Country Groups");
        document["abstract"] = json!("This rule moves one country to Country Group A.");
    };
    assert_eq!(alerts_about(another_subject).await, 0);
    for kind in ["Notice", "Proposed Rule", "Presidential Document"] {
        assert_eq!(alerts_about(|document| document["type"] = json!(kind)).await, 0, "{kind}");
    }
}

#[tokio::test]
async fn a_rule_whose_text_is_missing_is_requested_again_although_the_list_is_not_modified() {
    let story = started().await;
    let document = changed(story.filed(NUMBER), "title", json!("Additional Sanctions"));
    let body = json!({"results": with(document, 3)}).to_string().into_bytes();
    story.upstream.answer(FILED, Answer::Conditional { etag: "\"one\"".to_owned(), body });
    story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(types(&story.desk), NO_NAMES);
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:35:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed"]);
}

// --- filters

#[tokio::test]
async fn a_document_older_than_the_requested_dates_is_not_alerted() {
    let story = started().await;
    story.text("/rule.xml", RULE);
    let old =
        |number: &str, day: &str| changed(story.published(number), "publication_date", json!(day));
    story.set_published(&[
        story.published(NUMBER),
        old("2023-00001", "2023-01-10"),
        old("2025-00001", "2025-01-10"),
    ]);
    for time in ["2025-03-06T12:00:00Z", "2025-03-06T12:15:00Z", "2025-03-07T12:15:00Z"] {
        story.check(time, "rules").await;
    }
    assert_eq!(types(&story.desk), ["rule.published"]);
    assert_eq!(alerts(&story.desk)[0]["data"]["rule"]["document_number"], NUMBER);
    let mut on_file = changed(story.filed("2023-00002"), "publication_date", json!("2023-01-10"));
    on_file["filed_at"] = json!("2023-01-08T08:45:00.000-05:00");
    story.text("/rule.txt", RAW);
    story.set_filed(&[on_file]);
    story.check("2025-03-07T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 1);
}

#[tokio::test]
async fn a_known_rule_is_not_alerted_again_however_old_it_is() {
    let story = started().await;
    published_without_filing(&story, NUMBER).await;
    for time in [
        "2025-05-01T12:00:00Z",
        "2026-03-01T12:00:00Z",
        "2026-09-01T12:00:00Z",
        "2026-09-01T12:15:00Z",
    ] {
        story.check(time, "rules").await;
    }
    assert_eq!(types(&story.desk), ["rule.published"]);
}

#[tokio::test]
async fn a_page_that_repeats_forever_is_requested_twice_and_read_once() {
    let story = started().await;
    story.text("/rule.xml", RULE);
    let page = json!({
        "count": 300,
        "total_pages": 3,
        "results": [story.published(NUMBER)],
        "next_page_url": story.upstream_url(PUBLISHED),
    });
    story.upstream.answer(PUBLISHED, Answer::ok(page.to_string()));
    let before = story.upstream.requests().len();
    let watched = story.check("2025-03-06T12:00:00Z", "rules").await;
    assert_eq!(watched.outcome, CheckOutcome::Failed, "{}", watched.detail);
    assert!(watched.detail.contains("but got 1 of 300 in 2 pages"), "{}", watched.detail);
    let requests = story
        .upstream
        .requests()
        .split_off(before)
        .iter()
        .filter(|request| request.target.starts_with(PUBLISHED))
        .count();
    assert_eq!(requests, 2);
    assert_eq!(types(&story.desk), ["rule.published"], "what was read is alerted");
    story.check("2025-03-06T12:15:00Z", "rules").await;
    story.check("2025-03-06T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 1);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing", "the third time");
}

#[tokio::test]
async fn one_endpoint_is_read_while_the_other_serves_a_web_page() {
    let story = started().await;
    story.upstream.answer(FILED, Answer::ok("<html>maintenance</html>"));
    let watched = published_without_filing(&story, NUMBER).await;
    assert_eq!(watched.outcome, CheckOutcome::Refused, "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.published"]);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing");
}

// --- records

#[tokio::test]
async fn a_malformed_record_of_another_agency_is_ignored() {
    let story = started().await;
    story.text("/rule.txt", RAW);
    let broken = [
        ("document_number", Value::Null),
        ("title", json!(7)),
        ("publication_date", json!({})),
        ("type", json!([])),
    ];
    let others =
        broken.into_iter().map(|(key, value)| changed(other_documents(1).remove(0), key, value));
    story.set_filed(&[story.filed(NUMBER)].into_iter().chain(others).collect::<Vec<_>>());
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, CheckOutcome::Changed, "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.filed"]);
    assert!(!types(&story.ops).contains(&"source.failing".to_owned()));
}

#[tokio::test]
async fn a_malformed_record_of_the_bureau_is_named_and_the_others_are_alerted() {
    let story = started().await;
    story.text("/rule.txt", RAW);
    let broken = changed(story.filed("2025-04000"), "document_number", Value::Null);
    story.set_filed(&[
        changed(broken, "title", json!("A Rule Without a Number")),
        story.filed(NUMBER),
    ]);
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, CheckOutcome::Refused);
    assert!(watched.detail.contains("result 1 (A Rule Without a Number)"), "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.filed"]);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing");
}

// --- documents that are missing from a list

#[tokio::test]
async fn a_list_that_is_empty_or_short_for_hours_withdraws_nothing() {
    for others in [0, 9] {
        let story = with_filed_rule().await;
        story.set_filed(&other_documents(others));
        check_repeatedly(&story, "2025-03-03T21:35:00Z", "2025-03-04T19:00:00Z").await;
        story.set_filed(&with(story.filed(NUMBER), 20));
        check_repeatedly(&story, "2025-03-04T19:15:00Z", "2025-03-04T20:00:00Z").await;
        assert_eq!(statuses(&story), ["filed"], "{others} others");
    }
}

#[tokio::test]
async fn a_document_that_a_plausible_list_lacks_for_some_checks_is_not_withdrawn() {
    let story = with_filed_rule().await;
    story.set_filed(&other_documents(20));
    check_repeatedly(&story, "2025-03-03T21:35:00Z", "2025-03-03T23:30:00Z").await;
    story.set_filed(&with(story.filed(NUMBER), 20));
    check_repeatedly(&story, "2025-03-03T23:45:00Z", "2025-03-04T01:00:00Z").await;
    story.set_filed(&other_documents(20));
    check_repeatedly(&story, "2025-03-04T01:15:00Z", "2025-03-04T05:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
}

#[tokio::test]
async fn a_document_that_is_listed_under_another_agency_or_type_is_not_withdrawn() {
    let story = with_filed_rule().await;
    let mut document = changed(
        story.filed(NUMBER),
        "agencies",
        json!([{"slug": "federal-aviation-administration"}]),
    );
    document["type"] = json!("Notice");
    story.set_filed(&with(document, 20));
    check_repeatedly(&story, "2025-03-03T21:35:00Z", "2025-03-04T12:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
}

#[tokio::test]
async fn a_withdrawal_is_alerted_once_plausible_lists_lack_the_document_for_six_hours() {
    let story = with_filed_rule().await;
    story.set_filed(&other_documents(20));
    check_repeatedly(&story, "2025-03-03T21:35:00Z", "2025-03-04T03:30:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
    story.check("2025-03-04T03:40:00Z", "rules").await;
    let withdrawn = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&withdrawn["type"], &withdrawn["data"]["status"]),
        (&json!("rule.filed"), &json!("withdrawn"))
    );
    assert_eq!(
        withdrawn["data"]["changes"].as_array().unwrap().len(),
        3,
        "the alert names what does not take effect"
    );
    story.check("2025-03-04T12:00:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 2);
    // It is filed again under another date.
    story.set_filed(&with(
        changed(story.filed(NUMBER), "publication_date", json!("2025-03-10")),
        20,
    ));
    story.check("2025-03-05T12:00:00Z", "rules").await;
    let changed = alerts(&story.desk).pop().unwrap();
    assert_eq!(changed["data"]["status"], "changed");
    let note = changed["data"]["note"].as_str().unwrap();
    assert!(note.contains("filed again") && note.contains("2025-03-06"), "{note}");
    assert_eq!(changed["data"]["changes"], json!([]));
}

#[tokio::test]
async fn a_document_that_leaves_public_inspection_on_its_publication_date_is_not_withdrawn() {
    let story = with_filed_rule().await;
    story.set_filed(&other_documents(20));
    check_repeatedly(&story, "2025-03-06T05:00:00Z", "2025-03-06T20:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
    story.text("/rule.xml", RULE);
    story.set_published(&[story.published(NUMBER)]);
    story.check("2025-03-07T12:00:00Z", "rules").await;
    assert_eq!(statuses(&story), ["filed", "published"]);
}

#[tokio::test]
async fn a_published_rule_that_the_agency_filter_leaves_out_is_requested_by_its_number() {
    let story = with_filed_rule().await;
    story.set_filed(&other_documents(20));
    let agencies =
        json!([{"raw_name": "Bureau of Industry and Security", "name": null, "slug": null}]);
    let published = changed(story.published(NUMBER), "agencies", agencies);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    story
        .upstream
        .answer(&format!("/api/v1/documents/{NUMBER}.json"), Answer::ok(published.to_string()));
    check_repeatedly(&story, "2025-03-06T12:15:00Z", "2025-03-06T13:00:00Z").await;
    check_repeatedly(&story, "2025-03-11T12:00:00Z", "2025-03-11T20:00:00Z").await;
    assert_eq!(statuses(&story), ["filed", "published"]);
    let requests =
        story.upstream.requests().iter().filter(|request| request.target.contains(NUMBER)).count();
    assert_eq!(requests, 1, "no more requests once it is known");
}

// --- texts

/// Files a rule with the text `first`, and files it again with `second`. Returns the statuses of
/// the alerts in the next hours.
async fn filed_again_with(first: &str, second: Answer) -> (Story, Vec<String>) {
    let story = started().await;
    story.set_filed(&with(story.filed(NUMBER), 20));
    story.text("/rule.txt", first);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    story.set_filed(&with(
        changed(story.filed(NUMBER), "pdf_updated_at", json!("2025-03-04T09:00:00.000-05:00")),
        20,
    ));
    story.upstream.answer("/rule.txt", second);
    check_repeatedly(&story, "2025-03-04T14:15:00Z", "2025-03-04T16:00:00Z").await;
    let statuses = statuses(&story);
    (story, statuses)
}

fn ended(text: &str) -> String {
    format!(
        "{text}\nJane Roe,\nAssistant Secretary for Export Administration.\n[FR Doc. 2025-03456 \
         Filed: 3/3/25; 4:15 pm]\n"
    )
}

#[tokio::test]
async fn err_an_empty_or_cut_text_or_a_web_page_is_no_change() {
    let cut = RAW.find("By removing").unwrap();
    for first in [RAW.to_owned(), ended(RAW)] {
        for broken in [
            "",
            " \n\n",
            "<html><body>Request access</body></html>",
            "{\"error\": \"busy\"}",
            &RAW[..cut],
            &RAW[..200],
        ] {
            let (story, statuses) = filed_again_with(&first, Answer::ok(broken)).await;
            assert_eq!(statuses, ["filed"], "{broken}");
            // The complete text is read as soon as it is served, and has the changes.
            let complete = ended(&RAW.replace("Blue Lake Ltd.", "Green Lake Ltd."));
            story.text("/rule.txt", &complete);
            story.check("2025-03-04T16:15:00Z", "rules").await;
            let changed = alerts(&story.desk).pop().unwrap();
            assert_eq!(changed["data"]["status"], "changed", "{broken}");
            assert_eq!(names(&changed), pairs(&[("revised", "Green Lake Ltd.")]), "{broken}");
        }
    }
}

#[tokio::test]
async fn ok_a_complete_text_that_orders_less_is_a_change() {
    let less = ended(&RAW.replace(
        "ii. By removing the entry for “Old Glass, a.k.a., the following one alias: —OG”; and",
        "",
    ));
    for first in [RAW.to_owned(), ended(RAW)] {
        let (story, statuses) = filed_again_with(&first, Answer::ok(less.clone())).await;
        assert_eq!(statuses, ["filed", "changed"]);
        let note = alerts(&story.desk).pop().unwrap()["data"]["note"].as_str().unwrap().to_owned();
        assert!(note.contains("Old Glass"), "{note}");
    }
}

#[tokio::test]
async fn a_document_that_alternates_between_two_versions_is_alerted_a_few_times_a_day() {
    let story = with_filed_rule().await;
    let dates = ["2025-03-06", "2025-03-07"];
    let mut now: Timestamp = "2025-03-03T21:35:00Z".parse().unwrap();
    for day in dates.iter().cycle().take(40) {
        story.set_filed(&with(changed(story.filed(NUMBER), "publication_date", json!(day)), 20));
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
    assert_eq!(statuses(&story), ["filed", "changed", "changed", "changed", "changed"]);
}

// --- alerts to operators

#[tokio::test]
async fn web_pages_as_every_second_answer_are_alerted_once() {
    let story = started().await;
    let before = types(&story.ops).len();
    let mut now: Timestamp = "2025-03-03T00:00:00Z".parse().unwrap();
    for check in 0..90 {
        if check % 2 == 0 {
            story.upstream.answer(PUBLISHED, Answer::ok("<html>maintenance</html>"));
        } else {
            story.set_published(&[]);
        }
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
    assert_eq!(types(&story.ops)[before..], ["source.failing"]);
}

#[tokio::test]
async fn lagging_lists_are_alerted_for_a_few_rules_a_day() {
    let story = started().await;
    let numbers: Vec<String> = (0..5).map(|n| format!("2025-0345{n}")).collect();
    let documents: Vec<Value> = (0..)
        .zip(&numbers)
        .map(|(n, number)| {
            let document = changed(
                story.published(number),
                "citation",
                json!(format!("90 FR {}", 11280 + 30 * n)),
            );
            let document = changed(document, "start_page", json!(11280 + 30 * n));
            changed(document, "end_page", json!(11290 + 30 * n))
        })
        .collect();
    story.set_published(&documents);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    let lagging = || types(&story.ops).iter().filter(|kind| *kind == "source.lagging").count();
    story.check("2025-03-14T12:00:00Z", "rules").await;
    story.check("2025-03-14T12:15:00Z", "rules").await;
    assert_eq!(lagging(), 3);
    story.check("2025-03-15T12:15:00Z", "rules").await;
    story.check("2025-03-17T12:15:00Z", "rules").await;
    assert_eq!(lagging(), 5, "each rule once");
}
