//! The people who are signed in on the pages.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Person, TokenHash};

/// A session ends after this time, whatever happens in it: a working day, so that a browser that is
/// left open overnight is signed out.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(10);
/// Sessions of one person. A person has a few browsers; the oldest session makes room.
const MAX_PER_PERSON: usize = 10;

/// By the hash of the session's id, so that finding one takes no time that depends on the id.
#[derive(Debug, Default)]
pub struct Sessions(HashMap<[u8; 32], Session>);

#[derive(Clone, Debug)]
struct Session {
    name: String,
    /// Another token in the configuration ends the session.
    token: TokenHash,
    began_at: Timestamp,
}

impl Session {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.began_at) >= SESSION_LIFETIME
    }
}

impl Sessions {
    /// `id` is random and secret.
    pub fn begin(&mut self, id: &str, person: &Person, now: Timestamp) {
        self.0.retain(|_, session| !session.is_over(now));
        let own = self.0.iter().filter(|(_, session)| session.name == person.name);
        if own.clone().count() >= MAX_PER_PERSON
            && let Some(oldest) = own.min_by_key(|(_, session)| session.began_at).map(|(id, _)| *id)
        {
            self.0.remove(&oldest);
        }
        let session = Session { name: person.name.clone(), token: person.token, began_at: now };
        self.0.insert(TokenHash::of(id).0, session);
    }

    /// The person of a session, if it is not over and the person still has the same token.
    pub fn person<'a>(&self, id: &str, people: &'a [Person], now: Timestamp) -> Option<&'a Person> {
        let session = self.0.get(&TokenHash::of(id).0).filter(|session| !session.is_over(now))?;
        people.iter().find(|person| person.name == session.name && person.token == session.token)
    }

    pub fn end(&mut self, id: &str) {
        self.0.remove(&TokenHash::of(id).0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    fn person(name: &str, token: &str) -> Person {
        Person { name: name.into(), role: Role::Reader, token: TokenHash::of(token) }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_session_ends_by_time_by_sign_out_and_with_the_persons_token() {
        let people = [person("ada", "a"), person("ben", "b")];
        let mut sessions = Sessions::default();
        sessions.begin("one", &people[0], at(0));
        sessions.begin("two", &people[1], at(0));
        let name = |sessions: &Sessions, id: &str, people: &[Person], now| {
            sessions.person(id, people, now).map(|person| person.name.clone())
        };
        assert_eq!(name(&sessions, "one", &people, at(9)).as_deref(), Some("ada"));
        assert_eq!(name(&sessions, "one", &people, at(10)), None, "over");
        assert_eq!(name(&sessions, "three", &people, at(1)), None, "unknown");
        let replaced = [person("ada", "another token"), people[1].clone()];
        assert_eq!(name(&sessions, "one", &replaced, at(1)), None, "the token was replaced");
        assert_eq!(name(&sessions, "one", &people[1..], at(1)), None, "the person is gone");
        sessions.end("two");
        assert_eq!(name(&sessions, "two", &people, at(1)), None, "signed out");
        assert_eq!(name(&sessions, "one", &people, at(1)).as_deref(), Some("ada"));
    }

    #[test]
    fn the_oldest_session_of_a_person_makes_room() {
        let people = [person("ada", "a"), person("ben", "b")];
        let mut sessions = Sessions::default();
        sessions.begin("of ben", &people[1], at(0));
        for number in 0..=MAX_PER_PERSON {
            let now = at(0) + SignedDuration::from_mins(i64::try_from(number).unwrap());
            sessions.begin(&number.to_string(), &people[0], now);
        }
        assert!(sessions.person("0", &people, at(1)).is_none());
        assert!(sessions.person("1", &people, at(1)).is_some());
        assert!(sessions.person("of ben", &people, at(1)).is_some());
    }
}
