//! The settings that all wordings need.

use jiff::tz::TimeZone;
use url::Url;

use crate::deliver::wording::NextStep;
use crate::deliver::wording::time;

/// The settings that all wordings need.
pub struct Context<'a> {
    pub zone: &'a TimeZone,
    pub public_url: Option<&'a Url>,
}

impl Context<'_> {
    pub fn moment(&self, at: jiff::Timestamp) -> String {
        time::moment(at, self.zone)
    }

    /// A next step that links to the page at `path`, or names `command` if there is no public URL.
    pub fn next_step(&self, text: impl Into<String>, path: &str, command: String) -> NextStep {
        let link =
            self.public_url.map(|url| format!("{}{path}", url.as_str().trim_end_matches('/')));
        let command = link.is_none().then_some(command);
        NextStep { text: text.into(), command, link }
    }
}
