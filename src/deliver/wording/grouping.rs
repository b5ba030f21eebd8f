//! Groups entries with identical terms, so that the terms are stated once.

use crate::deliver::wording::{EntryGroup, EntryText};

pub fn grouped(entries: Vec<EntryText>) -> Vec<EntryGroup> {
    vec![EntryGroup { shared: Vec::new(), entries }]
}
