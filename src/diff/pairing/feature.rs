//! A feature of a row: one word, citation, number or remark by which the row may be recognized.

/// A kind of feature, and the text. The same word in a name and in an address is two features.
pub type Feature = (FeatureKind, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeatureKind {
    /// A word of a name or alias.
    Word,
    /// A word of an address.
    AddressWord,
    Address,
    Citation,
    Number,
    Date,
    Remark,
    // The kinds below find a row although letters of its name changed.
    /// A whole name without spaces.
    WholeName,
    NameStart,
    NameEnd,
    /// The consonants of a word.
    Skeleton,
}

impl FeatureKind {
    pub const COUNT: usize = 11;

    /// Whether the rarity of a feature matters although only one of two rows has it. Features of
    /// the other kinds are weighed only where both rows have them.
    pub fn is_weighed_alone(self) -> bool {
        matches!(self, Self::Word | Self::AddressWord | Self::Citation)
    }
}
