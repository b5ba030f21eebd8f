//! Who answers for the items of a receiver or a person that is away.

use jiff::Timestamp;

use crate::domain::item::{Item, ItemState};

/// A hand-over that is in force: new items of `from` are those of `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    pub from: String,
    pub to: String,
}

/// The receiver that answers for `receiver`: itself, or the end of the chain of hand-overs. The
/// last hand-over of a receiver counts.
pub fn successor<'a>(receiver: &'a str, in_force: &'a [Handover]) -> &'a str {
    let mut holder = receiver;
    // A chain is at most as long as the list, so that a circle ends.
    for _ in in_force {
        match in_force.iter().rev().find(|handover| handover.from == holder) {
            Some(handover) if handover.to != receiver => holder = &handover.to,
            _ => break,
        }
    }
    holder
}

impl Item {
    /// Hands an open or taken item over, from a receiver and from a person of that name. Returns
    /// false if neither has it.
    pub fn hand_over(&mut self, from: &str, to: &str, by: &str, at: Timestamp) -> bool {
        if self.state == ItemState::Closed {
            return false;
        }
        let mut is_handed_over = false;
        for responsible in self.responsible.iter_mut().filter(|known| known.receiver == from) {
            to.clone_into(&mut responsible.receiver);
            is_handed_over = true;
        }
        if self.taken_by.as_deref() == Some(from) {
            self.taken_by = Some(to.to_owned());
            self.taken_at = Some(at);
            is_handed_over = true;
        }
        if is_handed_over {
            self.note_event(at, "handed over", Some(by), format!("from {from} to {to}"));
        }
        is_handed_over
    }

    /// Whether a person did anything with it after this time.
    pub fn is_changed_by_person_after(&self, time: Timestamp) -> bool {
        self.history.iter().any(|event| event.by.is_some() && event.at > time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::Outcome;
    use crate::domain::item::tests::{at, item, responsible};

    fn handovers(pairs: &[(&str, &str)]) -> Vec<Handover> {
        let handover =
            |(from, to): &(&str, &str)| Handover { from: (*from).into(), to: (*to).into() };
        pairs.iter().map(handover).collect()
    }

    #[test]
    fn ok_a_chain_is_followed_and_a_circle_ends() {
        for (pairs, expected) in [
            (&[][..], "a"),
            (&[("b", "c")], "a"),
            (&[("a", "b")], "b"),
            (&[("a", "b"), ("b", "c")], "c"),
            (&[("a", "b"), ("a", "c")], "c"),
            (&[("a", "b"), ("b", "a")], "b"),
        ] {
            assert_eq!(successor("a", &handovers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn ok_an_item_is_handed_over_with_its_settings() {
        let mut item = item(vec![responsible("mail", 4, &["head"]), responsible("desk", 8, &[])]);
        let now = at("2022-07-01T13:00:00Z");
        assert!(item.hand_over("mail", "deputy", "Ann", now));
        assert_eq!(item.receivers(), ["deputy", "desk"]);
        assert_eq!(item.responsible[0].settings_of, "mail");
        assert!(!item.hand_over("mail", "deputy", "Ann", now), "it has nothing any more");
    }

    #[test]
    fn ok_what_a_person_has_taken_is_handed_over_until_it_is_closed() {
        let mut item = item(Vec::new());
        let now = at("2022-07-01T13:00:00Z");
        item.take("Ann", now).unwrap();
        assert!(item.hand_over("Ann", "Ben", "Ann", now));
        assert_eq!(item.taken_by.as_deref(), Some("Ben"));
        item.close("Ben", Outcome::NoAction, "seen", now).unwrap();
        assert!(!item.hand_over("Ben", "Ann", "Ben", now));
    }
}
