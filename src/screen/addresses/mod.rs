//! Addresses: their parts, and whether two are the same place.

pub mod address;
pub mod comparison;
pub mod index;
pub mod part;
pub mod reach;
pub mod token;
