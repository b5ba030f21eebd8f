//! Whether one property of two entries agrees, and which rule the two cite.
//!
//! Knows citations and start dates. `place` compares places by the same scale.

use crate::domain::pages::share_a_rule;
use crate::domain::{Citation, Entry};

/// How a property of two entries bears on whether they are one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    Agrees,
    /// At least one of the two does not show the property.
    Unknown,
    Differs,
}

/// Whether two entries cite a common rule. Where one has no page to compare, an equal start date
/// agrees.
pub fn of_rules(one: &Entry, other: &Entry) -> Agreement {
    let has_page = |entry: &Entry| {
        entry.citations.iter().any(|citation| matches!(citation, Citation::Page { .. }))
    };
    if !has_page(one) || !has_page(other) {
        let same_day = one.start_date.is_some() && one.start_date == other.start_date;
        return if same_day { Agreement::Agrees } else { Agreement::Unknown };
    }
    if share_a_rule(&one.citations, &other.citations) {
        Agreement::Agrees
    } else {
        Agreement::Differs
    }
}
