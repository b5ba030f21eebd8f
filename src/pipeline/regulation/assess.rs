//! Decides what the text of one section in a document means. Pure.

use crate::diff::is_same_wording;
use crate::domain::{SectionNumber, SectionText};

/// A text that lost more than this share of its words is on hold. Rules replace words and add
/// paragraphs; they rarely take away half of a section.
const MOST_LOST_WORDS: f64 = 0.4;
/// However short a section is, this many words may be lost.
const SLACK_WORDS: usize = 10;

/// What a document has of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Text(SectionText),
    Absent,
    /// The document has it more than once.
    Repeated,
}

/// What it means.
#[derive(Debug, PartialEq, Eq)]
pub enum SectionOutcome {
    /// The first text.
    Baseline(SectionText),
    Unchanged,
    /// Nothing but typography differs. The text is stored, and nobody is alerted.
    Editorial(SectionText),
    Changed(SectionText),
    /// The text is implausible. A person decides.
    OnHold {
        text: SectionText,
        message: String,
    },
    /// There is no text that a person could accept.
    Refused(String),
}

/// Assesses what a document has of the section `number`. `current` is the accepted text.
pub fn assess(
    number: &SectionNumber,
    current: Option<&SectionText>,
    found: Found,
) -> SectionOutcome {
    let part = number.part();
    let text = match found {
        Found::Text(text) => text,
        Found::Repeated => {
            return SectionOutcome::Refused(format!(
                "expected § {number} once in part {part}, but got it more than once"
            ));
        }
        Found::Absent => match current {
            Some(current) => SectionText::vanished(number.clone(), current.title.clone()),
            None => {
                return SectionOutcome::Refused(format!(
                    "expected § {number}, but part {part} does not have it"
                ));
            }
        },
    };
    let Some(current) = current else {
        return if text.words() == 0 {
            SectionOutcome::Refused(format!("expected the text of § {number}, but it is empty"))
        } else {
            SectionOutcome::Baseline(text)
        };
    };
    if *current == text {
        return SectionOutcome::Unchanged;
    }
    match implausible(current, &text) {
        Some(message) => SectionOutcome::OnHold { text, message },
        None if is_editorial(current, &text) => SectionOutcome::Editorial(text),
        None => SectionOutcome::Changed(text),
    }
}

