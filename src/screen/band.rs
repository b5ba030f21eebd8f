//! The bands of a match, and the scores at which they begin.

pub use crate::domain::Band;

/// The lowest score of [`Band::Strong`].
pub const STRONG: f64 = 0.88;
/// The lowest score of [`Band::Review`].
pub const REVIEW: f64 = 0.58;

impl Band {
    pub fn of(score: f64) -> Self {
        if score >= STRONG {
            Self::Strong
        } else if score >= REVIEW {
            Self::Review
        } else {
            Self::None
        }
    }
}
