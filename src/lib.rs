//! entitywatch watches the US Entity List, finds what changed, and tells the people who must act.

pub mod cli;
pub mod clock;
pub mod config;
pub mod deliver;
pub mod dial;
pub mod diff;
pub mod domain;
pub mod fetch;
pub mod metrics;
pub mod parse;
pub mod record;
pub mod route;
pub mod schedule;
pub mod secret;
pub mod web;
