//! entitywatch watches the US Entity List, finds what changed, and alerts the people who must act.
//!
//! # Layout
//!
//! The modules are in reading order: the domain types, the stages of the pipeline in the order of
//! the data, the pipeline itself, and what runs it. `src/README.md` is the map.

pub mod domain;

pub mod clock;
pub mod crash_point;
pub mod exit;
pub mod file_owner;
pub mod random;
pub mod secret;

pub mod dial;
pub mod fetch;
pub mod parse;
pub mod diff;
pub mod screen;
pub mod watchlist;
pub mod receipt;
pub mod route;
pub mod store;
pub mod deliver;

pub mod schedule;
pub mod pipeline;
pub mod compare_files;
pub mod metrics;
pub mod actions;
pub mod control_socket;
pub mod daemon;
pub mod web;
pub mod stored_json;

pub mod config;
pub mod cli;
