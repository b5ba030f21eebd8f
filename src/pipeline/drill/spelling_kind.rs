//! The ways in which a drill writes a listed party, or one that only looks like it.

use schemars::JsonSchema;
use serde::Serialize;

/// How a counterparty of the drill was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpellingKind {
    /// A name or an alias as it is listed, in other letters' case. Never to be missed.
    Same,
    /// An alias that the list gives, taken out of the list for this. Some share nothing with the
    /// other names, so nobody finds all of them.
    Alias,
    /// Two words written as one.
    Space,
    /// The legal form left out, added, or in an equal form.
    Legal,
    /// The words in another order.
    Order,
    /// One typing error.
    Typo,
    /// A word romanized in another way.
    Romanized,
    /// Common words abbreviated.
    Short,
    /// A common word left out.
    Dropped,
    /// An unrelated name at a listed address, which is written in another order.
    Address,
    /// A listed name with its rarest word replaced: another party.
    Sister,
    /// An unrelated name next door to a listed address: another party.
    Number,
    /// Made-up names that have nothing to do with the list.
    Clean,
}

impl SpellingKind {
    pub const ALL: &[SpellingKind] = &[
        SpellingKind::Same,
        SpellingKind::Alias,
        SpellingKind::Space,
        SpellingKind::Legal,
        SpellingKind::Order,
        SpellingKind::Typo,
        SpellingKind::Romanized,
        SpellingKind::Short,
        SpellingKind::Dropped,
        SpellingKind::Address,
        SpellingKind::Sister,
        SpellingKind::Number,
        SpellingKind::Clean,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Alias => "alias",
            Self::Space => "space",
            Self::Legal => "legal",
            Self::Order => "order",
            Self::Typo => "typo",
            Self::Romanized => "romanized",
            Self::Short => "short",
            Self::Dropped => "dropped",
            Self::Address => "address",
            Self::Sister => "sister",
            Self::Number => "number",
            Self::Clean => "clean",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Same => "the listed name in other letters' case",
            Self::Alias => "an alias that was taken out of the list",
            Self::Space => "two words written as one",
            Self::Legal => "another legal form, or none",
            Self::Order => "words in another order",
            Self::Typo => "a typing error",
            Self::Romanized => "another romanization",
            Self::Short => "abbreviated words",
            Self::Dropped => "a word left out",
            Self::Address => "another name at the listed address",
            Self::Sister => "another party with a similar name",
            Self::Number => "another party next door",
            Self::Clean => "a made-up party",
        }
    }

    /// Whether the counterparty is on the list, and so is to be found.
    pub fn is_listed(self) -> bool {
        !matches!(self, Self::Sister | Self::Number | Self::Clean)
    }
}
