//! A time in the name of a file: `20260301T023000Z`. It sorts by time, and every file system takes
//! it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// In UTC, to the second.
pub fn file_name_time(time: Timestamp) -> String {
    time.strftime(FORMAT).to_string()
}

/// `None` for any other text.
pub fn read_file_name_time(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(FORMAT, text).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_time_is_read_as_it_was_written() {
        let time: Timestamp = "2026-03-01T02:30:00Z".parse().unwrap();
        assert_eq!(file_name_time(time), "20260301T023000Z");
        assert_eq!(read_file_name_time("20260301T023000Z"), Some(time));
    }

    #[test]
    fn err_another_text_is_no_time() {
        for text in ["", "2026-03-01", "20260301T023000", "20261301T023000Z"] {
            assert_eq!(read_file_name_time(text), None, "{text}");
        }
    }
}
