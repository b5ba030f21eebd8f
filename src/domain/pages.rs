//! Which citations are of one rule. A rule fills a run of pages, and one publisher cites its first
//! page where another cites the page of the entry. The Consolidated Screening List has changed from
//! the one to the other.
//!
//! Knows pages only: no Federal Register document, no date.

use crate::domain::Citation;

/// Pages between the first page of a rule and the page of an entry in it, at most. The longest
/// rules that amend these lists run to about fifty pages.
pub const PAGES_OF_A_RULE: u32 = 60;

/// Pages between two new citations that one check shows, at most, to be taken for one rule. A day's
/// rules stand close together, so that this is less than [`PAGES_OF_A_RULE`].
pub const PAGES_APART: u32 = 8;

/// Whether both may cite one rule, on whichever of its pages. A citation that could not be read is
/// equal to itself only.
pub fn is_of_one_rule(one: &Citation, other: &Citation) -> bool {
    one == other || are_within(PAGES_OF_A_RULE, one, other)
}

/// Whether two pages that were first seen together are of one rule.
pub fn are_neighbors(one: &Citation, other: &Citation) -> bool {
    are_within(PAGES_APART, one, other)
}

/// Whether any rule is cited by both.
pub fn share_a_rule(one: &[Citation], other: &[Citation]) -> bool {
    one.iter().any(|citation| other.iter().any(|theirs| is_of_one_rule(citation, theirs)))
}

/// The same page of another volume: a spreadsheet that counts the volume up when it fills a column
/// down leaves such citations (`83 FR 37423`, `84 FR 37423`, `85 FR 37423`). Two rules on the same
/// page of two volumes are rare.
pub fn is_filled_down(one: &Citation, other: &Citation) -> bool {
    matches!((one, other), (Citation::Page { volume, page }, Citation::Page { volume: v, page: p }) if page == p && volume != v)
}

/// Whether any page is cited by both, in different volumes; see [`is_filled_down`].
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

/// What became of the citations of a row, rule by rule.
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

    /// What became of the citations, where each old rule is still cited: `same citations plus 88 FR
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
    fn pages_of_one_volume_are_of_one_rule_as_far_as_a_rule_is_long() {
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
    fn each_citation_is_kept_once_and_the_nearest_page_first() {
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
