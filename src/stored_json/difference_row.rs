//! One row of `sources --compare`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Citation, ListCode};

/// One row of `sources --compare`: an entry that one source has and another source of the same list
/// lacks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceRow {
    pub list: ListCode,
    pub name: String,
    pub countries: Vec<String>,
    pub citations: Vec<Citation>,
    /// The source that has it.
    pub source: String,
    pub missing_from: String,
    /// Since when both sources were watched and differed in this, as far as we know.
    pub since: Timestamp,
    /// The difference is older than the time that one publisher needs to follow the other.
    pub lasting: bool,
    /// The entry of the other source with the closest name.
    pub closest: Option<String>,
}
