//! Checks `digest` and `immediate` of `[[receiver]]`.

use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawImmediate, RawReceiver};
use crate::config::value::Zone;
use crate::deliver::wording::time::DEFAULT_ZONE;
use crate::domain::Severity;
use crate::schedule::Schedule;

/// When a receiver gets its digest, and what does not wait for it.
#[derive(Clone, Debug)]
pub struct DigestSettings {
    /// The receiver's name.
    pub receiver: String,
    pub schedule: Schedule,
    /// The cron expression, as written.
    pub schedule_text: String,
    /// An alert whose most severe change is at least this is sent at once. `None`: no alert is,
    /// except those that never wait.
    pub immediate: Option<Severity>,
}

/// Returns the valid digests, and adds the mistakes of the others to `problems`. `zone` is that of
/// `[messages]`.
pub(super) fn check(
    receivers: &[Placed<RawReceiver>],
    zone: Option<&Zone>,
    problems: &mut Vec<Problem>,
) -> Vec<DigestSettings> {
    let zone = zone.map_or(DEFAULT_ZONE, |zone| &zone.1);
    let mut digests = Vec::new();
    for Placed { value: raw, .. } in receivers {
        let Some(digest) = &raw.digest else {
            if let Some(immediate) = &raw.immediate {
                problems.push(
                    Problem::at(
                        immediate.span.clone(),
                        "expected the key `digest` beside `immediate`, but found none",
                    )
                    .with_hint("without `digest`, every alert is sent at once"),
                );
            }
            continue;
        };
        match Schedule::parse(&digest.value.0, zone) {
            Ok(schedule) => digests.extend(raw.name.as_ref().map(|name| DigestSettings {
                receiver: name.value.0.clone(),
                schedule,
                schedule_text: digest.value.0.clone(),
                immediate: least_severity(raw.immediate.as_ref().map(|key| key.value)),
            })),
            Err(error) => problems.push(Problem::at(digest.span.clone(), error.to_string())),
        }
    }
    digests
}

/// A new listing must not wait unless the configuration says so.
fn least_severity(raw: Option<RawImmediate>) -> Option<Severity> {
    match raw.unwrap_or(RawImmediate::High) {
        RawImmediate::High => Some(Severity::High),
        RawImmediate::Normal => Some(Severity::Normal),
        RawImmediate::Low => Some(Severity::Low),
        RawImmediate::Never => None,
    }
}
