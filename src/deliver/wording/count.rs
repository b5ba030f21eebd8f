//! Counts with their nouns, and lists of words.

use crate::domain::Summary;

/// `1 entry`, `2 entries`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

pub fn plural(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    }
}

/// `a, b and c`
pub fn enumeration(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// `41 added, 13 revised, 2 no longer in csl, 1 editorial`. A removal is worded as an observation,
/// because it may be an error of the source.
pub fn summary(summary: &Summary, source: &str) -> String {
    let counts = [
        (summary.added, "added".to_owned()),
        (summary.revised, "revised".to_owned()),
        (summary.removed, format!("no longer in {source}")),
        (summary.editorial, "editorial".to_owned()),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

/// `41 entries were added, 13 were revised and 1 is no longer in csl`
pub fn sentence(summary: &Summary, source: &str) -> String {
    let verb = |count: usize, one: &str, many: &str| {
        if count == 1 { one.to_owned() } else { many.to_owned() }
    };
    let counts = [
        (summary.added, format!("{} added", verb(summary.added, "was", "were"))),
        (summary.revised, format!("{} revised", verb(summary.revised, "was", "were"))),
        (summary.removed, format!("{} no longer in {source}", verb(summary.removed, "is", "are"))),
        (
            summary.editorial,
            format!("{} changed in spelling only", verb(summary.editorial, "was", "were")),
        ),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let subject = if parts.is_empty() { counted(count, "entry") } else { count.to_string() };
        parts.push(format!("{subject} {what}"));
    }
    if parts.is_empty() { "no entry changed".to_owned() } else { enumeration(&parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: [usize; 4], short: &str, long: &str) {
        let [added, removed, revised, editorial] = counts;
        let counts = Summary { added, removed, revised, editorial };
        assert_eq!(
            (summary(&counts, "csl").as_str(), sentence(&counts, "csl").as_str()),
            (short, long)
        );
    }

    #[test]
    fn singular_and_plural_are_distinguished() {
        check(
            [41, 2, 13, 0],
            "41 added, 13 revised, 2 no longer in csl",
            "41 entries were added, 13 were revised and 2 are no longer in csl",
        );
        check([1, 0, 0, 0], "1 added", "1 entry was added");
        check([0, 1, 0, 0], "1 no longer in csl", "1 entry is no longer in csl");
        check(
            [0, 0, 1, 3],
            "1 revised, 3 editorial",
            "1 entry was revised and 3 were changed in spelling only",
        );
        check([0, 0, 0, 0], "no change", "no entry changed");
    }

    #[test]
    fn plurals_are_spelled_correctly() {
        assert_eq!(
            [plural(2, "day"), plural(2, "country"), plural(1, "country"), plural(0, "row")],
            ["days", "countries", "country", "rows"]
        );
    }
}
