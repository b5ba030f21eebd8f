//! Whether a document is older than the one that was accepted last. Pure.
//!
//! A cache, a lagging server or a restored file can serve an older copy. Compared with the current
//! list, it would look like a list with entries removed. A document of unknown age is compared like
//! any other, because a publisher may reverse a change.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Edition, Editions};
use crate::pipeline::alerting::corrections::CORRECTION_WINDOW;

/// An older copy is put on hold if nothing newer came for this long, so that a publisher who really
/// goes back to it is not ignored.
pub const OLDER_IS_ON_HOLD_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The clocks of one publisher's servers differ by less than this.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// If a document was replaced this often, and last within `ALTERNATES_WITHIN`, two servers probably
/// answer in turn.
const TIMES_REPLACED: u32 = 2;
/// The time within which the reversal of a change counts as a correction.
const ALTERNATES_WITHIN: SignedDuration = CORRECTION_WINDOW;

/// Why `edition` is older than the current one, in words. `None` if nothing shows that it is.
/// `is_single_file`: the document is one local file, whose time may go back on purpose.
pub fn older(editions: &Editions, edition: &Edition, is_single_file: bool) -> Option<String> {
    let current = editions.current.as_ref()?;
    if let (Some(known), Some(got)) = (current.as_of, edition.as_of)
        && got < known
    {
        return Some(format!(
            "expected the list of {known} or a later one, but got the list of {got}"
        ));
    }
    if edition.sha256 == current.sha256 {
        return None;
    }
    let replaced = editions.replaced(&edition.sha256);
    if let Some((known, got)) = times(current, edition) {
        if got < known && (!is_single_file || replaced.is_some()) {
            let hint = if is_single_file { ". If this file is correct, `touch` it" } else { "" };
            return Some(format!(
                "expected a document as new as the one read before (modified at {known}), but got \
                 one modified at {got}{hint}"
            ));
        }
        if got > known {
            return None;
        }
    }
    if edition.answered_at < current.answered_at - CLOCK_SKEW {
        return Some(format!(
            "expected an answer as new as the one read before (of {}), but got another document \
             in an answer of {}: a cache may have served an old copy",
            current.answered_at, edition.answered_at
        ));
    }
    let alternates = |at: Timestamp| edition.seen_at.duration_since(at) <= ALTERNATES_WITHIN;
    replaced.filter(|replaced| replaced.times >= TIMES_REPLACED && alternates(replaced.at)).map(
        |replaced| {
            format!(
                "expected a new document, but got one that was replaced {} times, last at {}: two \
                 servers may be answering alternately",
                replaced.times, replaced.at
            )
        },
    )
}

