//! The reasons of a match, in words.

use crate::screen::addresses::comparison::SamePlace;
use crate::screen::alignment::{Alignment, Why};
use crate::screen::index::asked_name::AskedName;
use crate::screen::index::listed_name::ListedName;
use crate::screen::names::word::{Kind, Word};

/// A word of this weight is called rare.
const RARE: f32 = 4.5;
/// The most names that one reason lists.
const NAMES: usize = 10;

/// The classes of `tables/legal_forms.txt` whose own names say too little.
const FORMS: [(&str, &str); 8] = [
    ("liability", "limited liability"),
    ("stock", "joint stock"),
    ("open-stock", "open joint stock"),
    ("public-stock", "public joint stock"),
    ("closed-stock", "closed joint stock"),
    ("unitary", "state enterprise"),
    ("corporation", "company"),
    ("free-zone", "free zone"),
];

/// Why two names are alike, and what differs. What speaks for the match comes first.
pub fn of_names(asked: &AskedName, listed: &ListedName, found: &Alignment) -> Vec<String> {
    let mut reasons = of_words(asked, listed, found);
    reasons.extend(without(&asked.left_out, "counterparty"));
    reasons.extend(without(&listed.left_out, "entry"));
    reasons
}

/// The part of a name that was not compared. What is around it in the name, such as one of two
/// quotes, is not a part of it.
fn without(text: &str, whose: &str) -> Option<String> {
    let is_around =
        |c: char| c.is_whitespace() || "\"'`\u{2018}\u{2019}\u{201c}\u{201d}«»„,;:-–—".contains(c);
    let text = text.trim_matches(is_around);
    (!text.is_empty()).then(|| format!("compared without `{text}` of the {whose}"))
}

fn of_words(asked: &AskedName, listed: &ListedName, found: &Alignment) -> Vec<String> {
    if asked.name.whole == listed.name.whole && asked.name.stands_for.is_none() {
        return vec!["the same name".to_owned()];
    }
    let mut reasons = Vec::new();
    for (acronym, words) in [&asked.name.stands_for, &listed.name.stands_for].into_iter().flatten()
    {
        reasons.push(format!("`{acronym}` stands for `{words}` on the list"));
    }
    if asked.name.bare == listed.name.bare {
        reasons.push("the same words".to_owned());
    } else {
        same_words(asked, listed, found, &mut reasons);
        if *asked.skeleton == *listed.skeleton {
            reasons.push("the same letters, but for romanization or spaces".to_owned());
        }
        if found.turned {
            reasons.push("the words stand in another order".to_owned());
        }
        differences(asked, listed, found, &mut reasons);
    }
    reasons.extend(of_legal_forms(&asked.name.legal, &listed.name.legal));
    reasons
}

/// What differs between the legal forms of the two names.
fn of_legal_forms(own: &[&str], other: &[&str]) -> Option<String> {
    let form = |classes: &[&str]| {
        let names: Vec<&str> = classes.iter().map(|class| name_of_form(class)).collect();
        names.join(" and ")
    };
    let difference = match (own, other) {
        (own, other) if own == other => return None,
        ([], other) => format!("the entry has one ({}), the counterparty none", form(other)),
        (own, []) => format!("the counterparty has one ({}), the entry none", form(own)),
        (own, other) => {
            format!("{} for the counterparty, {} for the entry", form(own), form(other))
        }
    };
    Some(format!("legal form differs: {difference}"))
}

/// What people call a class of legal forms. A class without a name here is called as in the table.
fn name_of_form(class: &str) -> &str {
    let named = FORMS.iter().find(|(known, _)| *known == class);
    named.map_or(class, |(_, name)| *name)
}

