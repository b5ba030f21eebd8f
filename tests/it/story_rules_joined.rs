//! How changes of the lists are attributed to their rules: to rules that are only filed, to rules
//! with another country code, to late rules, or to none.

use entitywatch::store::ChangeQuery;
use entitywatch::stored_json::ChangeRow;
use serde_json::{Value, json};

use crate::story_rules::{
    NUMBER, RAW, RULE, Story, after, alerts, before, csl_row, names, pairs,
    published_without_filing, row, started, types,
};

/// The rule with a picture instead of its table.
fn without_table() -> String {
    let (begin, end) =
        (RULE.find("<GPOTABLE").unwrap(), RULE.find("</GPOTABLE>").unwrap() + "</GPOTABLE>".len());
    format!("{}<GPH><GID>ER06MR25.000</GID></GPH>{}", &RULE[..begin], &RULE[end..])
}

async fn rows(story: &Story) -> Vec<Value> {
    let store = story.program.store.as_ref();
    let changes = store.changes(&ChangeQuery::default()).await.unwrap();
    ChangeRow::of(store, changes)
        .await
        .unwrap()
        .iter()
        .map(|row| serde_json::to_value(row).unwrap())
        .collect()
}

#[tokio::test]
async fn a_change_that_the_list_shows_while_its_rule_is_only_filed_is_alerted_with_the_rule() {
    let story = started().await;
    story.set_filed(&[story.filed(NUMBER)]);
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    let filed = alerts(&story.desk).pop().unwrap();
    story.ecfr("2025-03-05", &after());
    story.check("2025-03-05T12:00:00Z", "ecfr").await;
    let listed = alerts(&story.desk).pop().unwrap();
    assert_eq!(types(&story.desk), ["rule.filed", "list.changed"], "all of it in one alert");
    assert_eq!(listed["data"]["rule"]["document_number"], NUMBER);
    assert_eq!(listed["data"]["rule"]["filed_at"], "2025-03-03T21:15:00Z");
    assert_eq!(listed["data"]["follows"], filed["data"]["alert_id"]);
}

#[tokio::test]
async fn each_recorded_change_carries_its_rule_with_the_clocks() {
    let story = started().await;
    story.csl(&[
        csl_row("Old Glass", "80 FR 69852", "9 Sand Street, Perm, RU"),
        csl_row("Blue Lake Ltd.", "87 FR 38925", "4 Sea Street, Izmir, TR"),
    ]);
    story.check("2025-03-01T12:02:00Z", "csl").await;
    published_without_filing(&story, NUMBER).await;
    story.ecfr("2025-03-07", &after());
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    // The CSL confirms it, and there is no alert about that.
    story.csl(&[
        csl_row("North Glass JSC", "90 FR 11280", "The 3rd Street, Perm, RU"),
        csl_row("Blue Lake Ltd.", "87 FR 38925, 90 FR 11280", "5 Sea Street, Izmir, TR"),
    ]);
    story.check("2025-03-12T12:00:00Z", "csl").await;
    let rows = rows(&story).await;
    assert_eq!(rows.len(), 6);
    for row in rows {
        let name = &row["entry"]["name"];
        assert_eq!(
            (&row["rule"]["document_number"], &row["attributed"]),
            (&json!(NUMBER), &json!("cited")),
            "{name}"
        );
        assert_eq!(
            (&row["rule"]["published_on"], &row["rule"]["effective_on"]),
            (&json!("2025-03-06"), &json!("2025-03-04")),
            "{name}"
        );
        assert_eq!(row["backfilled"], false);
    }
}

