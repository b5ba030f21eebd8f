//! One binary of stories: each module tells one area from outside its stage.

mod config;
mod diff;
mod route;
mod dial;
mod fetch;
mod parse_csl;
mod parse_ecfr;
mod route;
mod upstream;
mod parse_federal_register;
mod web;
mod deliver;
mod sinks;
mod record;
