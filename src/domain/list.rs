//! The thirteen lists of the Consolidated Screening List, and the list of the parties that the
//! regulation names.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! lists {
    ($($code:ident, $title:literal, $agency:literal;)*) => {
        /// The code of a list, as the publisher writes it. `REG` is no publisher's: it has the
        /// parties that the watched sections of the regulation name.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
            JsonSchema,
        )]
        #[serde(rename_all = "UPPERCASE")]
        pub enum ListCode { $($code,)* }

        impl ListCode {
            pub const ALL: &[ListCode] = &[$(ListCode::$code,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(ListCode::$code => stringify!($code),)* }
            }

            /// The name of the list.
            pub fn title(self) -> &'static str {
                match self { $(ListCode::$code => $title,)* }
            }

            /// The agency that maintains the list.
            pub fn agency(self) -> &'static str {
                match self { $(ListCode::$code => $agency,)* }
            }
        }
    };
}

#[allow(clippy::upper_case_acronyms, reason = "the codes are the publisher's")]
mod codes {
    use super::{Deserialize, JsonSchema, Serialize};

    lists! {
        EL, "Entity List", "Bureau of Industry and Security";
        DPL, "Denied Persons List", "Bureau of Industry and Security";
        UVL, "Unverified List", "Bureau of Industry and Security";
        MEU, "Military End User List", "Bureau of Industry and Security";
        ISN, "Nonproliferation Sanctions", "State Department";
        DTC, "ITAR Debarred", "State Department";
        SDN, "Specially Designated Nationals", "Treasury Department";
        SSI, "Sectoral Sanctions Identifications List", "Treasury Department";
        CMIC, "Non-SDN Chinese Military-Industrial Complex Companies List", "Treasury Department";
        CAP, "CAPTA List", "Treasury Department";
        MBS, "Non-SDN Menu-Based Sanctions List", "Treasury Department";
        PLC, "Palestinian Legislative Council List", "Treasury Department";
        FSE, "Foreign Sanctions Evaders", "Treasury Department";
        REG, "Parties Named in the EAR", "Bureau of Industry and Security";
    }
}
pub use codes::ListCode;

impl ListCode {
    /// The lists that the eCFR publishes, in the order of their supplements.
    pub const IN_ECFR: [ListCode; 3] = [ListCode::EL, ListCode::UVL, ListCode::MEU];

    /// The number of the supplement to Part 744 of the eCFR that holds the list: 4, 6 or 7. `None`
    /// for a list that the eCFR does not publish.
    pub fn ecfr_supplement(self) -> Option<u32> {
        match self {
            ListCode::EL => Some(4),
            ListCode::UVL => Some(6),
            ListCode::MEU => Some(7),
            _ => None,
        }
    }
}

impl fmt::Display for ListCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is not the code of a list.
#[derive(Debug, thiserror::Error)]
#[error("expected the code of a list ({known}), but got `{0}`", known = known_codes())]
pub struct UnknownList(pub String);

fn known_codes() -> String {
    ListCode::ALL.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(", ")
}

impl FromStr for ListCode {
    type Err = UnknownList;

    fn from_str(text: &str) -> Result<Self, UnknownList> {
        ListCode::ALL
            .iter()
            .copied()
            .find(|l| l.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownList(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_the_ecfr_are_those_with_a_supplement() {
        let with_supplement: Vec<ListCode> =
            ListCode::ALL.iter().copied().filter(|list| list.ecfr_supplement().is_some()).collect();
        assert_eq!(with_supplement, ListCode::IN_ECFR);
    }
}
