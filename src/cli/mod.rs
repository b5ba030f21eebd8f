//! The commands: one file each. Knows how results are shown; what they mean is the stages' business.

pub mod args;
pub mod completions;
pub mod config;
pub mod exit;
pub mod output;
pub mod rows;
pub mod schema;
pub mod when;
