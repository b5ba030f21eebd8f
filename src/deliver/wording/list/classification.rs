//! What kind of list change an alert contains: announced by a rule, known from another source,
//! relisted, or without a rule.

use crate::domain::alert::ListChanged;
use crate::domain::{Change, ListCode};

/// The number of changes that the alert about the rule already contained.
pub fn announced_count(data: &ListChanged) -> usize {
    let Some(announced) = &data.announced else { return 0 };
    data.changes.iter().filter(|change| announced.changes.contains(&change.change_id)).count()
}

/// Another source has already shown these changes, so only the differences are new.
pub fn shows_only_differences(data: &ListChanged) -> bool {
    !data.changes.is_empty() && data.changes.iter().all(|change| change.confirms.is_some())
}

/// The entries that are relisted, unchanged since their removal.
pub fn relisted(data: &ListChanged) -> impl Iterator<Item = &Change> {
    data.changes.iter().filter(|change| data.returned.contains(&change.change_id))
}

pub fn all_relisted(data: &ListChanged) -> bool {
    !data.changes.is_empty() && relisted(data).count() == data.changes.len()
}

/// Whether a rule is missing. Only rules change the Entity List, except for errors of the publisher
/// and their corrections.
pub fn lacks_rule(data: &ListChanged) -> bool {
    data.rule.is_none()
        && data.corrects.is_none()
        && !all_relisted(data)
        && data.changes.iter().any(|change| change.entry.list == ListCode::EL && !change.editorial)
}
