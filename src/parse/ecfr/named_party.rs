//! Finds the parties that the words of a section name, such as the military-intelligence end users
//! of § 744.22(f)(2).
//!
//! The form is an introduction that ends with a colon, and numbered items after it:
//! `(iii) Iran. Islamic Revolutionary Guard Corps Intelligence Organization (IRGC–IO) and Artesh
//! Directorate for Intelligence (J2).` Knows text. It must not know XML.

use crate::domain::{Entry, ListCode, SectionText, country};
use crate::parse::ecfr::entity::take_apart;
use crate::parse::ecfr::enumeration::{Item, enumerations};

/// A longer item is a sentence of the regulation, and no name.
const MOST_NAME_WORDS: usize = 25;
/// A longer text in parentheses after a name is no acronym.
const MOST_ACRONYM_BYTES: usize = 15;

/// What an introduction calls the parties of its items.
const PARTIES: [&str; 14] = [
    "end user",
    "end-user",
    "entity",
    "entities",
    "persons",
    "parties",
    "party",
    "organization",
    "companies",
    "agencies",
    "institution",
    "directorate",
    "subsidiar",
    "affiliate",
];

/// Words that no name has. An item with one of them is a rule.
const OF_RULES: [&str; 28] = [
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "shall",
    "must",
    "may",
    "will",
    "you",
    "your",
    "if",
    "when",
    "that",
    "which",
    "this",
    "license",
    "licenses",
    "item",
    "items",
    "export",
    "exports",
    "reexport",
    "paragraph",
    "any",
    "ear",
    "supplement",
];

/// The parties that a section names, in the order of the text.
///
/// An entry has the section in `other.section`. It has no citation, because the source note of the
/// section does not say which document named the party.
pub fn named_parties(text: &SectionText) -> Vec<Entry> {
    let mut parties: Vec<Entry> = Vec::new();
    for (introduction, items) in enumerations(&text.paragraphs) {
        if !introduces_parties(&introduction) {
            continue;
        }
        let items: Vec<Named<'_>> = items.iter().map(named).collect();
        let names = items.iter().filter(|item| item.is_name).count();
        // With a country before each name, one odd item does not make the others rules.
        let is_list = if items.iter().any(|item| item.country.is_some()) {
            names * 2 > items.len()
        } else {
            names == items.len()
        };
        if !is_list {
            continue;
        }
        for item in items {
            for name in split_names(item.text) {
                let party = party(name, item.country, text);
                if !party.name.is_empty()
                    && !parties.iter().any(|known| known.is_published_like(&party))
                {
                    parties.push(party);
                }
            }
        }
    }
    parties
}

/// Whether the last sentence of the introduction speaks of parties that follow.
fn introduces_parties(introduction: &str) -> bool {
    let introduction = introduction.to_lowercase();
    let sentence = introduction.rsplit(". ").next().unwrap_or_default();
    PARTIES.iter().any(|party| sentence.contains(party))
}

/// An item, with the country before its names.
struct Named<'a> {
    country: Option<&'static str>,
    text: &'a str,
    is_name: bool,
}

fn named(item: &Item) -> Named<'_> {
    let text = trimmed(&item.text);
    let before = |separator: &str| {
        let (head, rest) = text.split_once(separator)?;
        Some((country::iso_of_heading(head)?, trimmed(rest)))
    };
    let found = [". ", ": ", "—", " – "].iter().find_map(|separator| before(separator));
    let (country, text) = match found {
        Some((country, rest)) => (Some(country), rest),
        None => (None, text),
    };
    Named { country, text, is_name: is_name(text) }
}

/// Whether a text can be the name of a party, or the names of several.
fn is_name(text: &str) -> bool {
    let begins = text.trim_start_matches("the ").chars().next();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let has_rule = words.clone().any(|word| OF_RULES.contains(&word));
    begins.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit() || "“\"‘".contains(c))
        && !has_rule
        && split_names(text).iter().all(|name| name.split_whitespace().count() <= MOST_NAME_WORDS)
}

/// The names of one item. `and` divides two names only after an acronym or before `the`: it is part
/// of many names.
fn split_names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in text.split("; ") {
        let mut rest = trimmed(part);
        while let Some((name, after)) = first_name(rest) {
            names.push(name);
            rest = after;
        }
        names.push(rest);
    }
    names.into_iter().map(without_article).filter(|name| !name.is_empty()).collect()
}

/// The first of several names, and the text after the conjunction.
fn first_name(text: &str) -> Option<(&str, &str)> {
    let conjunctions = [", and ", " and ", ", "];
    let mut found: Option<(usize, usize)> = None;
    for conjunction in conjunctions {
        for (at, _) in text.match_indices(conjunction) {
            let (before, after) =
                (text.get(..at).unwrap_or_default(), text.get(at + conjunction.len()..)?);
            let after_acronym = before.ends_with(')');
            // A comma also precedes an address.
            let divides = if conjunction == ", " {
                after_acronym && after.split(", ").next().is_some_and(|name| name.ends_with(')'))
            } else {
                after_acronym || after.starts_with("the ")
            };
            if divides && found.is_none_or(|(best, _)| at < best) {
                found = Some((at, at + conjunction.len()));
            }
        }
    }
    let (end, next) = found?;
    Some((text.get(..end)?, text.get(next..)?))
}

fn without_article(name: &str) -> &str {
    let name = trimmed(name);
    name.strip_prefix("the ").or_else(|| name.strip_prefix("The ")).unwrap_or(name)
}

