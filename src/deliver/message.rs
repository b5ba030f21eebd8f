//! One delivery with the alert that it carries, and the settings that all messages share.

use std::collections::BTreeMap;

use crate::deliver::wording;
use crate::domain::{Alert, Delivery, Screening};

/// `[messages]`, and what messages take from other sections.
#[derive(Clone, Debug, Default)]
pub struct MessageSettings {
    pub timezone: wording::time::Zone,
    pub public_url: Option<url::Url>,
    /// The company's own instructions, one paragraph each. Shown in each alert about changes.
    pub instructions: Vec<String>,
    /// What messages call each source, by its name. A source that is not configured any more is
    /// called by its name.
    pub source_titles: BTreeMap<String, String>,
    /// The messages show sample data and are marked as tests.
    pub marked_as_test: bool,
}

/// One delivery with the alert of its message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub delivery: &'a Delivery,
    /// The alert, reduced to the selection of the delivery: `changes` and `summary` are the
    /// receiver's, and `total` counts all changes.
    pub alert: &'a Alert,
    /// What the receiver is shown about its own counterparties. `None` for a receiver without
    /// `show_matches`, and if there is no counterparty file.
    pub screening: Option<&'a Screening>,
}
