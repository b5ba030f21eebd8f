//! The configurations that were in force, as the journal has them. Pure.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::JournalEntry;
use crate::pipeline::past::period::Period;
use crate::schedule::Schedule;

/// One time at which a configuration took effect.
#[derive(Clone, Debug)]
pub struct PastConfiguration {
    pub at: Timestamp,
    /// `start`, `reload` or `command`
    pub loaded: String,
    /// The version of the program.
    pub version: String,
    pub sha256: String,
    /// What differs from the configuration before, in words: `source.csl.schedule: a → b`.
    pub changed: Vec<String>,
    pub sources: Arc<Vec<PastSource>>,
}

/// A source as it was configured.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PastSource {
    pub name: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub schedule: String,
    #[serde(default)]
    pub timezone: String,
}

/// A source's schedule while it did not change.
#[derive(Clone, Debug)]
pub struct WatchedTime {
    pub period: Period,
    pub schedule: Schedule,
}

/// Reads the entries about configurations one after another, the oldest first.
#[derive(Debug, Default)]
pub struct Configurations {
    all: Vec<PastConfiguration>,
    /// The sources of each configuration that an entry has whole, by the number of the entry.
    whole: HashMap<u64, Arc<Vec<PastSource>>>,
}

#[derive(Deserialize)]
struct Loaded {
    #[serde(default)]
    loaded: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    changed: Vec<Changed>,
    configuration_in: Option<u64>,
    configuration: Option<Written>,
}

#[derive(Deserialize)]
struct Changed {
    key: String,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    source: Vec<PastSource>,
}

impl Configurations {
    /// Adds the next entry. One that is not about a configuration is ignored.
    pub fn add(&mut self, entry: &JournalEntry) {
        let Ok(read) = serde_json::from_str::<Loaded>(&entry.data) else { return };
        let sources = match (read.configuration, read.configuration_in) {
            (Some(written), _) => {
                let sources = Arc::new(written.source);
                self.whole.insert(entry.seq, Arc::clone(&sources));
                sources
            }
            (None, Some(seq)) => self.whole.get(&seq).cloned().unwrap_or_default(),
            (None, None) => Arc::default(),
        };
        self.all.push(PastConfiguration {
            at: entry.at,
            loaded: read.loaded,
            version: read.version,
            sha256: read.sha256,
            changed: read.changed.iter().map(in_words).collect(),
            sources,
        });
    }

    /// Those that were in force in a period, oldest first.
    pub fn in_force(&self, period: Period) -> &[PastConfiguration] {
        let first = self.all.iter().rposition(|one| one.at <= period.from).unwrap_or(0);
        let all = self.all.get(first..).unwrap_or_default();
        all.get(..all.partition_point(|one| one.at < period.until)).unwrap_or_default()
    }

    /// What each source was called at the end of a period, by its name.
    pub fn titles(&self, period: Period) -> BTreeMap<String, String> {
        let mut titles = BTreeMap::new();
        for source in self.in_force(period).iter().flat_map(|one| one.sources.iter()) {
            titles.insert(source.name.clone(), source.title.clone());
        }
        titles
    }

    /// When each source was watched in a period, and on which schedule. A restart does not divide
    /// the time of a source.
    pub fn watched(&self, period: Period) -> BTreeMap<String, Vec<WatchedTime>> {
        let in_force = self.in_force(period);
        let mut watched: BTreeMap<String, Vec<WatchedTime>> = BTreeMap::new();
        let mut before: &[PastSource] = &[];
        for (index, one) in in_force.iter().enumerate() {
            let until = in_force.get(index + 1).map_or(period.until, |next| next.at);
            let time = Period { from: one.at, until }.within(period);
            for source in one.sources.iter() {
                let times = watched.entry(source.name.clone()).or_default();
                if let Some(last) =
                    times.last_mut().filter(|_| before.iter().any(|old| same(old, source)))
                {
                    last.period.until = time.until;
                } else if let Ok(schedule) = Schedule::parse(&source.schedule, &source.timezone) {
                    times.push(WatchedTime { period: time, schedule });
                }
            }
            before = &one.sources;
        }
        watched
    }
}

/// Whether a source is checked at the same times.
fn same(one: &PastSource, other: &PastSource) -> bool {
    (&one.name, &one.schedule, &one.timezone) == (&other.name, &other.schedule, &other.timezone)
}

fn in_words(changed: &Changed) -> String {
    let value = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{}: {} → {}", changed.key, value(&changed.before), value(&changed.after))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::domain::journal::JournalEvent;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn read(loaded: &[(i64, Value)]) -> Configurations {
        let mut configurations = Configurations::default();
        let mut previous = JournalEntry::genesis();
        for (seq, (hours, data)) in (1..).zip(loaded) {
            let event = JournalEvent { kind: "config.loaded".into(), data: data.clone() };
            let entry = JournalEntry::new(seq, at(*hours), &event, previous);
            configurations.add(&entry);
            previous = entry.hash;
        }
        configurations
    }

    fn whole(schedules: &[(&str, &str)]) -> Value {
        let sources: Vec<Value> = schedules
            .iter()
            .map(|(name, schedule)| json!({"name": name, "schedule": schedule, "timezone": "UTC"}))
            .collect();
        json!({"version": "1", "sha256": "a", "configuration": {"source": sources}})
    }

    fn watched(loaded: &[(i64, Value)], from: i64, until: i64) -> Vec<(String, i64, i64)> {
        let period = Period { from: at(from), until: at(until) };
        let hours = |time: Timestamp| time.as_second() / 3600;
        read(loaded)
            .watched(period)
            .into_iter()
            .flat_map(|(name, times)| {
                times.into_iter().map(move |time| {
                    (name.clone(), hours(time.period.from), hours(time.period.until))
                })
            })
            .collect()
    }

    #[test]
    fn a_restart_does_not_divide_the_time_of_a_source_and_a_new_schedule_does() {
        let loaded = [
            (0, whole(&[("csl", "0 * * * *")])),
            (5, json!({"configuration_in": 1})),
            (8, whole(&[("csl", "30 * * * *"), ("ecfr", "0 * * * *")])),
        ];
        assert_eq!(
            watched(&loaded, 2, 20),
            [("csl".into(), 2, 8), ("csl".into(), 8, 20), ("ecfr".into(), 8, 20)]
        );
        assert_eq!(watched(&loaded, 2, 6), [("csl".into(), 2, 6)]);
    }

    #[test]
    fn a_source_that_was_taken_out_was_not_watched_in_between() {
        let loaded = [
            (0, whole(&[("csl", "0 * * * *")])),
            (5, whole(&[])),
            (8, whole(&[("csl", "0 * * * *")])),
        ];
        assert_eq!(watched(&loaded, 0, 9), [("csl".into(), 0, 5), ("csl".into(), 8, 9)]);
        assert_eq!(watched(&loaded, 6, 7), []);
        assert_eq!(watched(&[], 6, 7), []);
    }

    #[test]
    fn changes_are_in_words() {
        let data = json!({"changed": [{"key": "receiver.a.to", "before": null, "after": ["b"]}]});
        let read = read(&[(0, data)]);
        let period = Period { from: at(1), until: at(2) };
        assert_eq!(read.in_force(period)[0].changed, ["receiver.a.to: nothing → [\"b\"]"]);
    }
}
