//! Checks `[assurance]`.

use crate::config::problem::Problem;
use crate::config::read::Sections;
use crate::config::unknown_name;
use crate::config::value::Zone;
use crate::deliver::wording::time::DEFAULT_ZONE;
use crate::schedule::Schedule;

/// Mondays at nine in the morning.
const DEFAULT_SCHEDULE: &str = "0 9 * * 1";

/// `[assurance]`
#[derive(Clone, Debug)]
pub struct AssuranceSettings {
    pub schedule: Schedule,
    /// The cron expression, as written.
    pub schedule_text: String,
    /// At least one, without repeats.
    pub receivers: Vec<String>,
}

/// Returns the valid section, and adds its mistakes to `problems`. `zone` is that of `[messages]`.
pub(super) fn check(
    sections: &Sections,
    zone: Option<&Zone>,
    problems: &mut Vec<Problem>,
) -> Option<AssuranceSettings> {
    let section = sections.assurance.as_ref()?;
    let raw = &section.value;
    let zone = zone.map_or(DEFAULT_ZONE, |zone| &zone.1);
    let text = raw.schedule.as_ref().map_or(DEFAULT_SCHEDULE, |key| key.value.0.as_str());
    let span = raw.schedule.as_ref().map_or(section.span.clone(), |key| key.span.clone());
    let schedule = Schedule::parse(text, zone)
        .map_err(|error| problems.push(Problem::at(span, error.to_string())))
        .ok();
    let Some(named) = raw.receivers.as_ref().filter(|key| !key.value.is_empty()) else {
        problems.push(Problem::at(
            section.span.clone(),
            "expected the key `receivers` with at least one receiver in this section, but found \
             none",
        ));
        return None;
    };
    let known: Vec<&str> = sections
        .receivers
        .iter()
        .filter_map(|receiver| receiver.value.name.as_ref())
        .map(|name| name.value.0.as_str())
        .collect();
    let mut receivers: Vec<String> = Vec::new();
    for name in &named.value {
        let is_faulty = sections.faulty.receivers.contains(&name.value);
        if !known.contains(&name.value.as_str()) && !is_faulty {
            let problem = unknown_name("receiver", &known, &name.value);
            problems.push(Problem::at(name.span.clone(), problem));
        } else if !receivers.contains(&name.value) {
            receivers.push(name.value.clone());
        }
    }
    Some(AssuranceSettings { schedule: schedule?, schedule_text: text.to_owned(), receivers })
}
