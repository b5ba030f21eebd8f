//! How far the pages of one rule reach, and which citations may cite one rule.
//!
//! A rule fills a run of pages. One publisher cites the first page of the rule, and another cites
//! the page of the entry. The Consolidated Screening List has changed from the first way to the
//! second.
//!
//! Knows pages only: no Federal Register document and no date.

use crate::domain::Citation;

/// The most pages between the first page of a rule and the page of an entry in it. The longest
/// rules that amend these lists have about 50 pages.
pub const MOST_PAGES_OF_A_LIST_RULE: u32 = 60;

/// The most pages between two new citations of one check that count as one rule. The rules of one
/// day are close together, so this is less than [`MOST_PAGES_OF_A_LIST_RULE`].
pub const MOST_PAGES_BETWEEN_NEIGHBORS: u32 = 8;

/// The most pages that the Federal Register's own page range of a rule is trusted for. No rule on
/// these lists has more. A slip in the end page must not make one rule of a whole volume.
pub const MOST_PAGES_OF_A_DECLARED_RANGE: u32 = 500;

/// The most pages between two pages of one citation, such as `80 FR 69852, 69855`. A larger number
/// after the comma belongs to something else.
pub const MOST_PAGES_WITHIN_A_CITATION: u32 = 300;

/// Whether both may cite one rule, on any of its pages. A citation that could not be read matches
/// only itself.
pub fn is_of_one_rule(one: &Citation, other: &Citation) -> bool {
    one == other || are_within(MOST_PAGES_OF_A_LIST_RULE, one, other)
}

/// Whether two pages that were first observed together are of one rule.
pub fn are_neighbors(one: &Citation, other: &Citation) -> bool {
    are_within(MOST_PAGES_BETWEEN_NEIGHBORS, one, other)
}

