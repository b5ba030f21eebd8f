//! The full text of a rule: what it adds to, revises in and removes from the Entity List, and when
//! it takes effect.

mod assemble;
mod date;
mod entries;
mod read;
mod savings_clause;

pub(super) use date::date_after;
pub(super) use entries::{entry_of_quotation, name_in_quotation};
pub use read::parse_rule;
pub(super) use savings_clause::{is_savings_heading, run_in_savings_clause};

use jiff::civil::Date;

use crate::domain::{Entry, Warning};
use crate::parse::federal_register::instruction::{Instruction, Order};

/// What a rule orders, and what it says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleText {
    pub title: String,
    /// The first date that the rule gives as its effective date.
    pub effective_on: Option<Date>,
    /// All that the rule says about its dates, because it may take effect in parts.
    pub effective_text: String,
    pub instructions: Vec<Instruction>,
    /// The entries that it adds or revises, from its table or its instructions.
    pub entries: Vec<RuleEntry>,
    pub removed: Vec<Removal>,
    /// Quoted if the rule has one. An empty line separates its paragraphs.
    pub savings_clause: Option<String>,
    /// Whether it amends Supplement No. 4 to Part 744, even if the amendment could not be read.
    pub amends_the_list: bool,
    /// The names of removed entries, each with the name of the entry that is added in its place.
    pub replaced: Vec<(String, String)>,
    pub warnings: Vec<Warning>,
    /// Whether the whole table was read and agrees with the instructions. Otherwise readers must
    /// see the document itself.
    pub certain: bool,
}

/// An entry that the rule adds or revises. Its citations are those of earlier rules, because the
/// rule's own page is not printed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleEntry {
    pub entry: Entry,
    /// `None` if no instruction says whether it is added or revised.
    pub order: Option<Order>,
    /// The country heading as printed.
    pub heading: String,
}

/// An entry that the rule removes from the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub name: String,
    pub heading: Option<String>,
}