/// Without the punctuation and the conjunction that end an item.
fn trimmed(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let shorter = text.trim_end_matches([';', ',', '.', ' ']);
        let shorter =
            shorter.strip_suffix(" and").or(shorter.strip_suffix(" or")).unwrap_or(shorter);
        if shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

fn party(name: &str, country: Option<&'static str>, text: &SectionText) -> Entry {
    let (name, country) = match (country, name.rsplit_once(", ")) {
        (None, Some((before, last))) => match country::iso_of_heading(last) {
            Some(code) => (before, Some(code)),
            None => (name, None),
        },
        _ => (name, country),
    };
    let parts = take_apart(name, country.and_then(country::name_of));
    let (name, acronym) = without_acronym(&parts.name);
    let mut party = Entry::named(ListCode::REG, name);
    party.form = parts.form;
    party.aliases = acronym.map(str::to_owned).into_iter().chain(parts.aliases).collect();
    party.addresses = parts.addresses;
    party.remarks = parts.remarks.join("; ");
    party.countries = country.map(str::to_owned).into_iter().collect();
    party.license_requirement = format!("See § {} of the EAR", text.section);
    party.other.insert("section", text.section.as_str());
    party
}

/// `Reconnaissance General Bureau (RGB)` as name and acronym.
fn without_acronym(name: &str) -> (&str, Option<&str>) {
    let name = trimmed(name);
    let acronym = name.strip_suffix(')').and_then(|inner| inner.rsplit_once(" ("));
    match acronym {
        Some((before, acronym))
            if acronym.len() <= MOST_ACRONYM_BYTES
                && !acronym.is_empty()
                && acronym.chars().all(|c| !c.is_whitespace() && !c.is_lowercase()) =>
        {
            (before.trim_end(), Some(acronym))
        }
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(paragraphs: &[&str]) -> SectionText {
        SectionText {
            section: "744.22".parse().unwrap(),
            title: String::new(),
            paragraphs: paragraphs.iter().map(|&line| line.to_owned()).collect(),
            notes: Vec::new(),
            source_note: String::new(),
        }
    }

    #[track_caller]
    fn check(paragraphs: &[&str], expected: &[(&str, &str, &str)]) {
        let parties = named_parties(&section(paragraphs));
        let found: Vec<(String, String, String)> = parties
            .into_iter()
            .map(|party| (party.name, party.aliases.join("; "), party.countries.join(" ")))
            .collect();
        let found: Vec<(&str, &str, &str)> =
            found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ok_each_item_has_a_country_and_one_or_more_names() {
        check(
            &[
                "(f) Definitions.",
                "(2) An 'end user' is any service. 'End users' include, but are not limited to, \
                 the following:",
                "(i) Burma. Office of Harbor Affairs (OHA) and the Directorate of Lamps.",
                "(ii) China, People's Republic of. Survey Bureau of the Tide Department.",
                "(iii) Iran. Orchard Organization (OO–IO) and Pine Directorate for Tides (J2).",
                "(iv) North Korea. Lake General Bureau (LGB).",
                "(v) Russia. Department of Tides and Lamps (DTL).",
                "(g) Another paragraph is here.",
            ],
            &[
                ("Office of Harbor Affairs", "OHA", "MM"),
                ("Directorate of Lamps", "", "MM"),
                ("Survey Bureau of the Tide Department", "", "CN"),
                ("Orchard Organization", "OO–IO", "IR"),
                ("Pine Directorate for Tides", "J2", "IR"),
                ("Lake General Bureau", "LGB", "KP"),
                ("Department of Tides and Lamps", "DTL", "RU"),
            ],
        );
    }

    #[test]
    fn ok_the_items_may_be_in_one_paragraph_with_the_country_at_the_end() {
        check(
            &["(b) This applies to the following entities: (1) Amber Works (AW), Belarus; (2) \
               Birch and Sons, Syria; and (3) Cedar Port."],
            &[("Amber Works", "AW", "BY"), ("Birch and Sons", "", "SY"), ("Cedar Port", "", "")],
        );
    }

    #[test]
    fn ok_a_semicolon_and_a_comma_after_an_acronym_divide_names() {
        check(
            &[
                "The following organizations:",
                "(A) Cuba. Alpha Office (AO), Beta Office (BO), and Gamma Office; Delta Office.",
            ],
            &[
                ("Alpha Office", "AO", "CU"),
                ("Beta Office", "BO", "CU"),
                ("Gamma Office", "", "CU"),
                ("Delta Office", "", "CU"),
            ],
        );
    }

    #[test]
    fn ok_an_item_with_another_name_and_an_address_is_taken_apart() {
        let parties = named_parties(&section(&[
            "The following entities:",
            "(1) Russia. Elm Institute, a.k.a., the following one alias: —EI. 5 Quay Street, \
             Moscow, Russia.",
        ]));
        let [party] = parties.as_slice() else { panic!("{parties:?}") };
        assert_eq!(
            (party.name.as_str(), party.aliases.as_slice()),
            ("Elm Institute", &["EI".to_owned()][..])
        );
        assert_eq!(party.license_requirement, "See § 744.22 of the EAR");
        assert_eq!(party.other.iter().collect::<Vec<_>>(), [("section", "744.22")]);
    }

    #[test]
    fn ok_rules_are_no_parties() {
        check(
            &[
                "(a) The following end users need a license:",
                "(1) Russia. You may not export an item to Russia.",
                "(2) Belarus. A license is required for all items.",
                "(b) License requirements for entities. The following apply:",
                "(1) Items that are listed must not be exported.",
                "(c) The following requirements:",
                "(1) Amber Works.",
                "(d) No items follow for these entities:",
                "(3) Birch Works.",
            ],
            &[],
        );
    }
}