#[tokio::test]
async fn an_entry_of_hong_kong_matches_a_rule_that_lists_it_under_china() {
    let story = started().await;
    story.csl(&[csl_row("Old Mill Ltd.", "80 FR 69852", "9 Sand Road, Kowloon, HK")]);
    story.check("2025-03-01T12:02:00Z", "csl").await;
    let rule = "<RULE><SUBJECT>Additions to the Entity List</SUBJECT><SUPLINF><REGTEXT><AMDPAR>2. \
                Supplement No. 4 to part 744 is amended:</AMDPAR><AMDPAR>a. Under CHINA, by \
                adding an entry for “North Mill Ltd.”; and by removing the entry for “Old Mill \
                Ltd.”.</AMDPAR><GPOTABLE COLS=\"5\"><ROW><ENT>CHINA</ENT><ENT>North Mill Ltd., 5 \
                Sand Road, Kowloon, Hong Kong.</ENT><ENT>All \
                items.</ENT><ENT>Denial.</ENT><ENT>90 FR [INSERT FR PAGE NUMBER], \
                3/6/2025.</ENT></ROW></GPOTABLE></REGTEXT></SUPLINF></RULE>";
    story.set_published(&[story.published(NUMBER)]);
    story.text("/rule.xml", rule);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    let published = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        names(&published),
        pairs(&[("added", "North Mill Ltd."), ("removed", "Old Mill Ltd.")])
    );
    story.csl(&[csl_row("North Mill Ltd.", "90 FR 11280", "5 Sand Road, Kowloon, HK")]);
    story.check("2025-03-07T12:00:00Z", "csl").await;
    let data = alerts(&story.desk).pop().unwrap()["data"].clone();
    assert_eq!(data["attributed"], "cited", "the removal is the rule's own order");
    assert_eq!(data["announced"]["changes"].as_array().unwrap().len(), 2, "{data:#}");
    // After five business days the CSL does not lag, although its country code differs. The eCFR,
    // which shows nothing, does.
    story.check("2025-03-14T12:00:00Z", "rules").await;
    let lagging: Vec<Value> =
        alerts(&story.ops).into_iter().filter(|body| body["type"] == "source.lagging").collect();
    assert_eq!(lagging.iter().map(|body| &body["data"]["source"]).collect::<Vec<_>>(), ["ecfr"]);
}

#[tokio::test]
async fn a_rule_of_the_list_without_readable_entries_is_alerted_and_a_rule_of_another_list_is_not()
{
    let story = started().await;
    let titled = |number: &str, path: &str| {
        let mut document = story.filed(number);
        document["title"] = json!("Implementation of Additional Sanctions Against Russia");
        document["raw_text_url"] = json!(story.upstream_url(path));
        document
    };
    story.set_filed(&[titled("2025-04001", "/pictured.txt"), titled("2025-04002", "/other.txt")]);
    let begins = "For the reasons stated in the preamble, part 744 is amended as follows:\n\n";
    story.text(
        "/pictured.txt",
        &format!("{begins}2. Supplement No. 4 to part 744 is amended as shown below."),
    );
    story.text(
        "/other.txt",
        &format!(
            "{begins}2. Supplement No. 6 to part 744 is amended by removing under CHINA “Alpha”."
        ),
    );
    story.check("2025-03-03T21:20:00Z", "rules").await;
    assert_eq!(types(&story.desk), ["rule.filed"]);
    let alert = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&alert["data"]["rule"]["document_number"], &alert["data"]["certain"]),
        (&json!("2025-04001"), &json!(false))
    );
    assert!(alert["data"]["doubts"][0].as_str().unwrap().contains("no entry could be found"));
    assert!(alert["data"]["rule"]["url"].is_string());
}

#[tokio::test]
async fn a_rule_that_only_mentions_the_list_is_not_alerted() {
    let story = started().await;
    story.set_published(&[story.published("2025-05001")]);
    story.text(
        "/rule.xml",
        "<RULE><SUBJECT>Procedures for the Entity List</SUBJECT><SUPLINF><REGTEXT><AMDPAR>2. \
         Section 744.16 is amended by revising paragraph (a) on entries of supplement no. 4 to \
         part 744.</AMDPAR></REGTEXT></SUPLINF></RULE>",
    );
    story.check("2025-03-06T12:00:00Z", "rules").await;
    story.check("2025-03-06T12:15:00Z", "rules").await;
    assert_eq!(types(&story.desk), [""; 0]);
}

#[tokio::test]
async fn an_unreadable_table_does_not_lose_the_names_of_the_plain_text() {
    let story = started().await;
    story.set_filed(&[story.filed(NUMBER)]);
    story.text("/rule.txt", RAW);
    story.check("2025-03-03T21:20:00Z", "rules").await;
    let filed = alerts(&story.desk).pop().unwrap();
    story.set_filed(&[]);
    story.set_published(&[story.published(NUMBER)]);
    story.text("/rule.xml", &without_table());
    story.check("2025-03-06T12:00:00Z", "rules").await;
    let published = alerts(&story.desk).pop().unwrap();
    assert_eq!(published["data"]["orders"], filed["data"]["orders"]);
    assert_eq!(
        (&published["data"]["certain"], &published["data"]["changes"]),
        (&json!(false), &json!([]))
    );
    story.ecfr("2025-03-07", &after());
    story.check("2025-03-10T12:00:00Z", "ecfr").await;
    let listed = alerts(&story.desk).pop().unwrap();
    assert_eq!(listed["data"]["follows"], filed["data"]["alert_id"], "one thread");
}

