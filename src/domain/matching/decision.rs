//! What a person decided about a match, and what the decision rested on.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Identified;

/// Why a match was dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DismissalReason {
    DifferentCountry,
    DifferentIndustry,
    DifferentAddress,
    DifferentPerson,
    Other,
}

impl DismissalReason {
    pub const ALL: &[DismissalReason] = &[
        DismissalReason::DifferentCountry,
        DismissalReason::DifferentIndustry,
        DismissalReason::DifferentAddress,
        DismissalReason::DifferentPerson,
        DismissalReason::Other,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::DifferentCountry => "different-country",
            Self::DifferentIndustry => "different-industry",
            Self::DifferentAddress => "different-address",
            Self::DifferentPerson => "different-person",
            Self::Other => "other",
        }
    }

    pub fn in_words(self) -> &'static str {
        match self {
            Self::DifferentCountry => "another country",
            Self::DifferentIndustry => "another industry",
            Self::DifferentAddress => "another address",
            Self::DifferentPerson => "another person",
            Self::Other => "another reason",
        }
    }
}

/// What a person did with a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    Dismissed,
    Confirmed,
    Reopened,
}

impl DecisionKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dismissed => "dismissed",
            Self::Confirmed => "confirmed",
            Self::Reopened => "reopened",
        }
    }
}

/// A decision of a person about a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    pub decision: DecisionKind,
    pub by: String,
    /// How that person was identified.
    pub identified: Identified,
    pub at: Timestamp,
    /// Of a dismissal.
    pub reason: Option<DismissalReason>,
    pub note: String,
    /// What a dismissal rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// What both sides looked like when a match was dismissed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    pub counterparty: PartyEvidence,
    pub entry: PartyEvidence,
    /// The sources that showed the entry. Another one may write the same in another way.
    #[serde(default)]
    pub sources: BTreeSet<String>,
}

/// The names, addresses, countries and identifiers of one side, in the normalized form of the
/// matcher.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyEvidence {
    /// Name and aliases.
    pub names: BTreeSet<String>,
    pub addresses: BTreeSet<String>,
    pub countries: BTreeSet<String>,
    pub identifiers: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_codes_are_those_of_the_contract() {
        for reason in DismissalReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
