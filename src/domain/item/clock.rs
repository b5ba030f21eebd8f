//! The clock of an item: who is alerted next that nobody has acknowledged it, and when.
//!
//! Everything follows from the item and the start of its clock, so that a restart
//! computes what a running program would have computed.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::AlertId;
use crate::domain::item::{Item, ItemState, Responsible};

/// Since when the receivers of an item can know of it, in this opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockStart {
    /// A message with one of its alerts was accepted. If none was, the first one was made.
    At(Timestamp),
    /// Nothing was made for the receivers. The clock starts at the opening.
    Opening,
    /// All its alerts wait for a digest. The clock does not run.
    Waiting,
}

/// Who is alerted that nobody has acknowledged an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Receiver(String),
    /// After the last receiver of `escalate_to`.
    Operators,
}

/// The next escalation of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The receiver that should have acknowledged the item.
    pub settings_of: String,
    /// How many escalations came before it, for that receiver in this opening.
    pub before: usize,
    pub opening: u32,
    pub target: Target,
    pub due_at: Timestamp,
}

impl Escalation {
    /// The id of the alert: the same after a restart, and for two receivers that escalate to the
    /// same one.
    pub fn alert_id(&self, item: &Item) -> AlertId {
        let opening = self.opening.to_string();
        let (kind, name) = match &self.target {
            Target::Receiver(name) => ("receiver", name.as_str()),
            Target::Operators => ("operators", ""),
        };
        AlertId::of(["alert.escalated", item.item_id.as_str(), &opening, kind, name])
    }
}

impl Item {
    /// The next escalation. `None` if the item is not open, if its clock does not run, or after the
    /// last one.
    pub fn next_escalation(&self, start: ClockStart, zone: &TimeZone) -> Option<Escalation> {
        if self.state != ItemState::Open {
            return None;
        }
        let started_at = self.started_at(start)?;
        self.responsible
            .iter()
            .filter_map(|responsible| self.escalation_of(responsible, started_at, zone))
            .min_by_key(|escalation| escalation.due_at)
    }

    /// When the clock runs out next. After the last escalation, when that was made. `None` if a
    /// person has the item, or if its clock does not run.
    pub fn due_at(&self, start: ClockStart, zone: &TimeZone) -> Option<Timestamp> {
        if self.state != ItemState::Open {
            return None;
        }
        self.next_escalation(start, zone)
            .map(|escalation| escalation.due_at)
            .or_else(|| self.responsible.iter().filter_map(|one| one.escalated_at).max())
    }

    /// Notes that an escalation was made, to these receivers. Returns false, and changes nothing,
    /// if it is not the next one any more.
    pub fn escalate(
        &mut self,
        escalation: &Escalation,
        to: &[String],
        start: ClockStart,
        at: Timestamp,
    ) -> bool {
        if self.state != ItemState::Open || self.opening != escalation.opening {
            return false;
        }
        let Some(started_at) = self.started_at(start) else { return false };
        let Some(responsible) = self.responsible.iter_mut().find(|one| {
            one.settings_of == escalation.settings_of && one.escalations == escalation.before
        }) else {
            return false;
        };
        responsible.escalations += 1;
        responsible.escalated_at = Some(at);
        self.clock_started_at = Some(started_at);
        for name in to {
            if !self.escalated_to.contains(name) {
                self.escalated_to.push(name.clone());
            }
        }
        let to = if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
        self.note_event(at, "escalated", None, format!("to {to}"));
        true
    }

    /// The start that an escalation has used, or `start`. A message that does not arrive must not
    /// delay the escalation.
    fn started_at(&self, start: ClockStart) -> Option<Timestamp> {
        self.clock_started_at.or(match start {
            ClockStart::At(at) => Some(at),
            ClockStart::Opening => Some(self.opening_at()),
            ClockStart::Waiting => None,
        })
    }

