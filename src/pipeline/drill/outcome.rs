//! What the screening found of the counterparties of a drill.

use std::convert::Infallible;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Entry, ListCode};
use crate::pipeline::drill::cases::{Case, Cases};
use crate::pipeline::drill::spelling_kind::SpellingKind;
use crate::screen::batch::screen_all;
use crate::screen::{Band, Counterparty, Found, Options, Screener};

/// The counts of one kind, and what should not have been.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct KindOutcome {
    pub kind: SpellingKind,
    /// Whether these counterparties are on the list. If not, fewer found ones are better.
    pub on_list: bool,
    pub asked: usize,
    /// Shown as `strong` or `review`.
    pub found: usize,
    pub strong: usize,
}

/// A counterparty that is on the list and was not found, or is not and was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Missed {
    pub kind: SpellingKind,
    /// The name or the address as the drill wrote it.
    pub written: String,
    /// The entry that it is, or was taken for.
    pub entry: String,
    pub list: ListCode,
}

/// All that a drill finds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Outcome {
    pub kinds: Vec<KindOutcome>,
    /// On the list, and not found.
    pub missed: Vec<Missed>,
    /// On no list, and shown as `strong`.
    pub false_alarms: Vec<Missed>,
}

/// Screens all counterparties of a drill, on `threads` cores.
pub fn screen_cases(entries: Vec<Entry>, cases: &Cases, threads: usize) -> Outcome {
    let (hidden, open): (Vec<&Case>, Vec<&Case>) =
        cases.all.iter().partition(|case| case.kind == SpellingKind::Alias);
    let mut reduced = entries.clone();
    for (at, alias) in &cases.hidden {
        if let Some(entry) = reduced.get_mut(*at) {
            entry.aliases.retain(|known| known != alias);
        }
    }
    let mut outcome = Outcome::default();
    for (list, some) in [(entries, open), (reduced, hidden)] {
        let screener = Screener::new(list);
        let parties: Vec<Counterparty> =
            some.iter().map(|case| case.counterparty.clone()).collect();
        let mut next = some.iter();
        let each = &mut |_: &Counterparty, found: Vec<Found>| {
            if let Some(case) = next.next() {
                outcome.add(case, &found, screener.entries());
            }
            Ok::<(), Infallible>(())
        };
        let Ok(()) = screen_all(&screener, &parties, Options::default(), threads, each);
    }
    outcome.kinds.sort_by_key(|kind| kind.kind);
    outcome
}

impl Outcome {
    fn add(&mut self, case: &Case, found: &[Found], entries: &[Entry]) {
        let is_expected = |at: &usize| case.expected.contains(at);
        let right = found.iter().find(|found| {
            !case.kind.is_listed()
                || is_expected(&found.entry)
                || found.sharing.iter().any(is_expected)
        });
        let is_found = usize::from(right.is_some());
        let is_strong = usize::from(right.is_some_and(|found| found.band == Band::Strong));
        let (kind, on_list) = (case.kind, case.kind.is_listed());
        match self.kinds.iter_mut().find(|known| known.kind == kind) {
            Some(known) => {
                known.asked += 1;
                known.found += is_found;
                known.strong += is_strong;
            }
            None => self.kinds.push(KindOutcome {
                kind,
                on_list,
                asked: 1,
                found: is_found,
                strong: is_strong,
            }),
        }
        let party = &case.counterparty;
        let written = party.addresses.first().unwrap_or(&party.name).clone();
        let note = |at: usize| {
            let entry = entries.get(at)?;
            Some(Missed { kind: case.kind, written, entry: entry.name.clone(), list: entry.list })
        };
        match right {
            None if case.kind.is_listed() => {
                self.missed.extend(case.expected.first().and_then(|at| note(*at)));
            }
            Some(found) if !case.kind.is_listed() && found.band == Band::Strong => {
                self.false_alarms.extend(note(found.entry));
            }
            _ => {}
        }
    }

    /// Whether a name as it is listed was missed, which must never happen.
    pub fn missed_listed_name(&self) -> bool {
        self.missed.iter().any(|missed| missed.kind == SpellingKind::Same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Citation;
    use crate::pipeline::drill::cases;

    fn list() -> Vec<Entry> {
        let names = ["Zhukovsky Avionics", "Tianshan Radar", "Sinnovar Optics", "Keldibek Marine"];
        let entry = |(page, name): (u32, &&str)| Entry {
            aliases: vec![format!("Bureau {page}, {name}")],
            addresses: vec![format!(
                "No. {page} Long Road, Xiatun District, Shenyang, 11000{page}"
            )],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, format!("{name} Research Institute Co., Ltd."))
        };
        (1..).zip(&names).map(entry).collect()
    }

    #[test]
    fn listed_parties_are_found_in_each_spelling_and_counted_by_kind() {
        let list = list();
        let places = cases::latest(&list, 9);
        let outcome = screen_cases(list.clone(), &cases::of(&list, &places, 9), 2);
        let same = outcome.kinds.iter().find(|kind| kind.kind == SpellingKind::Same).unwrap();
        assert_eq!((same.asked, same.found, same.strong, same.on_list), (4, 4, 4, true));
        assert!(!outcome.missed_listed_name());
        let asked: Vec<SpellingKind> = outcome.kinds.iter().map(|kind| kind.kind).collect();
        assert_eq!(asked, SpellingKind::ALL, "in the order of the report");
        for kind in &outcome.kinds {
            assert!(kind.asked > 0 && kind.strong <= kind.found && kind.found <= kind.asked);
            let missed = outcome.missed.iter().filter(|missed| missed.kind == kind.kind).count();
            assert_eq!(missed, if kind.on_list { kind.asked - kind.found } else { 0 });
        }
        let clean = outcome.kinds.last().unwrap();
        assert_eq!((clean.kind, clean.found), (SpellingKind::Clean, 0));
    }

    #[test]
    fn a_party_that_is_not_found_is_named() {
        let list = list();
        let counterparty = Counterparty { name: "Nothing Alike".into(), ..Counterparty::default() };
        let case = Case { kind: SpellingKind::Same, counterparty, expected: vec![1] };
        let outcome = screen_cases(list, &Cases { all: vec![case], hidden: Vec::new() }, 1);
        assert!(outcome.missed_listed_name());
        assert_eq!(
            outcome.missed,
            [Missed {
                kind: SpellingKind::Same,
                written: "Nothing Alike".into(),
                entry: "Tianshan Radar Research Institute Co., Ltd.".into(),
                list: ListCode::EL
            }]
        );
    }
}
