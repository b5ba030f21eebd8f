//! How severe a revision is for a reader.

use crate::diff::list::fields::Difference;
use crate::domain::Severity;

/// The severity of a revision, by its differences and by whether its two rows are certainly the
/// same entry.
///
/// A revision whose rows were matched by evidence might hide a new listing, so it is as severe as
/// an addition.
pub fn of_revision(differences: &[Difference], certain: bool) -> Severity {
    if !certain {
        return Severity::High;
    }
    if differences.iter().all(|difference| difference.editorial) {
        return Severity::Low;
    }
    if differences.iter().any(extends_control) { Severity::High } else { Severity::Normal }
}

/// Whether more goods, names or places are controlled than before.
fn extends_control(difference: &Difference) -> bool {
    if difference.editorial {
        return false;
    }
    match difference.change.field.as_str() {
        "footnotes" | "license_requirement" => true,
        "aliases" | "addresses" | "countries" => difference.gained,
        other => {
            difference.gained && (other.contains("subordinate") || other.contains("affiliated"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::differences;
    use super::*;
    use crate::domain::{Entry, ListCode};

    fn check(change: impl Fn(&mut Entry), certain: bool, expected: Severity) {
        let mut before = Entry::named(ListCode::EL, "Alpha");
        before.license_requirement = "For all items".into();
        before.aliases = vec!["A".into()];
        before.footnotes = vec!["3".into()];
        let mut after = before.clone();
        change(&mut after);
        assert_eq!(of_revision(&differences(&before, &after), certain), expected);
    }

    #[test]
    fn an_extended_control_is_high() {
        check(|e| e.footnotes = vec!["4".into()], true, Severity::High);
        check(|e| e.license_requirement = "For no items".into(), true, Severity::High);
        check(|e| e.aliases.push("B".into()), true, Severity::High);
        check(|e| e.countries.push("CN".into()), true, Severity::High);
        check(|e| e.name = "Alpha.".into(), false, Severity::High);
    }

    #[test]
    fn other_revisions_are_normal_and_editorial_ones_low() {
        check(|e| e.aliases.clear(), true, Severity::Normal);
        check(|e| e.license_policy = "Denial".into(), true, Severity::Normal);
        check(|e| e.license_requirement = "For all items.".into(), true, Severity::Low);
    }
}
