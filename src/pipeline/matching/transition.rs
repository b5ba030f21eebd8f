//! From one state of a match to the next: seen again, not seen any more, expired. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::matching::decision::{DecisionKind, Evidence, PartyEvidence};
use crate::domain::matching::match_record::{EXPIRED, EndReason, MatchEnd, MatchRecord};
use crate::domain::same::name_key;
use crate::domain::{
    Band, Cause, Citation, Compared, Counterparty, Entry, EntryId, MatchId, MatchState,
    PossibleMatch,
};
use crate::screen::addresses::address::Address;
use crate::screen::evidence::{self, Shown};

/// The beginning of the name of a source that is a rule.
const RULE: &str = "rule ";

/// What a comparison found of one counterparty and one entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    pub watchlist: String,
    pub party: Counterparty,
    pub incarnation: u32,
    pub entry_id: EntryId,
    pub is_ordered_only: bool,
    /// Many counterparties may match one entry. They share what is known of it.
    pub entry: Arc<Entry>,
    pub sources: Arc<BTreeMap<String, PartyEvidence>>,
    pub band: Band,
    pub score: f64,
    pub compared: Compared,
    pub reasons: Vec<String>,
    pub sharing: Vec<String>,
    /// All rows of the entry, as written, if they are needed to say what differs.
    pub rows: Vec<Entry>,
}

/// What readers must learn of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Nobody was alerted of it, or it is found again.
    New,
    /// It was for review and is strong now.
    Raised,
    /// A dismissal is no longer in force.
    Stale,
}

/// The id of the match of a counterparty with an entry. The first counterparty of an id has the id
/// alone.
pub fn match_id(watchlist: &str, id: &str, incarnation: u32, entry: &EntryId) -> MatchId {
    if incarnation == 0 {
        return MatchId::of([watchlist, id, entry.as_str()]);
    }
    MatchId::of([watchlist, id, entry.as_str(), &incarnation.to_string()])
}

/// The id that replaces those of all entries at one address, if so many share it that they are one
/// match.
pub fn shared_address_id(address: &str) -> EntryId {
    EntryId::of(["address", &Address::of(address).normalized()])
}

/// The match after a comparison found it.
pub fn seen(
    known: Option<MatchRecord>,
    sighting: Sighting,
    cause: Cause,
    now: Timestamp,
) -> (MatchRecord, Option<Announcement>) {
    let Some(mut record) = known else {
        return (found(sighting, cause, now), Some(Announcement::New));
    };
    let was = record.found.band;
    let returned = record.ended.take().is_some();
    let changed = match record.state() {
        MatchState::Dismissed => Changed::of(&record, &sighting),
        _ => Changed::default(),
    };
    update(&mut record, sighting, now);
    if returned {
        record.changed_at = now;
        record.note(now, "returned", cause.as_str().to_owned());
    }
    let event = match record.state() {
        MatchState::Dismissed => settle_dismissal(&mut record, &changed, cause, now),
        MatchState::Open | MatchState::Stale | MatchState::Confirmed if returned => {
            record.found.cause = cause;
            Some(Announcement::New)
        }
        MatchState::Open | MatchState::Stale
            if was < Band::Strong && record.found.band == Band::Strong =>
        {
            record.found.cause = cause;
            record.changed_at = now;
            Some(Announcement::Raised)
        }
        _ => None,
    };
    (record, event)
}

/// A confirmed match whose entry is listed, but is no longer similar. A person confirmed that both
/// are the same party, so the match stays with the entry, and has no end any more if the entry is
/// relisted.
pub fn followed(
    mut record: MatchRecord,
    sighting: Sighting,
    cause: Cause,
    now: Timestamp,
) -> (MatchRecord, Option<Announcement>) {
    let returned = record.ended.take().is_some();
    update(&mut record, sighting, now);
    if !returned {
        return (record, None);
    }
    record.changed_at = now;
    record.found.cause = cause;
    record.note(now, "returned", cause.as_str().to_owned());
    (record, Some(Announcement::New))
}

/// What a comparison brings that the match did not have before.
#[derive(Default)]
struct Changed {
    /// All rows of the entry, before and now, as written.
    rows: Vec<Entry>,
    /// What ordered the change, in words: new citations of the entry, or else rules that show it.
    ordered_by: Option<String>,
}

