//! Whether a text amends the Entity List, or orders anything at all.

use crate::parse::federal_register::instruction::clause::clauses_of;
use crate::parse::federal_register::instruction::heading::heading_of;

/// Where a text in lower case says that Supplement No. 4 to Part 744 is amended. `None` if it does
/// not.
pub fn where_supplement_4_is_amended(lower: &str) -> Option<usize> {
    const NAMED: &str = "supplement no. 4 to part 744";
    lower.match_indices(NAMED).map(|(at, _)| at).find(|at| {
        let rest = lower.get(at + NAMED.len()..).unwrap_or_default();
        let bare = |text: &str| text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let rest = bare(&rest.chars().take(60).collect::<String>());
        let rest = bare(rest.strip_prefix("the ").unwrap_or(&rest));
        let rest = bare(rest.strip_prefix("entity list").unwrap_or(&rest));
        let verb = ["is amended", "is further amended", "is corrected"]
            .iter()
            .any(|verb| rest.starts_with(verb));
        verb || lower.get(..*at).is_some_and(|head| head.trim_end().ends_with("amend"))
    })
}

/// Whether a text in lower case says that Supplement No. 4 to Part 744 is amended.
pub fn amends_supplement_4(lower: &str) -> bool {
    where_supplement_4_is_amended(lower).is_some()
}

/// Whether an enumerated text orders something. No line of a table does.
pub fn is_an_order(text: &str) -> bool {
    let lower = text.to_lowercase();
    let after_mark = lower.split_once([' ']).map_or("", |(_, rest)| rest.trim_start());
    let subject = ["supplement no.", "part 7", "section ", "§", "paragraph "]
        .iter()
        .any(|subject| lower.contains(subject));
    let verbs = [
        "by adding",
        "by revising",
        "by removing",
        "by correcting",
        "by amending",
        "adding ",
        "revising ",
        "removing ",
    ];
    let imperatives = ["add ", "revise ", "remove ", "amend ", "the authority citation"];
    lower.contains("amend") && subject
        || verbs.iter().chain(&imperatives).any(|start| after_mark.starts_with(start))
        || heading_of(text).is_some()
            && (text.trim_end().ends_with(':') || !clauses_of(text).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_table_is_not_an_order() {
        let order = [
            "a. Under CHINA, by removing “A”;",
            "2. Supplement No. 4 to part 744 is amended:",
            "b. By removing the entry for “A”.",
        ];
        assert_eq!(order.map(is_an_order), [true; 3]);
        let rows = [
            "d. 15, office 51, Simferopol, JSC “North Star”, Russia",
            "5. “A”",
            "1. 2 Under Lane, Perm, Russia",
        ];
        assert_eq!(rows.map(is_an_order), [false; 3]);
    }
}
