//! Many counterparties, on several cores.

use crate::screen::found::{Found, Options};
use crate::screen::index::names::Scratch;
use crate::screen::party::Counterparty;
use crate::screen::screener::Screener;

/// So many counterparties are screened before their matches are handed on: memory does not grow with
/// the file.
pub const AT_ONCE: usize = 2_000;
/// Fewer are done before a second thread would have started.
const WORTH_A_THREAD: usize = 50;
/// More threads gain little.
const MOST_THREADS: usize = 8;

/// Screens all counterparties and hands on the matches of each, in their order.
///
/// # Errors
///
/// The first error of `each`.
pub fn screen_all<E>(
    screener: &Screener,
    parties: &[Counterparty],
    options: Options,
    threads: usize,
    each: &mut dyn FnMut(&Counterparty, Vec<Found>) -> Result<(), E>,
) -> Result<(), E> {
    let threads = if parties.len() < WORTH_A_THREAD { 1 } else { threads.clamp(1, MOST_THREADS) };
    let mut scratches: Vec<Scratch> = (0..threads).map(|_| Scratch::default()).collect();
    for some in parties.chunks(AT_ONCE) {
        for (party, found) in some.iter().zip(screen_some(screener, some, options, &mut scratches))
        {
            each(party, found)?;
        }
    }
    Ok(())
}

fn screen_some(
    screener: &Screener,
    parties: &[Counterparty],
    options: Options,
    scratches: &mut [Scratch],
) -> Vec<Vec<Found>> {
    let share = parties.len().div_ceil(scratches.len().max(1)).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = parties
            .chunks(share)
            .zip(scratches)
            .map(|(part, scratch)| {
                scope.spawn(move || {
                    let screen = |party| screener.screen(party, options, scratch);
                    part.iter().map(screen).collect::<Vec<_>>()
                })
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<Vec<Found>>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().flat_map(join).collect()
    })
}
