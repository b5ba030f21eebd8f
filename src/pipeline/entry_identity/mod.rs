//! Identity over time: which entry of the store is a state of which listing.
//!
//! A listing has one permanent id. It is made when the listing is first recorded, and every later
//! state of it, in every source, takes it over. The id is never a result of chance or of the time,
//! so that work that is repeated after a crash gives the same ids.
//!
//! # Layout
//! From the bottom up: `lineage` carries ids from the rows before a change to the rows after it.
//! `known_listings` finds the listing that an entry belongs to in other sources and in the past.
//! `split_namesakes` asks the other sources which part of a split row keeps its id.
//! `new_ids` makes ids. `new_entries` does all of it for a check, `past_entries` for a backfill,
//! and `labels`, `replay` and `stored_entries` for what an older program recorded.
//!
//! Two checks that find the same new listing at the same time must not make two ids of it. So ids
//! are assigned and recorded under `Program::identity_lock`.

mod known_listings;
mod labels;
mod lineage;
mod new_entries;
mod new_ids;
mod past_entries;
mod replay;
mod split_namesakes;
mod stored_entries;

pub use lineage::carry_ids;
pub use new_entries::{OpenedEntries, identify};
pub use past_entries::{PastEntries, identify_past};
pub use stored_entries::add_missing_ids;
