//! The guards: whether the step from one snapshot of a list to the next is plausible.
//!
//! Knows counts and limits. Must not know sources, nor what a hold does.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxBuildHasher;

use crate::diff::list::content::Content;
use crate::domain::{Change, Entry, HoldReason, ListCode, Summary};

/// However short a list is, this many rows may be removed, added or revised in one step.
const SLACK_ROWS: usize = 5;

/// The least entries in a first snapshot of the Entity List. It had about 3,410 in July 2026, so a
/// shorter file is probably cut.
const LEAST_ENTITY_LIST: usize = 2_500;

/// The least entries in a first snapshot of another list, some of which are very short.
const LEAST_OTHER_LIST: usize = 1;

/// The guards of one source, from the configuration (`max_loss` and so on).
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The largest loss in one step, as a fraction of the list.
    pub max_loss: f64,
    /// The largest loss in one step, in rows.
    pub max_loss_rows: usize,
    /// The largest gain in one step, as a fraction of the list.
    pub max_gain: f64,
    /// The most rows revised in substance in one step, as a fraction of the list.
    pub max_revised: f64,
    /// The least entries in a first snapshot of a list.
    pub min_entries: BTreeMap<ListCode, usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_loss: 0.02,
            max_loss_rows: 40,
            max_gain: 0.25,
            max_revised: 0.20,
            min_entries: BTreeMap::new(),
        }
    }
}

/// What the guards decide about one step of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardOutcome {
    Plausible,
    Hold { reason: HoldReason, message: String },
}

/// How large a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The rows in the document.
    pub rows: usize,
    /// The distinct rows: a repeated row cannot be lost twice.
    pub entries: usize,
}

impl Size {
    pub fn of(rows: &[Entry]) -> Self {
        let contents: HashSet<Content<'_>, FxBuildHasher> = rows.iter().map(Content).collect();
        Self { rows: rows.len(), entries: contents.len() }
    }

    /// The number of rows that repeat others.
    pub fn repeats(self) -> usize {
        self.rows - self.entries
    }
}

/// Whether the step from a list of size `before` to one of size `after` is plausible.
///
/// `high_water` is the highest accepted count of entries in the last seven days, so that a list
/// that shrinks a little every day is measured against its size at the start. `confirmed` counts
/// the removals that a rule or another source confirms: they are not a sign of a cut file. Where
/// several limits are exceeded, the reason that puts the entire list on hold comes first.
pub fn plausible(
    limits: &Limits,
    list: ListCode,
    high_water: usize,
    before: Size,
    after: Size,
    changes: &[Change],
    confirmed: usize,
) -> GuardOutcome {
    let summary = Summary::of(changes);
    let lost = changes.iter().filter(|change| change.lost_row().is_some()).count();
    gain_hold(limits, list, before, after, summary.added)
        .or_else(|| revision_hold(limits, list, before, after, summary.revised))
        .or_else(|| loss_hold(limits, list, high_water, before, after, (lost, confirmed)))
        .unwrap_or(GuardOutcome::Plausible)
}

/// A hold if too many rows were added. Counted by rows, because a doubled list has no more entries
/// than before.
fn gain_hold(
    limits: &Limits,
    list: ListCode,
    before: Size,
    after: Size,
    added: usize,
) -> Option<GuardOutcome> {
    let (before, after) = (before.rows, after.rows);
    let gain = added.max(after.saturating_sub(before));
    let allowed = share(limits.max_gain, before).max(SLACK_ROWS);
    if gain <= allowed {
        return None;
    }
    let message = format!(
        "{list} gained {gain} rows ({before} before, {after} now), more than the {allowed} that \
         max_gain = {} allows: the previous list may have been cut, or this one may be doubled",
        percent(limits.max_gain)
    );
    Some(GuardOutcome::Hold { reason: HoldReason::Gain, message })
}

/// A hold if too many rows were revised in substance. If the file was also cut, only the rest of it
/// can be revised.
fn revision_hold(
    limits: &Limits,
    list: ListCode,
    before: Size,
    after: Size,
    revised: usize,
) -> Option<GuardOutcome> {
    let (before, after) = (before.entries, after.entries);
    let compared = before.min(after);
    let allowed = share(limits.max_revised, compared).max(SLACK_ROWS);
    if revised <= allowed {
        return None;
    }
    let cut = if after < before { format!(" ({before} before)") } else { String::new() };
    let message = format!(
        "{list} has {revised} of {compared} rows{cut} revised in substance, more than the \
         {allowed} that max_revised = {} allows: a column may be blank or in another format",
        percent(limits.max_revised)
    );
    Some(GuardOutcome::Hold { reason: HoldReason::Revision, message })
}

