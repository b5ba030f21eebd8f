//! `a.k.a.` and similar announcements in running text: `, a.k.a., the following three aliases:`,
//! `(f.k.a. X)`, `d.b.a. Y`.
//!
//! Knows the announcement, not the names after it.

use std::ops::Range;

/// The words that announce a list.
const THE_FOLLOWING: &str = "the following";

/// The longest announcement of a list, in bytes up to its colon. A later colon belongs to something
/// else.
const LONGEST_ANNOUNCEMENT: usize = 160;

/// An announcement of other names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAs {
    /// From the `a` of `a.k.a.` to where the names begin.
    pub range: Range<usize>,
    /// Whether a list follows (`the following …`), with one name per line. Otherwise the name
    /// itself follows.
    pub list: bool,
    /// Whether it is inside a bracket that was opened before it.
    pub bracketed: bool,
}

/// The first announcement at or after `from`.
pub fn find_known_as(text: &str, from: usize) -> Option<KnownAs> {
    let mut before: Option<char> = text.get(..from).and_then(|head| head.chars().next_back());
    for (offset, character) in text.get(from..)?.char_indices() {
        let at = from + offset;
        if !before.is_some_and(char::is_alphanumeric)
            && let Some(end) = mark_at(text, at)
        {
            let (end, list) = announcement_end(text, end);
            let head = text.get(..at).unwrap_or_default();
            // A list is announced outside brackets, so an open bracket before it was never closed.
            let bracketed = !list && head.matches('(').count() > head.matches(')').count();
            return Some(KnownAs { range: at..end, list, bracketed });
        }
        before = Some(character);
    }
    None
}

/// The first announcement of a list.
pub fn find_list(text: &str) -> Option<KnownAs> {
    let mut from = 0;
    while let Some(found) = find_known_as(text, from) {
        if found.list {
            return Some(found);
        }
        from = found.range.end.max(found.range.start + 1);
    }
    None
}

/// The first announcement outside brackets.
pub fn find_open(text: &str) -> Option<KnownAs> {
    let mut from = 0;
    while let Some(known) = find_known_as(text, from) {
        if !known.bracketed {
            return Some(known);
        }
        from = known.range.end.max(known.range.start + 1);
    }
    None
}

/// Where an `a.k.a.` that begins at `at` ends, including the punctuation and spaces after it.
fn mark_at(text: &str, at: usize) -> Option<usize> {
    const SPELLINGS: &[&str] =
        &["also known as", "formerly known as", "now known as", "doing business as"];
    let rest = text.get(at..)?;
    for spelling in SPELLINGS {
        if rest.get(..spelling.len()).is_some_and(|start| start.eq_ignore_ascii_case(spelling)) {
            return Some(after_punctuation(text, at + spelling.len()));
        }
    }
    // Forms: `a.k.a.`, `f. k. a.`, `d/b/a`, `aka`. Without periods or slashes, it must be in lower
    // case and a word of its own.
    let letters: [&[char]; 3] = [&['a', 'f', 'n', 'd'], &['k', 'b'], &['a']];
    let mut position = at;
    let mut dots = 0;
    for (index, wanted) in letters.iter().enumerate() {
        let letter = text.get(position..)?.chars().next()?;
        if !wanted.contains(&letter.to_ascii_lowercase()) {
            return None;
        }
        if dots == 0 && letter.is_uppercase() && index == 2 {
            return None;
        }
        position += 1;
        let tail = text.get(position..)?;
        if tail.starts_with(['.', '/']) && (index < 2 || tail.starts_with('.')) {
            dots += 1;
            position += 1;
            if index < 2 && text.get(position..)?.starts_with(' ') {
                position += 1;
            }
        }
    }
    let tail = text.get(position..)?;
    if tail.starts_with(|c: char| c.is_alphanumeric())
        || dots == 0 && !tail.starts_with([' ', ',', ':'])
    {
        return None;
    }
    Some(after_punctuation(text, position))
}

fn after_punctuation(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + (rest.len() - rest.trim_start_matches([',', '.', ':', ';', ' ']).len())
}

/// The end of the announcement, including `the following two aliases, and thirteen subordinate
/// institutions:` if that follows, and whether a list follows.
fn announcement_end(text: &str, from: usize) -> (usize, bool) {
    let rest = text.get(from..).unwrap_or_default();
    if !rest
        .get(..THE_FOLLOWING.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(THE_FOLLOWING))
    {
        return (from, false);
    }
    let line = rest.split('\n').next().unwrap_or(rest);
    let sentence = line.split('—').next().unwrap_or(line);
    if let Some(colon) = sentence.find(':').filter(|colon| *colon < LONGEST_ANNOUNCEMENT) {
        return (after_punctuation(text, from + colon), true);
    }
    let lower = sentence.to_ascii_lowercase();
    let noun =
        ["aliases", "alias"].iter().find_map(|noun| lower.find(noun).map(|at| at + noun.len()));
    (after_punctuation(text, from + noun.unwrap_or(THE_FOLLOWING.len())), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str, bool)>) {
        let found = find_known_as(text, 0);
        let parts = found
            .as_ref()
            .map(|known| (&text[..known.range.start], &text[known.range.end..], known.list));
        assert_eq!(parts, expected, "{text}");
    }

    #[test]
    fn an_announcement_of_a_list_ends_after_its_colon() {
        check(
            "Glass Works, a.k.a., the following two aliases:\n—GW",
            Some(("Glass Works, ", "\n—GW", true)),
        );
        check(
            "Glass Works, a.k.a, the following one alias: —GW",
            Some(("Glass Works, ", "—GW", true)),
        );
        check(
            "Works, f.k.a., the following two aliases, and two subordinate institutions: —A",
            Some(("Works, ", "—A", true)),
        );
        check(
            "Works, a.k.a., the following one alias, 5 Mira, Perm",
            Some(("Works, ", "5 Mira, Perm", true)),
        );
    }

    #[test]
    fn a_single_name_follows_directly() {
        check("Works (a.k.a. GW), Perm", Some(("Works (", "GW), Perm", false)));
        check("Works, A.K.A. GW", Some(("Works, ", "GW", false)));
        check("Works aka GW", Some(("Works ", "GW", false)));
        check("Works, d/b/a GW", Some(("Works, ", "GW", false)));
    }

    #[test]
    fn other_words_are_not_announcements() {
        for text in [
            "Makaka Works",
            "Akademika Street",
            "Baka. Naka",
            "AKA Works",
            "Saka a. Works",
            "Ta. K. Works",
        ] {
            check(text, None);
        }
    }
}
