//! The dates in the answers of the eCFR's API. Pure: JSON in, dates out.

use jiff::civil::Date;
use serde_json::Value;

use super::TITLE;
use crate::domain::PART_OF_LISTS;

/// Why an answer gives no date.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DateError {
    #[error("expected `{0}`, but got none")]
    Missing(&'static str),
    #[error("expected the date of title {title}, but got {0}", title = TITLE)]
    UnreadableTitle(&'static str),
    #[error("expected a date of the version of `{0}`, but got none that can be read")]
    UnreadableVersion(String),
}

/// The date of Title 15. The answer's other titles are ignored.
pub(super) fn newest_date(answer: &Value) -> Result<Date, DateError> {
    let titles =
        answer.get("titles").and_then(Value::as_array).ok_or(DateError::Missing("titles"))?;
    let ours = titles.iter().filter(|title| {
        title.get("number").is_some_and(|number| is_number(number, &TITLE.to_string()))
    });
    let mut found = None;
    for title in ours {
        // If the title is listed twice, an entry with a readable date wins.
        if let Some(Ok(date)) = date_in(title, "up_to_date_as_of") {
            found = found.max(Some(date));
        }
    }
    found.ok_or_else(|| {
        let got = titles.iter().find(|title| {
            title.get("number").is_some_and(|number| is_number(number, &TITLE.to_string()))
        });
        let got = got.map_or("no such title", |title| match title.get("up_to_date_as_of") {
            None | Some(Value::Null) => "none",
            Some(_) => "one that cannot be read",
        });
        DateError::UnreadableTitle(got)
    })
}

/// The dates of the versions of Part 744's supplements, or of all its versions if no supplement is
/// named.
pub(super) fn amendment_dates(answer: &Value) -> Result<Vec<Date>, DateError> {
    let versions = answer
        .get("content_versions")
        .and_then(Value::as_array)
        .ok_or(DateError::Missing("content_versions"))?;
    let of_part = |version: &&Value| {
        version.get("part").is_none_or(|part| part.is_null() || is_number(part, PART_OF_LISTS))
    };
    let identifier = |version: &Value| {
        version.get("identifier").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let ours: Vec<&Value> = versions.iter().filter(of_part).collect();
    let has_supplements = ours.iter().any(|version| identifier(version).starts_with("Supplement"));
    let mut dates = Vec::new();
    for version in ours {
        let identifier = identifier(version);
        // A version without an identifier may belong to a supplement.
        if has_supplements && !identifier.is_empty() && !identifier.starts_with("Supplement") {
            continue;
        }
        match served_from(version) {
            Some(date) => dates.push(date),
            None => return Err(DateError::UnreadableVersion(identifier)),
        }
    }
    dates.sort_unstable();
    dates.dedup();
    Ok(dates)
}

/// The date from which the API serves a text: its amendment is both in effect and published in an
/// issue of the Federal Register. `date` is the date of the text where those two are not given.
fn served_from(version: &Value) -> Option<Date> {
    let of = |key: &str| date_in(version, key).and_then(Result::ok);
    of("amendment_date").max(of("issue_date")).or_else(|| of("date"))
}

/// The date under a key, if there is one. An empty text counts as absent.
fn date_in(record: &Value, key: &str) -> Option<Result<Date, ()>> {
    match record.get(key)? {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        value => Some(value.as_str().and_then(|text| text.trim().parse().ok()).ok_or(())),
    }
}

/// Whether a value is this number, written as a number or as text.
fn is_number(value: &Value, expected: &str) -> bool {
    let number = match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    number == expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn ok_other_titles_are_ignored() {
        for other in [
            json!({"number": 35, "name": "[Reserved]", "up_to_date_as_of": ""}),
            json!({"number": 35, "up_to_date_as_of": "soon"}),
            json!({"number": null, "up_to_date_as_of": null}),
            json!({"number": "one", "up_to_date_as_of": 7}),
            json!({"name": "Transportation"}),
            json!(null),
            json!("Title 3"),
        ] {
            let answer = json!({"titles": [other, {"number": 15,
                "up_to_date_as_of": "2026-07-09"}], "meta": {"date": ""}});
            assert_eq!(newest_date(&answer), Ok(date(2026, 7, 9)), "{other}");
        }
        assert_eq!(
            newest_date(&json!({"titles": [{"number": "15", "up_to_date_as_of": "2026-07-09"}]})),
            Ok(date(2026, 7, 9))
        );
    }

    #[test]
    fn err_title_15_without_a_date() {
        let ours = |value: Value| {
            newest_date(
                &json!({"titles": [{"number": 35}, {"number": 15, "up_to_date_as_of": value}]}),
            )
        };
        assert_eq!(
            ours(json!("")).unwrap_err().to_string(),
            "expected the date of title 15, but got one that cannot be read"
        );
        assert_eq!(
            ours(json!(null)).unwrap_err().to_string(),
            "expected the date of title 15, but got none"
        );
        assert!(ours(json!(20_260_709)).is_err() && ours(json!("July 9")).is_err());
        assert_eq!(
            newest_date(&json!({"titles": []})).unwrap_err().to_string(),
            "expected the date of title 15, but got no such title"
        );
        assert!(newest_date(&json!({})).is_err() && newest_date(&json!([])).is_err());
    }

    #[test]
    fn ok_versions_of_other_parts_and_sections_are_ignored() {
        let ours = json!({"identifier": "Supplement No. 4 to Part 744", "part": "744",
            "amendment_date": "2026-01-02", "issue_date": ""});
        for other in [
            json!({"identifier": "744.11", "date": ""}),
            json!({"identifier": "Supplement No. 1 to Part 740", "part": "740", "date": null}),
            json!({"identifier": "744.1", "date": 5, "amendment_date": {}}),
        ] {
            assert_eq!(
                amendment_dates(&json!({"content_versions": [other, ours]})),
                Ok(vec![date(2026, 1, 2)]),
                "{other}"
            );
        }
    }

    #[test]
    fn err_a_version_of_a_supplement_without_a_date_is_named() {
        for broken in [
            json!({"identifier": "Supplement No. 4 to Part 744", "date": ""}),
            json!({"identifier": null}),
            json!(null),
        ] {
            let known = json!({
                "identifier": "Supplement No. 6 to Part 744", "date": "2026-01-02",
            });
            let answer = json!({"content_versions": [known, broken]});
            let problem = amendment_dates(&answer).unwrap_err().to_string();
            let name = broken.get("identifier").and_then(Value::as_str).unwrap_or_default();
            assert!(problem.contains(&format!("`{name}`")), "{problem}");
        }
        assert!(amendment_dates(&json!({"content_versions": null})).is_err());
    }
}
