//! The integration tests, in one binary. Each module tests one area from outside its stage.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::default_trait_access,
    clippy::disallowed_methods,
    reason = "a test may panic, print, and measure time"
)]

mod architecture;
mod compare_files;
mod config;
mod deliver;
mod dial;
mod diff;
mod fetch;
mod list;
mod mail_server;
mod messages;
mod officer;
mod messages_with_matches;
mod parse_csl;
mod parse_ecfr;
mod parse_federal_register;
mod readme;
mod store;
mod route;
mod shared_data;
mod sinks;
mod smtp;
mod story_receipts;
mod story_screen;
mod story_screen_configured;
mod story_rules;
mod story_rules_doubted;
mod story_rules_joined;
mod story_restored_decisions;
mod story_routes;
mod story_absent_lists;
mod story_assurance;
mod story_attacks;
mod story_backup;
mod story_bad_days;
mod story_control;
mod story_crash;
mod story_digest;
mod story_drill;
mod story_first_alert;
mod story_followed_matches;
mod story_full_disk;
mod story_heartbeat;
mod story_holds;
mod story_instances;
mod story_items;
mod story_match_pages;
mod story_june_2022;
mod story_matches;
mod story_metrics;
mod story_officer_year;
mod story_move;
mod story_older_copy;
mod story_pages;
mod story_people;
mod story_receivers;
mod story_regulation;
mod story_reload;
mod story_report;
mod story_status;
mod story_terminal;
mod story_threads;
mod story_ecfr;
mod story_entry_life;
mod story_two_sources;
mod story_unread_rows;
mod story_watchlists;
mod story_year;
mod upstream;
mod visitor;
mod web;
mod world;