fn same_words(
    asked: &AskedName,
    listed: &ListedName,
    found: &Alignment,
    reasons: &mut Vec<String>,
) {
    let (mut rare, mut common, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let mut others = Vec::new();
    for link in &found.links {
        let own = text(&asked.name.words, link.asked);
        let other = text(&listed.name.words, link.listed);
        let joined = link.asked.1 != link.listed.1;
        let is_number =
            asked.name.words.get(link.asked.0).is_some_and(|word| word.kind == Kind::Number);
        let weight: f32 = asked.weights.iter().skip(link.asked.0).take(link.asked.1).sum();
        match link.why {
            Why::Same | Why::Spelling if own == other && !joined => {
                let list = if is_number {
                    &mut numbers
                } else if weight >= RARE {
                    &mut rare
                } else {
                    &mut common
                };
                if !list.contains(&own) {
                    list.push(own);
                }
            }
            Why::Same | Why::Spelling if joined && without_spaces(&own, &other) => {
                others.push(format!("`{own}` is `{other}` with other spaces"));
            }
            Why::Same if joined => {
                others.push(format!("`{own}` is another way to write `{other}`"));
            }
            Why::Same => others.push(format!("`{own}` means `{other}`")),
            Why::Spelling => others.push(format!("`{own}` is spelled almost like `{other}`")),
            Why::Abbreviation if own.len() < other.len() => {
                others.push(format!("`{own}` may be short for `{other}`"));
            }
            Why::Abbreviation => others.push(format!("`{other}` may be short for `{own}`")),
            Why::Initial => others.push(format!("`{own}` and `{other}` have the same initial")),
            Why::NearMeaning => {
                others.push(format!("`{own}` is near in meaning to `{other}`"));
            }
            Why::OtherForm => others.push(format!("`{own}` may be another form of `{other}`")),
            Why::Acronym if link.asked.1 < link.listed.1 => {
                others.push(format!("the first letters of `{other}` spell `{own}`"));
            }
            Why::Acronym => {
                others.push(format!("the first letters of `{own}` spell `{other}`"));
            }
            Why::Pieces if link.asked.1 < link.listed.1 => {
                others.push(format!(
                    "`{own}` is made of pieces of `{other}`, or of its Russian words"
                ));
            }
            Why::Pieces => {
                others.push(format!(
                    "`{other}` is made of pieces of `{own}`, or of its Russian words"
                ));
            }
        }
    }
    for (list, one, several) in [
        (rare, "the same rare word", "the same rare words"),
        (common, "the same common word", "the same common words"),
        (numbers, "the same number", "the same numbers"),
    ] {
        if !list.is_empty() {
            let label = if list.len() == 1 { one } else { several };
            reasons.push(format!("{label} {}", quoted(&list)));
        }
    }
    others.dedup();
    reasons.append(&mut others);
}

fn differences(
    asked: &AskedName,
    listed: &ListedName,
    found: &Alignment,
    reasons: &mut Vec<String>,
) {
    if found.numbers_differ {
        reasons.push("the numbers differ".to_owned());
    }
    let left = |words: &[Word], taken: Vec<(usize, usize)>| {
        let is_taken = |at: usize| taken.iter().any(|(start, n)| (*start..start + n).contains(&at));
        let mut left: Vec<String> = Vec::new();
        for (_, word) in words.iter().enumerate().filter(|(at, _)| !is_taken(*at)) {
            if !left.contains(&word.text) {
                left.push(word.text.clone());
            }
        }
        left
    };
    let own = left(&asked.name.words, found.links.iter().map(|link| link.asked).collect());
    let other = left(&listed.name.words, found.links.iter().map(|link| link.listed).collect());
    if !own.is_empty() {
        reasons.push(format!("only the counterparty has {}", quoted(&own)));
    }
    if !other.is_empty() {
        reasons.push(format!("only the entry has {}", quoted(&other)));
    }
}

fn text(words: &[Word], (start, length): (usize, usize)) -> String {
    let mut texts: Vec<&str> =
        words.iter().skip(start).take(length).map(|word| word.text.as_str()).collect();
    texts.dedup();
    texts.join(" ")
}

/// Whether two texts are the same without their spaces.
fn without_spaces(one: &str, other: &str) -> bool {
    one.chars().filter(|c| *c != ' ').eq(other.chars().filter(|c| *c != ' '))
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// What the countries say.
pub fn of_countries(agree: Option<bool>, own: &str, listed: &[String]) -> Option<String> {
    match agree? {
        true => Some(format!("the same country: {own}")),
        false => Some(format!("another country: {own}, not {}", listed.join(" or "))),
    }
}

/// Why two addresses are the same place.
pub fn of_address(place: &SamePlace, other_name: bool) -> Vec<String> {
    let name = if other_name { ", under another name" } else { "" };
    let mut reasons = vec![format!("the same address{name}")];
    if !place.words.is_empty() {
        reasons.push(format!("both addresses have {}", quoted(&place.words)));
    }
    if !place.numbers.is_empty() {
        let label = if place.numbers.len() == 1 { "number" } else { "numbers" };
        reasons.push(format!("both addresses have the {label} {}", quoted(&place.numbers)));
    }
    reasons
}

/// How many entries share an address, and which.
pub fn of_sharing(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join("; ");
    let more = names.len().saturating_sub(NAMES);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{} listed entries share this address: {shown}{more}", names.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::names::word::Name;

    #[test]
    fn what_differs_between_legal_forms_is_one_clause_that_says_whose_is_whose() {
        let check = |own: &str, other: &str, expected: Option<&str>| {
            let (own, other) = (Name::of(own).legal, Name::of(other).legal);
            let found = of_legal_forms(&own, &other);
            let expected = expected.map(|text| format!("legal form differs: {text}"));
            assert_eq!(found, expected, "{own:?} {other:?}");
        };
        check("Alder Ltd.", "Alder Co., Limited", None);
        check("Alder", "Alder Ltd.", Some("the entry has one (limited), the counterparty none"));
        let only_own = "the counterparty has one (limited liability), the entry none";
        check("Alder GmbH", "Alder", Some(only_own));
        let both = "limited liability for the counterparty, joint stock for the entry";
        check("OOO Alder", "AO Alder", Some(both));
        let several = "limited and joint stock for the counterparty, free zone for the entry";
        check("Alder Ltd. JSC", "Alder FZE", Some(several));
    }

    #[test]
    fn what_was_not_compared_is_named_without_the_marks_around_it() {
        let check = |text: &str, expected: Option<&str>| {
            let expected = expected.map(|text| format!("compared without `{text}` of the entry"));
            assert_eq!(without(text, "entry"), expected, "{text:?}");
        };
        check("Alder Corporation \u{201c}", Some("Alder Corporation"));
        check(" (Minsk)", Some("(Minsk)"));
        check(", Branch of Alder Co.", Some("Branch of Alder Co."));
        check("", None);
        check(" \u{201d}", None);
    }

    #[test]
    fn each_class_of_the_table_has_a_name_that_people_use() {
        let classes = include_str!("tables/legal_forms.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| Some(line.split_once(':')?.0));
        let named: Vec<&str> = classes.map(name_of_form).collect();
        assert!(named.len() > 50, "{}", named.len());
        for name in named {
            assert!(!name.contains('-'), "{name}");
        }
        for (class, _) in FORMS {
            assert!(include_str!("tables/legal_forms.txt").contains(&format!("\n{class}: ")));
        }
    }
}
