//! When to ask for another page of the list of published documents. Pure.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

/// A publisher that always announces more pages is not followed forever. The Bureau publishes some
/// 60 rules a year. Without any filter there are about 100 documents a day, so 20 pages still cover
/// the two weeks that a check asks for.
const MOST_PAGES: usize = 20;

/// The fields of a page that control paging. Any field may be missing or of another type.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    numbers: Vec<String>,
    /// The newest publication date, if every record has a readable date and the records are in the
    /// requested order, newest first.
    newest: Option<Date>,
    total_pages: Option<usize>,
    count: Option<usize>,
}

impl Page {
    pub(super) fn of(answer: &Value) -> Self {
        let number = |key: &str| -> Option<usize> {
            let value = answer.get(key)?;
            value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .or_else(|| value.as_str()?.trim().parse().ok())
        };
        let records =
            answer.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        // A record without a number is identified by its content.
        let name = |record: &Value| {
            let known = record
                .get("document_number")
                .and_then(Value::as_str)
                .filter(|number| !number.trim().is_empty());
            known.map_or_else(|| record.to_string(), str::to_owned)
        };
        let dates: Option<Vec<Date>> = records
            .iter()
            .map(|record| record.get("publication_date")?.as_str()?.parse().ok())
            .collect();
        Self {
            numbers: records.iter().map(name).collect(),
            newest: dates
                .filter(|dates| dates.is_sorted_by(|one, next| one >= next))
                .and_then(|dates| dates.first().copied()),
            total_pages: number("total_pages"),
            count: number("count"),
        }
    }
}

/// The records of all pages that were read.
#[derive(Default)]
pub(super) struct Pages(BTreeSet<String>);

pub(super) enum Next {
    Ask,
    Complete,
    /// What was received instead of all documents, in words.
    Incomplete(String),
}

impl Pages {
    /// What to do after page `number`.
    pub(super) fn after(&mut self, page: &Page, number: usize, since: Date) -> Next {
        let before = self.0.len();
        self.0.extend(page.numbers.iter().cloned());
        let (have, added_nothing) = (self.0.len(), self.0.len() == before);
        // Newest first: the pages after a page of old documents are older still.
        if page.newest.is_some_and(|newest| newest < since) {
            return Next::Complete;
        }
        let missing = page.count.is_some_and(|count| have < count);
        let more_pages = page.total_pages.map_or(missing, |pages| number < pages);
        if !more_pages && !missing {
            return Next::Complete;
        }
        let count = page.count.map_or_else(String::new, |count| format!(" of {count}"));
        if added_nothing || !more_pages {
            return Next::Incomplete(format!("{have}{count} in {number} pages"));
        }
        if number >= MOST_PAGES {
            return Next::Incomplete(format!(
                "{have}{count} in {MOST_PAGES} pages, which is the limit"
            ));
        }
        Next::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    /// Serves the answers in order and repeats the last one. Returns how many pages were requested,
    /// and what is missing.
    fn ask(answers: &[Value]) -> (usize, Option<String>) {
        let mut pages = Pages::default();
        for (number, answer) in
            (1..).zip(answers.iter().chain(std::iter::repeat(answers.last().unwrap())))
        {
            match pages.after(&Page::of(answer), number, date(2025, 3, 1)) {
                Next::Ask => {}
                Next::Complete => return (number, None),
                Next::Incomplete(got) => return (number, Some(got)),
            }
        }
        unreachable!()
    }

    fn answer(
        numbers: std::ops::Range<usize>,
        published_on: &str,
        count: usize,
        total_pages: &Value,
    ) -> Value {
        let record = |number: usize| {
            json!({"document_number": format!("2025-{number}"),
            "publication_date": published_on})
        };
        json!({"count": count, "total_pages": total_pages,
            "results": numbers.map(record).collect::<Vec<_>>()})
    }

    #[test]
    fn ok_pages_are_requested_until_all_documents_are_read() {
        assert_eq!(ask(&[json!({"count": 0})]), (1, None));
        assert_eq!(
            ask(&[json!({"results": [], "next_page_url": "https://example.com/"})]),
            (1, None)
        );
        assert_eq!(ask(&[answer(0..2, "2025-03-06", 2, &json!(1))]), (1, None));
        let three = |total: &Value| {
            ask(&[
                answer(0..2, "2025-03-06", 5, total),
                answer(2..4, "2025-03-05", 5, total),
                answer(4..5, "2025-03-04", 5, total),
            ])
        };
        assert_eq!(three(&json!(3)), (3, None));
        assert_eq!(three(&json!("3")), (3, None));
        assert_eq!(three(&Value::Null), (3, None), "the count alone shows that there is more");
    }

    #[test]
    fn ok_a_page_of_older_documents_ends_paging() {
        let first = answer(0..2, "2025-03-06", 10_000, &json!(100));
        assert_eq!(ask(&[first, answer(2..4, "2025-02-27", 10_000, &json!(100))]), (2, None));
    }

    #[test]
    fn err_old_documents_before_newer_ones_do_not_end_paging() {
        let record = |number: &str, published_on: &str| {
            json!({"document_number": number,
            "publication_date": published_on})
        };
        let first = json!({"total_pages": 2, "results": [record("1", "2020-03-06"), record("2",
            "2020-03-07")]});
        assert_eq!(
            ask(&[first, json!({"total_pages": 2, "results": [record("3", "2025-03-06")]})]),
            (2, None)
        );
    }

    #[test]
    fn err_repeated_pages_and_endless_pages_are_incomplete() {
        let again = answer(0..2, "2025-03-06", 5, &json!(3));
        assert_eq!(ask(&[again.clone(), again]), (2, Some("2 of 5 in 2 pages".to_owned())));
        let short = answer(0..2, "2025-03-06", 5, &json!(1));
        assert_eq!(ask(&[short]), (1, Some("2 of 5 in 1 pages".to_owned())));
        let many: Vec<Value> =
            (0..30).map(|n| answer(n..n + 1, "2025-03-06", 9000, &json!(9000))).collect();
        assert_eq!(
            ask(&many),
            (MOST_PAGES, Some("20 of 9000 in 20 pages, which is the limit".to_owned()))
        );
    }
}
