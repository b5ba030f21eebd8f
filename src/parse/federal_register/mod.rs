//! The Federal Register: what its API says about documents, and what the full text of a rule
//! orders.

pub mod document;
mod instruction;
pub mod issuer;
mod plain_lines;
mod raw_text;
pub mod rule;
mod rule_table;

pub use document::{FederalRegisterDocument, touches_entity_list};
pub use instruction::{Instruction, Order};
pub use raw_text::parse_raw_text;
pub use rule::{Removal, RuleEntry, RuleText, parse_rule};
