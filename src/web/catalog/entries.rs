//! The rows of all lists, past and present, and which of them a filter selects.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::domain::ListCode;
use crate::domain::search::Search;
use crate::store::{EntryFacts, EntryQuery};
use crate::web::catalog::interned::Interned;
use crate::web::catalog::texts::{Found, Text, Texts};

/// One row of a list.
#[derive(Clone, Copy, Debug)]
struct Row {
    row: i64,
    source: u32,
    list: ListCode,
    /// The listing that it is a state of.
    listing: u32,
    /// The place of its name among all names.
    rank: u32,
    countries: u32,
    text: Text,
    known_from: Timestamp,
    known_until: Option<Timestamp>,
    day_from: Option<Date>,
    day_until: Option<Date>,
    backfilled: bool,
}

/// All rows.
#[derive(Debug, Default)]
pub struct Entries {
    rows: Vec<Row>,
    sources: Interned,
    listings: Interned,
    /// Codes, separated by spaces.
    countries: Interned,
    texts: Texts,
    /// The first day on which a list of a source was watched. A backfilled row counts only before.
    watched_from: FxHashMap<(u32, ListCode), Date>,
}

/// The listings that a filter selects, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listings {
    /// All their rows.
    rows: Vec<i64>,
    /// Which of the rows are those of each listing.
    pub each: Vec<Range<usize>>,
}

impl Listings {
    /// The rows of a listing, one or more for each source.
    pub fn rows(&self, listing: &Range<usize>) -> &[i64] {
        self.rows.get(listing.clone()).unwrap_or_default()
    }
}

impl Entries {
    pub fn add(&mut self, facts: &EntryFacts) {
        let source = self.sources.add(&facts.source);
        if let Some(day) = facts.day_from.filter(|_| !facts.backfilled) {
            let first = self.watched_from.entry((source, facts.list)).or_insert(day);
            *first = day.min(*first);
        }
        let listing = match &facts.entry_id {
            Some(id) => self.listings.add(id.as_str()),
            // What an older program wrote has no id until the next start.
            None => self.listings.add(&format!("row {}", facts.row)),
        };
        self.rows.push(Row {
            row: facts.row,
            source,
            list: facts.list,
            listing,
            rank: 0,
            countries: self.countries.add(&facts.countries.join(" ")),
            text: self.texts.add(facts.text.lines()),
            known_from: facts.known_from,
            known_until: facts.known_until,
            day_from: facts.day_from,
            day_until: facts.day_until,
            backfilled: facts.backfilled,
        });
    }

    /// Orders the names, and frees what only adding needs.
    pub fn seal(&mut self) {
        self.rows.shrink_to_fit();
        self.texts.seal();
        let texts = &self.texts;
        let mut by_name: Vec<&mut Row> = self.rows.iter_mut().collect();
        by_name.sort_by_key(|row| texts.first_line(row.text));
        for (rank, row) in by_name.into_iter().enumerate() {
            row.rank = u32::try_from(rank).unwrap_or(u32::MAX);
        }
        for texts in [&mut self.listings, &mut self.countries, &mut self.sources] {
            texts.seal();
        }
    }

    /// The numbers of the rows that match, by source and list, in the order in which they were
    /// stored: as `Store::entries` returns them.
    pub fn rows(&self, query: &EntryQuery, country: Option<&str>) -> Vec<i64> {
        let mut found: Vec<&Row> = self.selected(query, country).map(|(row, _)| row).collect();
        found.sort_by_key(|row| (self.sources.text(row.source), row.list.as_str(), row.row));
        found.into_iter().map(|row| row.row).collect()
    }

    /// The listings that match, by name. With a search, those whose name has the text come first.
    pub fn listings(&self, query: &EntryQuery, country: Option<&str>) -> Listings {
        let mut found: Vec<(&Row, Found)> = self.selected(query, country).collect();
        found.sort_unstable_by_key(|(row, _)| (row.listing, row.row));
        let mut ordered: Vec<((Found, u32), Range<usize>)> = Vec::new();
        let mut start = 0;
        for listing in found.chunk_by(|(one, _), (other, _)| one.listing == other.listing) {
            let key = listing.iter().map(|(row, found)| (*found, row.rank)).min();
            let end = start + listing.len();
            ordered.extend(key.map(|key| (key, start..end)));
            start = end;
        }
        ordered.sort_unstable_by_key(|(key, rows)| (*key, rows.start));
        Listings {
            rows: found.into_iter().map(|(row, _)| row.row).collect(),
            each: ordered.into_iter().map(|(_, rows)| rows).collect(),
        }
    }

    /// How many listings of each country are listed now, most first. A listing in several countries
    /// counts in each. The empty code is an unknown country.
    pub fn by_country(&self, list: Option<ListCode>) -> Vec<(&str, usize)> {
        let query = EntryQuery { list, ..EntryQuery::default() };
        let mut seen: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        for (row, _) in self.selected(&query, None) {
            for country in self.countries.text(row.countries).split(' ') {
                seen.entry(country).or_default().push(row.listing);
            }
        }
        let count = |mut listings: Vec<u32>| {
            listings.sort_unstable();
            listings.dedup();
            listings.len()
        };
        let mut counts: Vec<(&str, usize)> =
            seen.into_iter().map(|(country, listings)| (country, count(listings))).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts
    }

    /// The sources that ever had a row.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter()
    }

    /// The codes of all countries that any row ever had, sorted.
    pub fn countries(&self) -> Vec<&str> {
        let mut codes: Vec<&str> =
            self.countries.iter().flat_map(|codes| codes.split(' ')).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.retain(|code| !code.is_empty());
        codes
    }

    fn selected<'a>(
        &'a self,
        query: &'a EntryQuery,
        country: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Row, Found)> {
        let source = query.source.as_deref().map(|source| self.sources.number(source));
        let search = query.search.as_deref().map(|text| self.texts.find(&Search::new(text)));
        let has_country: Vec<bool> = self
            .countries
            .iter()
            .map(|codes| country.is_none_or(|code| codes.split(' ').any(|known| known == code)))
            .collect();
        self.rows.iter().filter_map(move |row| {
            let selected = source.is_none_or(|source| source == Some(row.source))
                && query.list.is_none_or(|list| list == row.list)
                && has_country.get(row.countries as usize).copied().unwrap_or(false)
                && self.was_listed(row, query);
            if !selected {
                return None;
            }
            let found = search.as_ref().map_or(Some(Found::InName), |find| find(row.text))?;
            Some((row, found))
        })
    }

    fn was_listed(&self, row: &Row, query: &EntryQuery) -> bool {
        if query.as_of.is_none() && query.known_at.is_none() {
            return row.known_until.is_none() && !row.backfilled;
        }
        let on_day = query.as_of.is_none_or(|day| {
            let watched_from = self.watched_from.get(&(row.source, row.list));
            row.day_from.is_none_or(|from| from <= day)
                && row.day_until.is_none_or(|until| until > day)
                && (!row.backfilled || watched_from.is_none_or(|first| day < *first))
        });
        let at_time = query.known_at.is_none_or(|time| {
            !row.backfilled
                && row.known_from <= time
                && row.known_until.is_none_or(|until| until > time)
        });
        on_day && at_time
    }
}
