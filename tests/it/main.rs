//! One binary of stories: each module tells one area from outside its stage.

mod config;
mod deliver;
mod dial;
mod diff;
mod fetch;
mod parse_csl;
mod parse_ecfr;
mod parse_federal_register;
mod readme;
mod record;
mod route;
mod sinks;
mod story_two_sources;
mod upstream;
mod web;
