//! The parsers and the domain types, compiled without the rest of the program.
//!
//! `parse` imports only `domain`, so this builds in a fraction of the program's time.

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/parse/mod.rs"]
pub mod parse;