/// The modification times of the two, if they can be compared.
fn times(current: &Edition, edition: &Edition) -> Option<(Timestamp, Timestamp)> {
    if current.address_sha256 != edition.address_sha256 {
        return None;
    }
    let (known, got) = (current.modified_at?, edition.modified_at?);
    let is_ahead = |edition: &Edition, at: Timestamp| at > edition.seen_at + CLOCK_SKEW;
    // If the clock was ahead and is now right, the known time is wrong. The document was changed
    // before we read it.
    let was_ahead = is_ahead(current, known) && !is_ahead(edition, got);
    Some((if was_ahead { current.seen_at - CLOCK_SKEW } else { known }, got))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sha256;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    /// A document that was fetched and modified at these hours.
    fn edition(content: &str, fetched: i64, modified: Option<i64>) -> Edition {
        Edition {
            sha256: Sha256::of(content.as_bytes()),
            address_sha256: Some(Sha256::of(b"address")),
            modified_at: modified.map(at),
            as_of: None,
            answered_at: at(fetched),
            seen_at: at(fetched),
        }
    }

    fn accepted(all: &[Edition]) -> Editions {
        let mut editions = Editions::default();
        all.iter().for_each(|edition| editions.accept(edition.clone(), edition.seen_at));
        editions
    }

    #[track_caller]
    fn check(editions: &Editions, edition: &Edition, expected: Option<&str>) {
        let found = older(editions, edition, false);
        match expected {
            None => assert_eq!(found, None),
            Some(words) => {
                assert!(found.as_ref().is_some_and(|found| found.contains(words)), "{found:?}");
            }
        }
    }

    #[test]
    fn ok_a_first_a_newer_and_the_same_document() {
        check(&Editions::default(), &edition("a", 5, Some(4)), None);
        let editions = accepted(&[edition("a", 5, Some(4))]);
        check(&editions, &edition("b", 9, Some(8)), None);
        check(&editions, &edition("b", 9, None), None);
        check(&editions, &edition("b", 9, Some(4)), None);
        check(&editions, &edition("a", 9, Some(1)), None);
    }

    #[test]
    fn err_an_older_modification_time() {
        let editions = accepted(&[edition("a", 5, Some(4)), edition("b", 9, Some(8))]);
        check(
            &editions,
            &edition("a", 10, Some(4)),
            Some("modified at 1970-01-01T08:00:00Z), but got one modified at 1970-01-01T04:00:00Z"),
        );
        check(&editions, &edition("new", 10, Some(7)), Some("modified at 1970-01-01T07:00:00Z"));
    }

    #[test]
    fn ok_an_earlier_document_with_a_newer_modification_time() {
        let all = [
            edition("a", 5, Some(4)),
            edition("b", 9, Some(8)),
            edition("a", 10, Some(10)),
            edition("b", 12, Some(12)),
        ];
        check(&accepted(&all), &edition("a", 14, Some(13)), None);
    }

    #[test]
    fn ok_times_from_different_addresses_are_not_compared() {
        let elsewhere = Edition { address_sha256: None, ..edition("b", 9, Some(1)) };
        check(&accepted(&[edition("a", 5, Some(4))]), &elsewhere, None);
    }

    #[test]
    fn ok_a_clock_that_was_ahead_does_not_stop_the_checks_once_it_is_right() {
        let editions = accepted(&[edition("a", 5, Some(9000))]);
        check(&editions, &edition("b", 9, Some(8)), None);
        check(&editions, &edition("b", 9, Some(4)), Some("modified at 1970-01-01T04:00:00Z"));
        check(&editions, &edition("b", 9, Some(9004)), None);
        check(&editions, &edition("b", 9, Some(8999)), Some("but got one modified at"));
    }

    #[test]
    fn err_an_answer_from_a_cache() {
        let kept =
            |content, modified| Edition { answered_at: at(2), ..edition(content, 9, modified) };
        let editions = accepted(&[edition("a", 1, None), edition("b", 5, None)]);
        check(&editions, &kept("a", None), Some("a cache may have served an old copy"));
        check(&accepted(&[edition("b", 5, Some(4))]), &kept("c", Some(6)), None);
        let a_little =
            Edition { answered_at: at(5) - SignedDuration::from_mins(4), ..edition("c", 9, None) };
        check(&editions, &a_little, None);
    }

    #[test]
    fn err_two_servers_that_answer_in_turn() {
        let (a, b) = (|hour| edition("a", hour, None), |hour| edition("b", hour, None));
        check(&accepted(&[a(1), b(2)]), &a(3), None);
        check(&accepted(&[a(1), b(2), a(3)]), &b(4), None);
        let editions = accepted(&[a(1), b(2), a(3), b(4)]);
        check(&editions, &a(5), Some("replaced 2 times, last at 1970-01-01T04:00:00Z"));
        check(&editions, &a(4 + 8 * 24), None);
    }

    #[test]
    fn err_an_older_date_with_any_content() {
        let of = |content, day: &str| Edition {
            as_of: Some(day.parse().unwrap()),
            ..edition(content, 5, None)
        };
        let editions = accepted(&[of("a", "2026-04-29")]);
        for content in ["a", "b"] {
            check(&editions, &of(content, "2026-04-28"), Some("expected the list of 2026-04-29"));
            check(&editions, &of(content, "2026-04-30"), None);
        }
    }

    #[test]
    fn ok_a_single_file_is_older_only_if_it_was_read_before() {
        let editions = accepted(&[edition("a", 5, Some(4)), edition("b", 9, Some(8))]);
        assert!(
            older(&editions, &edition("a", 10, Some(4)), true)
                .is_some_and(|why| why.ends_with("`touch` it"))
        );
        assert_eq!(older(&editions, &edition("c", 10, Some(4)), true), None);
    }
}
