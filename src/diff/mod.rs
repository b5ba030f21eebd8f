//! Stage 3: compares two snapshots of one list. Pure: snapshot × snapshot → changes.

use crate::domain::{Change, Entry};

/// The guards of one source, from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Fractions of 1.
    pub max_loss: f64,
    pub max_loss_rows: usize,
    pub max_gain: f64,
    pub max_revised: f64,
    pub min_entries: std::collections::BTreeMap<crate::domain::ListCode, usize>,
}
