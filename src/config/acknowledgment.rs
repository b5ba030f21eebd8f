//! Checks `acknowledge_within`, `acknowledge_hours` and `escalate_to` of `[[receiver]]`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::config::problem::Problem;
use crate::config::raw::{Key, Placed, RawReceiver};
use crate::config::read::{Sections, did_you_mean};
use crate::config::value::Text;
use crate::domain::item::{Acknowledge, WorkingHours};

/// The names of all receivers, also of those with mistakes.
pub(super) fn receiver_names(sections: &Sections) -> Vec<&str> {
    sections
        .receivers
        .iter()
        .filter_map(|section| section.value.name.as_ref())
        .map(|name| name.value.0.as_str())
        .chain(sections.faulty.receivers.iter().map(String::as_str))
        .collect()
}

/// The keys of one receiver. `None` if it opens no items. Adds mistakes to `problems`.
pub(super) fn check(
    raw: &RawReceiver,
    known: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Acknowledge> {
    let hours = raw.acknowledge_hours.as_ref().and_then(|text| working_hours(text, problems));
    let escalate_to = escalate_to(&raw.escalate_to, known, problems);
    let Some(within) = &raw.acknowledge_within else {
        let without_effect = [
            ("acknowledge_hours", raw.acknowledge_hours.as_ref().map(|key| &key.span)),
            ("escalate_to", raw.escalate_to.as_ref().map(|key| &key.span)),
        ];
        for (key, span) in without_effect {
            problems.extend(span.map(|span| {
                Problem::at(
                    span.clone(),
                    format!("expected `acknowledge_within` beside `{key}`, but found none"),
                )
            }));
        }
        return None;
    };
    if within.value.0.is_zero() {
        problems.push(Problem::at(within.span.clone(), "expected a time longer than 0s"));
    }
    Some(Acknowledge { within: within.value.0, hours, escalate_to })
}

fn working_hours(text: &Placed<Text>, problems: &mut Vec<Problem>) -> Option<WorkingHours> {
    let wrong = match text.value.0.parse() {
        Ok(hours) => return Some(hours),
        Err(wrong) => wrong,
    };
    problems.push(Problem::at(place_in(text, &wrong.at), wrong.message));
    None
}

/// The place of a part of a text in the file. The whole value, if it is not written as it is.
fn place_in(text: &Placed<Text>, part: &Range<usize>) -> Range<usize> {
    let quotes = 2;
    if text.span.len() != text.value.0.len() + quotes {
        return text.span.clone();
    }
    let start = text.span.start + quotes / 2;
    start + part.start..start + part.end
}

fn escalate_to(
    key: &Key<Vec<Placed<String>>>,
    known: &[&str],
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let Some(key) = key else { return Vec::new() };
    if key.value.is_empty() {
        let message = "expected at least one receiver, but got an empty list";
        problems.push(
            Problem::at(key.span.clone(), message)
                .with_hint("to alert only the operators, remove the key"),
        );
    }
    let mut names: Vec<String> = Vec::new();
    for Placed { value: name, span } in &key.value {
        if !known.contains(&name.as_str()) {
            problems.push(Problem {
                message: format!(
                    "expected the name of a receiver, but got `{name}` (known: {})",
                    known.join(", ")
                ),
                span: Some(span.clone()),
                hint: did_you_mean(name, known),
            });
        }
        if names.contains(name) {
            problems.push(Problem::at(span.clone(), format!("found the receiver `{name}` twice")));
        }
        names.push(name.clone());
    }
    names
}

/// Refuses receivers that escalate to each other: each of them waits for the others.
pub(super) fn refuse_circles(sections: &Sections, problems: &mut Vec<Problem>) {
    let mut targets: BTreeMap<&str, Vec<&Placed<String>>> = BTreeMap::new();
    for section in &sections.receivers {
        if let (Some(name), Some(key)) = (&section.value.name, &section.value.escalate_to) {
            targets.entry(name.value.0.as_str()).or_default().extend(&key.value);
        }
    }
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for (name, own) in &targets {
        if reported.contains(name) {
            continue;
        }
        let circle =
            own.iter().find_map(|target| Some((target, path(&targets, &target.value, name)?)));
        if let Some((target, path)) = circle {
            let chain: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
            problems.push(Problem::at(
                target.span.clone(),
                format!(
                    "expected receivers that do not escalate in a circle, but `{name}` escalates \
                     to {}",
                    chain.join(", which escalates to ")
                ),
            ));
            reported.extend(path);
        }
    }
}

/// The receivers on the way from one to another, both included.
fn path<'a>(
    targets: &BTreeMap<&'a str, Vec<&'a Placed<String>>>,
    from: &'a str,
    to: &str,
) -> Option<Vec<&'a str>> {
    let mut ways: Vec<Vec<&str>> = vec![vec![from]];
    let mut seen: BTreeSet<&str> = BTreeSet::from([from]);
    while let Some(way) = ways.pop() {
        let last = way.last().copied().unwrap_or(from);
        if last == to {
            return Some(way);
        }
        for next in targets.get(last).into_iter().flatten() {
            if seen.insert(&next.value) {
                ways.push(way.iter().copied().chain([next.value.as_str()]).collect());
            }
        }
    }
    None
}
