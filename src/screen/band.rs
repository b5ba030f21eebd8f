//! The bands of a match, and the scores at which they begin.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a match asks of its reader.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Shown only because it was asked for.
    None,
    /// A person should look.
    Review,
    /// Act on it.
    Strong,
}

/// The lowest score of [`Band::Strong`].
pub const STRONG: f64 = 0.88;
/// The lowest score of [`Band::Review`].
pub const REVIEW: f64 = 0.58;

impl Band {
    pub fn of(score: f64) -> Self {
        if score >= STRONG {
            Self::Strong
        } else if score >= REVIEW {
            Self::Review
        } else {
            Self::None
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Review => "review",
            Self::Strong => "strong",
        }
    }
}
