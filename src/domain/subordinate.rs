//! The words that introduce a subordinate or affiliated party:
//! `Subordinate institution Second Works`, `Affiliated Entities: A`,
//! `Board of Mines. Subordinate Institution - Second Works`.
//!
//! Both publishers of the Entity List use these words, each with its own case, number, punctuation
//! and numbering.

/// The place where a party is introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Where the words begin.
    pub start: usize,
    /// Where the party's name begins: after the words, a number and the separators.
    pub end: usize,
    /// `institutions`, `entities`: more than one may follow.
    pub plural: bool,
}

const ROLES: [&str; 4] = ["subordinate", "subordinated", "affiliated", "affiliate"];

/// Nouns in the singular and the plural.
const NOUNS: [(&str, &str); 5] = [
    ("institution", "institutions"),
    ("entity", "entities"),
    ("institute", "institutes"),
    ("organization", "organizations"),
    ("party", "parties"),
];

/// The first introduction at or after `from`: a role and a noun in any case.
pub fn introduction(text: &str, from: usize) -> Option<Introduction> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Introduction> = Vec::new();
    for role in ROLES {
        let places = lower
            .match_indices(role)
            .map(|(at, _)| at)
            .filter(|at| *at >= from && begins_a_word(&lower, *at));
        found.extend(places.filter_map(|start| {
            let after_role = start + role.len();
            let gap = spaces_at(&lower, after_role);
            let (after_noun, plural) = noun_at(&lower, after_role + gap).filter(|_| gap > 0)?;
            // `a subordinate institute of CETC-7` names the parent after it, not a party.
            let is_of = lower.get(after_noun..).unwrap_or_default().trim_start().starts_with("of ");
            (!is_of).then(|| Introduction {
                start,
                end: after_separators(text, after_noun),
                plural,
            })
        }));
    }
    found.into_iter().min_by_key(|introduction| introduction.start)
}

/// The parent and the party of a name that contains both:
/// `Board of Mines. Subordinate Institution - Second Works`, `Board of Mines entity: Second Works`.
/// There may be several parties, joined by `; `.
pub fn parent_and_party(name: &str) -> Option<(&str, &str)> {
    let with_role = introduction(name, 0).filter(|found| found.start > 0);
    let Introduction { start, end, .. } = with_role.or_else(|| bare_noun(name))?;
    let before = |c: char| is_separator(c) && c != ')';
    let mut parent = name.get(..start)?.trim_end_matches(before);
    for joint in [" and its", " and", " with its"] {
        parent = without_end(parent, joint).unwrap_or(parent).trim_end_matches(before);
    }
    let party = name.get(end..)?.trim();
    let party =
        party.strip_suffix(')').filter(|inner| !inner.contains('(')).unwrap_or(party).trim_end();
    (!parent.is_empty() && !party.is_empty()).then_some((parent, party))
}

/// ` entity:` without a role. A colon must follow, because the noun alone may belong to a name.
fn bare_noun(name: &str) -> Option<Introduction> {
    let lower = name.to_ascii_lowercase();
    lower.match_indices(':').find_map(|(colon, _)| {
        let head = lower.get(..colon)?.trim_end();
        let (singular, plural) =
            NOUNS.iter().take(2).find(|(one, many)| head.ends_with(one) || head.ends_with(many))?;
        let plural = head.ends_with(plural).then_some(*plural);
        let start = head.len() - plural.unwrap_or(singular).len();
        (start > 0 && begins_a_word(&lower, start)).then(|| Introduction {
            start,
            end: after_separators(name, colon),
            plural: plural.is_some(),
        })
    })
}

/// The position after a number and the separators between the words and the name: ` 1: `,
/// ` No. 2 - `, ` — `.
fn after_separators(text: &str, from: usize) -> usize {
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let skip = |at: usize, what: fn(char) -> bool| {
        at + (rest(at).len() - rest(at).trim_start_matches(what).len())
    };
    let name = skip(from, is_separator);
    // A number belongs to the words only if a separator follows it: `201 Research Institute` is a
    // name.
    let lower = rest(name).to_ascii_lowercase();
    let label = ["no.", "no", "number", "#", "("]
        .iter()
        .find(|label| lower.starts_with(*label))
        .map_or(0, |label| label.len());
    let number = skip(name + label, char::is_whitespace);
    let after_number = skip(number, |c| c.is_ascii_digit());
    if after_number == number {
        return name;
    }
    let tail = rest(after_number);
    let is_separated = tail.starts_with([':', ')', '.'])
        || tail.trim_start().starts_with([':', '–', '—'])
        || tail.starts_with(" - ");
    let name_start = skip(after_number, is_separator);
    if is_separated && name_start < text.len() { name_start } else { name }
}

