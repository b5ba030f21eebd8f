//! The entries of the list `REG`: the parties that the accepted texts of sections name. Pure.

use std::collections::BTreeMap;

use crate::domain::citation::DatedCitation;
use crate::domain::{Entry, RecordedSection, SectionNumber};
use crate::parse::ecfr::named_parties;

/// The documents that sections newly cite, by section.
pub type NewCitations = BTreeMap<SectionNumber, DatedCitation>;

/// The parties of these sections, in their order.
///
/// A party keeps the citation that it has in the `current` list. A party that its section did not
/// name before has the document that the section newly cites. The parties of a first text have
/// none, because the source note does not say which document named them.
pub fn of_sections<'a>(
    sections: impl IntoIterator<Item = &'a RecordedSection>,
    current: &[Entry],
    new_citations: &NewCitations,
) -> Vec<Entry> {
    let of_section = |section: &RecordedSection| -> Vec<Entry> {
        let cited = new_citations.get(&section.text.section);
        let mut parties = named_parties(&section.text);
        for party in &mut parties {
            let known = current.iter().find(|entry| {
                entry.name == party.name && entry.other.get("section") == party.other.get("section")
            });
            if let Some(known) = known {
                party.citations.clone_from(&known.citations);
                party.start_date.clone_from(&known.start_date);
            } else if let Some(DatedCitation { citation, date }) = cited {
                party.citations = vec![citation.clone()];
                party.start_date = date.map(|date| date.to_string());
            }
        }
        parties
    };
    sections.into_iter().flat_map(of_section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, SectionText, Sha256};

    fn section(names: &str) -> RecordedSection {
        RecordedSection {
            source: "ecfr".to_owned(),
            text: SectionText {
                section: "744.22".parse().unwrap(),
                title: String::new(),
                paragraphs: vec![
                    "The following entities:".to_owned(),
                    format!("(1) Cuba. {names}"),
                ],
                notes: Vec::new(),
                source_note: String::new(),
            },
            as_of: None,
            observed_at: jiff::Timestamp::UNIX_EPOCH,
            document_sha256: Sha256::of(b""),
            alert_id: None,
        }
    }

    #[test]
    fn only_a_new_party_has_the_new_citation() {
        let first = of_sections([&section("Reef Office (RO).")], &[], &NewCitations::new());
        assert_eq!(first.len(), 1);
        assert!(first[0].citations.is_empty());
        let cited = DatedCitation { citation: Citation::page(90, 60_000), date: None };
        let new = NewCitations::from([("744.22".parse().unwrap(), cited)]);
        let both = section("Reef Office (RO) and Tide Office (TO).");
        let second = of_sections([&both], &first, &new);
        let cited = |parties: &[Entry]| -> Vec<usize> {
            parties.iter().map(|party| party.citations.len()).collect()
        };
        assert_eq!(cited(&second), [0, 1]);
        assert_eq!(cited(&of_sections([&both], &second, &NewCitations::new())), [0, 1]);
    }
}
