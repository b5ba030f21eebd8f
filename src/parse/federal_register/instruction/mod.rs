//! The amendatory instructions of a rule: `a. Under CANADA, by adding in alphabetical order,
//! entries for “X” and “Y”;`.
//!
//! The wording follows the Document Drafting Handbook of the Office of the Federal Register
//! (amendatory language).

mod amendment;
mod clause;
mod enumeration;
mod heading;
mod quotation;
mod reader;

pub use amendment::{amends_supplement_4, is_an_order, where_supplement_4_is_amended};
pub use enumeration::mark_of;
pub use reader::InstructionReader;

/// What an instruction orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Add,
    Revise,
    Remove,
}

/// One order about entries of Supplement No. 4 under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub order: Order,
    /// The country heading as the instruction writes it. `None` if it names none.
    pub heading: Option<String>,
    /// The entries as quoted. Empty if the instruction quotes none.
    pub names: Vec<String>,
    /// The whole paragraph.
    pub text: String,
}
