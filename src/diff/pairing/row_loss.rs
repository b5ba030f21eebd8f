//! What a removed row had that another row of its name does not have.

use std::collections::BTreeMap;

use crate::diff::list::editorial::{is_same_text, without_typography};
use crate::diff::pairing::evidence::{Detail, DetailKind, Evidence, in_words};
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::id_number::Number;
use crate::diff::pairing::row_texts::{is_place, programs};
use crate::diff::pairing::weights::DOUBTFUL_NAME_SCORE;
use crate::domain::pages::{Kept, are_filled_down, share_a_rule};
use crate::domain::{Citation, Entry, Match, RowFate};

/// What a removed row had that another row of its name does not have.
pub struct RowLoss {
    /// Names, addresses, countries and facts of the party.
    pub own: Vec<Detail>,
    pub citations: Vec<Detail>,
    /// Whether both rows have an alias, an address or a number in common.
    pub is_tied: bool,
}

impl RowLoss {
    pub fn of(old: &Entry, new: &Entry) -> Self {
        let mut loss =
            Self { own: Vec::new(), citations: lost_citations(old, new), is_tied: false };
        let (was, is) = (Facts::of(old), Facts::of(new));
        let names: Vec<String> =
            [&new.name].into_iter().chain(&new.aliases).chain(&is.aliases).cloned().collect();
        let is_alias = |alias: &&String| without_typography(alias) != without_typography(&old.name);
        let aliases: Vec<String> = old.aliases.iter().filter(is_alias).cloned().collect();
        loss.compare(DetailKind::Alias, &aliases, &names, true);
        loss.compare(DetailKind::Alias, &was.aliases, &names, true);
        let (places, others): (Vec<String>, Vec<String>) =
            old.addresses.iter().cloned().partition(|address| is_place(address));
        loss.compare(DetailKind::Address, &places, &new.addresses, true);
        // A country in place of an address is compared with the countries.
        let others: Vec<String> =
            others.into_iter().filter(|address| !old.countries.contains(address)).collect();
        loss.compare(DetailKind::Address, &others, &new.addresses, false);
        loss.compare(DetailKind::Country, &old.countries, &new.countries, false);
        let numbers =
            |facts: &Facts| facts.numbers.iter().map(Number::in_words).collect::<Vec<_>>();
        loss.compare(DetailKind::Number, &numbers(&was), &numbers(&is), true);
        loss.compare(DetailKind::BirthDate, &was.birth_dates, &is.birth_dates, true);
        loss.compare(DetailKind::Remark, &was.remarks, &is.remarks, false);
        let programs_of =
            |entry: &Entry| programs(entry).into_iter().map(str::to_owned).collect::<Vec<_>>();
        loss.compare(DetailKind::Program, &programs_of(old), &programs_of(new), false);
        loss
    }

    /// `ties`: whether a shared text ties the rows together.
    fn compare(&mut self, kind: DetailKind, old: &[String], new: &[String], ties: bool) {
        let new: BTreeMap<String, &String> =
            new.iter().map(|text| (without_typography(text), text)).collect();
        for text in old {
            let is_kept = new.contains_key(&without_typography(text))
                || new.values().any(|other| is_same_text(text, other));
            if is_kept {
                self.is_tied |= ties;
            } else {
                self.own.push(Detail::new(kind, text.as_str()));
            }
        }
    }

    /// The match of the removed row with the other row. `rows_before`: how many rows of the name
    /// the old list had.
    ///
    /// The row was folded if the other row has everything that it had of its own. If it had nothing
    /// but its name and country, its citations decide.
    pub fn matched(self, old: &Entry, new: &Entry, rows_before: usize) -> Match {
        let has_common_rule = share_a_rule(&old.citations, &new.citations)
            || are_filled_down(&old.citations, &new.citations);
        let is_folded = self.own.is_empty() && (self.is_tied || self.citations.is_empty());
        let is_certain = has_common_rule || (is_folded && self.is_tied);
        let mut evidence = vec![Evidence::SameName];
        if is_folded {
            evidence.push(Evidence::FoldedIntoNamesake);
        } else {
            evidence.push(Evidence::RowOfNameMissing(rows_before));
        }
        let lost: Vec<Detail> = self.own.into_iter().chain(self.citations).collect();
        if !lost.is_empty() {
            evidence.push(Evidence::LostWithRow(lost));
        }
        let matched = if is_certain {
            Match::certain(in_words(&evidence))
        } else {
            Match::doubtful(DOUBTFUL_NAME_SCORE, in_words(&evidence))
        };
        Match { row: Some(if is_folded { RowFate::Folded } else { RowFate::Gone }), ..matched }
    }
}

fn lost_citations(old: &Entry, new: &Entry) -> Vec<Detail> {
    let is_filled_down =
        |citation: &Citation| are_filled_down(std::slice::from_ref(citation), &new.citations);
    let lost = Kept::of(&old.citations, &new.citations).lost.into_iter();
    lost.filter(|citation| !is_filled_down(citation))
        .map(|citation| Detail::new(DetailKind::Citation, citation.to_string()))
        .collect()
}