fn is_separator(c: char) -> bool {
    (c.is_whitespace() && c != '\n')
        || matches!(
            c,
            ':' | ';' | ',' | '.' | '(' | ')' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

fn begins_a_word(text: &str, at: usize) -> bool {
    !text.get(..at).is_some_and(|head| head.ends_with(char::is_alphanumeric))
}

fn spaces_at(text: &str, at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len())
}

/// Where the noun at `at` ends, and whether it is plural.
fn noun_at(lower: &str, at: usize) -> Option<(usize, bool)> {
    let rest = lower.get(at..)?;
    let nouns = NOUNS.iter().flat_map(|(singular, plural)| [(*plural, true), (*singular, false)]);
    let is_noun = |noun: &str| {
        rest.strip_prefix(noun).is_some_and(|tail| !tail.starts_with(char::is_alphanumeric))
    };
    // `institution(s)`
    let optional = |end: usize| lower.get(end..).is_some_and(|tail| tail.starts_with("(s)"));
    nouns.into_iter().find(|(noun, _)| is_noun(noun)).map(|(noun, plural)| {
        let end = at + noun.len();
        if optional(end) { (end + "(s)".len(), true) } else { (end, plural) }
    })
}

/// The text before `end`, if the text ends with `end` in any case.
fn without_end<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(end.len())?;
    text.get(at..).filter(|tail| tail.eq_ignore_ascii_case(end)).and_then(|_| text.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<(&str, &str)>) {
        assert_eq!(parent_and_party(name), expected, "{name}");
    }

    #[test]
    fn ok_a_party_is_separated_from_its_parent_in_every_spelling() {
        for between in [
            ". Subordinate Institution - ",
            ". SUBORDINATE INSTITUTION — ",
            ", and subordinate entity ",
            " subordinate institution: ",
            ". Affiliated Entity: ",
            "; Affiliated entities:",
            " - Affiliated  Institutions – ",
            " and its affiliated entity ",
            ", Subordinate institution(s): ",
            ". Subordinate Institution 1: ",
            ". Subordinate Institution No. 12 - ",
            ". Affiliated Entity (3) ",
            ". Affiliated Entity #4: ",
            " entity: ",
            " Institution:",
            ". Subordinate Organization. ",
        ] {
            check(
                &format!("Board of Mines{between}Second Works"),
                Some(("Board of Mines", "Second Works")),
            );
        }
        check("Mines (MB) subordinate institution: 201 Works", Some(("Mines (MB)", "201 Works")));
        check("Mines. Subordinate Institution - 23rd Works", Some(("Mines", "23rd Works")));
        check("Mines. Subordinate Institution 201 Works", Some(("Mines", "201 Works")));
        check("Mines (subordinate institution: Second Works)", Some(("Mines", "Second Works")));
        check("Mines. Subordinate Institution - Works (Second)", Some(("Mines", "Works (Second)")));
    }

    #[test]
    fn err_other_names_have_no_party() {
        for name in [
            "Affiliated Supply and Consultancy Services",
            "Second Works Co., Ltd. (a subordinate institute of CETC-7)",
            "Subordinate institution Second Works",
            "Mines. Subordinate Institution - ",
            "Identity: Works",
            "Legal Entity Works",
            "Nonaffiliated entity",
            "",
        ] {
            check(name, None);
        }
    }

    #[test]
    fn an_introduction_has_a_place_and_a_number() {
        assert_eq!(
            introduction("Affiliated Entities:\n—A", 0),
            Some(Introduction { start: 0, end: 20, plural: true })
        );
        assert_eq!(
            introduction("x. subordinate institution Y", 0),
            Some(Introduction { start: 3, end: 27, plural: false })
        );
        assert_eq!(introduction("thirteen subordinate institutions", 10), None);
    }
}
