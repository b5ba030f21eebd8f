//! How much a change matters to a reader.

use super::fields::Difference;
use crate::domain::Severity;

/// The severity of a revision, by what differs and by whether its two rows were matched with certainty.
///
/// A revision that was matched by weighed evidence might hide a new listing, so it is never less than an addition.
pub fn of_revision(differences: &[Difference], certain: bool) -> Severity {
    if !certain {
        return Severity::High;
    }
    if differences.iter().all(|difference| difference.editorial) {
        return Severity::Low;
    }
    if differences.iter().any(extends_control) { Severity::High } else { Severity::Normal }
}

/// More goods, more names or more places fall under the control than before.
fn extends_control(difference: &Difference) -> bool {
    if difference.editorial {
        return false;
    }
    match difference.change.field.as_str() {
        "footnotes" | "license_requirement" => true,
        "aliases" | "addresses" | "countries" => difference.gained,
        other => difference.gained && (other.contains("subordinate") || other.contains("affiliated")),
    }
}
