//! The Federal Register: what its API says of documents, and what a rule's full text orders.

pub mod document;
mod instruction;
pub mod rule;
mod rule_table;

pub use document::{FederalRegisterDocument, touches_entity_list};
pub use instruction::{Instruction, Order};
pub use rule::{Removal, RuleEntry, RuleText, parse_rule};
