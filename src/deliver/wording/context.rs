//! The settings that all wordings need.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use url::Url;

use crate::deliver::plain;
use crate::deliver::wording::source_title::SourceTitle;
use crate::deliver::wording::{NextStep, iso_dates, time};

/// The settings that all wordings need.
pub struct Context<'a> {
    pub zone: &'a TimeZone,
    pub public_url: Option<&'a Url>,
    pub source_titles: &'a BTreeMap<String, String>,
    pub instructions: &'a [String],
}

impl Context<'_> {
    pub fn moment(&self, at: Timestamp) -> String {
        time::moment(at, self.zone)
    }

    /// The day in the readers' zone: `July 5, 2022`.
    pub fn day(&self, at: Timestamp) -> String {
        time::date(at.to_zoned(self.zone.clone()).date())
    }

    /// The same without the year, if it is the year of `now`: `July 5`.
    pub fn short_day(&self, at: Timestamp, now: Timestamp) -> String {
        let year = now.to_zoned(self.zone.clone()).year();
        let day: Date = at.to_zoned(self.zone.clone()).date();
        if day.year() == year { time::month_and_day(day) } else { time::date(day) }
    }

    pub fn source(&self, name: &str) -> SourceTitle {
        SourceTitle::of(name, self.source_titles)
    }

    /// A text that another stage wrote, as one line with its dates in words.
    pub fn prose(&self, text: &str) -> String {
        iso_dates::in_words(&plain::line(text), self.zone)
    }

    /// A next step that links to the page at `path`, or names `command` if there is no public URL.
    pub fn next_step(&self, text: impl Into<String>, path: &str, command: String) -> NextStep {
        let link = self.link(path);
        let command = link.is_none().then_some(command);
        NextStep { text: text.into(), command, link }
    }

    /// The address of a page, if people can open it.
    pub fn link(&self, path: &str) -> Option<String> {
        self.public_url.map(|url| format!("{}{path}", url.as_str().trim_end_matches('/')))
    }
}
