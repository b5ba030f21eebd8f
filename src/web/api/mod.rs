//! Rows for programs under `/api`, in the shapes of the reading commands: `{"changes": [objects]}`,
//! or with `format` as JSON Lines or CSV. [`paths`] is the table of all paths.

pub mod alerts;
pub mod asked;
pub mod changes;
pub mod deliveries;
pub mod difference;
pub mod entries;
pub mod holds;
pub mod items;
pub mod matches;
pub mod now;
pub mod paths;
pub mod pictures;
pub mod rules;
pub mod watchlists;
