//! How a command prints the numbers of changes.

use crate::domain::Summary;

/// `2 added, 0 removed, 1 revised, 3 editorial`
pub fn counts(Summary { added, removed, revised, editorial }: Summary) -> String {
    format!("{added} added, {removed} removed, {revised} revised, {editorial} editorial")
}