/// A hold if too many rows were removed. `lost` counts the removed rows, even those of a name that
/// has other rows, and `confirmed` those of them that are explained.
fn loss_hold(
    limits: &Limits,
    list: ListCode,
    high_water: usize,
    before: Size,
    after: Size,
    (lost, confirmed): (usize, usize),
) -> Option<GuardOutcome> {
    if lost == 0 {
        return None;
    }
    let (before, after) = (before.entries, after.entries);
    let missing = lost.max(high_water.saturating_sub(after));
    let allowed = share(limits.max_loss, high_water).min(limits.max_loss_rows).max(SLACK_ROWS);
    let message = if missing.saturating_sub(confirmed) > allowed {
        let explained = if confirmed > 0 {
            format!(", {confirmed} of them confirmed by a rule or another source")
        } else {
            String::new()
        };
        format!(
            "{list} lost {missing} rows ({high_water} was the highest count in 7 days, {after} \
             now, {lost} removed in this check{explained}), more than the {allowed} that max_loss \
             = {} and max_loss_rows = {} allow: the file may be cut",
            percent(limits.max_loss),
            limits.max_loss_rows
        )
    } else if after == 0 {
        format!("{list} lost all of its {before} rows: an empty list is never plausible")
    } else {
        return None;
    };
    Some(GuardOutcome::Hold { reason: HoldReason::Loss, message })
}

/// Whether a first snapshot of a list is large enough to be its baseline. The error says in words
/// why it is not.
pub fn enough_for_baseline(limits: &Limits, list: ListCode, size: Size) -> Result<(), String> {
    let least = least_for_baseline(limits, list);
    let Size { rows, entries } = size;
    if entries >= least {
        return Ok(());
    }
    let repeats =
        if rows > entries { format!(" distinct entries in {rows} rows") } else { String::new() };
    Err(format!(
        "expected at least {least} rows of {list} in a first snapshot (min_entries), but got \
         {entries}{repeats}"
    ))
}