/// These citations and all their neighbors (see [`are_neighbors`]), sorted, each once. A citation
/// that could not be read has no neighbors.
pub fn with_neighbors(citations: &[Citation]) -> Vec<Citation> {
    let mut all: Vec<Citation> = Vec::new();
    for citation in citations {
        match citation {
            Citation::Page { volume, page } => {
                let first = page.saturating_sub(MOST_PAGES_BETWEEN_NEIGHBORS);
                let last = page.saturating_add(MOST_PAGES_BETWEEN_NEIGHBORS);
                all.extend((first..=last).map(|near| Citation::page(*volume, near)));
            }
            Citation::AsPublished(_) => all.push(citation.clone()),
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Whether both cite any rule in common.
pub fn share_a_rule(one: &[Citation], other: &[Citation]) -> bool {
    one.iter().any(|citation| other.iter().any(|theirs| is_of_one_rule(citation, theirs)))
}

/// Whether both cite the same page in different volumes. A spreadsheet that increments the volume
/// when it fills a column down leaves such citations (`83 FR 37423`, `84 FR 37423`,
/// `85 FR 37423`). Two rules on the same page of two volumes are rare.
pub fn is_filled_down(one: &Citation, other: &Citation) -> bool {
    match (one, other) {
        (
            Citation::Page { volume, page },
            Citation::Page { volume: other_volume, page: other_page },
        ) => page == other_page && volume != other_volume,
        _ => false,
    }
}

/// Whether both cite any page in different volumes; see [`is_filled_down`].
pub fn are_filled_down(one: &[Citation], other: &[Citation]) -> bool {
    one.iter().any(|citation| other.iter().any(|theirs| is_filled_down(citation, theirs)))
}

fn are_within(pages: u32, one: &Citation, other: &Citation) -> bool {
    match (one, other) {
        (
            Citation::Page { volume, page },
            Citation::Page { volume: other_volume, page: other_page },
        ) => volume == other_volume && page.abs_diff(*other_page) <= pages,
        _ => false,
    }
}

/// The citations of a row before and after, matched rule by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Cited before and after, on the same page.
    pub same: Vec<&'a Citation>,
    /// Cited before and after, on another page of the rule: before, after.
    pub moved: Vec<(&'a Citation, &'a Citation)>,
    pub lost: Vec<&'a Citation>,
    pub gained: Vec<&'a Citation>,
}

impl<'a> Kept<'a> {
    /// Pairs the citations of a row before and after. Equal pages are paired first, then the
    /// nearest pages; each citation is in one pair only, so that a second rule on a near page
    /// is a gain.
    pub fn of(before: &'a [Citation], after: &'a [Citation]) -> Self {
        let (same, others): (Vec<&Citation>, Vec<&Citation>) =
            before.iter().partition(|citation| after.contains(citation));
        let mut gained: Vec<&Citation> =
            after.iter().filter(|citation| !before.contains(citation)).collect();
        let mut kept = Self { same, ..Self::default() };
        for citation in others {
            let nearest =
                gained.iter().enumerate().filter(|(_, theirs)| is_of_one_rule(citation, theirs));
            match nearest
                .min_by_key(|(at, theirs)| (distance(citation, theirs), *at))
                .map(|(at, _)| at)
            {
                Some(at) => kept.moved.push((citation, gained.remove(at))),
                None => kept.lost.push(citation),
            }
        }
        kept.gained = gained;
        kept
    }

    /// How many rules both cite.
    pub fn rules(&self) -> usize {
        self.same.len() + self.moved.len()
    }

    /// The comparison in words, where each old rule is still cited: `same citations plus 88 FR
    /// 66273`.
    pub fn in_words(&self) -> Option<String> {
        if self.rules() == 0 || !self.lost.is_empty() {
            return None;
        }
        let mut words = if self.moved.is_empty() {
            "same citations".to_owned()
        } else {
            let moved: Vec<String> =
                self.moved.iter().map(|(was, is)| format!("{was} is now {is}")).collect();
            format!("citations of the same rules ({})", moved.join(", "))
        };
        if !self.gained.is_empty() {
            let gained: Vec<String> = self.gained.iter().map(ToString::to_string).collect();
            words = format!("{words} plus {}", gained.join(", "));
        }
        Some(words)
    }
}

fn distance(one: &Citation, other: &Citation) -> u32 {
    match (one, other) {
        (Citation::Page { page, .. }, Citation::Page { page: other, .. }) => page.abs_diff(*other),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cited(texts: &[&str]) -> Vec<Citation> {
        texts.iter().map(|text| Citation::from_text(text)).collect()
    }

    #[test]
    fn pages_of_one_volume_are_of_one_rule_within_its_longest_length() {
        for (one, other, is_one, is_near) in [
            ("81 FR 61595", "81 FR 61601", true, true),
            ("81 FR 61595", "81 FR 61655", true, false),
            ("81 FR 61595", "81 FR 61656", false, false),
            ("81 FR 61595", "82 FR 61595", false, false),
            ("76 FR No. 197", "76 FR No. 197", true, false),
            ("76 FR No. 197", "76 FR No. 198", false, false),
        ] {
            let (one, other) = (Citation::from_text(one), Citation::from_text(other));
            assert_eq!(
                (is_of_one_rule(&one, &other), are_neighbors(&one, &other)),
                (is_one, is_near),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn each_citation_is_paired_once_and_with_the_nearest_page() {
        let (before, after) = (
            cited(&["79 FR 10", "81 FR 50", "85 FR 1"]),
            cited(&["79 FR 14", "81 FR 53", "81 FR 50", "90 FR 7"]),
        );
        let kept = Kept::of(&before, &after);
        assert_eq!(kept.same, [&before[1]]);
        assert_eq!(kept.moved, [(&before[0], &after[0])]);
        assert_eq!(kept.lost, [&before[2]]);
        assert_eq!(kept.gained, [&after[1], &after[3]]);
    }

    #[test]
    fn neighbors_are_the_pages_around_a_citation() {
        let pages = with_neighbors(&cited(&["87 FR 5", "87 FR 6", "76 FR No. 197"]));
        assert_eq!(pages.len(), 16, "pages 0 to 14, and the citation that could not be read");
        for page in cited(&["87 FR 0", "87 FR 14", "76 FR No. 197"]) {
            assert!(pages.contains(&page), "{page}");
        }
    }

    #[test]
    fn a_column_that_was_filled_down_counts_the_volume_up() {
        let [one, other, third] =
            ["83 FR 37423", "87 FR 37423", "87 FR 37424"].map(Citation::from_text);
        assert!(
            is_filled_down(&one, &other)
                && !is_filled_down(&one, &one)
                && !is_filled_down(&one, &third)
        );
    }
}
