//! The reader's own counterparties.

pub use crate::domain::Counterparty;
