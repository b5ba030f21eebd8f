//! The Federal Register on its bad days: filters that it ignores, records that it garbles, and
//! lists that are empty or short.

use entitywatch::pipeline::check::outcome::Outcome;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::story_rules::{
    FILED, NUMBER, PUBLISHED, RAW, RULE, Story, begun, in_print_at_once, names, pairs, told, types,
};
use crate::upstream::Answer;

const NO_NAMES: [&str; 0] = [];

/// Documents of another agency.
fn crowd(count: usize) -> Vec<Value> {
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
    [document].into_iter().chain(crowd(others)).collect()
}

fn changed(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

/// Checks each quarter of an hour, and at the end.
async fn checks(story: &Story, from: &str, until: &str) {
    let (mut now, until): (Timestamp, Timestamp) = (from.parse().unwrap(), until.parse().unwrap());
    while now <= until {
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
}

/// A rule on file among others, told on Monday evening.
async fn on_file() -> Story {
    let story = begun().await;
    story.on_file(&with(story.filed(NUMBER), 20));
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed"]);
    story
}

fn statuses(story: &Story) -> Vec<String> {
    told(&story.desk)
        .iter()
        .map(|body| body["data"]["status"].as_str().unwrap().to_owned())
        .collect()
}

// --- who issued it

/// What readers are told of one document on file, with the text of a rule that changes the list.
async fn told_of(change: impl FnOnce(&mut Value)) -> usize {
    let story = begun().await;
    let mut document = story.filed(NUMBER);
    change(&mut document);
    story.on_file(&with(document, 3));
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    story.check("2025-03-03T21:35:00Z", "rules").await;
    types(&story.desk).len()
}

#[tokio::test]
async fn ok_a_rule_of_the_bureau_is_told_whatever_the_api_calls_it() {
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
            told_of(|document| document["agencies"] = agencies.clone()).await,
            1,
            "{agencies}"
        );
        let silent_title = |document: &mut Value| {
            document["agencies"] = agencies.clone();
            document["title"] = Value::Null;
        };
        assert_eq!(told_of(silent_title).await, 1, "{agencies}: its text tells");
    }
    for kind in [json!("RULE"), json!("Final Rule"), Value::Null, json!(["Rule"])] {
        assert_eq!(told_of(|document| document["type"] = kind.clone()).await, 1, "{kind}");
    }
    let treasury = json!([{"name": "Treasury Department", "slug": "treasury-department"}]);
    assert_eq!(
        told_of(|document| document["agencies"] = treasury).await,
        1,
        "its title names the list, and its text amends it"
    );
}

#[tokio::test]
async fn err_rules_of_other_agencies_and_other_documents_are_not_told() {
    let treasury = || json!([{"name": "Treasury Department", "slug": "treasury-department"}]);
    let abstract_alone = |document: &mut Value| {
        document["agencies"] = treasury();
        document["title"] = json!("Russian Harmful Foreign Activities Sanctions");
        document["abstract"] = json!("OFAC adds persons, some of whom are on the Entity List.");
    };
    assert_eq!(told_of(abstract_alone).await, 0);
    let title_alone = |document: &mut Value| {
        document["agencies"] = treasury();
        document["raw_text_url"] = json!("http://127.0.0.1:1/none.txt");
    };
    assert_eq!(told_of(title_alone).await, 0, "its text does not show that it amends the list");
    let another_subject = |document: &mut Value| {
        document["title"] = json!("Revisions to Country Groups");
        document["abstract"] = json!("This rule moves one country to Country Group A.");
    };
    assert_eq!(told_of(another_subject).await, 0);
    for kind in ["Notice", "Proposed Rule", "Presidential Document"] {
        assert_eq!(told_of(|document| document["type"] = json!(kind)).await, 0, "{kind}");
    }
}

