//! What the screening of one counterparty finds.

use rustc_hash::FxHashSet;

pub use crate::domain::Compared;
use crate::screen::band::Band;

/// One entry that a counterparty may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The place of the entry in the list.
    pub entry: usize,
    /// 0 to 1, in thousandths.
    pub score: f64,
    pub band: Band,
    pub compared: Compared,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The places of the other entries that share the address, if so many do that they are one
    /// match.
    pub sharing: Vec<usize>,
}

/// Which matches are returned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The lowest score. Left out: that of the review band, or none if `top` is given.
    pub min_score: Option<f64>,
    /// The most matches of one counterparty.
    pub top: Option<usize>,
    /// Only matches with these entries, which are places in the list, and those with an address
    /// that many entries share. Left out: with all.
    pub among: Option<&'a FxHashSet<u32>>,
}