impl Changed {
    fn of(record: &MatchRecord, sighting: &Sighting) -> Self {
        let before = record.found.entry.as_deref();
        let is_new =
            |citation: &&Citation| before.is_none_or(|before| !before.citations.contains(citation));
        let cited = sighting.entry.citations.iter().filter(is_new).map(ToString::to_string);
        let cited: Vec<String> = cited.collect();
        let is_new_rule = |source: &&String| {
            source.starts_with(RULE) && !record.sources.contains_key(source.as_str())
        };
        let rules: Vec<String> = sighting.sources.keys().filter(is_new_rule).cloned().collect();
        let ordered_by = match (cited.is_empty(), rules.is_empty()) {
            (false, _) => Some(format!("the entry now cites {}", cited.join(", "))),
            (true, false) => Some(format!("ordered by the {}", rules.join(", the "))),
            (true, true) => None,
        };
        let rows = sighting.rows.iter().chain([&*sighting.entry]).chain(before).cloned().collect();
        Self { rows, ordered_by }
    }
}

/// A dismissal whose evidence has changed is stale.
fn settle_dismissal(
    record: &mut MatchRecord,
    changed: &Changed,
    cause: Cause,
    now: Timestamp,
) -> Option<Announcement> {
    let before = record.decision.as_ref().and_then(|decision| decision.evidence.clone());
    let mut differences = before.map_or_else(Vec::new, |before| {
        evidence::differences(&before, &shown(record, &before), &changed.rows)
    });
    if differences.is_empty() {
        return None;
    }
    differences.extend(changed.ordered_by.clone());
    record.found.cause = cause;
    record.make_stale(differences, now);
    Some(Announcement::Stale)
}

/// What a dismissal of today would rest on.
pub fn rests_on(record: &MatchRecord) -> Evidence {
    Evidence {
        counterparty: evidence::of_counterparty(&record.found.counterparty),
        entry: record.entry_evidence(evidence::join),
        sources: record.sources.keys().cloned().collect(),
    }
}

/// What both sides show today, apart by the sources that a dismissal rests on.
fn shown(record: &MatchRecord, before: &Evidence) -> Shown {
    let mut shown = Shown {
        counterparty: evidence::of_counterparty(&record.found.counterparty),
        ..Shown::default()
    };
    for (source, of_source) in record.sources.iter() {
        let is_known = before.sources.contains(source);
        let all = if is_known { &mut shown.entry } else { &mut shown.elsewhere };
        evidence::join(all, of_source);
    }
    shown
}

fn found(sighting: Sighting, cause: Cause, now: Timestamp) -> MatchRecord {
    let match_id =
        match_id(&sighting.watchlist, &sighting.party.id, sighting.incarnation, &sighting.entry_id);
    let mut record = MatchRecord {
        found: PossibleMatch {
            match_id,
            watchlist: sighting.watchlist.clone(),
            band: sighting.band,
            score: sighting.score,
            counterparty: sighting.party.clone(),
            entry: None,
            compared: Compared::default(),
            reasons: Vec::new(),
            sharing: Vec::new(),
            state: MatchState::Open,
            cause,
            decision: None,
        },
        incarnation: sighting.incarnation,
        entry_id: sighting.entry_id.clone(),
        is_ordered_only: sighting.is_ordered_only,
        sources: Arc::default(),
        first_seen_at: now,
        changed_at: now,
        decision: None,
        stale_because: Vec::new(),
        ended: None,
        announced: 0,
        history: Vec::new(),
    };
    update(&mut record, sighting, now);
    record.note(now, "found", cause.as_str().to_owned());
    record
}

/// Stores both sides and the score as compared now. A new name of the entry is added to the
/// history.
fn update(record: &mut MatchRecord, sighting: Sighting, now: Timestamp) {
    let Sighting { party, entry_id, entry, sources, band, score, compared, reasons, .. } = sighting;
    let named = record.found.entry.as_ref().map(|before| before.name.clone());
    if let Some(before) = named.filter(|_| sighting.sharing.is_empty())
        && record.found.sharing.is_empty()
        && name_key(&before) != name_key(&entry.name)
    {
        record.changed_at = now;
        record.note(
            now,
            "renamed",
            format!("the entry is now “{}”, before “{before}”", entry.name),
        );
    }
    let found = &mut record.found;
    (found.counterparty, found.entry) = (party, Some(entry));
    (found.band, found.score) = (band, score);
    (found.compared, found.reasons, found.sharing) = (compared, reasons, sighting.sharing);
    (record.entry_id, record.is_ordered_only) = (entry_id, sighting.is_ordered_only);
    record.sources = sources;
}

