//! The bands of a match, and the scores at which they begin.

pub use crate::domain::Band;

/// The lowest score of [`Band::Strong`]: on the same parties, 9 % and 2 % of sisters reach it.
pub const STRONG: f64 = 0.88;
/// The lowest score of [`Band::Review`]: as low as sister companies allow, of which at most 40 %
/// may be shown. Parties first listed to 2016, and from 2017 to 2019: at 0.50, 74 % and 72 % of
/// hidden aliases are shown, and 26 % and 37 % of sisters; at 0.46, 78 % and 73 % of aliases, and
/// 37 % and 61 % of sisters.
pub const REVIEW: f64 = 0.50;

/// The band of a score.
pub fn of(score: f64) -> Band {
    if score >= STRONG {
        Band::Strong
    } else if score >= REVIEW {
        Band::Review
    } else {
        Band::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bands_begin_where_they_were_measured() {
        assert_eq!((REVIEW, STRONG), (0.50, 0.88), "measure again: benches");
        assert_eq!([0.499, 0.5, 0.88].map(of), [Band::None, Band::Review, Band::Strong]);
    }
}
