//! A name of a counterparty, in the words of the vocabulary.

use rustc_hash::FxHashMap;

use super::vocabulary::{Agreement, Likely};
use crate::screen::names::pieces::PiecesOfName;
use crate::screen::names::spelling::skeleton;
use crate::screen::names::variants::Variant;
use crate::screen::names::word::Name;

/// One or several neighboring words of a name, and what they may be.
#[derive(Clone, Debug)]
pub struct AskedSpan {
    pub start: usize,
    pub length: usize,
    pub weight: f32,
    pub likely: std::sync::Arc<[Likely]>,
}

/// A name of a counterparty, ready for comparison with every listed name.
#[derive(Debug)]
pub struct AskedName {
    pub name: Name,
    /// What was left out of the name as it is written: the text in parentheses.
    pub left_out: String,
    /// The highest score that a match with it may have.
    pub most: f32,
    /// The skeleton of the name without legal forms.
    pub skeleton: String,
    pub weights: Vec<f32>,
    pub weight: f32,
    pub pieces: PiecesOfName,
    pub spans: Vec<AskedSpan>,
    /// By group of the vocabulary: the spans that may be it.
    pub by_group: FxHashMap<u32, Vec<(usize, f32, Agreement)>>,
}

impl AskedName {
    pub fn of(name: Name, variant: Variant, weights: Vec<f32>, spans: Vec<AskedSpan>) -> Self {
        let mut by_group: FxHashMap<u32, Vec<(usize, f32, Agreement)>> = FxHashMap::default();
        for (place, span) in spans.iter().enumerate() {
            for likely in span.likely.iter() {
                by_group.entry(likely.group).or_default().push((
                    place,
                    likely.likeness,
                    likely.agreement,
                ));
            }
        }
        let weight = weights.iter().sum();
        let skeleton = skeleton(&name.bare);
        let Variant { left_out, most, .. } = variant;
        let pieces = PiecesOfName::of(&name.words);
        Self { name, left_out, most, skeleton, weights, weight, pieces, spans, by_group }
    }
}
