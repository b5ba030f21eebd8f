//! The reader's own counterparties.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row of a counterparty file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counterparty {
    /// The reader's own id, unique in its file.
    pub id: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub addresses: Vec<String>,
    /// ISO 3166-1 alpha-2. Empty: unknown.
    pub country: String,
    /// The person or team that is responsible for it.
    pub owner: String,
}
