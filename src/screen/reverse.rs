//! Which counterparties are worth comparing with a few entries, such as those of one rule.
//!
//! Most of a counterparty file has nothing to do with the entries of one rule. Each name and
//! address is first measured by its single words ([`Nearness`]), which costs a small part of a
//! comparison. No index of the counterparties is needed.

use std::borrow::Borrow;

use crate::screen::addresses::nearness as places;
use crate::screen::batch::{Each, MOST_THREADS, WORTH_A_THREAD};
use crate::screen::found::{Found, Options};
use crate::screen::index::names::Scratch;
use crate::screen::index::nearness::{Nearness, Remembered};
use crate::screen::party::Counterparty;
use crate::screen::screener::Screener;

/// Screens the counterparties that are near the entries, and hands on the matches of each that has
/// any, in their order: those of [`screen_all`](crate::screen::batch::screen_all) in the bands
/// `review` and `strong`, much faster if the entries are few. A name is left out if its first word
/// both has a typing error and is written together with the next one on the list.
///
/// # Errors
///
/// The first error of `each`.
pub fn screen_near<E>(
    screener: &Screener,
    parties: &[Counterparty],
    threads: usize,
    each: Each<'_, E>,
) -> Result<(), E> {
    let screen = |party: &Counterparty, scratch: &mut Scratch| {
        Some(screener.screen(party, Options::default(), scratch)).filter(|found| !found.is_empty())
    };
    for (place, found) in near_ones(screener, parties, threads, &screen) {
        if let Some(party) = parties.get(place) {
            each(party, found)?;
        }
    }
    Ok(())
}

/// The places of the counterparties that may match one of the entries, in the order of the file.
/// A few matches are missed: about one of 200, above all names that are written together with a
/// word of a legal form. So a check does not use it.
pub fn near<P>(screener: &Screener, parties: &[P], threads: usize) -> Vec<usize>
where
    P: Borrow<Counterparty> + Sync,
{
    let any = |_: &Counterparty, _: &mut Scratch| Some(Vec::new());
    near_ones(screener, parties, threads, &any).into_iter().map(|(place, _)| place).collect()
}

type Screen<'a> = &'a (dyn Fn(&Counterparty, &mut Scratch) -> Option<Vec<Found>> + Sync);