#[tokio::test]
async fn a_rule_whose_text_cannot_be_had_yet_is_asked_for_again_though_the_list_stands() {
    let story = begun().await;
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
async fn a_document_that_is_older_than_asked_for_is_not_told() {
    let story = begun().await;
    story.text("/rule.xml", RULE);
    let old =
        |number: &str, day: &str| changed(story.published(number), "publication_date", json!(day));
    story.in_print(&[
        story.published(NUMBER),
        old("2023-00001", "2023-01-10"),
        old("2025-00001", "2025-01-10"),
    ]);
    for time in ["2025-03-06T12:00:00Z", "2025-03-06T12:15:00Z", "2025-03-07T12:15:00Z"] {
        story.check(time, "rules").await;
    }
    assert_eq!(types(&story.desk), ["rule.published"]);
    assert_eq!(told(&story.desk)[0]["data"]["rule"]["document_number"], NUMBER);
    let mut on_file = changed(story.filed("2023-00002"), "publication_date", json!("2023-01-10"));
    on_file["filed_at"] = json!("2023-01-08T08:45:00.000-05:00");
    story.text("/rule.txt", RAW);
    story.on_file(&[on_file]);
    story.check("2025-03-07T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 1);
}

#[tokio::test]
async fn a_known_rule_is_not_told_again_however_old_it_grows() {
    let story = begun().await;
    in_print_at_once(&story, NUMBER).await;
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
async fn a_page_that_comes_again_and_again_is_asked_for_twice_and_read_once() {
    let story = begun().await;
    story.text("/rule.xml", RULE);
    let page = json!({
        "count": 300,
        "total_pages": 3,
        "results": [story.published(NUMBER)],
        "next_page_url": story.upstream_url(PUBLISHED),
    });
    story.upstream.answer(PUBLISHED, Answer::ok(page.to_string()));
    let before = story.upstream.seen().len();
    let watched = story.check("2025-03-06T12:00:00Z", "rules").await;
    assert_eq!(watched.outcome, Outcome::Failed, "{}", watched.detail);
    assert!(watched.detail.contains("but got 1 of 300 in 2 pages"), "{}", watched.detail);
    let asked = story
        .upstream
        .seen()
        .split_off(before)
        .iter()
        .filter(|seen| seen.target.starts_with(PUBLISHED))
        .count();
    assert_eq!(asked, 2);
    assert_eq!(types(&story.desk), ["rule.published"], "what came is told");
    story.check("2025-03-06T12:15:00Z", "rules").await;
    story.check("2025-03-06T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 1);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing", "the third time");
}

#[tokio::test]
async fn one_list_is_read_while_the_other_is_a_web_page() {
    let story = begun().await;
    story.upstream.answer(FILED, Answer::ok("<html>maintenance</html>"));
    let watched = in_print_at_once(&story, NUMBER).await;
    assert_eq!(watched.outcome, Outcome::Refused, "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.published"]);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing");
}

// --- records

#[tokio::test]
async fn a_record_of_another_agency_that_cannot_be_read_is_ignored() {
    let story = begun().await;
    story.text("/rule.txt", RAW);
    let broken = [
        ("document_number", Value::Null),
        ("title", json!(7)),
        ("publication_date", json!({})),
        ("type", json!([])),
    ];
    let others = broken.into_iter().map(|(key, value)| changed(crowd(1).remove(0), key, value));
    story.on_file(&[story.filed(NUMBER)].into_iter().chain(others).collect::<Vec<_>>());
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, Outcome::Changed, "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.filed"]);
    assert!(!types(&story.ops).contains(&"source.failing".to_owned()));
}

#[tokio::test]
async fn a_record_that_may_be_ours_and_cannot_be_read_is_named_and_the_others_are_told() {
    let story = begun().await;
    story.text("/rule.txt", RAW);
    let broken = changed(story.filed("2025-04000"), "document_number", Value::Null);
    story.on_file(&[
        changed(broken, "title", json!("A Rule Without a Number")),
        story.filed(NUMBER),
    ]);
    let watched = story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(watched.outcome, Outcome::Refused);
    assert!(watched.detail.contains("result 1 (A Rule Without a Number)"), "{}", watched.detail);
    assert_eq!(types(&story.desk), ["rule.filed"]);
    assert_eq!(types(&story.ops).last().unwrap(), "source.failing");
}

