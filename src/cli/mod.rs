//! The commands, one file each. Knows how results are printed. The stages know what they mean.

pub mod act;
pub mod allocator;
pub mod args;
pub mod backfill;
pub mod compare;
mod compare_days;
pub mod completions;
pub mod config;
mod csv_rows;
pub mod demo;
pub mod diff;
pub mod dispatch;
pub mod journal;
pub mod logs;
pub mod output;
pub mod pages;
pub mod read;
pub mod run;
pub mod schema;
mod screen;
mod preview_message;
mod show_alert;
mod table;
pub mod threads;
mod usage;
pub mod when;
