//! Counterparties as a comparison reads them, independent of the list. Reading the names takes most
//! of the time, so it is done when a counterparty file changes, and the result is stored.
//!
//! - [`parties`]: all of it, and its bytes.
//! - [`names`], [`words`], [`addresses`]: its parts. [`texts`]: many short texts.

pub mod addresses;
pub mod names;
pub mod parties;
pub mod texts;
pub mod words;

pub use parties::PreparedParties;