/// The least number of entries in a first snapshot of a list.
pub fn least_for_baseline(limits: &Limits, list: ListCode) -> usize {
    limits.min_entries.get(&list).copied().unwrap_or(match list {
        ListCode::EL => LEAST_ENTITY_LIST,
        _ => LEAST_OTHER_LIST,
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of rows and fractions of them"
)]
fn share(fraction: f64, count: usize) -> usize {
    // The rounding error is compensated, so that 2 % of 50 is 1 and not 0.999….
    (fraction.max(0.0) * count as f64 + 1e-9).floor() as usize
}

fn percent(fraction: f64) -> String {
    let text = format!("{:.2}", fraction * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::Entry;

    fn rows(from: usize, to: usize) -> Vec<Entry> {
        (from..to)
            .map(|n| {
                Entry::named(
                    ListCode::EL,
                    format!("{} party", "x".repeat(n % 50 + 1) + &n.to_string()),
                )
            })
            .collect()
    }

    fn outcome(before: &[Entry], after: &[Entry], high_water: usize) -> GuardOutcome {
        plausible(
            &Limits::default(),
            ListCode::EL,
            high_water,
            Size::of(before),
            Size::of(after),
            &compare(before, after),
            0,
        )
    }

    fn reason(outcome: GuardOutcome) -> Option<HoldReason> {
        match outcome {
            GuardOutcome::Plausible => None,
            GuardOutcome::Hold { reason, message } => {
                assert!(
                    message.contains("EL") && message.contains("max_") || message.contains("empty"),
                    "{message}"
                );
                Some(reason)
            }
        }
    }

    #[test]
    fn ok_small_steps_pass() {
        assert_eq!(reason(outcome(&rows(0, 1000), &rows(0, 980), 1000)), None);
        assert_eq!(reason(outcome(&rows(0, 20), &rows(5, 25), 20)), None);
        assert_eq!(reason(outcome(&rows(0, 1000), &rows(0, 1250), 1000)), None);
        assert_eq!(reason(outcome(&[], &[], 0)), None);
    }

    #[test]
    fn err_a_loss_is_measured_against_the_high_water_and_needs_removals() {
        assert_eq!(reason(outcome(&rows(0, 1000), &rows(0, 979), 1000)), Some(HoldReason::Loss));
        assert_eq!(reason(outcome(&rows(0, 990), &rows(0, 985), 1000)), None);
        assert_eq!(reason(outcome(&rows(0, 985), &rows(0, 979), 1000)), Some(HoldReason::Loss));
        assert_eq!(reason(outcome(&rows(0, 900), &rows(0, 901), 1000)), None);
        assert_eq!(
            reason(outcome(&rows(0, 5000), &rows(0, 4959), 5000)),
            Some(HoldReason::Loss),
            "41 rows of 5,000 are under 2 %"
        );
    }

    #[test]
    fn err_removed_rows_are_a_loss_even_if_their_names_are_still_listed() {
        let two_of_each = |kept: usize| -> Vec<Entry> {
            let in_country = |row: Entry, code: &str| Entry { countries: vec![code.into()], ..row };
            let one = rows(0, 100).into_iter().map(|row| in_country(row, "CN"));
            one.chain(rows(0, kept).into_iter().map(|row| in_country(row, "AE"))).collect()
        };
        assert_eq!(
            reason(outcome(&two_of_each(100), &two_of_each(90), 200)),
            Some(HoldReason::Loss)
        );
        assert_eq!(reason(outcome(&two_of_each(100), &two_of_each(96), 200)), None);
    }

    #[test]
    fn err_an_emptied_doubled_or_swapped_list_is_put_on_hold() {
        assert_eq!(reason(outcome(&rows(0, 3), &[], 3)), Some(HoldReason::Loss));
        let doubled: Vec<Entry> = rows(0, 100).into_iter().chain(rows(0, 100)).collect();
        assert_eq!(reason(outcome(&rows(0, 100), &doubled, 100)), Some(HoldReason::Gain));
        assert_eq!(reason(outcome(&rows(0, 100), &rows(0, 126), 100)), Some(HoldReason::Gain));
    }

    #[test]
    fn err_a_blank_column_is_put_on_hold_and_editorial_changes_are_not() {
        let with_policy = |policy: &str| {
            rows(0, 100)
                .into_iter()
                .map(|row| Entry { license_policy: policy.into(), ..row })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            reason(outcome(&with_policy("Presumption of denial."), &with_policy(""), 100)),
            Some(HoldReason::Revision)
        );
        assert_eq!(
            reason(outcome(
                &with_policy("Presumption of denial."),
                &with_policy("Presumption of denial"),
                100
            )),
            None
        );
    }

    #[test]
    fn err_half_a_list_is_not_a_baseline() {
        let limits = Limits { min_entries: [(ListCode::UVL, 10)].into(), ..Limits::default() };
        let enough_for_baseline =
            |list, entries| enough_for_baseline(&limits, list, Size { rows: entries, entries });
        assert_eq!(enough_for_baseline(ListCode::EL, 2500), Ok(()));
        assert_eq!(enough_for_baseline(ListCode::DPL, 1), Ok(()));
        let error = enough_for_baseline(ListCode::EL, 2499).unwrap_err();
        assert_eq!(
            error,
            "expected at least 2500 rows of EL in a first snapshot (min_entries), but got 2499"
        );
        assert!(
            enough_for_baseline(ListCode::UVL, 9).is_err()
                && enough_for_baseline(ListCode::DPL, 0).is_err()
        );
    }

    #[test]
    fn ok_repeated_rows_are_not_counted_as_entries() {
        let repeated: Vec<Entry> = rows(0, 1000).into_iter().chain(rows(0, 60)).collect();
        assert_eq!(Size::of(&repeated), Size { rows: 1060, entries: 1000 });
        assert_eq!(reason(outcome(&repeated, &rows(1, 1000), 1000)), None);
        let limits = Limits { min_entries: [(ListCode::EL, 1500)].into(), ..Limits::default() };
        let doubled: Vec<Entry> = rows(0, 900).into_iter().chain(rows(0, 900)).collect();
        let error = enough_for_baseline(&limits, ListCode::EL, Size::of(&doubled)).unwrap_err();
        assert!(error.ends_with("but got 900 distinct entries in 1800 rows"), "{error}");
    }

    #[test]
    fn err_a_cut_file_with_a_blank_column_is_held_for_its_revisions() {
        let blank = |row: Entry| Entry { license_policy: String::new(), ..row };
        let before: Vec<Entry> = rows(0, 100)
            .into_iter()
            .map(|row| Entry { license_policy: "Denial.".into(), ..row })
            .collect();
        let cut: Vec<Entry> = before[..15].iter().cloned().map(blank).collect();
        let GuardOutcome::Hold { reason, message } = outcome(&before, &cut, 100) else {
            panic!("expected a hold")
        };
        assert_eq!(reason, HoldReason::Revision);
        assert!(
            message.starts_with(
                "EL has 15 of 15 rows (100 before) revised in substance, more than the 5 that"
            ),
            "{message}"
        );
        let few: Vec<Entry> = before[..15]
            .iter()
            .cloned()
            .enumerate()
            .map(|(n, row)| if n < 5 { blank(row) } else { row })
            .collect();
        assert_eq!(
            self::reason(outcome(&before, &few, 100)),
            Some(HoldReason::Loss),
            "a few rows may be revised in a cut file"
        );
    }
}
