//! The subject line: what happened, when it takes effect, and the rule, in this order because a
//! phone cuts the end. Pure.

use crate::deliver::plain;
use crate::deliver::wording::count::{enumeration, number};
use crate::deliver::wording::country;

/// The longest subject that every mail reader shows in full, in characters.
pub const MAX_SUBJECT_CHARS: usize = 120;
/// The most countries that a subject names.
const MAX_COUNTRIES: usize = 3;
/// The fewest characters to which the title is cut to make room for the date and the rule.
const MIN_TITLE_CHARS: usize = 40;

/// `TITLE, effective June 28, 2022 (87 FR 38920): China, Russia`.
///
/// The first of `titles` that fits is taken, and the last one is cut if none fits. `effect` begins
/// with a comma or is empty. The known countries are named only if there is room.
pub fn subject(
    titles: &[String],
    effect: &str,
    reference: Option<&str>,
    countries: &[(String, usize)],
) -> String {
    let reference = reference.map_or_else(String::new, |reference| format!(" ({reference})"));
    let end = format!("{effect}{reference}");
    let room = MAX_SUBJECT_CHARS.saturating_sub(end.chars().count());
    let fitting = titles.iter().find(|title| title.chars().count() <= room);
    let title = fitting.or(titles.last()).map_or("", String::as_str);
    let title = plain::shorten(title, room.max(MIN_TITLE_CHARS));
    let fixed = plain::shorten(&format!("{title}{end}"), MAX_SUBJECT_CHARS);
    let fits = |subject: &String| subject.chars().count() <= MAX_SUBJECT_CHARS;
    let known: Vec<&str> = countries.iter().map(|(name, _)| name.as_str()).collect();
    let known: Vec<&str> = known.into_iter().filter(|name| *name != country::UNKNOWN).collect();
    (1..=MAX_COUNTRIES.min(known.len()))
        .rev()
        .map(|shown| format!("{fixed}: {}", named(&known, shown)))
        .find(fits)
        .unwrap_or(fixed)
}

fn named(countries: &[&str], shown: usize) -> String {
    let mut names: Vec<String> =
        countries.iter().take(shown).map(|name| (*name).to_owned()).collect();
    if countries.len() > shown {
        names.push(format!("{} more", number(countries.len() - shown)));
    }
    enumeration(&names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn countries(names: &[&str]) -> Vec<(String, usize)> {
        names.iter().map(|name| ((*name).to_owned(), 1)).collect()
    }

    #[test]
    fn the_date_comes_before_the_rule_and_countries_come_last() {
        assert_eq!(
            subject(
                &["Entity List: 41 added, 13 revised".to_owned()],
                ", effective June 28, 2022",
                Some("87 FR 38920"),
                &countries(&["China", "Russia", "Pakistan", "Singapore"]),
            ),
            "Entity List: 41 added, 13 revised, effective June 28, 2022 (87 FR 38920): China, \
             Russia, Pakistan and 1 more"
        );
        let one = ["Entity List: 1 added".to_owned()];
        assert_eq!(subject(&one, "", None, &[]), "Entity List: 1 added");
        let unknown = countries(&[country::UNKNOWN]);
        assert_eq!(subject(&one, "", None, &unknown), "Entity List: 1 added");
    }

    #[test]
    fn a_shorter_title_is_taken_if_the_long_one_does_not_fit() {
        let titles = ["long ".repeat(30), "Entity List: 1 no longer listed".to_owned()];
        assert_eq!(
            subject(&titles, "", Some("87 FR 38920"), &[]),
            "Entity List: 1 no longer listed (87 FR 38920)"
        );
    }

    #[test]
    fn the_countries_leave_first_and_the_date_and_the_rule_stay() {
        let long = ["x".repeat(200)];
        let cut = subject(
            &long,
            ", effective June 28, 2022",
            Some("87 FR 38920"),
            &countries(&["China"]),
        );
        assert_eq!(cut.chars().count(), MAX_SUBJECT_CHARS);
        assert!(cut.ends_with("…, effective June 28, 2022 (87 FR 38920)"), "{cut}");
        let far = subject(&long, &"y".repeat(200), Some("87 FR 38920"), &[]);
        assert_eq!(far.chars().count(), MAX_SUBJECT_CHARS);
    }
}
