//! The two sides of a comparison: counterparties on a shortlist, and entries that changed. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::EntryId;
use crate::domain::matching::watchlist_state::StoredCounterparty;
use crate::pipeline::matching::comparison::{Comparison, Sightings};
use crate::pipeline::matching::current_listing::CurrentListing;
use crate::screen::shortlist::is_at_one;

/// What is compared: some counterparties of one watchlist with some entries.
pub struct Sides {
    /// The name of the watchlist.
    pub name: String,
    pub current: CurrentListing,
    pub parties: Vec<StoredCounterparty>,
    /// The entries whose matches count.
    pub ids: HashSet<EntryId>,
    pub now: Timestamp,
}

impl Sides {
    pub fn comparison(&self) -> Comparison<'_> {
        Comparison {
            watchlist: &self.name,
            listing: &self.current.listing,
            screener: &self.current.screener,
            parties: &self.parties,
            entries: Some(&self.ids),
            now: self.now,
        }
    }

    /// What is found of the counterparties on the shortlist, each with whether it is there by a
    /// name.
    pub fn found(&self, near: &HashMap<String, bool>) -> Vec<Sightings> {
        let CurrentListing { listing, screener } = &self.current;
        let is_at_one = is_at_one(screener, &listing.places_of(&self.ids));
        let is_near = |stored: &StoredCounterparty| match near.get(&stored.party.id) {
            Some(by_name) => *by_name || is_at_one(&stored.party),
            None => false,
        };
        let all = self.parties.iter().enumerate();
        let places = all.filter(|(_, stored)| is_near(stored)).map(|(place, _)| place).collect();
        self.comparison().sightings(places)
    }
}
