//! Many counterparties, on several cores.

use std::borrow::Borrow;
use std::sync::{Mutex, PoisonError};

use crate::screen::found::{Found, Options};
use crate::screen::in_parts::{MOST_THREADS, WORTH_A_THREAD, joined};
use crate::screen::index::names::Scratch;
use crate::screen::party::Counterparty;
use crate::screen::screener::Screener;

/// So many counterparties are screened before their matches are handed on: memory does not grow
/// with the file.
pub const AT_ONCE: usize = 2_000;
/// So many rows are given to a thread at a time.
const A_FEW: usize = 16;

/// Takes the matches of one counterparty.
pub type Each<'a, E> = &'a mut dyn FnMut(&Counterparty, Vec<Found>) -> Result<(), E>;

/// Screens all counterparties and hands on the matches of each, in their order.
///
/// # Errors
///
/// The first error of `each`.
pub fn screen_all<P, E>(
    screener: &Screener,
    parties: &[P],
    options: Options<'_>,
    threads: usize,
    each: Each<'_, E>,
) -> Result<(), E>
where
    P: Borrow<Counterparty> + Sync,
{
    let threads = if parties.len() < WORTH_A_THREAD { 1 } else { threads.clamp(1, MOST_THREADS) };
    let mut scratches: Vec<Scratch> = (0..threads).map(|_| Scratch::default()).collect();
    for some in parties.chunks(AT_ONCE) {
        for (party, found) in some.iter().zip(screen_some(screener, some, options, &mut scratches))
        {
            each(party.borrow(), found)?;
        }
    }
    Ok(())
}

fn screen_some<P>(
    screener: &Screener,
    parties: &[P],
    options: Options<'_>,
    scratches: &mut [Scratch],
) -> Vec<Vec<Found>>
where
    P: Borrow<Counterparty> + Sync,
{
    // Some rows take much longer than others, so each thread takes a few at a time.
    let left = Mutex::new(parties.chunks(A_FEW).enumerate());
    let left = &left;
    let mut done: Vec<(usize, Vec<Vec<Found>>)> = std::thread::scope(|scope| {
        let running: Vec<_> = scratches
            .iter_mut()
            .map(|scratch| {
                scope.spawn(move || {
                    let mut screen = |party: &P| screener.screen(party.borrow(), options, scratch);
                    let taken = std::iter::from_fn(|| {
                        left.lock().unwrap_or_else(PoisonError::into_inner).next()
                    });
                    taken
                        .map(|(at, some)| (at, some.iter().map(&mut screen).collect()))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        running.into_iter().flat_map(joined).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Entry, ListCode};

    /// A thread remembers what a word may be. The same letters are another word inside an acronym.
    #[test]
    fn what_a_thread_remembers_of_earlier_rows_changes_no_result() {
        let screener = Screener::new(vec![
            Entry::named(ListCode::EL, "Alderwood Institute of the Russian Academy of Sciences"),
            Entry::named(ListCode::EL, "Russian Academy Birchgrove"),
        ]);
        let names = ["Alderwood RAS", "Russian Birchgrove", "Academy Alderwood", "RAS Birchgrove"];
        let parties =
            names.map(|name| Counterparty { name: name.into(), ..Counterparty::default() });
        let options = Options { min_score: Some(0.0), ..Options::default() };
        let mut turned = parties.to_vec();
        turned.reverse();
        for order in [parties.as_slice(), &turned] {
            screen_all(&screener, order, options, 1, &mut |party, found| {
                let alone = screener.screen(party, options, &mut Scratch::default());
                assert_eq!(found, alone, "{}", party.name);
                Ok::<(), ()>(())
            })
            .unwrap();
        }
    }

    #[test]
    fn the_matches_come_in_the_order_of_the_counterparties() {
        let screener = Screener::new(vec![Entry::named(ListCode::EL, "Alderwood Works")]);
        let party = |id: usize| Counterparty {
            id: id.to_string(),
            name: "Alderwood Works".into(),
            ..Counterparty::default()
        };
        let parties: Vec<Counterparty> = (0..2 * AT_ONCE + 7).map(party).collect();
        let mut ids = Vec::new();
        screen_all(&screener, &parties, Options::default(), 3, &mut |party, found| {
            assert_eq!(found.len(), 1);
            ids.push(party.id.clone());
            Ok::<(), ()>(())
        })
        .unwrap();
        assert!(ids.iter().map(String::as_str).eq(parties.iter().map(|party| party.id.as_str())));
    }
}
