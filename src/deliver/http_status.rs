//! What the HTTP status of a receiver means: the one table for webhooks and Slack. Pure.

use std::time::Duration;

use crate::deliver::Retry;
use crate::dial::LONGEST_RETRY_AFTER;

/// `Ok` if the message was taken, otherwise what to do next.
///
/// Redirects are not followed: they would send the message, with its secrets, to an address that is
/// not configured.
pub fn assess_status(status: u16, retry_after: Option<Duration>) -> Result<(), Retry> {
    match (status, retry_after) {
        (200..=299, _) => Ok(()),
        (410, _) => Err(Retry::SwitchOff),
        (429 | 503, Some(wait)) => Err(Retry::After(wait.min(LONGEST_RETRY_AFTER))),
        (408 | 425 | 429, _) => Err(Retry::Later),
        (400..=499, _) => Err(Retry::Slowly),
        _ => Err(Retry::Later),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_result() {
        let wait = Some(Duration::from_secs(7));
        for status in 100..=599 {
            let expected = match status {
                200..=299 => Ok(()),
                410 => Err(Retry::SwitchOff),
                408 | 425 | 429 => Err(Retry::Later),
                400..=499 => Err(Retry::Slowly),
                _ => Err(Retry::Later),
            };
            assert_eq!(assess_status(status, None), expected, "{status}");
            let with_retry_after = if matches!(status, 429 | 503) {
                Err(Retry::After(Duration::from_secs(7)))
            } else {
                expected
            };
            assert_eq!(assess_status(status, wait), with_retry_after, "{status} with Retry-After");
        }
    }

    #[test]
    fn retry_after_is_capped_at_24_hours() {
        assert_eq!(
            assess_status(503, Some(Duration::from_secs(u64::MAX))),
            Err(Retry::After(Duration::from_secs(86_400)))
        );
    }
}