// --- absence

#[tokio::test]
async fn a_list_that_is_empty_or_short_for_hours_withdraws_nothing_and_changes_nothing() {
    for others in [0, 9] {
        let story = on_file().await;
        story.on_file(&crowd(others));
        checks(&story, "2025-03-03T21:35:00Z", "2025-03-04T19:00:00Z").await;
        story.on_file(&with(story.filed(NUMBER), 20));
        checks(&story, "2025-03-04T19:15:00Z", "2025-03-04T20:00:00Z").await;
        assert_eq!(statuses(&story), ["filed"], "{others} others");
    }
}

#[tokio::test]
async fn a_document_that_a_plausible_list_lacks_for_some_checks_is_not_withdrawn() {
    let story = on_file().await;
    story.on_file(&crowd(20));
    checks(&story, "2025-03-03T21:35:00Z", "2025-03-03T23:30:00Z").await;
    story.on_file(&with(story.filed(NUMBER), 20));
    checks(&story, "2025-03-03T23:45:00Z", "2025-03-04T01:00:00Z").await;
    story.on_file(&crowd(20));
    checks(&story, "2025-03-04T01:15:00Z", "2025-03-04T05:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
}

#[tokio::test]
async fn a_document_that_is_listed_under_another_agency_or_type_is_not_withdrawn() {
    let story = on_file().await;
    let mut document = changed(
        story.filed(NUMBER),
        "agencies",
        json!([{"slug": "federal-aviation-administration"}]),
    );
    document["type"] = json!("Notice");
    story.on_file(&with(document, 20));
    checks(&story, "2025-03-03T21:35:00Z", "2025-03-04T12:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
}

#[tokio::test]
async fn a_document_that_is_withdrawn_is_told_once_plausible_lists_lack_it_for_six_hours() {
    let story = on_file().await;
    story.on_file(&crowd(20));
    checks(&story, "2025-03-03T21:35:00Z", "2025-03-04T03:30:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
    story.check("2025-03-04T03:40:00Z", "rules").await;
    let withdrawn = told(&story.desk).pop().unwrap();
    assert_eq!(
        (&withdrawn["type"], &withdrawn["data"]["status"]),
        (&json!("rule.filed"), &json!("withdrawn"))
    );
    assert_eq!(
        withdrawn["data"]["changes"].as_array().unwrap().len(),
        3,
        "what does not come into effect is named"
    );
    story.check("2025-03-04T12:00:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 2);
    // It comes back under another date.
    story.on_file(&with(changed(story.filed(NUMBER), "publication_date", json!("2025-03-10")), 20));
    story.check("2025-03-05T12:00:00Z", "rules").await;
    let changed = told(&story.desk).pop().unwrap();
    assert_eq!(changed["data"]["status"], "changed");
    let note = changed["data"]["note"].as_str().unwrap();
    assert!(note.contains("filed again") && note.contains("2025-03-06"), "{note}");
    assert_eq!(changed["data"]["changes"], json!([]));
}

#[tokio::test]
async fn a_document_that_leaves_public_inspection_to_be_published_is_not_withdrawn() {
    let story = on_file().await;
    story.on_file(&crowd(20));
    checks(&story, "2025-03-06T05:00:00Z", "2025-03-06T20:00:00Z").await;
    assert_eq!(statuses(&story), ["filed"]);
    story.text("/rule.xml", RULE);
    story.in_print(&[story.published(NUMBER)]);
    story.check("2025-03-07T12:00:00Z", "rules").await;
    assert_eq!(statuses(&story), ["filed", "published"]);
}

#[tokio::test]
async fn a_published_rule_that_the_filter_on_the_agency_leaves_out_is_asked_for_by_its_number() {
    let story = on_file().await;
    story.on_file(&crowd(20));
    let agencies =
        json!([{"raw_name": "Bureau of Industry and Security", "name": null, "slug": null}]);
    let published = changed(story.published(NUMBER), "agencies", agencies);
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    story
        .upstream
        .answer(&format!("/api/v1/documents/{NUMBER}.json"), Answer::ok(published.to_string()));
    checks(&story, "2025-03-06T12:15:00Z", "2025-03-06T13:00:00Z").await;
    checks(&story, "2025-03-11T12:00:00Z", "2025-03-11T20:00:00Z").await;
    assert_eq!(statuses(&story), ["filed", "published"]);
    let asked = story.upstream.seen().iter().filter(|seen| seen.target.contains(NUMBER)).count();
    assert_eq!(asked, 1, "and no more once it is known");
}

// --- texts

/// The rule's file is put on public inspection again with this text; what of it is told in the next
/// hours.
async fn filed_again_with(first: &str, second: Answer) -> (Story, Vec<String>) {
    let story = begun().await;
    story.on_file(&with(story.filed(NUMBER), 20));
    story.text("/rule.txt", first);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    story.on_file(&with(
        changed(story.filed(NUMBER), "pdf_updated_at", json!("2025-03-04T09:00:00.000-05:00")),
        20,
    ));
    story.upstream.answer("/rule.txt", second);
    checks(&story, "2025-03-04T14:15:00Z", "2025-03-04T16:00:00Z").await;
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
async fn err_a_text_that_comes_empty_cut_or_as_a_page_is_no_change() {
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
            // The whole text, when it comes, is read and says what is new.
            let whole = ended(&RAW.replace("Blue Lake Ltd.", "Green Lake Ltd."));
            story.text("/rule.txt", &whole);
            story.check("2025-03-04T16:15:00Z", "rules").await;
            let changed = told(&story.desk).pop().unwrap();
            assert_eq!(changed["data"]["status"], "changed", "{broken}");
            assert_eq!(names(&changed), pairs(&[("revised", "Green Lake Ltd.")]), "{broken}");
        }
    }
}

#[tokio::test]
async fn ok_a_whole_text_that_orders_less_is_a_change() {
    let less = ended(&RAW.replace(
        "ii. By removing the entry for “Old Glass, a.k.a., the following one alias: —OG”; and",
        "",
    ));
    for first in [RAW.to_owned(), ended(RAW)] {
        let (story, statuses) = filed_again_with(&first, Answer::ok(less.clone())).await;
        assert_eq!(statuses, ["filed", "changed"]);
        let note = told(&story.desk).pop().unwrap()["data"]["note"].as_str().unwrap().to_owned();
        assert!(note.contains("Old Glass"), "{note}");
    }
}

#[tokio::test]
async fn a_document_that_two_servers_show_in_turn_is_told_a_few_times_a_day() {
    let story = on_file().await;
    let dates = ["2025-03-06", "2025-03-07"];
    let mut now: Timestamp = "2025-03-03T21:35:00Z".parse().unwrap();
    for day in dates.iter().cycle().take(40) {
        story.on_file(&with(changed(story.filed(NUMBER), "publication_date", json!(day)), 20));
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
    assert_eq!(statuses(&story), ["filed", "changed", "changed", "changed", "changed"]);
}

// --- operators

#[tokio::test]
async fn every_second_answer_that_is_a_web_page_is_told_once() {
    let story = begun().await;
    let before = types(&story.ops).len();
    let mut now: Timestamp = "2025-03-03T00:00:00Z".parse().unwrap();
    for check in 0..90 {
        if check % 2 == 0 {
            story.upstream.answer(PUBLISHED, Answer::ok("<html>maintenance</html>"));
        } else {
            story.in_print(&[]);
        }
        story.check(&now.to_string(), "rules").await;
        now += SignedDuration::from_mins(15);
    }
    assert_eq!(types(&story.ops)[before..], ["source.failing"]);
}

#[tokio::test]
async fn lists_that_stand_still_are_told_to_lag_behind_a_few_rules_a_day() {
    let story = begun().await;
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
    story.in_print(&documents);
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
