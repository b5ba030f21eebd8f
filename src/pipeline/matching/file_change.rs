//! What a new content of a counterparty file changes, and whether that is plausible. Pure.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::matching::watchlist_state::StoredCounterparty;
use crate::domain::{Counterparty, HoldReason};
use crate::screen::evidence;

/// What differs between the rows in use and the rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// All rows that will be in use.
    pub in_use: Vec<StoredCounterparty>,
    /// The rows to write: new, different, in another place, or removed.
    pub written: Vec<StoredCounterparty>,
    pub added: Vec<(String, u32)>,
    pub revised: Vec<(String, u32)>,
    pub removed: Vec<(String, u32)>,
    pub rows_before: usize,
}

/// The limit that a change exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// `Loss` or `Revision`.
    pub reason: HoldReason,
    /// In words, with numbers.
    pub message: String,
}

impl FileChange {
    /// `former` are the rows that were removed earlier. One that comes back under its name is the
    /// same counterparty again. Under another name it is a new one.
    pub fn between(
        before: Vec<StoredCounterparty>,
        former: &[StoredCounterparty],
        rows: Vec<Counterparty>,
        now: Timestamp,
    ) -> Self {
        let mut change = Self { rows_before: before.len(), ..Self::default() };
        let mut known: HashMap<String, StoredCounterparty> =
            before.into_iter().map(|stored| (stored.party.id.clone(), stored)).collect();
        // The last one of each id is the newest.
        let latest: HashMap<&str, &StoredCounterparty> =
            former.iter().map(|stored| (stored.party.id.as_str(), stored)).collect();
        for (position, party) in rows.into_iter().enumerate() {
            let id = party.id.clone();
            let before = known.remove(&id);
            let incarnation = match (&before, latest.get(id.as_str())) {
                (Some(before), _) => before.incarnation,
                (None, Some(former)) if has_same_name(&former.party, &party) => former.incarnation,
                (None, Some(former)) => former.incarnation.saturating_add(1),
                (None, None) => 0,
            };
            let stored = StoredCounterparty { position, incarnation, party, removed_at: None };
            match &before {
                None => change.added.push((id, incarnation)),
                Some(before) if before.party != stored.party => {
                    change.revised.push((id, incarnation));
                }
                Some(_) => {}
            }
            if before.as_ref() != Some(&stored) {
                change.written.push(stored.clone());
            }
            change.in_use.push(stored);
        }
        let mut removed: Vec<StoredCounterparty> = known.into_values().collect();
        removed.sort_by_key(|stored| stored.position);
        for stored in removed {
            change.removed.push((stored.party.id.clone(), stored.incarnation));
            change.written.push(StoredCounterparty { removed_at: Some(now), ..stored });
        }
        change
    }

    /// Why the change is not plausible. `None`: it is.
    pub fn exceeds(&self, max_loss: f64, max_revised: f64) -> Option<Exceeded> {
        let (loss, revised) = (self.removed.len(), self.revised.len());
        let before = self.rows_before;
        let most = |share: f64| allowed(before, share);
        if loss > most(max_loss) {
            let message = format!(
                "the file lost {loss} of {before} rows, more than `max_loss` allows ({})",
                most(max_loss)
            );
            return Some(Exceeded { reason: HoldReason::Loss, message });
        }
        if revised > most(max_revised) {
            let message = format!(
                "{revised} of {before} rows were revised, more than `max_revised` allows ({})",
                most(max_revised)
            );
            return Some(Exceeded { reason: HoldReason::Revision, message });
        }
        None
    }
}

/// The most rows that may change, rounded up, so that one row of a small file may.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of at most a million rows"
)]
pub fn allowed(rows: usize, share: f64) -> usize {
    (rows as f64 * share).ceil().max(0.0) as usize
}

