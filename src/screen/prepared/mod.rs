//! Counterparties as a comparison reads them, whatever list they are compared with. It takes most
//! of the time to read a name, so this is done when a counterparty file changes, and kept.
//!
//! - [`parties`]: all of it, and its bytes.
//! - [`names`], [`words`], [`addresses`]: its parts. [`texts`]: many short texts.

pub mod addresses;
pub mod names;
pub mod parties;
pub mod texts;
pub mod words;

pub use parties::PreparedParties;
