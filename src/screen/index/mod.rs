//! Which listed names and addresses are worth comparing with a given one.

pub mod acronyms;
pub mod asked_name;
pub mod by_letters;
pub mod initials;
pub mod known_word;
pub mod listed_name;
pub mod names;
pub mod pieces;
pub mod reach;
pub mod scratch;
pub mod term_filter;
pub mod together;
pub mod vocabulary;