fn has_same_name(one: &Counterparty, other: &Counterparty) -> bool {
    let of_name = |party: &Counterparty| {
        let name = Counterparty { name: party.name.clone(), ..Counterparty::default() };
        evidence::of_counterparty(&name).names
    };
    of_name(one) == of_name(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn party(id: &str, name: &str) -> Counterparty {
        Counterparty { id: id.into(), name: name.into(), ..Counterparty::default() }
    }

    fn read(rows: &[(&str, &str)]) -> Vec<Counterparty> {
        rows.iter().map(|(id, name)| party(id, name)).collect()
    }

    fn first(rows: &[(&str, &str)]) -> Vec<StoredCounterparty> {
        FileChange::between(Vec::new(), &[], read(rows), NOW).in_use
    }

    fn ids(found: &[(String, u32)]) -> Vec<(&str, u32)> {
        found.iter().map(|(id, incarnation)| (id.as_str(), *incarnation)).collect()
    }

    #[test]
    fn ok_added_revised_and_removed_rows_are_told_apart() {
        let before = first(&[("1", "Alder"), ("2", "Birch"), ("3", "Cedar")]);
        let rows = read(&[("1", "Alder"), ("3", "Cedarholm"), ("4", "Dogwood")]);
        let change = FileChange::between(before.clone(), &[], rows, NOW);
        assert_eq!(ids(&change.added), [("4", 0)]);
        assert_eq!(ids(&change.revised), [("3", 0)]);
        assert_eq!(ids(&change.removed), [("2", 0)]);
        assert_eq!(change.in_use.len(), 3);
        // The first row is as it was.
        assert!(change.written.iter().all(|stored| stored.party.id != "1"));
        let rows = read(&[("1", "Alder"), ("2", "Birch"), ("3", "Cedar")]);
        let same = FileChange::between(before, &[], rows, NOW);
        assert_eq!((same.written.len(), same.revised.len()), (0, 0));
    }

    #[test]
    fn an_id_that_comes_back_with_another_name_is_a_new_counterparty() {
        let removed = |name: &str, incarnation| StoredCounterparty {
            position: 0,
            incarnation,
            party: party("1", name),
            removed_at: Some(NOW),
        };
        let check = |former: &[StoredCounterparty], name: &str, expected: u32| {
            let change = FileChange::between(Vec::new(), former, read(&[("1", name)]), NOW);
            assert_eq!(ids(&change.added), [("1", expected)], "{name}");
        };
        check(&[removed("Alder Co., Ltd.", 0)], "ALDER CO LTD", 0);
        check(&[removed("Alder Co., Ltd.", 0)], "Birch Co., Ltd.", 1);
        check(&[removed("Alder", 0), removed("Birch", 1)], "Cedar", 2);
        check(&[removed("Alder", 0), removed("Birch", 1)], "Birch", 1);
    }

    #[test]
    fn err_a_cut_file_and_a_blank_column_exceed_the_limits() {
        let rows: Vec<(String, String)> =
            (0..100).map(|n| (n.to_string(), format!("Alder {n}"))).collect();
        let before = first(&rows.iter().map(|(i, n)| (i.as_str(), n.as_str())).collect::<Vec<_>>());
        let check = |rows: Vec<Counterparty>, expected: Option<&str>| {
            let change = FileChange::between(before.clone(), &[], rows, NOW);
            let found = change.exceeds(0.05, 0.05).map(|exceeded| exceeded.message);
            assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()));
        };
        let all: Vec<Counterparty> = before.iter().map(|stored| stored.party.clone()).collect();
        check(all.iter().skip(5).cloned().collect(), None);
        check(all.iter().skip(6).cloned().collect(), Some("lost 6 of 100 rows"));
        let mut renamed = all.clone();
        renamed.iter_mut().take(6).for_each(|party| party.name.push('x'));
        check(renamed, Some("6 of 100 rows were revised"));
    }

    #[test]
    fn one_row_of_a_small_file_may_change() {
        let before = first(&[("1", "Alder"), ("2", "Birch"), ("3", "Cedar")]);
        let change = |rows: &[(&str, &str)]| {
            FileChange::between(before.clone(), &[], read(rows), NOW).exceeds(0.05, 0.05)
        };
        assert_eq!(change(&[("1", "Alder"), ("2", "Birch")]), None);
        assert!(change(&[("1", "Alder")]).is_some());
    }
}