    fn escalation_of(
        &self,
        responsible: &Responsible,
        started_at: Timestamp,
        zone: &TimeZone,
    ) -> Option<Escalation> {
        let Responsible { settings_of, acknowledge, since, escalations, escalated_at, .. } =
            responsible;
        let target = match acknowledge.escalate_to.get(*escalations) {
            Some(name) => Target::Receiver(name.clone()),
            None if *escalations == acknowledge.escalate_to.len() => Target::Operators,
            None => return None,
        };
        let from = escalated_at.unwrap_or_else(|| started_at.max(*since));
        let within = SignedDuration::try_from(acknowledge.within).unwrap_or(SignedDuration::MAX);
        let due_at = match &acknowledge.hours {
            Some(hours) => hours.after(from, within, zone),
            None => from.saturating_add(within).unwrap_or(Timestamp::MAX),
        };
        Some(Escalation {
            settings_of: settings_of.clone(),
            before: *escalations,
            opening: self.opening,
            target,
            due_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::tests::{at, item, responsible};

    /// The escalations of an item that nobody takes, each with its time.
    fn escalations(item: &mut Item, start: ClockStart) -> Vec<(Target, String)> {
        let mut made = Vec::new();
        while let Some(next) = item.next_escalation(start, &TimeZone::UTC) {
            let to = match &next.target {
                Target::Receiver(name) => vec![name.clone()],
                Target::Operators => vec!["ops".to_owned()],
            };
            assert!(item.escalate(&next, &to, start, next.due_at));
            assert!(!item.escalate(&next, &to, start, next.due_at), "once");
            made.push((next.target, next.due_at.to_string()));
        }
        made
    }

    #[test]
    fn ok_in_turn_and_in_the_end_to_the_operators() {
        let mut item = item(vec![responsible("mail", 4, &["head", "board"])]);
        let accepted = ClockStart::At(at("2022-06-30T13:30:00Z"));
        assert_eq!(item.due_at(accepted, &TimeZone::UTC), Some(at("2022-06-30T17:30:00Z")));
        assert_eq!(
            escalations(&mut item, accepted),
            [
                (Target::Receiver("head".into()), "2022-06-30T17:30:00Z".to_owned()),
                (Target::Receiver("board".into()), "2022-06-30T21:30:00Z".to_owned()),
                (Target::Operators, "2022-07-01T01:30:00Z".to_owned()),
            ]
        );
        assert_eq!(item.escalated_to, ["head", "board", "ops"]);
        assert_eq!(item.due_at(accepted, &TimeZone::UTC), Some(at("2022-07-01T01:30:00Z")));
    }

    #[test]
    fn ok_the_clock_starts_at_the_opening_while_nothing_is_accepted() {
        let mut item = item(vec![responsible("mail", 4, &[])]);
        let due = |item: &Item, start| item.due_at(start, &TimeZone::UTC).unwrap();
        assert_eq!(due(&item, ClockStart::Opening), at("2022-06-30T17:00:00Z"));
        assert_eq!(
            due(&item, ClockStart::At(at("2022-06-30T16:00:00Z"))),
            at("2022-06-30T20:00:00Z")
        );
        item.reopened_at = Some(at("2022-07-05T13:00:00Z"));
        assert_eq!(due(&item, ClockStart::Opening), at("2022-07-05T17:00:00Z"));
    }

    #[test]
    fn ok_the_clock_does_not_run_while_all_alerts_wait_for_a_digest() {
        let mut item = item(vec![responsible("mail", 4, &[])]);
        assert_eq!(item.next_escalation(ClockStart::Waiting, &TimeZone::UTC), None);
        assert_eq!(item.due_at(ClockStart::Waiting, &TimeZone::UTC), None);
        let next = item.next_escalation(ClockStart::Opening, &TimeZone::UTC).unwrap();
        assert!(!item.escalate(&next, &[], ClockStart::Waiting, next.due_at));
    }

    #[test]
    fn ok_each_receiver_has_its_own_time_and_both_may_escalate_to_one() {
        let mut item =
            item(vec![responsible("mail", 8, &["head"]), responsible("desk", 2, &["head"])]);
        let first = item.next_escalation(ClockStart::Opening, &TimeZone::UTC).unwrap();
        assert_eq!(
            (first.settings_of.as_str(), first.due_at),
            ("desk", at("2022-06-30T15:00:00Z"))
        );
        let made = escalations(&mut item, ClockStart::Opening);
        let times: Vec<&str> = made.iter().map(|(_, time)| &time[5..16]).collect();
        assert_eq!(times, ["06-30T15:00", "06-30T17:00", "06-30T21:00", "07-01T05:00"]);
        assert_eq!(item.escalated_to, ["head", "ops"], "named once");
    }

    #[test]
    fn ok_a_receiver_that_joins_later_has_its_whole_time() {
        let mut late = responsible("desk", 2, &[]);
        late.since = at("2022-06-30T16:00:00Z");
        let item = item(vec![late]);
        assert_eq!(
            item.due_at(ClockStart::Opening, &TimeZone::UTC),
            Some(at("2022-06-30T18:00:00Z"))
        );
    }

    #[test]
    fn ok_a_person_on_it_stops_the_escalation() {
        let mut item = item(vec![responsible("mail", 4, &["head"])]);
        let next = item.next_escalation(ClockStart::Opening, &TimeZone::UTC).unwrap();
        item.take("Ann", at("2022-06-30T14:00:00Z")).unwrap();
        assert_eq!(item.next_escalation(ClockStart::Opening, &TimeZone::UTC), None);
        assert_eq!(item.due_at(ClockStart::Opening, &TimeZone::UTC), None);
        assert!(
            !item.escalate(&next, &[], ClockStart::Opening, next.due_at),
            "it was taken in between"
        );
        item.reopen("Ann", "not mine", at("2022-06-30T15:00:00Z")).unwrap();
        assert!(!item.escalate(&next, &[], ClockStart::Opening, next.due_at), "of another opening");
    }

    #[test]
    fn ok_after_a_stop_each_one_has_the_whole_time_to_react() {
        let mut item = item(vec![responsible("mail", 4, &["head"])]);
        let next = item.next_escalation(ClockStart::Opening, &TimeZone::UTC).unwrap();
        let late = at("2022-07-02T09:00:00Z");
        item.escalate(&next, &["head".to_owned()], ClockStart::Opening, late);
        assert_eq!(
            item.due_at(ClockStart::Opening, &TimeZone::UTC),
            Some(at("2022-07-02T13:00:00Z"))
        );
    }

    #[test]
    fn ok_the_ids_differ_by_target_and_opening_only() {
        let mut item =
            item(vec![responsible("mail", 4, &["head"]), responsible("desk", 4, &["head"])]);
        let mut ids = Vec::new();
        for _ in 0..2 {
            while let Some(next) = item.next_escalation(ClockStart::Opening, &TimeZone::UTC) {
                ids.push(next.alert_id(&item));
                item.escalate(&next, &[], ClockStart::Opening, next.due_at);
            }
            item.take("Ann", at("2022-07-01T09:00:00Z")).unwrap();
            item.reopen("Ann", "again", at("2022-07-01T09:00:00Z")).unwrap();
        }
        assert_eq!(ids.len(), 8);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4, "head and operators, in each of two openings");
    }
}