/// Why the step from one text to the next is implausible, in words.
fn implausible(before: &SectionText, after: &SectionText) -> Option<String> {
    let (number, count) = (&before.section, before.words());
    let now = after.words();
    if now == 0 && count > 0 {
        return Some(if after.lines().len() <= 1 && after.source_note.is_empty() {
            format!(
                "§ {number} is no longer in part {} or has no text ({count} words before): the \
                 document may be damaged, or the section was moved",
                number.part()
            )
        } else {
            format!("§ {number} has no text ({count} words before)")
        });
    }
    // The source note is the end of a section.
    if after.source_note.is_empty() && !before.source_note.is_empty() {
        return Some(format!(
            "§ {number} has no source note, which it had before: the text may be cut ({count} \
             words before, {now} now)"
        ));
    }
    let lost = count.saturating_sub(now);
    (lost > most_lost(count)).then(|| {
        format!(
            "§ {number} lost {lost} of {count} words ({now} now), more than the {} that an \
             amendment may take away unseen: the text may be cut",
            most_lost(count)
        )
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a section has less than 2^52 words, and the share is positive"
)]
fn most_lost(words: usize) -> usize {
    ((words as f64 * MOST_LOST_WORDS) as usize).max(SLACK_WORDS)
}

fn is_editorial(before: &SectionText, after: &SectionText) -> bool {
    let (before, after) = (before.lines(), after.lines());
    before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| is_same_wording(before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "A license is required for each export to a listed entity.";

    fn text(paragraphs: &[&str]) -> SectionText {
        SectionText {
            section: "744.11".parse().unwrap(),
            title: "License requirements.".to_owned(),
            paragraphs: paragraphs.iter().map(|&line| line.to_owned()).collect(),
            notes: Vec::new(),
            source_note: "[61 FR 12802, Mar. 25, 1996]".to_owned(),
        }
    }

    fn assessed(current: Option<&SectionText>, found: Found) -> SectionOutcome {
        assess(&"744.11".parse().unwrap(), current, found)
    }

    #[track_caller]
    fn check_hold(before: &SectionText, found: Found, words: &str) {
        match assessed(Some(before), found) {
            SectionOutcome::OnHold { message, .. } => assert!(message.contains(words), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ok_a_first_text_is_a_baseline_and_the_same_text_is_unchanged() {
        let one = text(&[SENTENCE]);
        assert_eq!(assessed(None, Found::Text(one.clone())), SectionOutcome::Baseline(one.clone()));
        assert_eq!(assessed(Some(&one), Found::Text(one.clone())), SectionOutcome::Unchanged);
    }

    #[test]
    fn ok_a_word_is_a_change_and_a_quotation_mark_is_not() {
        let before = text(&["(a) “Owned” by one entity."]);
        let word = text(&["(a) “Controlled” by one entity."]);
        let mark = text(&["(a) \"Owned\" by one entity."]);
        assert_eq!(
            assessed(Some(&before), Found::Text(word.clone())),
            SectionOutcome::Changed(word)
        );
        assert_eq!(
            assessed(Some(&before), Found::Text(mark.clone())),
            SectionOutcome::Editorial(mark)
        );
    }

    #[test]
    fn ok_a_note_may_be_deleted_whatever_its_length() {
        let note = SENTENCE.repeat(20);
        let after = text(&[SENTENCE]);
        let mut before = text(&[SENTENCE, &note]);
        before.notes = vec![note];
        assert_eq!(
            assessed(Some(&before), Found::Text(after.clone())),
            SectionOutcome::Changed(after)
        );
    }

    #[test]
    fn err_a_text_that_vanished_became_empty_or_was_cut_is_on_hold() {
        let before = text(&[SENTENCE; 10]);
        check_hold(&before, Found::Absent, "is no longer in part 744");
        let mut empty = text(&[]);
        check_hold(&before, Found::Text(empty.clone()), "has no text (110 words before)");
        empty.source_note.clear();
        check_hold(&before, Found::Text(empty), "or has no text (110 words before)");
        check_hold(&before, Found::Text(text(&[SENTENCE; 5])), "lost 55 of 110 words (55 now)");
        let mut cut = text(&[SENTENCE; 9]);
        cut.source_note.clear();
        check_hold(&before, Found::Text(cut), "has no source note");
        let plausible = Found::Text(text(&[SENTENCE; 7]));
        assert!(matches!(assessed(Some(&before), plausible), SectionOutcome::Changed(_)));
    }

    #[test]
    fn err_without_an_accepted_text_nothing_is_put_on_hold() {
        for (found, expected) in [
            (Found::Absent, "expected § 744.11, but part 744 does not have it"),
            (Found::Repeated, "expected § 744.11 once in part 744, but got it more than once"),
            (Found::Text(text(&[])), "expected the text of § 744.11, but it is empty"),
        ] {
            assert_eq!(assessed(None, found), SectionOutcome::Refused(expected.to_owned()));
        }
    }

    #[test]
    fn ok_a_vanished_section_that_a_person_accepted_stays_vanished() {
        let gone = SectionText::vanished("744.11".parse().unwrap(), "Title.".to_owned());
        assert_eq!(assessed(Some(&gone), Found::Absent), SectionOutcome::Unchanged);
        let back = text(&[SENTENCE]);
        assert_eq!(assessed(Some(&gone), Found::Text(back.clone())), SectionOutcome::Changed(back));
    }

    #[test]
    fn the_most_lost_words_are_a_share_but_never_fewer_than_the_slack() {
        assert_eq!([0, 20, 100, 1000].map(most_lost), [10, 10, 40, 400]);
    }
}
