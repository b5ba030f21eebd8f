//! The commands, one file each. Knows how results are printed. The stages know what they mean.

pub mod act;
pub mod allocator;
pub mod args;
pub mod backfill;
pub mod compare;
mod compare_days;
pub mod completions;
pub mod config;
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
mod preview_message;
mod screen;
mod screen_rows;
mod show_alert;
mod table;
mod terminal;
pub mod threads;
mod usage;
pub mod when;
