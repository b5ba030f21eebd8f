//! Limits how many names and how many details a message shows. Pure.

use crate::deliver::wording::count::counted;
use crate::deliver::wording::{EntryGroup, IndexGroup, MessageContent, Section};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryLimit {
    /// The most names in the index.
    pub names: usize,
    /// The number of entries, from the first one, that are shown with details.
    pub details: usize,
}

/// Cuts the index and the details to the limit. What is left out is counted where it is missing.
pub fn limited(content: &MessageContent, limit: EntryLimit) -> MessageContent {
    let EntryLimit { mut names, mut details } = limit;
    MessageContent {
        index: content.index.iter().map(|part| first_names(part, &mut names)).collect(),
        sections: content
            .sections
            .iter()
            .filter_map(|section| first_entries(section, &mut details))
            .collect(),
        ..content.clone()
    }
}

/// The number of entries in the content.
pub fn entry_count(content: &MessageContent) -> usize {
    content.sections.iter().map(Section::count).sum()
}

/// The number of names in the index.
pub fn name_count(content: &MessageContent) -> usize {
    let places = content.index.iter().flat_map(|part| &part.places);
    places.map(|place| place.names.len()).sum()
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

fn first_names(part: &IndexGroup, names: &mut usize) -> IndexGroup {
    let mut part = part.clone();
    for place in &mut part.places {
        let shown = place.names.len().min(*names);
        *names -= shown;
        if shown < place.names.len() {
            let left_out = place.names.len() - shown;
            place.names.truncate(shown);
            place.names.push(if shown == 0 {
                counted(left_out, "entry")
            } else {
                format!("… and {left_out} more")
            });
        }
    }
    part
}

fn first_entries(section: &Section, details: &mut usize) -> Option<Section> {
    let shown = section.count().min(*details);
    let title = match shown {
        0 => return None,
        shown if shown == section.count() => section.title.clone(),
        shown => format!("{}, the first {shown}", section.title),
    };
    let mut groups = Vec::new();
    for group in &section.groups {
        let kept = group.entries.len().min(*details);
        *details -= kept;
        if kept > 0 {
            let entries = group.entries.iter().take(kept).cloned().collect();
            groups.push(EntryGroup { entries, shared: group.shared.clone() });
        }
    }
    Some(Section { title, groups, ..section.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{Message, sample, wording};

    fn content() -> MessageContent {
        let alert = sample::rule_of_june_2022();
        let delivery = sample::delivery(&alert, "compliance", "officer@example.com");
        wording::message_content(
            &Message { delivery: &delivery, alert: &alert, screening: None },
            &sample::settings(None),
        )
    }

    #[test]
    fn every_name_is_shown_beside_the_first_details() {
        let full = content();
        let all = name_count(&full);
        let shown = limited(&full, EntryLimit { names: all, details: 2 });
        assert!(all > 2 && all == entry_count(&full));
        assert_eq!((name_count(&shown), entry_count(&shown)), (all, 2));
        assert!(shown.sections[0].title.ends_with(", the first 2"), "{:?}", shown.sections[0]);
    }

    #[test]
    fn names_that_are_left_out_are_counted() {
        let full = content();
        let shown = limited(&full, EntryLimit { names: 1, details: 0 });
        let first = &shown.index[0].places[0];
        let left_out = full.index[0].places[0].names.len() - 1;
        assert_eq!(first.names.last(), Some(&format!("… and {left_out} more")));
        assert!(shown.sections.is_empty());
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
