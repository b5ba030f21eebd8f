//! What is known of a word of counterparties, before the names that have it are looked at.

/// What a word may have in common with a listed name that is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InCommon {
    /// The place of the listed name among those.
    pub target: u32,
    /// The most, by the weights of either name.
    pub common: (f32, f32),
}

/// One word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownWord {
    /// `None`: nothing is in common, and the weight is not known yet.
    pub weight: Option<f32>,
    pub gains: Box<[InCommon]>,
    pub first: u8,
    /// First letters of neighboring words of a target spell it, or it is made of pieces of them.
    pub is_acronym: bool,
    /// The letters of acronyms that it may be in, one bit each.
    pub letters: u32,
    /// A compound of a target may begin with it.
    pub begins: bool,
}