fn near_ones<P>(
    screener: &Screener,
    parties: &[P],
    threads: usize,
    screen: Screen<'_>,
) -> Vec<(usize, Vec<Found>)>
where
    P: Borrow<Counterparty> + Sync,
{
    let threads = if parties.len() < WORTH_A_THREAD { 1 } else { threads.clamp(1, MOST_THREADS) };
    let nearness = Nearness::of(screener.names());
    let share = parties.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = parties
            .chunks(share)
            .zip((0..).step_by(share))
            .map(|(part, first)| {
                let nearness = &nearness;
                scope.spawn(move || {
                    let mut words = (Remembered::default(), places::Remembered::default());
                    let mut scratch = Scratch::default();
                    (first..)
                        .zip(part.iter().map(Borrow::borrow))
                        .filter(|(_, party)| is_near(screener, nearness, party, &mut words))
                        .filter_map(|(place, party)| Some((place, screen(party, &mut scratch)?)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<(usize, Vec<Found>)>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().flat_map(join).collect()
    })
}

fn is_near(
    screener: &Screener,
    nearness: &Nearness<'_>,
    party: &Counterparty,
    (words, address_words): &mut (Remembered, places::Remembered),
) -> bool {
    let names = std::iter::once(&party.name).chain(&party.aliases);
    let index = screener.addresses();
    names.into_iter().any(|name| nearness.is_near(name, words))
        || party.addresses.iter().any(|address| {
            places::is_near(index, address, address_words) && !index.find(address).is_empty()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Entry, ListCode};

    fn near(name: &str, address: &str, entry: &str, listed_address: &str) -> bool {
        let party = Counterparty {
            name: name.into(),
            addresses: vec![address.into()],
            ..Counterparty::default()
        };
        let other = Counterparty { name: "Birch International".into(), ..Counterparty::default() };
        let mut listed = Entry::named(ListCode::EL, entry);
        listed.addresses = vec![listed_address.into()];
        super::near(&Screener::new(vec![listed]), &[other, party], 1) == [1]
    }

    #[test]
    fn ok_what_may_match_is_near() {
        for (name, entry) in [
            ("Alderwood Works", "ALDERWOOD LLC"),
            ("Alder Wood", "Alderwood"),
            ("Aldrewood", "Alderwood"),
            ("Khalid", "Halid"),
            ("Svyaz Engineering", "ZAO Svyaz Inzhiniring"),
            ("Jimcorporation", "Jim Corporation"),
            ("218 ARZ", "Joint Stock Company 218 Aviation Repair Plant"),
            ("Communications Institute Sciences", "Yerevan Telecommunications Research Institute"),
            ("Technical Services", "Technical Services Ltd"),
            ("Hikvision", "Hangzhou Hikvision Digital"),
        ] {
            assert!(near(name, "", entry, ""), "{name} | {entry}");
        }
        assert!(near("Birch", "Samarsk, Polevaya 22", "Cedar", "22 Polevaya St., Samarsk"));
    }

    #[test]
    fn err_other_names_and_places_are_not() {
        assert!(!near("Cedarholm Trading", "", "Alderwood Trading", ""));
        assert!(!near("Birch", "Samarsk, Polevaya 23", "Cedar", "22 Polevaya St., Samarsk"));
    }

    /// The names and addresses are chosen so that each way to be near is taken by one.
    #[test]
    fn the_matches_are_those_of_a_whole_comparison() {
        let entry = |name: &str, alias: &str, address: &str| Entry {
            aliases: vec![alias.into()],
            addresses: vec![address.into()],
            ..Entry::named(ListCode::EL, name)
        };
        let screener = Screener::new(vec![
            entry("Alderwood Works Co., Ltd.", "AWX", "22 Polevaya St., Samarsk, Russia"),
            entry("Birch Cedar Dogwood Institute (BCDI)", "Jinyi Keji", "No. 5 Elm Road, Fir"),
            entry("General Electronics Trading", "Mo Elmavi", "Office 3, Gorse Tower, Dubai, UAE"),
        ]);
        let names = [
            "Alderwood",
            "Alder Wood Works",
            "Aldrewood Trading",
            "BCDI",
            "Birch-Cedar Dogwood",
            "Jin Yi Ke Ji You Xian Gong Si",
            "Electronics Trading General",
            "Elmawi, Mo",
            "A.W.X.",
            "Hazel (Alderwood)",
            "Hazel; Alderwood",
            "Алдервоод",
            "Juniper “Alderwood”",
            "and",
            "Larch General Trading",
            "Hazelgrove Supplies",
            "Alderwoodworks",
            "Zelkova AO",
            "",
        ];
        let addresses = [
            "",
            "Samarsk, Polevaya 22",
            "5 Elm Rd, Fir",
            "Polevaya 23, Samarsk",
            "Dubai, Gorse Tower, Office 3",
            "Office 4, Gorse Tower, Dubai",
            "Quay 1, Dubai",
        ];
        let parties: Vec<Counterparty> = names
            .iter()
            .flat_map(|name| addresses.map(|address| (name, address)))
            .map(|(name, address)| Counterparty {
                id: format!("{name}|{address}"),
                name: (*name).into(),
                addresses: vec![address.into()],
                ..Counterparty::default()
            })
            .collect();
        let (mut whole, mut fast) = (Vec::new(), Vec::new());
        let options = Options::default();
        crate::screen::batch::screen_all(&screener, &parties, options, 2, &mut |party, found| {
            whole.extend(found.into_iter().map(|found| (party.id.clone(), found)));
            Ok::<(), ()>(())
        })
        .unwrap();
        screen_near(&screener, &parties, 2, &mut |party, found| {
            fast.extend(found.into_iter().map(|found| (party.id.clone(), found)));
            Ok::<(), ()>(())
        })
        .unwrap();
        assert!(whole.len() > 30 && super::near(&screener, &parties, 2).len() < parties.len());
        assert_eq!(fast, whole);
    }
}
