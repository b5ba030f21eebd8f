//! A match side by side: each fact of the counterparty beside that of the entry, with the words
//! that only one of them has.

use serde::Serialize;

use crate::domain::{Counterparty, Entry, country};
use crate::stored_json::MatchRow;
use crate::web::differing_words::{Piece, Words};

/// Names and addresses of one side on the page. The entry's own page has the rest.
const SHOWN: usize = 30;

/// A row of the comparison.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    title: &'static str,
    ours: Texts,
    listed: Texts,
}

/// What one side says about it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Texts {
    lines: Vec<Vec<Piece>>,
    /// How many lines are left out.
    more: usize,
}

/// What was compared with what.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ComparedTexts {
    ours: Vec<Piece>,
    listed: Vec<Piece>,
}

/// A part of a reason. Reasons name words in backquotes.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ReasonPart {
    text: String,
    is_word: bool,
}

/// The two texts that were compared.
pub fn compared(row: &MatchRow) -> ComparedTexts {
    let (ours, listed) = (row.compared.counterparty.as_str(), row.compared.entry.as_str());
    ComparedTexts { ours: Words::of([listed]).mark(ours), listed: Words::of([ours]).mark(listed) }
}

/// All facts of both sides. The entry is unknown if a rule orders it without its text.
pub fn facts(party: &Counterparty, entry: Option<&Entry>) -> Vec<Fact> {
    let unknown = Entry::named(crate::domain::ListCode::EL, "");
    let entry = entry.unwrap_or(&unknown);
    let (our_names, listed_names) =
        (names(&party.name, &party.aliases), names(&entry.name, &entry.aliases));
    let (our_words, listed_words) =
        (Words::of(our_names.iter().copied()), Words::of(listed_names.iter().copied()));
    let (our_places, listed_places) = (texts(&party.addresses), texts(&entry.addresses));
    let (our_streets, listed_streets) =
        (Words::of(our_places.iter().copied()), Words::of(listed_places.iter().copied()));
    let our_country: Vec<&str> = filled(&party.country).map(country::name_in_messages).collect();
    let codes = entry.countries.iter();
    let listed_countries: Vec<&str> = codes.map(|code| country::name_in_messages(code)).collect();
    let fact = |title, ours, listed| Fact { title, ours, listed };
    let plain = |text| lines(&Words::default(), &filled(text).collect::<Vec<_>>());
    let all = vec![
        fact(
            "Name",
            lines(&listed_words, &filled(&party.name).collect::<Vec<_>>()),
            lines(&our_words, &filled(&entry.name).collect::<Vec<_>>()),
        ),
        fact(
            "Also known as",
            lines(&listed_words, &texts(&party.aliases)),
            lines(&our_words, &texts(&entry.aliases)),
        ),
        fact("Addresses", lines(&listed_streets, &our_places), lines(&our_streets, &listed_places)),
        fact(
            "Country",
            lines(&Words::of(listed_countries.iter().copied()), &our_country),
            lines(&Words::of(our_country.iter().copied()), &listed_countries),
        ),
        fact("License requirement", Texts::default(), plain(&entry.license_requirement)),
        fact("License review policy", Texts::default(), plain(&entry.license_policy)),
        fact("Remarks", Texts::default(), plain(&entry.remarks)),
    ];
    let has_text = |fact: &Fact| !(fact.ours.lines.is_empty() && fact.listed.lines.is_empty());
    all.into_iter().filter(has_text).collect()
}

/// The reasons, with the words that they name apart.
pub fn reasons(row: &MatchRow) -> Vec<Vec<ReasonPart>> {
    let parts = |reason: &String| {
        let parts = reason.split('`').enumerate();
        let part =
            |(at, text): (usize, &str)| ReasonPart { text: text.to_owned(), is_word: at % 2 == 1 };
        parts.map(part).filter(|part| !part.text.is_empty()).collect()
    };
    row.reasons.iter().map(parts).collect()
}

fn names<'a>(name: &'a str, aliases: &'a [String]) -> Vec<&'a str> {
    filled(name).chain(aliases.iter().map(String::as_str)).collect()
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn filled(text: &str) -> impl Iterator<Item = &str> {
    Some(text).filter(|text| !text.is_empty()).into_iter()
}

fn lines(others: &Words, texts: &[&str]) -> Texts {
    let lines = texts.iter().take(SHOWN).map(|text| others.mark(text)).collect();
    Texts { lines, more: texts.len().saturating_sub(SHOWN) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    fn party(name: &str, aliases: &[&str]) -> Counterparty {
        Counterparty {
            name: name.to_owned(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            addresses: vec!["12 Dock Road, Port Town".to_owned()],
            country: "CN".to_owned(),
            ..Counterparty::default()
        }
    }

    /// What differs is in brackets.
    fn shown(texts: &Texts) -> Vec<String> {
        let piece = |piece: &Piece| match piece.differs {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        texts.lines.iter().map(|line| line.iter().map(piece).collect()).collect()
    }

    #[test]
    fn ok_a_word_differs_if_no_name_of_the_other_side_has_it() {
        let mut entry = Entry::named(ListCode::EL, "Alder Works");
        entry.aliases = vec!["Alder Marine".to_owned()];
        entry.addresses = vec!["14 Dock Road".to_owned()];
        entry.countries = vec!["CN".to_owned(), "HK".to_owned()];
        let facts = facts(&party("Alder Marine Optics", &["Works"]), Some(&entry));
        let find = |title: &str| facts.iter().find(|fact| fact.title == title).unwrap();
        assert_eq!(shown(&find("Name").ours), ["Alder Marine [Optics]"]);
        assert_eq!(shown(&find("Name").listed), ["Alder Works"]);
        assert_eq!(shown(&find("Also known as").listed), ["Alder Marine"]);
        assert_eq!(shown(&find("Addresses").ours), ["[12] Dock Road, [Port Town]"]);
        assert_eq!(shown(&find("Addresses").listed), ["[14] Dock Road"]);
        assert_eq!(shown(&find("Country").listed), ["China", "[Hong Kong]"]);
        assert!(!facts.iter().any(|fact| fact.title == "Remarks"));
    }

    #[test]
    fn ok_a_long_list_is_cut_and_counted() {
        let aliases: Vec<String> = (0..100).map(|n| format!("Alder {n}")).collect();
        let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
        let facts = facts(&party("Alder", &aliases), None);
        let known = facts.iter().find(|fact| fact.title == "Also known as").unwrap();
        assert_eq!((known.ours.lines.len(), known.ours.more), (30, 70));
        assert!(known.listed.lines.is_empty());
    }
}