#[tokio::test]
async fn an_effective_date_that_the_register_corrects_is_alerted_once() {
    let story = started().await;
    let mut document = story.published(NUMBER);
    document["effective_on"] = json!("2025-03-05");
    story.set_published(std::slice::from_ref(&document));
    story.text("/rule.xml", RULE);
    story.check("2025-03-06T12:00:00Z", "rules").await;
    assert_eq!(alerts(&story.desk).pop().unwrap()["data"]["rule"]["effective_on"], "2025-03-05");
    story.check("2025-03-06T12:15:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 1);
    document["effective_on"] = json!("2025-03-20");
    story.set_published(&[document]);
    story.check("2025-03-07T12:15:00Z", "rules").await;
    let moved = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        (&moved["data"]["status"], &moved["data"]["rule"]["effective_on"]),
        (&json!("changed"), &json!("2025-03-20"))
    );
    assert!(moved["data"]["note"].as_str().unwrap().contains("2025-03-05"));
    story.check("2025-03-07T12:30:00Z", "rules").await;
    assert_eq!(types(&story.desk).len(), 2, "once");
}

/// The alerts about a removal that no known rule orders, and about its rule, which is published on
/// this later day.
async fn removal_and_later_rule(published_on: &str) -> (Value, Value) {
    let story = started().await;
    let old = row(
        "RUSSIA",
        "Old Glass, a.k.a., the following one alias:<br/>—OG.<br/>9 Sand Street, Perm, Russia.",
        "80 FR 69852, 11/12/15.",
    );
    story.ecfr("2025-03-04", &before().replace(&old, ""));
    story.check("2025-03-05T12:00:00Z", "ecfr").await;
    let listed = alerts(&story.desk).pop().unwrap();
    let mut document = story.published(NUMBER);
    document["publication_date"] = json!(published_on);
    story.set_published(&[document]);
    story.text("/rule.xml", RULE);
    story.check(&format!("{published_on}T12:00:00Z"), "rules").await;
    (listed, alerts(&story.desk).pop().unwrap())
}

#[tokio::test]
async fn ok_a_rule_published_within_ten_business_days_is_related_to_an_earlier_removal() {
    let (listed, rule) = removal_and_later_rule("2025-03-18").await;
    assert_eq!(
        (&listed["type"], &listed["data"]["rule"]),
        (&json!("list.changed"), &Value::Null),
        "no rule is found yet"
    );
    assert_eq!(rule["data"]["related"], json!([listed["data"]["alert_id"]]));
}

#[tokio::test]
async fn err_a_rule_published_later_is_alerted_without_the_removal() {
    let (_, rule) = removal_and_later_rule("2025-03-24").await;
    assert_eq!((&rule["type"], &rule["data"]["related"]), (&json!("rule.published"), &json!([])));
}

#[tokio::test]
async fn corroboration_has_the_date_of_the_last_read_of_the_other_source() {
    let story = started().await;
    let kept = [csl_row("Blue Lake Ltd.", "87 FR 38925", "4 Sea Street, Izmir, TR")];
    story.csl(&[csl_row("Old Glass", "80 FR 69852", "9 Sand Street, Perm, RU"), kept[0].clone()]);
    story.check("2025-03-01T12:02:00Z", "csl").await;
    // The eCFR is unchanged a week later.
    story.ecfr("2025-03-07", &before());
    story.check("2025-03-08T12:00:00Z", "ecfr").await;
    story.csl(&kept);
    story.check("2025-03-08T12:30:00Z", "csl").await;
    let removal = alerts(&story.desk).pop().unwrap();
    assert_eq!(
        removal["data"]["changes"][0]["corroboration"][0],
        "still listed in ecfr as of 2025-03-07, as Old Glass"
    );
}
