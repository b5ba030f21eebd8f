//! Checks the `sections` of a source, and adds the list of the parties that they name.

use crate::config::problem::Problem;
use crate::config::raw::{Key, Placed, RawSource};
use crate::config::section::Section;
use crate::config::settings::SourceKind;
use crate::domain::{ListCode, SectionNumber};

/// The sections of a source, without the repeated ones. Only the eCFR publishes them.
pub(super) fn check(
    raw: &Key<Vec<Placed<Section>>>,
    kind: SourceKind,
    problems: &mut Vec<Problem>,
) -> Vec<SectionNumber> {
    let Some(sections) = raw else { return Vec::new() };
    if kind != SourceKind::Ecfr {
        let problem = format!(
            "found `sections`, but a source of kind `{}` does not publish the regulation",
            kind.as_str()
        );
        problems.push(Problem::at(sections.span.clone(), problem));
    }
    let mut numbers: Vec<SectionNumber> = Vec::new();
    for section in &sections.value {
        let number = &section.value.0;
        if numbers.contains(number) {
            problems.push(Problem::at(
                section.span.clone(),
                format!("found the section `{number}` twice"),
            ));
        } else {
            numbers.push(number.clone());
        }
    }
    numbers
}

/// The lists of a source with sections: the parties that the sections name are the list `REG`,
/// which need not be written.
pub(super) fn with_named_parties(
    mut lists: Vec<ListCode>,
    raw: &RawSource,
    sections: &[SectionNumber],
    problems: &mut Vec<Problem>,
) -> Vec<ListCode> {
    let is_written = lists.contains(&ListCode::REG);
    match &raw.lists {
        Some(key) if is_written && raw.sections.is_none() => problems.push(Problem::at(
            key.span.clone(),
            "found the list `REG`, the parties that sections of the regulation name, but this \
             source has no `sections`",
        )),
        _ if !sections.is_empty() && !is_written => lists.push(ListCode::REG),
        _ => {}
    }
    lists
}
