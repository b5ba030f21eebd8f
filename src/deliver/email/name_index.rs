//! Shortens the content of a message: all names first, then as many details as fit. Pure.

use crate::deliver::wording::{EntryText, MessageContent, Section};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSize {
    /// The most names.
    pub names: usize,
    /// The number of entries, from the first one, that are shown with details.
    pub details: usize,
}

/// Replaces the entries with an index of their names. The entries with details follow after the
/// index.
pub fn with_name_index(content: &MessageContent, shown: IndexSize) -> MessageContent {
    let (mut names, mut details) = (shown.names, shown.details);
    let mut sections: Vec<Section> =
        content.sections.iter().map(|section| index(section, &mut names)).collect();
    sections
        .extend(content.sections.iter().filter_map(|section| first_entries(section, &mut details)));
    MessageContent { sections, ..content.clone() }
}

/// The number of entries in the content.
pub fn entry_count(content: &MessageContent) -> usize {
    content.sections.iter().map(|section| section.entries.len()).sum()
}

/// The largest number from 0 to `most` for which `fits` returns true. `None` if 0 does not fit.
/// Assumes that every number below a fitting one fits too.
pub fn largest_that_fits<E>(
    most: usize,
    mut fits: impl FnMut(usize) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    if !fits(0)? {
        return Ok(None);
    }
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if fits(middle)? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Some(low))
}

fn index(section: &Section, names: &mut usize) -> Section {
    let shown = section.entries.len().min(*names);
    *names -= shown;
    let mut listed: Vec<String> = section.entries.iter().take(shown).map(name).collect();
    if shown < section.entries.len() {
        listed.push(format!("… and {} more", section.entries.len() - shown));
    }
    let index = listed.join("; ");
    let note = match &section.note {
        Some(note) => format!("{note} {index}"),
        None => index,
    };
    Section { note: Some(note), entries: Vec::new(), ..section.clone() }
}

fn name(entry: &EntryText) -> String {
    if entry.countries.is_empty() {
        entry.heading.clone()
    } else {
        format!("{} ({})", entry.heading, entry.countries)
    }
}

fn first_entries(section: &Section, details: &mut usize) -> Option<Section> {
    let shown = section.entries.len().min(*details);
    *details -= shown;
    let title = match shown {
        0 => return None,
        shown if shown == section.entries.len() => format!("Details: {}", section.title),
        shown => format!("Details: {}, the first {shown}", section.title),
    };
    let entries = section.entries.iter().take(shown).cloned().collect();
    Some(Section { title, entries, ..section.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{Message, sample, wording};

    fn content() -> MessageContent {
        let alert = sample::rule_of_june_2022();
        let delivery = sample::delivery(&alert, "compliance", "officer@example.com");
        wording::message_content(
            &Message { delivery: &delivery, alert: &alert },
            &sample::settings(None),
        )
    }

    #[test]
    fn every_name_comes_before_any_detail() {
        let full = content();
        let all = entry_count(&full);
        let shown = with_name_index(&full, IndexSize { names: all, details: 2 });
        let kinds = full.sections.len();
        assert!(kinds > 1 && shown.sections.len() > kinds);
        assert!(shown.sections.iter().take(kinds).all(|section| section.entries.is_empty()));
        assert_eq!(entry_count(&shown), 2);
        let index: String =
            shown.sections.iter().take(kinds).filter_map(|section| section.note.clone()).collect();
        for entry in full.sections.iter().flat_map(|section| &section.entries) {
            assert!(index.contains(&entry.heading), "{} in {index}", entry.heading);
        }
    }

    #[test]
    fn names_that_are_left_out_are_counted() {
        let full = content();
        let shown = with_name_index(&full, IndexSize { names: 1, details: 0 });
        let first = full.sections[0].entries.len();
        assert!(
            shown.sections[0]
                .note
                .as_ref()
                .unwrap()
                .ends_with(&format!("; … and {} more", first - 1)),
            "{:?}",
            shown.sections[0]
        );
    }

    #[test]
    fn the_largest_fitting_number_is_found() {
        for limit in 0..=20 {
            let found = largest_that_fits(15, |n| Ok::<_, ()>(n <= limit));
            assert_eq!(found, Ok(Some(limit.min(15))));
        }
        assert_eq!(largest_that_fits(15, |_| Ok::<_, ()>(false)), Ok(None));
    }
}
