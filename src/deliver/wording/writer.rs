//! The settings that every wording needs.

use jiff::tz::TimeZone;
use url::Url;

use crate::deliver::wording::Step;
use crate::deliver::wording::time;

/// What all wordings need to know.
pub struct Writer<'a> {
    pub zone: &'a TimeZone,
    pub public_url: Option<&'a Url>,
}

impl Writer<'_> {
    pub fn moment(&self, at: jiff::Timestamp) -> String {
        time::moment(at, self.zone)
    }

    /// A step with the page at `path`, or `command` where there is no page.
    pub fn step(&self, text: impl Into<String>, path: &str, command: String) -> Step {
        let link =
            self.public_url.map(|url| format!("{}{path}", url.as_str().trim_end_matches('/')));
        let command = link.is_none().then_some(command);
        Step { text: text.into(), command, link }
    }
}
