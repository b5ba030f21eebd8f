//! When receivers are reminded of what they have not closed. Pure.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::AlertId;

/// When the day's reminder is sent, in the time zone of messages: before the first meeting of a
/// morning.
const REMIND_AT: Time = Time::constant(8, 0, 0, 0);

/// The last time at or before `now` at which reminders were due, with its day.
pub fn last(now: Timestamp, zone: &TimeZone) -> (Date, Timestamp) {
    let today = now.to_zoned(zone.clone()).date();
    let due = at(today, zone);
    if due <= now {
        return (today, due);
    }
    let yesterday = today.yesterday().unwrap_or(today);
    (yesterday, at(yesterday, zone))
}

/// The first time after `now` at which reminders are due.
pub fn next(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let (day, _) = last(now, zone);
    at(day.tomorrow().unwrap_or(day), zone)
}

/// The id of the reminder of one receiver and day.
pub fn alert_id(receiver: &str, day: Date) -> AlertId {
    AlertId::of(["items.open", receiver, &day.to_string()])
}

fn at(day: Date, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_zoned(day.to_datetime(REMIND_AT))
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_due_at_eight_in_the_zone_of_messages() {
        let zone = TimeZone::get("America/New_York").unwrap();
        for (now, expected_last, expected_next) in [
            ("2022-07-01T11:59:59Z", "2022-06-30T12:00:00Z", "2022-07-01T12:00:00Z"),
            ("2022-07-01T12:00:00Z", "2022-07-01T12:00:00Z", "2022-07-02T12:00:00Z"),
            ("2022-11-05T20:00:00Z", "2022-11-05T12:00:00Z", "2022-11-06T13:00:00Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!(last(now, &zone).1.to_string(), expected_last);
            assert_eq!(next(now, &zone).to_string(), expected_next);
        }
    }

    #[test]
    fn each_receiver_has_one_id_a_day() {
        let day = jiff::civil::date(2022, 7, 1);
        assert_eq!(alert_id("mail", day), alert_id("mail", day));
        assert_ne!(alert_id("mail", day), alert_id("desk", day));
        assert_ne!(alert_id("mail", day), alert_id("mail", day.tomorrow().unwrap()));
    }
}
