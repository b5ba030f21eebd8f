//! What identifies two entries of two sources as one entry, and what else must agree for that.

use crate::diff::sources::agreement::Agreement;

/// What identifies two entries as one entry, the most certain first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedBy {
    /// The same name, apart from typography, legal forms and the order of its words.
    Name,
    /// The name of one is an alias of the other.
    Alias,
    /// One is a subordinate or affiliated party that the other names.
    Party,
    /// One name is the beginning or the end of the other, which goes on with a place, for example.
    LongerName,
    /// The names differ in a letter or a word, and the rule and the country agree.
    Spelling,
}

impl MatchedBy {
    /// Whether two entries with this in common are one entry, given how their places and their
    /// rules agree.
    pub fn suffices(self, place: Agreement, rule: Agreement) -> bool {
        use Agreement::{Agrees, Differs, Unknown};
        match self {
            // The same name under another heading is another listing, unless one rule made both.
            Self::Name => place != Differs || rule == Agrees,
            Self::Alias => {
                place != Differs && rule != Differs && (place == Agrees || rule == Agrees)
            }
            Self::Party => {
                place != Differs && (rule == Agrees || (rule == Unknown && place == Agrees))
            }
            Self::LongerName | Self::Spelling => place != Differs && rule == Agrees,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Agreement::{Agrees, Differs, Unknown};
    use super::*;

    #[test]
    fn the_less_certain_a_match_the_more_must_agree() {
        for (place, rule, expected) in [
            (Agrees, Agrees, [true, true, true, true]),
            (Agrees, Unknown, [true, true, true, false]),
            (Unknown, Agrees, [true, true, true, true]),
            (Unknown, Unknown, [true, false, false, false]),
            (Agrees, Differs, [true, false, false, false]),
            (Differs, Agrees, [true, false, false, false]),
            (Differs, Unknown, [false, false, false, false]),
        ] {
            let suffices =
                [MatchedBy::Name, MatchedBy::Alias, MatchedBy::Party, MatchedBy::Spelling]
                    .map(|matched_by| matched_by.suffices(place, rule));
            assert_eq!(suffices, expected, "place {place:?}, rule {rule:?}");
        }
    }
}
