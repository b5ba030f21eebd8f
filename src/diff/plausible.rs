//! The guards: is the step from one snapshot to the next believable?
//!
//! Knows counts and limits; knows neither sources nor what a hold does.

use std::collections::BTreeMap;

use crate::domain::{Change, HoldReason, ListCode, Summary};

/// The guards of one source, from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Fractions of 1.
    pub max_loss: f64,
    pub max_loss_rows: usize,
    pub max_gain: f64,
    pub max_revised: f64,
    pub min_entries: BTreeMap<ListCode, usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_loss: 0.02, max_loss_rows: 40, max_gain: 0.25, max_revised: 0.20, min_entries: BTreeMap::new() }
    }
}

/// What the guards say of one step of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Plausible,
    Held { reason: HoldReason, message: String },
}

/// Whether the step from a list of `before_count` rows to one of `after_count` is believable.
///
/// `high_water` is the list's highest accepted count of seven days: a list that shrinks a little every day is measured
/// against where it began. Where several limits are broken, the one that makes the list wait whole is named.
pub fn plausible(
    limits: &Limits,
    list: ListCode,
    high_water: usize,
    before_count: usize,
    after_count: usize,
    changes: &[Change],
) -> Verdict {
    let summary = Summary::of(changes);
    let (before, after) = (before_count, after_count);

    let gain = summary.added.max(after_count.saturating_sub(before_count));
    let allowed_gain = share(limits.max_gain, before_count).max(SLACK_ROWS);
    if gain > allowed_gain {
        let message = format!(
            "{list} gained {gain} rows ({before} before, {after} now), more than the {allowed_gain} that max_gain = {} allows: the list before may have been cut, or this one doubled",
            percent(limits.max_gain)
        );
        return Verdict::Held { reason: HoldReason::Gain, message };
    }

    let allowed_revised = share(limits.max_revised, before_count).max(SLACK_ROWS);
    if summary.revised > allowed_revised {
        let message = format!(
            "{list} has {} of {before} rows revised in substance, more than the {allowed_revised} that max_revised = {} allows: a column may have gone blank or changed its shape",
            summary.revised,
            percent(limits.max_revised)
        );
        return Verdict::Held { reason: HoldReason::Revision, message };
    }

    if summary.removed > 0 {
        let loss = summary.removed.max(high_water.saturating_sub(after_count));
        let allowed_loss = share(limits.max_loss, high_water).min(limits.max_loss_rows).max(SLACK_ROWS);
        if loss > allowed_loss {
            let message = format!(
                "{list} lost {loss} rows ({high_water} at its highest in 7 days, {after} now, {} gone in this step), more than the {allowed_loss} that max_loss = {} and max_loss_rows = {} allow: the file may be cut",
                summary.removed,
                percent(limits.max_loss),
                limits.max_loss_rows
            );
            return Verdict::Held { reason: HoldReason::Loss, message };
        }
        if after_count == 0 {
            let message = format!("{list} lost all of its {before} rows: an empty list is not believed, however short it was");
            return Verdict::Held { reason: HoldReason::Loss, message };
        }
    }
    Verdict::Plausible
}

/// Whether a first snapshot of a list is large enough to be its baseline; if not, the error says so in words.
pub fn enough_for_baseline(limits: &Limits, list: ListCode, count: usize) -> Result<(), String> {
    let least = limits.min_entries.get(&list).copied().unwrap_or(if list == ListCode::EL { 2500 } else { 1 });
    if count >= least {
        return Ok(());
    }
    Err(format!("expected at least {least} rows of {list} in a first snapshot (min_entries), but got {count}"))
}

/// However short a list, so many rows may come, go or change at once.
const SLACK_ROWS: usize = 5;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of rows and fractions of them"
)]
fn share(fraction: f64, count: usize) -> usize {
    // A hair is added so that 2 % of 50 is 1 and not 0.999….
    (fraction.max(0.0) * count as f64 + 1e-9).floor() as usize
}

fn percent(fraction: f64) -> String {
    let text = format!("{:.2}", fraction * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