/// A comparison did not find the match any more. `None`: nothing changes.
pub fn unseen(mut record: MatchRecord, why: EndReason, now: Timestamp) -> Option<MatchRecord> {
    // A person said that both are the same. So only their end is the end of the match.
    let is_kept = record.state() == MatchState::Confirmed && why == EndReason::NoLongerSimilar;
    if record.ended.is_some() || is_kept {
        return None;
    }
    record.ended = Some(MatchEnd { at: now, why });
    record.changed_at = now;
    record.note(now, "ended", why.as_str().to_owned());
    Some(record)
}

/// A dismissal that is as old as dismissals may be is stale. `None`: it is in force.
pub fn expired(
    mut record: MatchRecord,
    expire_after: Duration,
    now: Timestamp,
) -> Option<MatchRecord> {
    let decision = record.decision.as_ref()?;
    let is_in_force = record.state() == MatchState::Dismissed
        && record.ended.is_none()
        && decision.decision == DecisionKind::Dismissed;
    let age = now.duration_since(decision.at);
    if !is_in_force || age < SignedDuration::try_from(expire_after).unwrap_or(SignedDuration::MAX) {
        return None;
    }
    record.make_stale(vec![EXPIRED.to_owned()], now);
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::matching::decision::DismissalReason;
    use crate::domain::matching::match_record::Decider;
    use crate::domain::{Identified, ListCode};

    const T0: Timestamp = Timestamp::constant(1_656_000_000, 0);
    const T1: Timestamp = Timestamp::constant(1_656_086_400, 0);

    fn entry(name: &str, aliases: &[&str]) -> Entry {
        Entry {
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn sighting(entry: &Entry, band: Band) -> Sighting {
        Sighting {
            watchlist: "customers".into(),
            party: Counterparty {
                id: "C1".into(),
                name: "Alderwood Works Co., Ltd.".into(),
                addresses: vec!["12 Polevaya Street, Samarsk".into()],
                ..Counterparty::default()
            },
            incarnation: 0,
            entry_id: EntryId("ent_1".into()),
            is_ordered_only: false,
            entry: Arc::new(entry.clone()),
            sources: Arc::new([("csl".to_owned(), evidence::of_entry(entry))].into()),
            band,
            score: 0.9,
            compared: Compared::default(),
            reasons: Vec::new(),
            sharing: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn dismissed(entry: &Entry) -> MatchRecord {
        let (mut record, _) = seen(None, sighting(entry, Band::Strong), Cause::EntryAdded, T0);
        let evidence = rests_on(&record);
        let identified = Identified::Session;
        let decider = Decider { by: "Ann", identified: &identified, at: T0 };
        record.dismiss(decider, DismissalReason::Other, "not ours", evidence).unwrap();
        record
    }

    fn seen_again(record: MatchRecord, sighting: Sighting) -> (MatchState, Option<Announcement>) {
        let (record, event) = seen(Some(record), sighting, Cause::EntryRevised, T1);
        (record.state(), event)
    }

    #[test]
    fn ok_a_match_is_new_once() {
        let alder = entry("Alderwood Works", &[]);
        let (record, event) = seen(None, sighting(&alder, Band::Review), Cause::EntryAdded, T0);
        assert_eq!((record.state(), event), (MatchState::Open, Some(Announcement::New)));
        let id = record.found.match_id.clone();
        let (record, event) =
            seen(Some(record), sighting(&alder, Band::Review), Cause::EntryRevised, T1);
        assert_eq!((record.found.match_id.clone(), event), (id, None));
        assert_eq!(record.found.cause, Cause::EntryAdded);
        let (_, event) =
            seen(Some(record), sighting(&alder, Band::Strong), Cause::EntryRevised, T1);
        assert_eq!(event, Some(Announcement::Raised));
    }

    #[test]
    fn ok_a_dismissal_survives_citations_license_terms_and_another_spelling() {
        let alder = entry("Alderwood Works", &[]);
        let amended = Entry {
            citations: vec![Citation::page(88, 1)],
            license_requirement: "All items".into(),
            ..entry("ALDERWOOD WORKS", &[])
        };
        let check = |sighting| {
            assert_eq!(seen_again(dismissed(&alder), sighting), (MatchState::Dismissed, None));
        };
        check(sighting(&amended, Band::Strong));
        let mut exported = sighting(&alder, Band::Strong);
        exported.party.name = "ALDERWOOD WORKS COMPANY LIMITED".into();
        exported.party.addresses = vec!["12 Polevaya St., Samarsk".into()];
        check(exported);
        // The program says in other words why both are alike.
        let mut reworded = sighting(&alder, Band::Strong);
        reworded.reasons = vec!["the same words, said in another way".into()];
        check(reworded);
        // Another source shows the same.
        let mut both = sighting(&alder, Band::Strong);
        Arc::make_mut(&mut both.sources).insert("ecfr".into(), evidence::of_entry(&amended));
        check(both);
    }

    #[test]
    fn err_a_dismissal_is_stale_when_either_side_changes() {
        let alder = entry("Alderwood Works", &[]);
        let check = |sighting, because: &str| {
            let (record, event) = seen(Some(dismissed(&alder)), sighting, Cause::EntryRevised, T1);
            assert_eq!((record.state(), event), (MatchState::Stale, Some(Announcement::Stale)));
            assert_eq!(record.found.cause, Cause::EntryRevised);
            assert!(record.stale_because.join("; ").contains(because), "{record:?}");
        };
        check(
            sighting(&entry("Alderwood Works", &["Cedarholm"]), Band::Strong),
            "the entry has another name",
        );
        let mut moved = sighting(&alder, Band::Strong);
        moved.party.addresses = vec!["14 Polevaya Street, Samarsk".into()];
        check(moved, "the counterparty has another address");
    }

    #[test]
    fn a_match_ends_and_comes_back() {
        let alder = entry("Alderwood Works", &[]);
        let (record, _) = seen(None, sighting(&alder, Band::Strong), Cause::EntryAdded, T0);
        let ended = unseen(record, EndReason::EntryRemoved, T1).unwrap();
        assert!(ended.ended.is_some() && !ended.must_be_decided());
        assert_eq!(unseen(ended.clone(), EndReason::EntryRemoved, T1), None);
        assert_eq!(
            seen_again(ended, sighting(&alder, Band::Strong)),
            (MatchState::Open, Some(Announcement::New))
        );
        let ended = unseen(dismissed(&alder), EndReason::EntryRemoved, T1).unwrap();
        assert_eq!(
            seen_again(ended, sighting(&alder, Band::Strong)),
            (MatchState::Dismissed, None)
        );
    }

    #[test]
    fn a_confirmed_match_lasts_until_one_side_is_gone() {
        let alder = entry("Alderwood Works", &[]);
        let (mut record, _) = seen(None, sighting(&alder, Band::Strong), Cause::EntryAdded, T0);
        let identified = Identified::Session;
        record.confirm(Decider { by: "Ann", identified: &identified, at: T0 }, "").unwrap();
        assert_eq!(unseen(record.clone(), EndReason::NoLongerSimilar, T1), None);
        assert!(unseen(record, EndReason::EntryRemoved, T1).is_some());
    }

    #[test]
    fn a_dismissal_expires_at_its_age() {
        let record = dismissed(&entry("Alderwood Works", &[]));
        let day = Duration::from_secs(86_400);
        assert_eq!(expired(record.clone(), day + Duration::from_secs(1), T1), None);
        assert_eq!(expired(record, day, T1).unwrap().state(), MatchState::Stale);
    }

    #[test]
    fn another_counterparty_under_a_reused_id_has_matches_of_its_own() {
        let entry = EntryId("ent_1".into());
        assert_ne!(match_id("a", "1", 0, &entry), match_id("a", "1", 1, &entry));
        assert_eq!(match_id("a", "1", 0, &entry), MatchId::of(["a", "1", "ent_1"]));
    }
}
