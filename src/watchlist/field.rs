//! What a column of a counterparty file may hold.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Id,
    Name,
    Aliases,
    /// A whole address, or one of its parts.
    Address,
    Country,
    Owner,
}
