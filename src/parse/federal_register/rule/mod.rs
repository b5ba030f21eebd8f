//! A rule's full text: what it adds to, revises in and removes from the Entity List, and from when.

mod assemble;
mod date;
mod entries;
mod read;
mod savings_clause;

pub(super) use date::date_after;
pub(super) use entries::entry_of_quotation;
pub use read::parse_rule;
pub(super) use savings_clause::{is_savings_heading, run_in_savings_clause};

use jiff::civil::Date;

use crate::domain::{Entry, Warning};
use crate::parse::federal_register::instruction::{Instruction, Order};

/// What a rule says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleText {
    pub title: String,
    /// The first date that the rule gives as its effective one.
    pub effective_on: Option<Date>,
    /// What the rule says of its dates, whole: it may take effect in parts.
    pub effective_text: String,
    pub instructions: Vec<Instruction>,
    /// The rows of its own table.
    pub entries: Vec<RuleEntry>,
    pub removed: Vec<Removal>,
    /// Quoted where the rule has one; paragraphs are parted by an empty line.
    pub savings_clause: Option<String>,
    /// Something in it amends Supplement No. 4 to Part 744, whatever could be read of that.
    pub amends_the_list: bool,
    /// Names of removed entries, each with the one that is added in its place.
    pub replaced: Vec<(String, String)>,
    pub warnings: Vec<Warning>,
    /// The table was read whole and agrees with the instructions. Otherwise readers must be sent
    /// to the document itself.
    pub certain: bool,
}

/// A row that the rule puts on the list. Its citations are those of earlier rules: the rule's own
/// page is not printed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleEntry {
    pub entry: Entry,
    /// `None` where no instruction tells.
    pub order: Option<Order>,
    /// The country heading as printed.
    pub heading: String,
}

/// An entry that the rule takes off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub name: String,
    pub heading: Option<String>,
}
