//! Pairs the removed and added rows of one list that are one entry.
//!
//! Knows rows that differ; knows neither what their difference is worth nor another source.

pub(in crate::diff) mod assignment;
pub(in crate::diff) mod candidates;
pub(in crate::diff) mod evidence;
pub(in crate::diff) mod fast_hash;
pub(in crate::diff) mod fold;
pub(in crate::diff) mod identifiers;
pub(in crate::diff) mod identity;
pub(in crate::diff) mod name;
pub(in crate::diff) mod name_similarity;
pub mod namesakes;
pub(in crate::diff) mod profile;
pub mod rarity;
pub(in crate::diff) mod same_name;
pub(in crate::diff) mod split;
